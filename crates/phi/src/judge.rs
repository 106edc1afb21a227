//! From shape to kind: whether a candidate is what it looks like, by its digits and by the words
//! around it.
//!
//! Bare numbers are noise unless a keyword stands near (phi.md §2); a keyword within 300 bytes is
//! near, as Microsoft's and Amazon's products have it. Next to its keyword even an impossible number
//! counts, since typing errors and sample numbers are what people send.

use std::ops::Range;

use crate::FindingKind;
use crate::lexicon::{Tag, Words};
use crate::shape::Shape;
use crate::validate;

/// A candidate that holds.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub kind: FindingKind,
    pub range: Range<usize>,
    /// Its digits pass a check beyond their number.
    pub checked: bool,
    /// Its keyword stands near.
    pub keyed: bool,
}

/// Bytes within which a keyword is near.
const NEAR: usize = 300;

pub(crate) fn judge(
    shape: Shape,
    range: Range<usize>,
    text: &[u8],
    words: &Words,
) -> Option<Candidate> {
    let seen = Seen {
        text,
        words,
        digits: validate::digits(&text[range.clone()]),
        range,
    };
    match shape {
        Shape::Mbi => seen.mbi(),
        Shape::Ssn => seen.parted_ssn(),
        Shape::Ip => seen.ip(),
        Shape::Phone | Shape::LocalPhone => seen.phone(),
        Shape::ForeignPhone => seen.foreign_phone(),
        Shape::IsoDate | Shape::NumericDate => seen.numeric_date(),
        Shape::DayMonth | Shape::MonthDay => seen.named_day(),
        Shape::MonthYear => seen.date(),
        Shape::Age => seen.candidate(FindingKind::Age, false, false),
        Shape::Card => seen.card(),
        Shape::Digits => seen.bare_digits(),
    }
}

struct Seen<'a> {
    text: &'a [u8],
    words: &'a Words,
    digits: Vec<u8>,
    range: Range<usize>,
}

impl Seen<'_> {
    fn mbi(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Member, NEAR, NEAR);
        let capitals = !self.found().iter().any(u8::is_ascii_lowercase);
        (self.alone() && (capitals || keyed))
            .then(|| self.candidate(FindingKind::Mbi, true, keyed))?
    }

    fn parted_ssn(&self) -> Option<Candidate> {
        let issued = validate::is_ssn(&self.digits);
        let hyphens = self.found().iter().filter(|b| **b == b'-').count() == 2;
        let keyed = self.near(Tag::Ssn, NEAR, NEAR);
        let holds = (issued && (hyphens || keyed)) || self.beside(Tag::Ssn);
        (self.alone() && holds).then(|| self.candidate(FindingKind::UsSsn, issued, keyed))?
    }

    fn bare_digits(&self) -> Option<Candidate> {
        if !self.alone() {
            return None;
        }
        match self.digits.len() {
            9 => {
                let issued = validate::is_ssn(&self.digits);
                let holds = self.beside(Tag::Ssn) || (issued && self.near(Tag::Ssn, NEAR, NEAR));
                holds.then(|| self.candidate(FindingKind::UsSsn, issued, true))?
            }
            10 if validate::is_npi(&self.digits) && self.near(Tag::Npi, NEAR, NEAR) => {
                self.candidate(FindingKind::Npi, true, true)
            }
            10 | 11 => {
                let holds = validate::is_nanp(&self.digits) && self.near(Tag::Phone, 30, 0);
                holds.then(|| self.candidate(FindingKind::Phone, true, true))?
            }
            _ => self.card(),
        }
    }

    fn card(&self) -> Option<Candidate> {
        let holds = self.alone() && validate::is_card(&self.digits);
        holds.then(|| self.candidate(FindingKind::PaymentCard, true, false))?
    }

    fn phone(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Phone, 40, 0);
        let valid = validate::is_nanp(&self.digits);
        (self.alone() && (valid || keyed))
            .then(|| self.candidate(FindingKind::Phone, valid, keyed))?
    }

    fn foreign_phone(&self) -> Option<Candidate> {
        // ITU-T E.164: at most 15 digits; +1 is the North American plan.
        let holds = (8..=15).contains(&self.digits.len())
            && (self.digits[0] != 1 || validate::is_nanp(&self.digits));
        let keyed = self.near(Tag::Phone, 40, 0);
        (self.alone() && holds).then(|| self.candidate(FindingKind::Phone, false, keyed))?
    }

    fn ip(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Ip, 40, 0);
        let before = &self.text[self.range.start.saturating_sub(12)..self.range.start];
        let version = before.to_ascii_lowercase();
        let version = [&b"version"[..], b"release", b"build"]
            .iter()
            .any(|word| contains(&version, word));
        let holds = self.alone() && (keyed || (validate::is_public_ip(self.found()) && !version));
        holds.then(|| self.candidate(FindingKind::IpAddress, true, keyed))?
    }

    fn numeric_date(&self) -> Option<Candidate> {
        // RFC 3339 goes on with the hour.
        let hour = matches!(self.text.get(self.range.end), Some(b'T' | b't'));
        ((hour || self.alone()) && validate::is_date(self.found())).then(|| self.date())?
    }

    fn named_day(&self) -> Option<Candidate> {
        let found = self.found();
        let first_run: Vec<u8> = found
            .iter()
            .skip_while(|b| !b.is_ascii_digit())
            .take_while(|b| b.is_ascii_digit())
            .map(|b| b - b'0')
            .collect();
        let day = first_run
            .iter()
            .fold(0_u32, |n, digit| n * 10 + u32::from(*digit));
        let rest = self.digits.len() - first_run.len();
        // Without year or ordinal "10 may" and "march 3" are verbs: a month is written large then.
        let ordinal = found
            .windows(3)
            .any(|w| w[0].is_ascii_digit() && w[1..].iter().all(u8::is_ascii_alphabetic));
        let capital = found.iter().any(u8::is_ascii_uppercase);
        let next = self
            .text
            .get(self.range.end)
            .is_some_and(u8::is_ascii_alphanumeric);
        ((1..=31).contains(&day) && !next && (rest > 0 || ordinal || capital))
            .then(|| self.date())?
    }

    /// Which kind of date the words around it make it.
    fn date(&self) -> Option<Candidate> {
        let (birth, care) = (self.near(Tag::Birth, 40, 12), self.near(Tag::Care, 60, 0));
        let kind = match (birth, care) {
            (true, _) => FindingKind::DateOfBirth,
            (false, true) => FindingKind::DateOfCare,
            (false, false) => FindingKind::Date,
        };
        self.candidate(kind, true, birth || care)
    }

    /// Optional only because every caller's answer is.
    fn candidate(&self, kind: FindingKind, checked: bool, keyed: bool) -> Option<Candidate> {
        Some(Candidate {
            kind,
            range: self.range.clone(),
            checked,
            keyed,
        })
    }

    fn found(&self) -> &[u8] {
        &self.text[self.range.clone()]
    }

    fn near(&self, tag: Tag, before: usize, after: usize) -> bool {
        self.words.near(tag, &self.range, before, after)
    }

    /// The keyword is the next word or nearly so.
    fn beside(&self, tag: Tag) -> bool {
        self.near(tag, 40, 15)
    }

    /// Not a piece of a longer number or code.
    fn alone(&self) -> bool {
        let at = |place: usize| self.text.get(place).copied().unwrap_or(b' ');
        let (start, end) = (self.range.start, self.range.end);
        let before = if start > 0 { at(start - 1) } else { b' ' };
        let further = if start > 1 { at(start - 2) } else { b' ' };
        let joined = |mark: u8, beyond: u8| {
            matches!(mark, b'-' | b'.' | b'/' | b'_') && beyond.is_ascii_digit()
        };
        !before.is_ascii_alphanumeric()
            && !joined(before, further)
            && !at(end).is_ascii_alphanumeric()
            && !joined(at(end), at(end + 1))
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}
