//! What a reader of one text proposes: a kind and a place, and why it holds.
//!
//! Candidates may overlap; of those that do, [`apart`] keeps the one that tells most.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::FindingKind;

/// A candidate that holds.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub kind: FindingKind,
    pub range: Range<usize>,
    /// Its digits pass a check beyond their number.
    pub checked: bool,
    /// Its keyword stands near.
    pub keyed: bool,
    /// Only a word that means other things too makes it what it is.
    pub loose: bool,
    /// Confidence that its reader gave, instead of the ladder's.
    pub confidence: Option<u8>,
    /// The organisation's own detector.
    pub detector: Option<String>,
}

impl Candidate {
    pub(crate) fn new(kind: FindingKind, range: Range<usize>) -> Self {
        Self {
            kind,
            range,
            checked: false,
            keyed: false,
            loose: false,
            confidence: None,
            detector: None,
        }
    }

    /// With its keyword near.
    pub(crate) fn keyed(kind: FindingKind, range: Range<usize>) -> Self {
        Self {
            keyed: true,
            ..Self::new(kind, range)
        }
    }
}

/// Of overlapping candidates the one that tells most stays: class, keyword, check, the organisation's own name for
/// it, length, place.
/// Sorted by place.
pub(crate) fn apart(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|c| {
        std::cmp::Reverse((
            c.kind.class(),
            c.keyed,
            c.checked,
            c.detector.is_some(),
            c.range.len(),
            std::cmp::Reverse(c.range.start),
        ))
    });
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let mut is_free = |range: &Range<usize>| {
        let before = taken.range(..range.end).next_back();
        let free = before.is_none_or(|(_, end)| *end <= range.start);
        if free {
            taken.insert(range.start, range.end);
        }
        free
    };
    candidates.retain(|c| is_free(&c.range));
    candidates.sort_by_key(|c| c.range.start);
    candidates
}
