//! MTA-STS (RFC 8461): the TXT record that announces a policy, the policy, and which hosts it names;
//! and the record that says where reports about TLS are wanted (RFC 8460).
//!
//! Not here: fetching and keeping (`mta`, `flow`). Invariant: a policy that cannot be read whole is no
//! policy; nothing is guessed from half of one.

use std::time::Duration;

use model::{Address, Domain, StsMode, StsPolicy, Timestamp};

/// RFC 8461 §3.2: about a year.
const MAX_AGE_SECONDS_MAX: u64 = 31_557_600;
const MX_PATTERNS_MAX: usize = 100;

/// The id that a domain's TXT records announce. None: no policy is announced, also where several
/// records claim to (RFC 8461 §3.1).
pub fn find_id(records: &[Vec<u8>]) -> Option<String> {
    let mut announced = records
        .iter()
        .filter_map(|record| std::str::from_utf8(record).ok())
        .filter(|record| {
            let version = record.split(';').next().unwrap_or("");
            version.trim_end() == "v=STSv1" && record.contains(';')
        });
    let (Some(record), None) = (announced.next(), announced.next()) else {
        return None;
    };
    let id = record.split(';').skip(1).find_map(|field| {
        let (key, value) = field.split_once('=')?;
        (key.trim() == "id").then(|| value.trim())
    })?;
    let whole = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    whole.then(|| id.to_owned())
}

/// The policy in a policy file (RFC 8461 §3.2). None: it cannot be read.
pub fn parse(text: &[u8], id: &str, now: Timestamp) -> Option<StsPolicy> {
    let text = std::str::from_utf8(text).ok()?;
    let (mut version, mut mode, mut max_age) = (None, None, None);
    let mut mx = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        match key.trim() {
            // Of what is said twice the first counts; `mx` alone may be said often.
            "version" => version = version.or(Some(value)),
            "mode" => mode = mode.or(Some(value)),
            "max_age" => max_age = max_age.or(Some(value)),
            "mx" => mx.push(pattern(value)?),
            _ => {}
        }
    }
    let (mode, max_age) = (StsMode::from_word(mode?)?, seconds(max_age?)?);
    let names_hosts = !mx.is_empty() || mode == StsMode::None;
    let sound = version == Some("STSv1") && names_hosts && mx.len() <= MX_PATTERNS_MAX;
    sound.then(|| StsPolicy {
        id: id.to_owned(),
        mode,
        mx,
        fetched_at: now,
        ends_at: now.plus(Duration::from_secs(max_age)),
    })
}

/// Whether the policy names this MX host (RFC 8461 §4.1).
pub fn names(policy: &StsPolicy, host: &Domain) -> bool {
    policy
        .mx
        .iter()
        .any(|pattern| match pattern.strip_prefix("*.") {
            Some(parent) => {
                let rest = host.as_str().split_once('.');
                rest.is_some_and(|(_, rest)| rest == parent)
            }
            None => pattern == host.as_str(),
        })
}

/// Where a domain wants reports about TLS.
#[derive(Clone, PartialEq, Eq)]
pub enum ReportTo {
    Mail(Address),
    Https(String),
}

/// The places that a domain's `_smtp._tls` TXT records name (RFC 8460 §3). Empty: none is wanted, also
/// where several records claim to say.
pub fn report_places(records: &[Vec<u8>]) -> Vec<ReportTo> {
    let mut said = records
        .iter()
        .filter_map(|record| std::str::from_utf8(record).ok())
        .filter(|record| record.split(';').next().unwrap_or("").trim_end() == "v=TLSRPTv1");
    let (Some(record), None) = (said.next(), said.next()) else {
        return Vec::new();
    };
    let places = record.split(';').skip(1).find_map(|field| {
        let (key, value) = field.split_once('=')?;
        (key.trim() == "rua").then_some(value)
    });
    let places = places.unwrap_or("").split(',').map(str::trim);
    places.filter_map(place).collect()
}

fn place(uri: &str) -> Option<ReportTo> {
    match uri.split_once(':')? {
        (scheme, to) if scheme.eq_ignore_ascii_case("mailto") => {
            Address::parse(to).ok().map(ReportTo::Mail)
        }
        (scheme, _) if scheme.eq_ignore_ascii_case("https") => {
            Some(ReportTo::Https(uri.to_owned()))
        }
        _ => None,
    }
}

/// The lines of a policy as a report quotes them (RFC 8460 §4.4).
pub fn lines(policy: &StsPolicy) -> Vec<String> {
    let max_age = policy.ends_at.since(policy.fetched_at).as_secs();
    let mut lines = vec![
        "version: STSv1".to_owned(),
        format!("mode: {}", policy.mode),
    ];
    lines.extend(policy.mx.iter().map(|mx| format!("mx: {mx}")));
    lines.push(format!("max_age: {max_age}"));
    lines
}

/// In the form that [`Domain`] gives names, so that they compare.
fn pattern(text: &str) -> Option<String> {
    let (star, name) = match text.strip_prefix("*.") {
        Some(name) => ("*.", name),
        None => ("", text),
    };
    Domain::parse(name)
        .ok()
        .map(|name| format!("{star}{}", name.as_str()))
}

fn seconds(digits: &str) -> Option<u64> {
    let plain = (1..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let seconds = digits.parse().ok().filter(|_| plain)?;
    (seconds <= MAX_AGE_SECONDS_MAX).then_some(seconds)
}

#[cfg(test)]
mod tests;
