//! Whether lists that receivers ask name our addresses (RFC 5782). Nothing is asked unless a zone is
//! configured: asking tells a list's operator about us.

use std::net::IpAddr;

use model::Domain;
use model::seams::{Net, NetFault};

use super::ptr::reversed;
use super::{Finding, House, Verdict};

pub(super) async fn check(net: &dyn Net, house: &House, addresses: &[IpAddr]) -> Vec<Finding> {
    if house.blocklists.is_empty() {
        return vec![Finding::new(Verdict::BlockOff)];
    }
    let mut findings = Vec::new();
    for zone in &house.blocklists {
        for ip in addresses {
            findings.push(one(net, zone, *ip).await);
        }
    }
    findings
}

async fn one(net: &dyn Net, zone: &str, ip: IpAddr) -> Finding {
    let asked = reversed(ip, zone);
    let finding = |verdict| {
        Finding::new(verdict)
            .about(format!("{ip} {zone}"))
            .saw(format!("asked {asked}"))
    };
    let Ok(name) = Domain::parse(&asked) else {
        return finding(Verdict::BlockUnknown);
    };
    let answers = match net.addresses(&name).await {
        Ok(answer) => answer.value,
        Err(NetFault::NoRecord) => return finding(Verdict::BlockOk),
        Err(_) => return finding(Verdict::BlockUnknown),
    };
    let verdict = judge(&answers);
    let why = match verdict {
        Verdict::BlockListed => net.txt(&asked).await.unwrap_or_default(),
        _ => Vec::new(),
    };
    let seen = answers
        .iter()
        .fold(finding(verdict), |f, ip| f.saw(ip.to_string()));
    why.iter()
        .take(3)
        .fold(seen, |f, text| f.saw(super::shown(text)))
}

/// Lists answer within 127.0.0.0/8; 127.255.255.0/24 says that they do not serve who asks.
fn judge(answers: &[IpAddr]) -> Verdict {
    let octets = answers.iter().filter_map(|ip| match ip {
        IpAddr::V4(ip) => Some(ip.octets()),
        IpAddr::V6(_) => None,
    });
    let mut verdict = Verdict::BlockUnknown;
    for octets in octets {
        match octets {
            [127, 255, 255, _] => verdict = Verdict::BlockRefused,
            [127, ..] => return Verdict::BlockListed,
            _ => {}
        }
    }
    verdict
}
