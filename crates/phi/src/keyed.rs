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
    let reach = match key.tag {
        Tag::Policy => insurer(text, key.range.end).or_else(|| reach(text, key.range.end))?,
        Tag::Plate => plate_behind(text, key.range.end).or_else(|| reach(text, key.range.end))?,
        _ => reach(text, key.range.end)?,
    };
    let token = &text[reach.token.clone()];
    let digits = validate::digits(token);
    let announced = announces(&word);
    // A claim and an account may have ten digits; a telephone behind their words is parted.
    let run = digits.len() == token.len() && matches!(key.tag, Tag::Claim | Tag::Account);
    let telephone = validate::is_nanp(&digits) && !run;
    let record = word.starts_with(b"mrn") && reach.says_number;
    let other =
        (validate::is_date(token) && !record) || (!announced && (telephone || is_year(token)));
    let long = match key.tag {
        Tag::Mrn | Tag::Member => digits.len() >= 5,
        // Rules and teams have short ones.
        Tag::Policy if matches!(&*word, b"policy" | b"group" | b"coverage") => digits.len() >= 6,
        Tag::Policy | Tag::Accession => digits.len() >= 5,
        Tag::Number => digits.len() >= 6,
        Tag::Device => digits.len() >= 5 && digits.len() < token.len(),
        Tag::Plate => {
            (5..=8).contains(&token.len()) && digits.len() < token.len() && digits.len() > 1
        }
        Tag::Claim => digits.len() >= 7,
        Tag::Account => digits.len() >= 6,
        Tag::Patient if word == b"rx" => digits.len() >= 6 && digits.len() == token.len(),
        Tag::Patient => digits.len() >= 6,
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
    let foreign =
        matches!(key.tag, Tag::Member | Tag::Policy) && is_of_another_trade(text, key.range.start);
    let said = announced || reach.says_number || long;
    let holds = digits.len() >= 2 && said && shaped && !other && !foreign;
    holds.then(|| Keyed {
        candidate: Candidate::keyed(kind, reach.token),
        needs_health,
    })
}

/// What a keyword makes of the number behind it, and whether only where health is the subject.
fn kind(tag: Tag, word: &[u8]) -> Option<(FindingKind, bool)> {
    Some(match tag {
        // Courts and libraries keep records, sailors charts.
        Tag::Mrn => (
            FindingKind::Mrn,
            word.starts_with(b"record") || word.starts_with(b"chart"),
        ),
        Tag::Member => (FindingKind::MemberId, false),
        // Cars and houses are insured too.
        Tag::Policy => (FindingKind::MemberId, true),
        // Courts, shops and help desks have cases and authorisations, too.
        Tag::Patient if is_anyones(word) => (FindingKind::UniqueId, true),
        Tag::Patient => (
            FindingKind::PatientId,
            !word.starts_with(b"p") && word != b"rx",
        ),
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

fn is_anyones(word: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"case",
        b"caso",
        b"numero de caso",
        b"numero de referencia",
        b"numero de orden",
        b"auth",
        b"study",
        b"visit",
        b"numero de autorizacion",
    ];
    WORDS.iter().any(|known| word.starts_with(known))
}

/// A gym's member, a car's policy: what stands around a number of a plan says that it is none of health.
fn is_of_another_trade(text: &[u8], at: usize) -> bool {
    const TRADES: &[&[u8]] = &[
        b"gym",
        b"club",
        b"library",
        b"miles",
        b"points",
        b"rewards",
        b"loyalty",
        b"airline",
        b"hotel",
        b"museum",
        b"credit union",
        b"alumni",
        b"association",
        b"dues",
        b"co-op",
        b"roadside",
        b"fitness",
        b"yoga",
        b"chamber of",
        b"society",
        b"homeowner",
        b"renters",
        b"flood",
        b"roof",
        b"malpractice",
        b"liability",
        b"cyber",
        b"umbrella",
        b"dwelling",
        b"vehicle",
        b"auto ",
        b"401(k)",
        b"retirement",
        b"pension",
        b"frequent",
        b"warehouse club",
        b"biblioteca",
        b"gimnasio",
        b"puntos",
        b"socio",
    ];
    const HEALTH: &[&[u8]] = &[
        b"medic",
        b"health",
        b"copay",
        b"deductible",
        b"subscriber",
        b"dob",
        b"patient",
        b"diagnos",
        b"pacient",
        b"salud",
        b"claim",
        b"coverage",
        b"eligib",
        b"prior auth",
        b"pharmacy",
        b"dental",
    ];
    let low = at.saturating_sub(AROUND);
    let around = text[low..(at + AROUND).min(text.len())].to_ascii_lowercase();
    let has = |words: &[&[u8]]| {
        words
            .iter()
            .any(|word| memchr::memmem::find(&around, word).is_some())
    };
    has(TRADES) && !has(HEALTH)
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

/// Octets to either side in which the trade of a number is said.
const AROUND: usize = 250;
/// Digits of a member's number at the least, where nothing but the insurer stands before it.
const INSURED: usize = 6;

/// Keywords that already say "number".
fn announces(word: &[u8]) -> bool {
    const ALONE: [&[u8]; 5] = [b"mrn", b"m.r.n.", b"medrec", b"hicn", b"mbi"];
    const LAST: [&[u8]; 5] = [b"#", b" id", b" no", b"number", b"numero"];
    ALONE.contains(&word) || LAST.iter().any(|end| word.ends_with(end))
}

/// "Insurance: Harborview Health H33143482": the insurer's name stands before the number.
fn insurer(text: &[u8], from: usize) -> Option<Reach> {
    const NAME_WORDS: usize = 4;
    let rest = text[from..].strip_prefix(b":")?;
    let line = rest.split(|b| *b == b'\n').next()?;
    let mut at = from + 1;
    for (seen, word) in line
        .split(|b| *b == b' ')
        .filter(|word| !word.is_empty())
        .enumerate()
    {
        at = word.as_ptr() as usize - text.as_ptr() as usize;
        if validate::digits(word).len() >= INSURED || seen > NAME_WORDS {
            break;
        }
        if !word[0].is_ascii_uppercase() {
            return None;
        }
    }
    let token = token(text, at)?;
    let digits = validate::digits(&text[token.clone()]).len();
    (digits >= INSURED).then_some(Reach {
        token,
        says_number: true,
    })
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

fn plate_behind(text: &[u8], from: usize) -> Option<Reach> {
    let marks = text[from..]
        .iter()
        .take(3)
        .take_while(|b| b" :#".contains(b))
        .count();
    let token = plate(text, from + marks).filter(|_| marks > 0)?;
    Some(Reach {
        token,
        says_number: true,
    })
}

/// "plate EBJ 2439": letters, a blank, digits.
fn plate(text: &[u8], from: usize) -> Option<Range<usize>> {
    let run = |at: usize, is: fn(&u8) -> bool| {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter().take(5).take_while(|b| is(b)).count()
    };
    let letters = run(from, u8::is_ascii_uppercase);
    let digits = run(from + letters + 1, u8::is_ascii_digit);
    let parted = text.get(from + letters) == Some(&b' ');
    (parted && (2..=4).contains(&letters) && (2..=4).contains(&digits))
        .then(|| from..from + letters + 1 + digits)
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
