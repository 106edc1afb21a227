//! Names and addresses that can stand on a public way, and those that cannot.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::suspect::registered;

/// RFC 2606, 6761, 6762, 8375, 9476, and what private networks call themselves.
const RESERVED: [&str; 13] = [
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "test",
];

/// The address where a word is one, with or without brackets.
pub(super) fn address(word: &str) -> Option<IpAddr> {
    let word = word.trim_matches(['[', ']']);
    let word = word.strip_prefix("IPv6:").unwrap_or(word);
    word.parse().ok()
}

/// Who registered the name; none of an address, one label, or what nobody can register.
pub(super) fn owner(word: &str) -> Option<String> {
    let name = word.trim_end_matches('.').to_ascii_lowercase();
    let is_public = address(&name).is_none() && !is_reserved(&name);
    is_public.then(|| registered(&name).to_owned())
}

/// A name that nobody can have in public.
pub(super) fn is_reserved(word: &str) -> bool {
    let name = word.trim_end_matches('.').to_ascii_lowercase();
    match name.rsplit_once('.') {
        Some((_, last)) => RESERVED.contains(&last),
        None => address(&name).is_none(),
    }
}

/// Reachable from the public network. Narrower than what may be dialled: documentation is none.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol = (a, b, c) == (192, 0, 0);
    let is_benchmark = a == 198 && (18..20).contains(&b);
    !(a == 0
        || a >= 224
        || is_shared
        || is_protocol
        || is_benchmark
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // what is given out so far is 2000::/3
    first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0x0db8)
}
