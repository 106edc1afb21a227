//! SPF of a sending domain, evaluated for each address of ours as a receiver would (RFC 7208).

use std::net::IpAddr;

use model::Domain;
use model::seams::{Net, NetFault};
use seal::dns::{Ask, Found, Known};
use seal::spf::{Spf, SpfClient};

use super::{Finding, House, Verdict, shown};

/// Each answer is asked for once; a record can make us ask for this many things at most.
const ASKS_MAX: usize = 200;

pub(super) async fn check(
    net: &dyn Net,
    house: &House,
    name: &Domain,
    addresses: &[IpAddr],
) -> Finding {
    let records = match net.txt(name.as_str()).await {
        Ok(found) => found,
        Err(NetFault::NoRecord) => Vec::new(),
        Err(_) => return Finding::new(Verdict::SpfUnknown),
    };
    let own: Vec<String> = records
        .iter()
        .filter(|r| is_spf(r))
        .map(|r| shown(r))
        .collect();
    let [record] = own.as_slice() else {
        let verdict = if own.is_empty() {
            Verdict::SpfMissing
        } else {
            Verdict::SpfSeveral
        };
        let found = own.into_iter().fold(Finding::new(verdict), Finding::saw);
        return found.publish(name.as_str(), "TXT", fresh(house));
    };
    let mut finding = Finding::new(Verdict::SpfOk).saw(record.clone());
    let mut worst = Spf::Pass;
    for ip in addresses {
        let spf = evaluate(net, house, name, *ip).await;
        finding = finding.saw(format!("{ip}: {}", spf.word()));
        if spf != Spf::Pass && (worst == Spf::Pass || spf == Spf::PermError) {
            worst = spf;
        }
    }
    finding.verdict = match (worst, ending(record)) {
        (Spf::PermError, _) => Verdict::SpfBroken,
        (Spf::TempError, _) => Verdict::SpfUnknown,
        (_, Some('+')) => Verdict::SpfOpen,
        (Spf::Pass, Some('-' | '~')) => Verdict::SpfOk,
        (Spf::Pass, _) if record.contains("redirect=") => Verdict::SpfOk,
        (Spf::Pass, _) => Verdict::SpfSoft,
        _ => Verdict::SpfExcludes,
    };
    match finding.verdict {
        Verdict::SpfOk | Verdict::SpfUnknown => finding,
        Verdict::SpfBroken => finding.publish(name.as_str(), "TXT", fresh(house)),
        _ => finding.publish(name.as_str(), "TXT", mended(record, house)),
    }
}

/// What a receiver finds when `ip` sends for `name`.
pub(super) async fn evaluate(net: &dyn Net, house: &House, name: &Domain, ip: IpAddr) -> Spf {
    let client = SpfClient {
        ip,
        helo: house.hostname.as_str(),
        local: "postmaster",
        domain: name.as_str(),
    };
    let mut known = Known::default();
    for _ in 0..ASKS_MAX {
        match seal::spf::check(&known, &client) {
            Ok(spf) => return spf,
            Err(ask) => learn(net, &mut known, ask).await,
        }
    }
    Spf::PermError
}

async fn learn(net: &dyn Net, known: &mut Known, ask: Ask) {
    let names = |hosts: Vec<Domain>| hosts.into_iter().map(|h| h.as_str().to_owned()).collect();
    match ask {
        Ask::Txt(name) => {
            let found = found(net.txt(&name).await);
            known.learn_txt(&name, found);
        }
        Ask::Addresses(name) => {
            let answer = match Domain::parse(&name) {
                Ok(host) => net.addresses(&host).await.map(|a| a.value),
                Err(_) => Err(NetFault::NoRecord),
            };
            known.learn_addresses(&name, found(answer));
        }
        Ask::Mx(name) => {
            let answer = match Domain::parse(&name) {
                Ok(host) => net
                    .mx(&host)
                    .await
                    .map(|a| names(a.value.into_iter().map(|(_, h)| h).collect())),
                Err(_) => Err(NetFault::NoRecord),
            };
            known.learn_mx(&name, found(answer));
        }
        Ask::Names(ip) => known.learn_names(ip, found(net.names(ip).await.map(names))),
    }
}

fn found<T>(answer: Result<Vec<T>, NetFault>) -> Found<T> {
    match answer {
        Ok(records) => Found::Records(records),
        Err(NetFault::NoRecord) => Found::Nothing,
        Err(_) => Found::Failed,
    }
}

fn is_spf(record: &[u8]) -> bool {
    let word = b"v=spf1";
    record
        .get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
        && record.get(word.len()).is_none_or(|c| *c == b' ')
}

/// The qualifier of `all`, where the record has one.
fn ending(record: &str) -> Option<char> {
    record.split_ascii_whitespace().find_map(|term| {
        let (qualifier, word) = match term.strip_prefix(['+', '-', '~', '?']) {
            Some(word) => (term.chars().next()?, word),
            None => ('+', term),
        };
        word.eq_ignore_ascii_case("all").then_some(qualifier)
    })
}

fn fresh(house: &House) -> String {
    format!("v=spf1 a:{} -all", house.hostname.as_str())
}

/// The same record with us in it, and strangers out.
fn mended(record: &str, house: &House) -> String {
    let ours = format!("a:{}", house.hostname.as_str());
    let is_all = |term: &&str| {
        term.trim_start_matches(['+', '-', '~', '?'])
            .eq_ignore_ascii_case("all")
    };
    let mut terms: Vec<&str> = record
        .split_ascii_whitespace()
        .filter(|term| !is_all(term))
        .collect();
    if !terms.contains(&ours.as_str()) {
        terms.insert(1.min(terms.len()), &ours);
    }
    let end = if ending(record) == Some('~') {
        "~all"
    } else {
        "-all"
    };
    if !record.contains("redirect=") {
        terms.push(end);
    }
    terms.join(" ")
}
