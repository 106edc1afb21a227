//! From shape to kind: whether a candidate is what it looks like, by its digits and by the words
//! around it.
//!
//! Bare numbers are noise unless a keyword stands near (phi.md §2); a keyword within 300 bytes is
//! near, as Microsoft's and Amazon's products have it. Next to its keyword even an impossible number
//! counts, since typing errors and sample numbers are what people send.

use std::ops::Range;

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::codes;
use crate::lexicon::{Tag, Words};
use crate::shape::Shape;
use crate::validate;

/// Bytes within which a keyword is near.
const NEAR: usize = 300;
/// Ninety years before this release.
const BORN_BEFORE: u32 = 1936;

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
        Shape::Hicn => seen.hicn(),
        Shape::Ip6 => seen.ip6(),
        Shape::Vin => seen.vin(),
        Shape::Dea => seen.dea(),
        Shape::Iban => seen.iban(),
        Shape::Udi => seen.udi(),
        Shape::Uid => seen.uid(),
        Shape::Ndc => seen.ndc(),
        Shape::Diagnosis => seen.diagnosis(),
        Shape::BirthYear => seen.birth_year(),
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

    fn hicn(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Member, NEAR, 60);
        let holds = self.alone() && keyed && validate::is_ssn(&self.digits[..9]);
        holds.then(|| self.candidate(FindingKind::Hicn, true, true))?
    }

    /// A taxpayer's number next to its word; it looks like a social security number never issued.
    fn itin(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Itin, 60, 30);
        let holds = keyed && validate::is_itin(&self.digits);
        holds.then(|| self.candidate(FindingKind::Itin, true, true))?
    }

    fn parted_ssn(&self) -> Option<Candidate> {
        if let Some(itin) = self.itin().filter(|_| self.alone()) {
            return Some(itin);
        }
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
        if let Some(itin) = self.itin() {
            return Some(itin);
        }
        match self.digits.len() {
            9 if self.near(Tag::Routing, 40, 0) && validate::is_routing(&self.digits) => {
                self.candidate(FindingKind::Routing, true, true)
            }
            11 if self.near(Tag::CodeOfDrug, 40, 0) => {
                self.candidate(FindingKind::DrugCode, false, true)
            }
            14 if self.text[..self.range.start].ends_with(b"(01)")
                && validate::is_gtin(&self.digits) =>
            {
                self.candidate(FindingKind::Device, true, false)
            }
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
                holds.then(|| self.candidate(self.telephone(), true, true))?
            }
            _ => self.card(),
        }
    }

    fn card(&self) -> Option<Candidate> {
        let holds = self.alone() && validate::is_card(&self.digits);
        holds.then(|| self.candidate(FindingKind::PaymentCard, true, false))?
    }

    fn ip6(&self) -> Option<Candidate> {
        let found = std::str::from_utf8(self.found()).ok()?;
        let outside =
            |at: Option<&u8>| !at.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b':');
        let before = self.range.start.checked_sub(1).map(|at| self.text[at]);
        let holds = found.parse::<std::net::Ipv6Addr>().is_ok()
            && found.len() >= 8
            && outside(before.as_ref())
            && outside(self.text.get(self.range.end));
        let keyed = self.near(Tag::Ip, 40, 0);
        holds.then(|| self.candidate(FindingKind::IpAddress, true, keyed))?
    }

    fn vin(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Vin, 60, 0);
        let found = self.found();
        let mixed = found.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 2;
        let valid = validate::is_vin(found);
        let holds = self.alone() && (keyed || (valid && mixed));
        holds.then(|| self.candidate(FindingKind::Vin, valid, keyed))?
    }

    fn dea(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Dea, 60, 0);
        let capitals = self.found()[0].is_ascii_uppercase();
        let holds = self.alone() && keyed && capitals && validate::is_dea(self.found());
        holds.then(|| self.candidate(FindingKind::Dea, true, true))?
    }

    fn iban(&self) -> Option<Candidate> {
        let mut len = self.range.len();
        // The shape may have taken the next words, too.
        while !validate::is_iban(&self.found()[..len]) {
            len = self.found()[..len].iter().rposition(|b| *b == b' ')?;
        }
        let range = self.range.start..self.range.start + len;
        let capital = self.found()[0].is_ascii_uppercase();
        capital.then(|| Candidate {
            checked: true,
            ..Candidate::new(FindingKind::Iban, range)
        })
    }

    fn udi(&self) -> Option<Candidate> {
        let gtin = self.digits.get(2..16)?;
        validate::is_gtin(gtin).then(|| self.candidate(FindingKind::Device, true, false))?
    }

    /// A DICOM unique identifier has at least six arcs and one long one (ISO/IEC 9834-1).
    fn uid(&self) -> Option<Candidate> {
        let holds = self.digits.len() >= 14;
        holds.then(|| self.candidate(FindingKind::UniqueId, false, false))?
    }

    fn ndc(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::CodeOfDrug, 40, 0);
        let holds = self.alone() && keyed && matches!(self.digits.len(), 10 | 11);
        holds.then(|| self.candidate(FindingKind::DrugCode, false, true))?
    }

    /// With its dot or its keyword, and in a category that exists.
    fn diagnosis(&self) -> Option<Candidate> {
        let found = self.found();
        let keyed = self.near(Tag::CodeOfDiagnosis, 60, 0);
        let holds = self.alone()
            && found[0].is_ascii_uppercase()
            && (keyed || found.contains(&b'.'))
            && codes::is_category(&found[..3]);
        holds.then(|| self.candidate(FindingKind::DiagnosisCode, true, keyed))?
    }

    /// A year of birth that makes someone over 89 (45 CFR 164.514(b)(2)(i)(C)), for as long as this
    /// release is in use.
    fn birth_year(&self) -> Option<Candidate> {
        let year = self
            .digits
            .iter()
            .fold(0_u32, |n, d| n * 10 + u32::from(*d));
        let holds = self.alone() && (1900..=BORN_BEFORE).contains(&year);
        let beside = self.near(Tag::Birth, 12, 0);
        (holds && beside).then(|| self.candidate(FindingKind::Age, false, true))?
    }

    fn phone(&self) -> Option<Candidate> {
        let keyed = self.near(Tag::Phone, 40, 0);
        let valid = validate::is_nanp(&self.digits);
        (self.alone() && (valid || keyed))
            .then(|| self.candidate(self.telephone(), valid, keyed))?
    }

    /// A fax when that is the nearest word before it.
    fn telephone(&self) -> FindingKind {
        let fax = self.near(Tag::Fax, 25, 0);
        let low = self.range.start.saturating_sub(25);
        let nearest = self
            .words
            .keys_from(low..self.range.start)
            .iter()
            .rev()
            .find(|key| matches!(key.tag, Tag::Fax | Tag::Phone));
        let phone = nearest.is_some_and(|key| {
            let word = &self.text[key.range.clone()];
            key.tag == Tag::Phone && !contains(&word.to_ascii_lowercase(), b"fax")
        });
        if fax && !phone {
            FindingKind::Fax
        } else {
            FindingKind::Phone
        }
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
    /// How far back its sentence goes, at most so far.
    fn own_sentence(&self, most: usize) -> usize {
        let before = &self.text[self.range.start.saturating_sub(most)..self.range.start];
        let ends = |pair: &[u8]| matches!(pair[0], b'.' | b'!' | b'?') && pair[1] == b' ';
        let word = |at: usize| {
            before[..at]
                .iter()
                .rev()
                .take_while(|b| b.is_ascii_lowercase())
                .count()
        };
        let last = (0..before.len().saturating_sub(1))
            .rev()
            .find(|at| ends(&before[*at..]) && word(*at) > 3);
        last.map_or(most, |at| before.len() - at - 1)
    }

    fn has_year(&self) -> bool {
        let found = self.found();
        let runs = found
            .split(|b| !b.is_ascii_digit())
            .filter(|run| !run.is_empty());
        let (count, wide) = runs.fold((0, false), |(count, wide), run| {
            (count + 1, wide || run.len() > 2)
        });
        wide || count > 2 || (count == 2 && found.iter().any(u8::is_ascii_alphabetic))
    }

    fn date(&self) -> Option<Candidate> {
        // A birthday without its year is on the calendar of every office.
        let birth = self.near(Tag::Birth, 40, 12) && self.has_year();
        // "… after surgery. Dr. Reed speaks on May 3": another sentence's day.
        let reach = self.own_sentence(60);
        let care = self.near(Tag::Care, reach, 0);
        let loose = !birth && !care && self.near(Tag::CareLoose, reach, 0);
        let kind = match (birth, care || loose) {
            (true, _) => FindingKind::DateOfBirth,
            (false, true) => FindingKind::DateOfCare,
            (false, false) => FindingKind::Date,
        };
        let candidate = self.candidate(kind, true, birth || care)?;
        Some(Candidate { loose, ..candidate })
    }

    /// Optional only because every caller's answer is.
    fn candidate(&self, kind: FindingKind, checked: bool, keyed: bool) -> Option<Candidate> {
        Some(Candidate {
            checked,
            keyed,
            ..Candidate::new(kind, self.range.clone())
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
