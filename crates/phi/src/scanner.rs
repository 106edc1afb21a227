//! The scan: each part is read once by the lexicon and once by the shapes, then judged.

use std::collections::BTreeMap;
use std::ops::Range;

use model::limits::FINDINGS_PER_KIND_MAX;

use crate::block::Quiet;
use crate::finding::Class;
use crate::judge::{self, Candidate};
use crate::lexicon::{Lexicon, Term};
use crate::link::{self, Links};
use crate::normal::Normal;
use crate::shape::Shapes;
use crate::verdict::Tally;
use crate::{Finding, FindingKind, Findings, PartKind, block, keyed, value};

/// The compiled patterns and words. Build one and share it: building takes milliseconds.
pub struct Scanner {
    lexicon: Lexicon,
    shapes: Shapes,
}

impl Scanner {
    pub fn new() -> Self {
        Self {
            lexicon: Lexicon::new(),
            shapes: Shapes::new(),
        }
    }

    /// Finds identifiers and health words in the texts of a message and judges the whole.
    ///
    /// `token` is the organisation's keyed hash; it sees each value in one normal form. At most
    /// [`FINDINGS_PER_KIND_MAX`] findings of a kind are listed; `counts` and `level` see all.
    pub fn scan(&self, parts: &[(PartKind, &str)], token: &dyn Fn(&str) -> [u8; 32]) -> Findings {
        let mut sum = Sum {
            token,
            listed: Vec::new(),
            counts: BTreeMap::new(),
            tally: Tally::default(),
        };
        let mut subject_phi = false;
        let mut unscannable = Vec::new();
        for (part, (kind, text)) in parts.iter().enumerate() {
            let normal = Normal::of(text);
            if normal.is_garbled() {
                unscannable.push((part, "garbled".to_owned()));
            }
            let tally = self.read(part, &normal, &mut sum);
            subject_phi |= *kind == PartKind::Subject && tally.tells_in_subject();
        }
        Findings {
            level: sum.tally.level(),
            subject_phi,
            unscannable,
            health_terms: sum.tally.terms(),
            counts: sum.counts,
            findings: sum.listed,
        }
    }

    /// Reads one part into the sum; answers the part's own tally.
    fn read(&self, part: usize, normal: &Normal<'_>, sum: &mut Sum<'_>) -> Tally {
        let text = normal.bytes();
        let words = self.lexicon.read(text);
        let quiet = Quiet::of(text, &words);
        let links = Links::of(text);
        let mut candidates = link::emails(text);
        // The name of a clinic's site and mailboxes is on all its mail.
        let named = |term: &Term| links.cover(&term.range) || link::holds(&candidates, &term.range);
        let silent = |term: &Term| term.setting && (quiet.covers(term.range.start) || named(term));
        let terms: Vec<&Term> = words.terms.iter().filter(|term| !silent(term)).collect();

        candidates.extend(links.candidates(text));
        let keyed = keyed::read(text, &words)
            .into_iter()
            .filter(|keyed| !keyed.needs_health || !terms.is_empty());
        candidates.extend(keyed.map(|keyed| keyed.candidate));
        self.shapes.visit(text, |shape, range| {
            let candidate = judge::judge(shape, range, text, &words);
            let held = candidate.filter(|c| c.kind.class() >= Class::B || !links.cover(&c.range));
            held.map(|held| candidates.push(held)).is_some()
        });

        candidates.retain(|c| {
            !(matches!(c.kind, FindingKind::Date | FindingKind::Email)
                && block::is_envelope(text, c.range.start))
        });
        let mut page = Page {
            part,
            normal,
            tally: Tally::default(),
            found: Vec::new(),
        };
        for candidate in apart(candidates) {
            page.identifier(&candidate, !terms.is_empty(), sum);
        }
        for term in terms {
            page.term(term, &self.lexicon, sum);
        }
        page.found
            .sort_by_key(|finding| (finding.start, finding.len));
        sum.listed.append(&mut page.found);
        page.tally
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

/// Of overlapping candidates the one that tells most stays: class, keyword, check, length, place.
fn apart(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|c| {
        std::cmp::Reverse((
            c.kind.class(),
            c.keyed,
            c.checked,
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
    candidates
}

/// What all parts add up to.
struct Sum<'a> {
    token: &'a dyn Fn(&str) -> [u8; 32],
    listed: Vec<Finding>,
    counts: BTreeMap<FindingKind, u32>,
    tally: Tally,
}

impl Sum<'_> {
    /// Counts one more of a kind; answers whether it is still listed.
    fn count(&mut self, kind: FindingKind) -> bool {
        let count = self.counts.entry(kind).or_default();
        *count = count.saturating_add(1);
        *count as usize <= FINDINGS_PER_KIND_MAX
    }
}

/// One part while it is read.
struct Page<'a> {
    part: usize,
    normal: &'a Normal<'a>,
    tally: Tally,
    found: Vec<Finding>,
}

impl Page<'_> {
    fn identifier(&mut self, candidate: &Candidate, health: bool, sum: &mut Sum<'_>) {
        self.tally.kind(candidate.kind);
        sum.tally.kind(candidate.kind);
        // Purview's ladder (phi.md §3): pattern, check, context, keyword.
        let confidence = match (candidate.keyed, health, candidate.checked) {
            (true, _, _) => 85,
            (false, true, _) => 75,
            (false, false, true) => 65,
            (false, false, false) => 55,
        };
        if sum.count(candidate.kind) {
            let value = value::normalised(
                candidate.kind,
                &self.normal.bytes()[candidate.range.clone()],
            );
            self.list(
                candidate.kind,
                &candidate.range,
                confidence,
                (sum.token)(&value),
            );
        }
    }

    /// A health word is listed where it first stands in its part.
    fn term(&mut self, term: &Term, lexicon: &Lexicon, sum: &mut Sum<'_>) {
        let own = self.normal.bytes()[term.range.clone()].to_ascii_lowercase();
        let name = if term.by_suffix {
            own.as_slice()
        } else {
            lexicon.text(term.entry).as_bytes()
        };
        let known = self.tally.terms();
        self.tally.term(name, term.setting);
        sum.tally.term(name, term.setting);
        let first = self.tally.terms() > known;
        if sum.count(FindingKind::HealthTerm) && first {
            let confidence = if term.setting { 55 } else { 65 };
            let value = value::normalised(FindingKind::HealthTerm, name);
            self.list(
                FindingKind::HealthTerm,
                &term.range,
                confidence,
                (sum.token)(&value),
            );
        }
    }

    fn list(&mut self, kind: FindingKind, range: &Range<usize>, confidence: u8, token: [u8; 32]) {
        let (start, len) = self.normal.place(range);
        self.found.push(Finding {
            kind,
            part: self.part,
            start,
            len,
            confidence,
            token,
        });
    }
}
