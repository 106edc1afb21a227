//! What was found and where: kinds, counts and places, never a value and no file's name.

use std::collections::BTreeMap;

use phi::Findings;
use serde::Deserialize;

/// All that was found in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAt {
    pub place: Place,
    /// Words of kinds, and how often.
    pub kinds: Vec<(String, u32)>,
    /// The organisation's own detectors among what found it, by name, and how often.
    pub detectors: Vec<(String, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Subject,
    Header,
    Body,
    Attachment {
        /// From 1, in the order of the files.
        file: u32,
        /// `page`, `sheet` or `slide` with its number.
        spot: Option<(String, u32)>,
    },
    /// Stored before places were.
    Unknown,
}

impl Place {
    /// `subject`, `header`, `body`, `attachment`, `unknown`
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Header => "header",
            Self::Body => "body",
            Self::Attachment { .. } => "attachment",
            Self::Unknown => "unknown",
        }
    }

    fn read(word: &str) -> Self {
        let words: Vec<&str> = word.split(' ').collect();
        match words.as_slice() {
            ["subject"] => Self::Subject,
            ["header"] => Self::Header,
            ["body"] => Self::Body,
            ["attachment", file, rest @ ..] => {
                let spot = match rest {
                    [word, number] => number.parse().ok().map(|n| ((*word).to_owned(), n)),
                    _ => None,
                };
                match file.parse() {
                    Ok(file) => Self::Attachment { file, spot },
                    Err(_) => Self::Unknown,
                }
            }
            _ => Self::Unknown,
        }
    }
}

/// What is stored beside a message's findings.
#[derive(Deserialize)]
pub(super) struct Places {
    #[serde(default)]
    pub places: Vec<(usize, String)>,
}

/// Kinds, and names of own detectors.
type Counts<'a> = (BTreeMap<&'a str, u32>, BTreeMap<&'a str, u32>);

/// By place, in the order of a message: subject, header, body, files.
pub(crate) fn found_at(findings: &Findings, places: &[(usize, String)]) -> Vec<FoundAt> {
    let mut found: BTreeMap<Place, Counts> = BTreeMap::new();
    for finding in &findings.findings {
        let place = places.iter().find(|(part, _)| *part == finding.part);
        let place = place.map_or(Place::Unknown, |(_, word)| Place::read(word));
        let (kinds, detectors) = found.entry(place).or_default();
        *kinds.entry(finding.kind.word()).or_default() += 1;
        if let Some(name) = &finding.detector {
            *detectors.entry(name).or_default() += 1;
        }
    }
    let listed = |counts: BTreeMap<&str, u32>| {
        let counts = counts.into_iter();
        counts
            .map(|(word, count)| (word.to_owned(), count))
            .collect()
    };
    let found = found
        .into_iter()
        .map(|(place, (kinds, detectors))| FoundAt {
            place,
            kinds: listed(kinds),
            detectors: listed(detectors),
        });
    found.collect()
}
