//! Whether each key's record is published, and is that key's.

use model::seams::{Net, NetFault};

use super::{Finding, Subject, Verdict, shown};
use crate::domain::KeyState;

/// A signing key as DNS should show it. The private half is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    pub selector: String,
    /// The TXT record to publish.
    pub record: String,
    pub state: KeyState,
}

pub(super) async fn check(net: &dyn Net, subject: &Subject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in subject
        .keys
        .iter()
        .filter(|key| key.state != KeyState::Retired)
    {
        let name = format!("{}._domainkey.{}", key.selector, subject.name.as_str());
        let finding = judge(key, net.txt(&name).await).about(key.selector.clone());
        findings.push(finding.publish(name, "TXT", key.record.clone()));
    }
    if findings.is_empty() {
        findings.push(Finding::new(Verdict::DkimNone));
    }
    findings
}

pub(super) fn judge(key: &KeyFacts, answer: Result<Vec<Vec<u8>>, NetFault>) -> Finding {
    let records = match answer {
        Ok(records) => records,
        Err(NetFault::NoRecord) => Vec::new(),
        Err(_) => return Finding::new(Verdict::DkimUnknown),
    };
    let keys: Vec<String> = records
        .iter()
        .map(|r| shown(r))
        .filter(|r| tag(r, "p").is_some())
        .collect();
    let verdict = match keys.as_slice() {
        [] => absent(key.state),
        [one] => compare(key, one),
        _ => Verdict::DkimSeveral,
    };
    keys.into_iter().fold(Finding::new(verdict), Finding::saw)
}

fn absent(state: KeyState) -> Verdict {
    match state {
        KeyState::Prepared => Verdict::DkimWaits,
        KeyState::Active => Verdict::DkimMissing,
        KeyState::Retiring | KeyState::Retired => Verdict::DkimRemovedEarly,
    }
}

fn compare(key: &KeyFacts, published: &str) -> Verdict {
    let packed =
        |text: &str, name| tag(text, name).map(|v| v.split_whitespace().collect::<String>());
    let kind = |text: &str| packed(text, "k").unwrap_or_else(|| "rsa".to_owned());
    let version = packed(published, "v").is_none_or(|v| v == "DKIM1");
    let same = version
        && packed(published, "p") == packed(&key.record, "p")
        && kind(published) == kind(&key.record);
    if packed(published, "p").is_some_and(|p| p.is_empty()) {
        Verdict::DkimRevoked
    } else if !same {
        Verdict::DkimDiffers
    } else if packed(published, "t").is_some_and(|flags| flags.split(':').any(|f| f == "y")) {
        Verdict::DkimTesting
    } else {
        match key.state {
            KeyState::Prepared => Verdict::DkimReady,
            KeyState::Active => Verdict::DkimOk,
            KeyState::Retiring | KeyState::Retired => Verdict::DkimKept,
        }
    }
}

/// A tag of a tag list (RFC 6376 §3.2).
pub(super) fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    record.split(';').find_map(|part| {
        let (found, value) = part.split_once('=')?;
        (found.trim() == name).then(|| value.trim())
    })
}
