//! The human summary: sentences that follow from the entries and from nothing else.

use super::claim::{is_beside, is_failure, is_test};
use super::{BundleEntry, Claim, LIMITS};
use crate::entry::Entry;

const BESIDE: &str = "Entries with method=portal, or with a role other than letter, follow a notice, a code or a \
    report; they say nothing about the message's own way.";
const TEST: &str = "The message was sent in test mode: nothing was transmitted.";

/// The summary as it is written into the file and derived again by every check.
pub(super) fn summary(level: Claim, entries: &[(&BundleEntry, Entry)]) -> Vec<String> {
    let mut out = vec![level.says().to_owned()];
    out.extend(entries.iter().map(|(place, entry)| line(place, entry)));
    if entries.iter().any(|(_, entry)| is_beside(entry.into())) {
        out.push(BESIDE.to_owned());
    }
    if entries.iter().any(|(_, entry)| is_test(entry.into())) {
        out.push(TEST.to_owned());
    }
    for (place, _) in entries.iter().filter(|(_, entry)| is_failure(entry.into())) {
        out.push(format!(
            "Entry {} records a failure or delay: read it together with the level.",
            place.index
        ));
    }
    out.push(LIMITS.to_owned());
    out
}

/// `2026-11-21T14:03:07.125Z delivery.accepted: code=250, method=tls (entry 17, content shown)`
fn line(place: &BundleEntry, entry: &Entry) -> String {
    let facts: Vec<_> = entry
        .facts
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!(": {}", facts.join(", "))
    };
    let content = match (&entry.commitment, &place.opened) {
        (None, _) => "",
        (Some(_), Some(_)) => ", content shown",
        (Some(_), None) => ", content withheld",
    };
    format!(
        "{} {}{facts} (entry {}{content})",
        entry.at, entry.kind, place.index
    )
}
