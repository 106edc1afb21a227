//! Places are limited, shared by address, and given back.

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn one_address_cannot_take_all_places() {
    let slots = Slots::new("test", 3, 2);
    let first = slots.take(ip("192.0.2.1")).expect("empty");
    let _second = slots.take(ip("192.0.2.1")).expect("one of two");
    assert!(slots.take(ip("192.0.2.1")).is_none(), "its share is two");
    assert!(
        slots.take(ip("::ffff:192.0.2.1")).is_none(),
        "the same client over a mapped address"
    );

    let _other = slots.take(ip("192.0.2.2")).expect("room for others");
    assert!(slots.take(ip("192.0.2.3")).is_none(), "three in all");

    drop(first);
    assert!(
        slots.take(ip("192.0.2.1")).is_some(),
        "a place that was given back is free"
    );
}

#[test]
fn a_v6_network_counts_as_one_client() {
    let slots = Slots::new("test", 10, 1);
    let _first = slots.take(ip("2001:db8:1:2::1")).expect("empty");
    assert!(slots.take(ip("2001:db8:1:2:ffff::9")).is_none());
    assert!(slots.take(ip("2001:db8:1:3::1")).is_some());
}
