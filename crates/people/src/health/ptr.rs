//! The names of our own addresses, confirmed forwards (RFC 8601 §2.7.3, `iprev`).

use std::net::IpAddr;

use model::seams::{Net, NetFault};

use super::{Finding, House, Verdict};

/// Where mail leaves from, as configured, or as our own name says.
pub(super) async fn egress(net: &dyn Net, house: &House) -> Vec<IpAddr> {
    if house.addresses.is_empty() {
        net.addresses(&house.hostname)
            .await
            .map(|a| a.value)
            .unwrap_or_default()
    } else {
        house.addresses.clone()
    }
}

pub(super) async fn check(net: &dyn Net, house: &House, addresses: &[IpAddr]) -> Vec<Finding> {
    if addresses.is_empty() {
        return vec![Finding::new(Verdict::PtrNowhere).about(house.hostname.as_str())];
    }
    let mut findings = Vec::new();
    for ip in addresses {
        findings.push(one(net, house, *ip).await.about(ip.to_string()));
    }
    findings
}

async fn one(net: &dyn Net, house: &House, ip: IpAddr) -> Finding {
    if is_private(ip) {
        return Finding::new(Verdict::PtrPrivate);
    }
    let names = match net.names(ip).await {
        Ok(names) if !names.is_empty() => names,
        Ok(_) | Err(NetFault::NoRecord) => {
            return Finding::new(Verdict::PtrMissing).publish(
                reversed(ip, "arpa"),
                "PTR",
                dotted(house),
            );
        }
        Err(_) => return Finding::new(Verdict::PtrUnknown),
    };
    let mut finding = Finding::new(Verdict::PtrUnconfirmed);
    for name in names.iter().take(10) {
        let confirmed = match net.addresses(name).await {
            Ok(found) => found.value.contains(&ip),
            Err(NetFault::NoRecord) => false,
            Err(_) => {
                return Finding {
                    verdict: Verdict::PtrUnknown,
                    ..finding.saw(name.as_str())
                };
            }
        };
        finding = finding.saw(name.as_str());
        match confirmed {
            true if *name == house.hostname => {
                return Finding {
                    verdict: Verdict::PtrOk,
                    ..finding
                };
            }
            true => finding.verdict = Verdict::PtrOther,
            false => {}
        }
    }
    match finding.verdict {
        Verdict::PtrOther => finding,
        _ => finding.publish(reversed(ip, "arpa"), "PTR", dotted(house)),
    }
}

fn dotted(house: &House) -> String {
    format!("{}.", house.hostname.as_str())
}

/// The labels of an address, last first, under the tree of its family or under a list's zone.
pub(super) fn reversed(ip: IpAddr, zone: &str) -> String {
    let (labels, tree): (Vec<String>, &str) = match ip {
        IpAddr::V4(ip) => (
            ip.octets().iter().rev().map(u8::to_string).collect(),
            "in-addr.",
        ),
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|o| [o & 15, o >> 4]);
            (nibbles.map(|n| format!("{n:x}")).collect(), "ip6.")
        }
    };
    let tree = if zone == "arpa" { tree } else { "" };
    format!("{}.{tree}{zone}", labels.join("."))
}

/// Loopback, private, link-local, shared and unspecified addresses (RFC 6890).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
    }
}
