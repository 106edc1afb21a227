//! What DNS said at an attempt, out of the content that its entry shows.
//!
//! It is this service's own observation: DNSSEC's word about it was judged when it was asked and is not judged again
//! here.

use model::{DnsSeen, DnsStanding};
use serde::Deserialize;

use super::{Report, Shown};

/// The part of an attempt's evidence that is read here.
#[derive(Deserialize)]
struct Evidence {
    #[serde(default)]
    dns: Vec<DnsSeen>,
}

impl Report {
    /// With the index of the entry that holds it. It names the recipient's domain: for the eyes of whoever was given
    /// the file.
    pub fn dns(&self) -> Vec<(u64, DnsSeen)> {
        let attempts = self
            .shown
            .iter()
            .filter(|s| s.kind.starts_with("delivery."));
        attempts
            .flat_map(|shown| of(shown).into_iter().map(|seen| (shown.index, seen)))
            .collect()
    }

    /// The same as sentences.
    pub fn dns_statements(&self) -> Vec<String> {
        let seen = self.dns();
        seen.iter()
            .map(|(index, seen)| says(*index, seen))
            .collect()
    }
}

fn of(shown: &Shown) -> Vec<DnsSeen> {
    serde_json::from_slice(&shown.payload).map_or(Vec::new(), |evidence: Evidence| evidence.dns)
}

/// `At 2026-11-21T14:03:07.125Z DNS said, proved by DNSSEC, that mail.example has MX "10 mx.mail.example." (entry 17)`
fn says(index: u64, seen: &DnsSeen) -> String {
    let (at, name, kind) = (seen.at, printable(&seen.name), kind(seen));
    let records: Vec<_> = seen
        .records
        .iter()
        .map(|record| format!("\"{}\"", printable(record)))
        .collect();
    let records = match seen.left_out {
        0 => records.join(", "),
        more => format!("{} and {more} more that are not kept", records.join(", ")),
    };
    match seen.standing {
        DnsStanding::Proved => {
            format!(
                "At {at} DNS said, proved by DNSSEC, that {name} has {kind} {records} (entry {index})"
            )
        }
        DnsStanding::Unproved => {
            format!(
                "At {at} DNS said, without proof by DNSSEC, that {name} has {kind} {records} (entry {index})"
            )
        }
        DnsStanding::Absent => {
            format!("At {at} DNS said that {name} has no {kind} (entry {index})")
        }
        DnsStanding::Failed => {
            format!("At {at} DNS could not tell whether {name} has {kind} (entry {index})")
        }
    }
}

fn kind(seen: &DnsSeen) -> &'static str {
    match seen.kind {
        model::DnsKind::Mx => "MX",
        model::DnsKind::Tlsa => "TLSA",
        model::DnsKind::Txt => "TXT",
    }
}

/// The file may be anybody's: nothing of it steers a terminal.
fn printable(text: &str) -> String {
    let shown = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
    text.chars().map(shown).collect()
}
