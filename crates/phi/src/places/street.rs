//! Streets: a house number, a name, and a word for a street; post office boxes.

use std::ops::Range;

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::names::Capitals;

/// United States Postal Service, Publication 28, appendix C1, the usual ones.
const SUFFIXES: &[&[u8]] = &[
    b"street",
    b"st",
    b"avenue",
    b"ave",
    b"boulevard",
    b"blvd",
    b"road",
    b"rd",
    b"drive",
    b"dr",
    b"lane",
    b"ln",
    b"court",
    b"ct",
    b"place",
    b"pl",
    b"way",
    b"highway",
    b"hwy",
    b"parkway",
    b"pkwy",
    b"square",
    b"sq",
    b"terrace",
    b"ter",
    b"circle",
    b"cir",
    b"trail",
    b"trl",
    b"turnpike",
    b"pike",
    b"alley",
    b"loop",
    b"row",
    b"plaza",
    b"crossing",
    b"expressway",
    b"route",
    b"rte",
    b"path",
    b"run",
    b"broadway",
];
const SPANISH: &[&[u8]] = &[
    b"calle",
    b"avenida",
    b"av",
    b"paseo",
    b"carrera",
    b"camino",
    b"calzada",
    b"privada",
    b"callejon",
    b"urbanizacion",
    b"pasaje",
    b"boulevard",
    b"bulevar",
    b"cerrada",
];

/// The street that a word with a capital begins, or the box it names.
pub(super) fn read(text: &[u8], capitals: &Capitals, at: usize) -> Option<Candidate> {
    let range = capitals.range(at);
    let word = &text[range.clone()];
    let found = if is(SPANISH, word) {
        spanish(text, capitals, at)
    } else if matches!(word, b"P" | b"PO") {
        post_box(text, &range)
    } else {
        street(text, capitals, at)
    };
    found.map(|range| Candidate::keyed(FindingKind::Street, range))
}

fn is(list: &[&[u8]], word: &[u8]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// "1200 N. Main St., Apt 4", "55 West 110th Street".
fn street(text: &[u8], capitals: &Capitals, first: usize) -> Option<Range<usize>> {
    let start = house_number(text, capitals.range(first).start)?;
    let mut at = first;
    loop {
        if at > first && is(SUFFIXES, &text[capitals.range(at)])
            || at == first && text[capitals.range(at)].eq_ignore_ascii_case(b"broadway")
        {
            return Some(start..unit(text, capitals.range(at).end));
        }
        let next = capitals.range(at + 1);
        let gap = text.get(capitals.range(at).end..next.start)?;
        if at >= first + 4 || !is_street_gap(gap) {
            return None;
        }
        at += 1;
    }
}

/// A blank, an abbreviation's full stop, or a number with its ordinal.
fn is_street_gap(gap: &[u8]) -> bool {
    let ordinal = gap.len() <= 8
        && gap.starts_with(b" ")
        && gap.ends_with(b" ")
        && gap.iter().any(u8::is_ascii_digit)
        && gap.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' ');
    matches!(gap, b" " | b". ") || ordinal
}

/// Digits right before a place, over an ordinal ("55 5th Avenue").
fn house_number(text: &[u8], end: usize) -> Option<usize> {
    let before = &text[end.saturating_sub(16)..end];
    let low = end - before.len();
    let blank = before.strip_suffix(b" ")?;
    let run = blank
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    let number = &blank[blank.len() - run..];
    const ENDINGS: &[&[u8]] = &[b"th", b"nd", b"rd", b"st"];
    let ordinal = number.first().is_some_and(u8::is_ascii_digit)
        && ENDINGS.iter().any(|ending| number.ends_with(ending));
    let start = low + blank.len() - run;
    if ordinal {
        return house_number(text, start);
    }
    let digits = number.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = number.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let joined = start > 0 && matches!(text[start - 1], b'-' | b'/' | b'.' | b':' | b'$' | b'#');
    ((1..=6).contains(&digits) && letters <= 1 && !joined && number[0].is_ascii_digit())
        .then_some(start)
}

/// On over ", Apt 4B" or " Suite 200".
fn unit(text: &[u8], end: usize) -> usize {
    const UNITS: &[&[u8]] = &[
        b"apartment ",
        b"apt. ",
        b"apt ",
        b"suite ",
        b"ste. ",
        b"ste ",
        b"unit ",
        b"floor ",
        b"#",
    ];
    let rest = &text[end..(end + 30).min(text.len())];
    let marks = rest
        .iter()
        .take(3)
        .take_while(|b| b". ,".contains(b))
        .count();
    let lower = rest[marks..].to_ascii_lowercase();
    let Some(word) = UNITS.iter().find(|word| lower.starts_with(word)) else {
        return end;
    };
    let number = lower[word.len()..]
        .iter()
        .take(6)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    if number == 0 {
        end
    } else {
        end + marks + word.len() + number
    }
}

/// "Calle Juárez 12".
fn spanish(text: &[u8], capitals: &Capitals, at: usize) -> Option<Range<usize>> {
    let mut last = at;
    while last < at + 4
        && capitals
            .gap(text, last)
            .is_some_and(|gap| matches!(gap, b" " | b" de " | b" de la " | b" del " | b". "))
    {
        last += 1;
    }
    let end = capitals.range(last).end;
    let rest = &text[end..(end + 16).min(text.len())];
    let marks = rest.iter().take_while(|b| b" ,.#Noo".contains(b)).count();
    let digits = rest[marks..]
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .count();
    (last > at && (1..=5).contains(&digits))
        .then_some(capitals.range(at).start..end + marks + digits)
}

fn post_box(text: &[u8], range: &Range<usize>) -> Option<Range<usize>> {
    const FORMS: &[&[u8]] = &[b"p.o. box ", b"po box ", b"p o box ", b"p.o.box "];
    let lower = text[range.start..(range.start + 10).min(text.len())].to_ascii_lowercase();
    let form = FORMS.iter().find(|form| lower.starts_with(form))?;
    let from = range.start + form.len();
    let digits = text[from..]
        .iter()
        .take(7)
        .take_while(|b| b.is_ascii_digit())
        .count();
    (digits > 0).then_some(range.start..from + digits)
}
