//! TLS reports (RFC 8460): how many sessions to a domain were encrypted as its policy asks.

use std::collections::BTreeMap;

use model::{Domain, Timestamp, limits};
use serde_json::Value;

use super::word;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsReport {
    pub reporter: String,
    pub report_id: String,
    pub begins: Timestamp,
    pub ends: Timestamp,
    /// At most 100.
    pub policies: Vec<TlsPolicy>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct TlsPolicy {
    pub domain: Domain,
    /// `tlsa`, `sts` or `no-policy-found`.
    pub kind: &'static str,
    pub successes: u64,
    pub failures: u64,
    /// Sessions by result type (§4.3), such as `certificate-expired`.
    pub reasons: BTreeMap<String, u64>,
}

impl std::fmt::Debug for TlsPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TlsPolicy({}, {} failures)", self.kind, self.failures)
    }
}

pub(super) fn read(bytes: &[u8]) -> Option<TlsReport> {
    // A tree takes many times the room of its text.
    if bytes.len() > limits::TLS_REPORT_OCTETS_MAX {
        return None;
    }
    let report: Value = serde_json::from_slice(bytes).ok()?;
    let range = &report["date-range"];
    let at = |name: &str| Timestamp::parse_rfc3339(range[name].as_str()?);
    let policies = report["policies"].as_array()?.iter();
    let policies: Vec<TlsPolicy> = policies.take(100).filter_map(policy).collect();
    (!policies.is_empty()).then_some(TlsReport {
        reporter: word(report["organization-name"].as_str().unwrap_or_default()),
        report_id: word(report["report-id"].as_str().unwrap_or_default()),
        begins: at("start-datetime")?,
        ends: at("end-datetime")?,
        policies,
    })
}

fn policy(entry: &Value) -> Option<TlsPolicy> {
    let policy = &entry["policy"];
    let said = policy["policy-type"].as_str()?;
    let kind = ["tlsa", "sts", "no-policy-found"]
        .into_iter()
        .find(|kind| kind.eq_ignore_ascii_case(said))?;
    let count = |name: &str| entry["summary"][name].as_u64().unwrap_or(0).min(1 << 40);
    let mut reasons = BTreeMap::new();
    let details = entry["failure-details"].as_array();
    for detail in details.into_iter().flatten().take(limits::REPORT_ROWS_MAX) {
        let Some(reason) = detail["result-type"].as_str().and_then(result_type) else {
            continue;
        };
        let sessions = detail["failed-session-count"]
            .as_u64()
            .unwrap_or(0)
            .min(1 << 40);
        *reasons.entry(reason).or_insert(0) += sessions;
    }
    Some(TlsPolicy {
        domain: Domain::parse(policy["policy-domain"].as_str()?).ok()?,
        kind,
        successes: count("total-successful-session-count"),
        failures: count("total-failure-session-count"),
        reasons,
    })
}

/// Words of §4.3 and of later extensions: letters and hyphens.
fn result_type(text: &str) -> Option<String> {
    let fits = text.len() <= 60 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    fits.then(|| text.to_owned())
}
