//! The DMARC record that holds for a domain (RFC 9989 §4.10), and whether our mail passes it.

use model::Domain;
use model::seams::{Net, NetFault};

use super::dkim::tag;
use super::{Aligned, Finding, Verdict, shown};

pub(super) async fn check(net: &dyn Net, name: &Domain, aligned: Aligned) -> Finding {
    let place = format!("_dmarc.{}", name.as_str());
    for (above, parent) in walk(name.as_str()).enumerate() {
        let at = format!("_dmarc.{parent}");
        let records = match net.txt(&at).await {
            Ok(records) => records,
            Err(NetFault::NoRecord) => continue,
            Err(_) => return Finding::new(Verdict::DmarcUnknown),
        };
        let own: Vec<String> = records
            .iter()
            .map(|r| shown(r))
            .filter(|r| is_dmarc(r))
            .collect();
        match own.as_slice() {
            [] => {}
            [record] => {
                let verdict = judge(record, above > 0, aligned);
                let finding = Finding::new(verdict).saw(format!("{at}: {record}"));
                return match verdict {
                    Verdict::DmarcOk | Verdict::DmarcUnaligned => finding,
                    _ => finding.publish(place, "TXT", wanted(name)),
                };
            }
            _ => {
                let finding =
                    Finding::new(Verdict::DmarcBroken).publish(place, "TXT", wanted(name));
                return own.into_iter().fold(finding, Finding::saw);
            }
        }
    }
    Finding::new(Verdict::DmarcMissing).publish(place, "TXT", wanted(name))
}

/// The name and its parents, down to two labels.
fn walk(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| {
        let (_, parent) = name.split_once('.')?;
        parent.contains('.').then_some(parent)
    })
    .take(8)
}

fn is_dmarc(record: &str) -> bool {
    record
        .split(';')
        .next()
        .is_some_and(|first| first.split_whitespace().collect::<String>() == "v=DMARC1")
}

fn judge(record: &str, inherited: bool, aligned: Aligned) -> Verdict {
    let own = tag(record, "p");
    let policy = if inherited {
        tag(record, "sp").or(own)
    } else {
        own
    };
    let Some(policy) = policy.map(str::to_ascii_lowercase) else {
        return Verdict::DmarcBroken;
    };
    if !["none", "quarantine", "reject"].contains(&policy.as_str()) {
        return Verdict::DmarcBroken;
    }
    let strict = tag(record, "aspf").is_some_and(|v| v.eq_ignore_ascii_case("s"));
    if !aligned.dkim && (!aligned.spf || strict) {
        Verdict::DmarcUnaligned
    } else if policy == "none" {
        Verdict::DmarcMonitors
    } else if tag(record, "t") == Some("y") || tag(record, "pct").is_some_and(|pct| pct != "100") {
        Verdict::DmarcPartly
    } else if tag(record, "rua").is_none() {
        Verdict::DmarcSilent
    } else {
        Verdict::DmarcOk
    }
}

fn wanted(name: &Domain) -> String {
    format!(
        "v=DMARC1; p=quarantine; rua=mailto:postmaster@{}",
        name.as_str()
    )
}
