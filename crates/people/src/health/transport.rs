//! MTA-STS (RFC 8461) and TLS-RPT (RFC 8460) of a domain: what protects mail that comes to it.

use std::time::Duration;

use model::Domain;
use model::seams::{HttpMethod, HttpRequest, HttpTo, Net, NetFault};

use super::dkim::tag;
use super::{Finding, Verdict, shown};

const POLICY_WAIT: Duration = Duration::from_secs(15);
/// RFC 8461 §3.3 lets receivers stop at 64 KiB.
const POLICY_OCTETS_MAX: usize = 64 * 1024;

pub(super) async fn check(net: &dyn Net, name: &Domain, mx: &[Domain]) -> Vec<Finding> {
    vec![sts(net, name, mx).await, reports(net, name).await]
}

async fn sts(net: &dyn Net, name: &Domain, mx: &[Domain]) -> Finding {
    let place = format!("_mta-sts.{}", name.as_str());
    let records = match one(net, &place, "v=STSv1").await {
        Ok(records) => records,
        Err(()) => return Finding::new(Verdict::StsUnknown),
    };
    let record = match records.as_slice() {
        [] => return Finding::new(Verdict::StsMissing).publish(place, "TXT", "v=STSv1; id=1"),
        [record] if tag(record, "id").is_some_and(|id| !id.is_empty()) => record.clone(),
        _ => {
            let finding = Finding::new(Verdict::StsBroken).publish(place, "TXT", "v=STSv1; id=1");
            return records.into_iter().fold(finding, Finding::saw);
        }
    };
    let url = format!("https://mta-sts.{}/.well-known/mta-sts.txt", name.as_str());
    let request = HttpRequest {
        method: HttpMethod::Get,
        url: url.clone(),
        headers: Vec::new(),
        body: Vec::new(),
        // RFC 8461 §3.3: a redirect is not followed.
        follow_redirects: false,
        answer_octets_max: POLICY_OCTETS_MAX,
        to: HttpTo::Public,
    };
    let finding = Finding::new(Verdict::StsUnreachable).saw(record).saw(url);
    let policy = match net.http(request, POLICY_WAIT).await {
        Ok(answer) if answer.status == 200 => String::from_utf8_lossy(&answer.body).into_owned(),
        Ok(answer) => return finding.saw(format!("HTTP {}", answer.status)),
        Err(_) => return finding,
    };
    let verdict = judge(&policy, mx);
    policy
        .lines()
        .take(20)
        .fold(Finding { verdict, ..finding }, |f, line| {
            f.saw(shown(line.as_bytes()))
        })
}

fn judge(policy: &str, mx: &[Domain]) -> Verdict {
    let values = |key: &'static str| {
        policy.lines().filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            (found.trim() == key).then(|| value.trim().to_ascii_lowercase())
        })
    };
    let age = values("max_age")
        .next()
        .and_then(|age| age.parse::<u64>().ok());
    if values("version").next().as_deref() != Some("stsv1") || age.is_none() {
        return Verdict::StsBroken;
    }
    let mode = values("mode").next().unwrap_or_default();
    let patterns: Vec<String> = values("mx").collect();
    let covered = |host: &Domain| {
        patterns
            .iter()
            .any(|pattern| matches(pattern, host.as_str()))
    };
    match mode.as_str() {
        "none" => Verdict::StsNone,
        "enforce" | "testing" if !mx.iter().all(covered) => Verdict::StsExcludes,
        "testing" => Verdict::StsTesting,
        "enforce" => Verdict::StsOk,
        _ => Verdict::StsBroken,
    }
}

/// RFC 8461 §4.1: a star stands for exactly one label.
fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
        None => pattern == host,
    }
}

async fn reports(net: &dyn Net, name: &Domain) -> Finding {
    let place = format!("_smtp._tls.{}", name.as_str());
    let wanted = format!("v=TLSRPTv1; rua=mailto:postmaster@{}", name.as_str());
    match one(net, &place, "v=TLSRPTv1").await {
        Err(()) => Finding::new(Verdict::RptUnknown),
        Ok(records) => match records.as_slice() {
            [] => Finding::new(Verdict::RptMissing).publish(place, "TXT", wanted),
            [record] if tag(record, "rua").is_some_and(|rua| !rua.is_empty()) => {
                Finding::new(Verdict::RptOk).saw(record.clone())
            }
            _ => {
                let finding = Finding::new(Verdict::RptBroken).publish(place, "TXT", wanted);
                records.iter().fold(finding, |f, r| f.saw(r.clone()))
            }
        },
    }
}

/// The TXT records that begin with a version; an error when DNS did not answer.
async fn one(net: &dyn Net, name: &str, version: &str) -> Result<Vec<String>, ()> {
    match net.txt(name).await {
        Ok(records) => Ok(records
            .iter()
            .map(|r| shown(r))
            .filter(|r| r.starts_with(version))
            .collect()),
        Err(NetFault::NoRecord) => Ok(Vec::new()),
        Err(_) => Err(()),
    }
}
