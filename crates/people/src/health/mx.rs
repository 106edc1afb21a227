//! Whether the domain takes mail, and whether failure notices find their way back to us.

use std::net::IpAddr;

use model::Domain;
use model::seams::{Net, NetFault};
use seal::spf::Spf;

use super::{Finding, House, Subject, Verdict, spf};

pub(super) struct Taken {
    pub finding: Finding,
    /// The mail servers that were found.
    pub hosts: Vec<Domain>,
}

pub(super) async fn check(net: &dyn Net, subject: &Subject) -> Taken {
    let nothing = |verdict| Taken {
        finding: Finding::new(verdict),
        hosts: Vec::new(),
    };
    let hosts = match net.mx(&subject.name).await {
        Ok(answer) if answer.value.is_empty() => return nothing(Verdict::MxNull),
        Ok(answer) => answer.value,
        Err(NetFault::NoRecord) => {
            return match net.addresses(&subject.name).await {
                Ok(_) => nothing(Verdict::MxImplicit),
                Err(NetFault::NoRecord) => nothing(Verdict::MxMissing),
                Err(_) => nothing(Verdict::MxUnknown),
            };
        }
        Err(_) => return nothing(Verdict::MxUnknown),
    };
    let mut finding = Finding::new(Verdict::MxOk);
    for (preference, host) in &hosts {
        let seen = format!("{preference} {}", host.as_str());
        match net.addresses(host).await {
            Ok(found) => finding = finding.saw(format!("{seen}: {}", list(&found.value))),
            Err(NetFault::NoRecord) => {
                finding = Finding {
                    verdict: Verdict::MxDead,
                    ..finding.saw(format!("{seen}: no address"))
                };
            }
            Err(_) if finding.verdict == Verdict::MxOk => {
                finding = Finding {
                    verdict: Verdict::MxUnknown,
                    ..finding.saw(format!("{seen}: no answer"))
                };
            }
            Err(_) => finding = finding.saw(format!("{seen}: no answer")),
        }
    }
    Taken {
        finding,
        hosts: hosts.into_iter().map(|(_, host)| host).collect(),
    }
}

/// Nothing where return paths are the senders' own.
pub(super) async fn return_path(
    net: &dyn Net,
    house: &House,
    addresses: &[IpAddr],
) -> Option<Finding> {
    let path = house.return_path.as_ref()?;
    let finding = |verdict| Finding::new(verdict).about(path.as_str());
    let hosts = match net.mx(path).await {
        Ok(answer) => answer.value,
        Err(NetFault::NoRecord) => Vec::new(),
        Err(_) => return Some(finding(Verdict::ReturnUnknown)),
    };
    let seen = |f: Finding| {
        hosts
            .iter()
            .fold(f, |f, (n, host)| f.saw(format!("{n} {}", host.as_str())))
    };
    if !hosts.iter().any(|(_, host)| *host == house.hostname) {
        let record = format!("10 {}.", house.hostname.as_str());
        return Some(seen(finding(Verdict::ReturnNotOurs)).publish(path.as_str(), "MX", record));
    }
    for ip in addresses {
        let spf = spf::evaluate(net, house, path, *ip).await;
        if spf != Spf::Pass {
            let verdict = if spf == Spf::TempError {
                Verdict::ReturnUnknown
            } else {
                Verdict::ReturnSpf
            };
            let record = format!("v=spf1 a:{} -all", house.hostname.as_str());
            let finding = seen(finding(verdict)).saw(format!("{ip}: {}", spf.word()));
            return Some(finding.publish(path.as_str(), "TXT", record));
        }
    }
    Some(seen(finding(Verdict::ReturnOk)))
}

fn list(addresses: &[IpAddr]) -> String {
    addresses
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
