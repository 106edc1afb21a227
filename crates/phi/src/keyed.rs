//! Numbers without a shape of their own: record, member, patient and case numbers, known by the
//! keyword before them ("MRN: UCSF-12345").
//!
//! A keyword reaches over a few fillers ("number is #") to a token with digits. Words that also mean
//! something else ("insurance", "chart") must say that a number follows, or the token must be long.

use std::ops::Range;

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::lexicon::{Key, Tag, Words};
use crate::validate;

/// A keyed number, and whether it only counts where health is the subject.
pub(crate) struct Keyed {
    pub candidate: Candidate,
    pub needs_health: bool,
}

pub(crate) fn read(text: &[u8], words: &Words) -> Vec<Keyed> {
    words
        .keys
        .iter()
        .filter_map(|key| keyed(text, key))
        .collect()
}

fn keyed(text: &[u8], key: &Key) -> Option<Keyed> {
    let word = text[key.range.clone()].to_ascii_lowercase();
    if key.tag == Tag::Biometric {
        return Some(Keyed {
            candidate: Candidate::keyed(FindingKind::Biometric, key.range.clone()),
            needs_health: true,
        });
    }
    let (kind, needs_health) = kind(key.tag, &word)?;
    let reach = reach(text, key.range.end)?;
    let token = &text[reach.token.clone()];
    let digits = validate::digits(token);
    let announced = announces(&word);
    let other =
        validate::is_date(token) || (!announced && (validate::is_nanp(&digits) || is_year(token)));
    let long = match key.tag {
        Tag::Mrn | Tag::Member | Tag::Policy => digits.len() >= 5,
        Tag::Claim => digits.len() >= 7,
        Tag::Patient => word == b"rx" && digits.len() >= 6 && digits.len() == token.len(),
        Tag::Licence => {
            // Software has licences of digits alone.
            let told =
                digits.len() < token.len() || matches!(&*word, b"dl" | b"oln" | b"driver lic");
            told && validate::is_licence(token) && !is_professional(text, key.range.start)
        }
        _ => false,
    };
    // "rx" and "license" stand before much else: only the number's shape makes it one.
    let shaped = (key.tag != Tag::Licence && word != b"rx") || long;
    let holds = digits.len() >= 2 && (announced || reach.says_number || long) && shaped && !other;
    holds.then(|| Keyed {
        candidate: Candidate::keyed(kind, reach.token),
        needs_health,
    })
}

/// What a keyword makes of the number behind it, and whether only where health is the subject.
fn kind(tag: Tag, word: &[u8]) -> Option<(FindingKind, bool)> {
    Some(match tag {
        Tag::Mrn => (FindingKind::Mrn, false),
        Tag::Member => (FindingKind::MemberId, false),
        // Cars and houses are insured too.
        Tag::Policy => (FindingKind::MemberId, true),
        Tag::Patient => (FindingKind::PatientId, !word.starts_with(b"p")),
        // Whose it is, other words have to say.
        Tag::Number => (FindingKind::UniqueId, true),
        Tag::Claim => (FindingKind::Claim, true),
        Tag::Accession => (FindingKind::Accession, true),
        Tag::Account => (FindingKind::Account, true),
        Tag::DriversLicence => (FindingKind::DriversLicence, false),
        Tag::Licence => (FindingKind::DriversLicence, false),
        Tag::Certificate => (FindingKind::Certificate, false),
        Tag::Plate => (FindingKind::Plate, false),
        Tag::Device => (FindingKind::Device, true),
        _ => return None,
    })
}

/// "Health plan: 2026 rates", "Insurer: 415-555-0134": what follows a colon need not be a number of it.
fn is_year(token: &[u8]) -> bool {
    token.len() == 4 && (token.starts_with(b"19") || token.starts_with(b"20"))
}

/// "Medical license", "software licence": not a driver's.
fn is_professional(text: &[u8], at: usize) -> bool {
    const KINDS: &[&[u8]] = &[
        b"medical",
        b"nursing",
        b"rn",
        b"professional",
        b"software",
        b"business",
        b"product",
        b"pharmacy",
        b"dental",
        b"state",
        b"facility",
        b"liquor",
        b"contractor",
        b"enterprise",
        b"user",
        b"site",
        b"medica",
        b"profesional",
    ];
    let before = text[..at].trim_ascii_end();
    let letters = before
        .iter()
        .rev()
        .take(16)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let word = &before[before.len() - letters..];
    KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(word))
}

/// Keywords that already say "number".
fn announces(word: &[u8]) -> bool {
    const ALONE: [&[u8]; 5] = [b"mrn", b"m.r.n.", b"medrec", b"hicn", b"mbi"];
    const LAST: [&[u8]; 5] = [b"#", b" id", b" no", b"number", b"numero"];
    ALONE.contains(&word) || LAST.iter().any(|end| word.ends_with(end))
}

struct Reach {
    token: Range<usize>,
    says_number: bool,
}

/// The token after a keyword, over at most six fillers on at most one line break.
fn reach(text: &[u8], from: usize) -> Option<Reach> {
    const FILLERS: [&[u8]; 11] = [
        b"number", b"no", b"num", b"nr", b"id", b"is", b"was", b"of", b"the", b"es", b"numero",
    ];
    let (mut at, mut says_number, mut breaks) = (from, false, 0);
    for _ in 0..6 {
        while let Some(mark) = text.get(at).filter(|b| b" \t\r\n#:=.('\"*[-".contains(b)) {
            says_number |= matches!(mark, b'#' | b':' | b'=');
            breaks += usize::from(*mark == b'\n');
            at += 1;
            if breaks > 1 || at > from + 40 {
                return None;
            }
        }
        let run = at
            + text[at..]
                .iter()
                .take(31)
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
        let word = text[at..run].to_ascii_lowercase();
        if !FILLERS.contains(&word.as_slice()) || text.get(run) == Some(&b'-') {
            return Some(Reach {
                token: token(text, at)?,
                says_number,
            });
        }
        says_number |= matches!(
            word.as_slice(),
            b"number" | b"no" | b"num" | b"nr" | b"id" | b"numero"
        );
        at = run;
    }
    None
}

/// Letters and digits with hyphens between, 4 to 30 bytes.
fn token(text: &[u8], from: usize) -> Option<Range<usize>> {
    let run = text[from..]
        .iter()
        .take(31)
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    let hyphens = text[from..from + run]
        .iter()
        .rev()
        .take_while(|b| **b == b'-')
        .count();
    let len = run - hyphens;
    (4..=30).contains(&len).then(|| from..from + len)
}
