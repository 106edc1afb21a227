//! What DNS said, in the words of a zone file: kept as evidence, never decided by.
//!
//! A key of DKIM is replaced some day and its record taken away, MX and TLSA records move; what stood
//! there when a message left is known to nobody later who did not write it down. Invariant: a record
//! is told whole or counted as left out, and holds printable ASCII alone.

use crate::seams::{Answer, MxHosts, NetFault};
use crate::{Domain, Timestamp, Tlsa, limits};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum DnsKind {
    #[serde(rename = "MX")]
    Mx,
    #[serde(rename = "TLSA")]
    Tlsa,
    #[serde(rename = "TXT")]
    Txt,
}

/// How DNS answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DnsStanding {
    /// With records that DNSSEC proved (RFC 4035 §4.3: secure).
    Proved,
    /// With records that nothing proved.
    Unproved,
    /// There is certainly no such record.
    Absent,
    /// It could not be told.
    Failed,
}

/// One question and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsSeen {
    pub kind: DnsKind,
    pub name: String,
    /// When the answer came in. A recent one may serve several attempts.
    pub at: Timestamp,
    pub standing: DnsStanding,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub records: Vec<String>,
    /// Records that are too long or too many to be told.
    #[serde(skip_serializing_if = "is_none", default)]
    pub left_out: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl DnsSeen {
    pub fn mx(domain: &Domain, at: Timestamp, found: &Result<Answer<MxHosts>, NetFault>) -> Self {
        Self::of(
            (DnsKind::Mx, domain.as_str()),
            at,
            found,
            |hosts| match hosts.as_slice() {
                // The null MX (RFC 7505 §3).
                [] => vec!["0 .".to_owned()],
                hosts => hosts
                    .iter()
                    .map(|(preference, host)| format!("{preference} {}.", host.as_str()))
                    .collect(),
            },
        )
    }

    /// The records of a TCP port of a host.
    pub fn tlsa(
        (host, port): (&Domain, u16),
        at: Timestamp,
        found: &Result<Answer<Vec<Tlsa>>, NetFault>,
    ) -> Self {
        let name = format!("_{port}._tcp.{}", host.as_str());
        Self::of((DnsKind::Tlsa, &name), at, found, |records| {
            records.iter().map(Tlsa::line).collect()
        })
    }

    pub fn txt(name: &str, at: Timestamp, found: &Result<Answer<Vec<Vec<u8>>>, NetFault>) -> Self {
        Self::of((DnsKind::Txt, name), at, found, |texts| {
            texts.iter().map(|text| printable(text)).collect()
        })
    }

    fn of<T>(
        (kind, name): (DnsKind, &str),
        at: Timestamp,
        found: &Result<Answer<T>, NetFault>,
        lines: impl FnOnce(&T) -> Vec<String>,
    ) -> Self {
        let (standing, lines) = match found {
            Ok(answer) if answer.secure => (DnsStanding::Proved, lines(&answer.value)),
            Ok(answer) => (DnsStanding::Unproved, lines(&answer.value)),
            Err(NetFault::NoRecord) => (DnsStanding::Absent, Vec::new()),
            Err(_) => (DnsStanding::Failed, Vec::new()),
        };
        let count = lines.len();
        let fits = |line: &String| line.len() <= limits::DNS_RECORD_TOLD_OCTETS_MAX;
        let records: Vec<_> = lines
            .into_iter()
            .filter(fits)
            .take(limits::DNS_RECORDS_TOLD_MAX)
            .collect();
        Self {
            kind,
            name: name.to_owned(),
            at,
            standing,
            left_out: count - records.len(),
            records,
        }
    }
}

impl DnsSeen {
    /// Octets of what is told.
    pub fn octets(&self) -> usize {
        self.records.iter().map(String::len).sum()
    }

    /// That there was an answer, without its records.
    pub fn untold(mut self) -> Self {
        self.left_out += self.records.len();
        self.records.clear();
        self
    }
}

/// RFC 1035 §5.1: what is no printable ASCII is `\DDD`.
fn printable(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for &octet in text {
        match octet {
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(octet)),
            _ => out.push_str(&format!("\\{octet:03}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
