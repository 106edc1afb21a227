//! Where a text stands, in a word that names nobody: the subject, the body, a file by its number, a page.
//!
//! A file's own name, and a place inside it that is one, may name a patient: neither is kept.

use std::collections::BTreeSet;

use phi::Findings;

use super::ReadText;

/// Where in a file: `page 3`, `sheet 2`, `slide 7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot(String);

impl Spot {
    /// Only what is a known word and a number.
    pub(super) fn of(place: &str) -> Option<Self> {
        let (word, number) = place.split_once(' ')?;
        let known = matches!(word, "page" | "sheet" | "slide");
        let number: u32 = number.parse().ok()?;
        known.then(|| Self(format!("{word} {number}")))
    }
}

/// The places in which something was found.
pub(super) fn of(texts: &[ReadText], findings: &Findings) -> Vec<(usize, String)> {
    let parts: BTreeSet<usize> = findings.findings.iter().map(|f| f.part).collect();
    let places = parts
        .into_iter()
        .filter_map(|part| Some((part, word(texts.get(part)?))));
    places.collect()
}

fn word(text: &ReadText) -> String {
    match text.part {
        mail::PartName::Subject => "subject".to_owned(),
        mail::PartName::Header(_) => "header".to_owned(),
        mail::PartName::Body(_) => "body".to_owned(),
        mail::PartName::Attachment(at) => match &text.spot {
            Some(Spot(spot)) => format!("attachment {} {spot}", at + 1),
            None => format!("attachment {}", at + 1),
        },
    }
}

#[cfg(test)]
mod tests;
