//! Addresses and whether mail may be carried there.

use super::*;

const PUBLIC: &[&str] = &[
    "8.8.8.8",
    "192.0.1.1",
    "198.20.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:9.9.9.9",
    "64:ff9b::808:808",
];

const NOT_PUBLIC: &[&str] = &[
    "0.0.0.0",
    "127.0.0.1",
    "127.255.0.9",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "64:ff9b::a00:1",
    "3fff::1",
];

#[test]
fn only_the_public_internet_is_public() {
    for text in PUBLIC {
        assert!(is_public(text.parse().expect("an address")), "{text}");
    }
    for text in NOT_PUBLIC {
        assert!(!is_public(text.parse().expect("an address")), "{text}");
    }
}

/// Whoever names a directory inside reaches neither this machine nor what a cloud tells it.
#[test]
fn networks_of_ones_own_hold_no_secrets_of_machines() {
    let inside = |text: &str| is_inside(text.parse().expect("an address"));
    for ip in [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "::ffff:10.0.0.1",
        "fd12::1",
        "fc00::1",
    ] {
        assert!(inside(ip), "{ip}");
    }
    for ip in [
        "8.8.8.8",
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.64.0.1",
        "0.0.0.0",
        "2606:4700::1111",
    ] {
        assert!(!inside(ip), "{ip}");
    }
}
