//! Which addresses belong to the public Internet. A mail exchanger that resolves to anything else
//! would make us talk to ourselves or probe the network we stand in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Unspecified, multicast, broadcast: no mail server can be there, whatever configuration says.
pub fn never_a_host(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unspecified() || ip.is_multicast(),
    }
}

/// A network of an organisation's own (RFC 1918, RFC 4193). Neither loopback nor where clouds tell their machines secrets:
/// link-local addresses, and those that Amazon and Google chose among the local ones of IPv6.
pub fn is_inside(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => {
            let is_clouds = matches!(ip.segments(), [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..]);
            ip.is_unique_local() && !is_clouds
        }
    }
}

/// Outside every special-purpose block of the IANA registries (RFC 6890) that is not global.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = a == 0
        || a >= 240
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || (a == 100 && (64..128).contains(&b)) // shared by carriers, RFC 6598
        || (a == 192 && b == 0 && c == 0) // protocol assignments, RFC 6890
        || (a == 198 && (18..20).contains(&b)); // benchmarks, RFC 2544
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0x2002, high, low, ..] => embedded(high, low), // 6to4, RFC 3056
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low), // NAT64, RFC 6052
        [0x2001, 0x0db8, ..] | [0x3fff, 0..0x1000, ..] => false, // documentation
        [0x2001, 0..0x0200, ..] => false,               // protocol assignments, Teredo among them
        _ => (s[0] & 0xe000) == 0x2000, // 2000::/3 is all that is global unicast today
    }
}

#[cfg(test)]
mod tests;
