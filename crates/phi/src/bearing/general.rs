//! Health that is nobody's: of the trade ("dialysis nurse"), of a class ("children with asthma"), of
//! advice ("ask your doctor about cholesterol").
//!
//! The word that a name of an illness only describes, or the class that it is said of, decides what is
//! meant: a position, a machine, the public. Invariant: what "her", "my" or a name with "'s" owns is
//! always somebody's.

use std::ops::Range;

use super::cues::{Cue, Cues, words};

/// Words behind the health word among which the one is that it describes.
const DESCRIBED: usize = 2;
/// Words before it among which the class is that it is said of.
const CLASS: usize = 6;
/// Words before it among which its owner is.
const OWNER: usize = 3;

/// Whether the health at a place of a sentence is of the trade or, if it may be, of a `class` of people.
pub(super) fn is_nobodys(
    cues: &Cues,
    text: &[u8],
    sentence: &Range<usize>,
    at: &Range<usize>,
    class: bool,
) -> bool {
    let before = &text[sentence.start.min(at.start)..at.start];
    let behind = &text[at.end..sentence.end.max(at.end)];
    if words(before).rev().take(OWNER).any(|word| owns(cues, word)) {
        return false;
    }
    let many = || {
        is_described(cues, before)
            || is_of_many(cues, before)
            || (!is_of_one(cues, &text[sentence.clone()])
                && (is_counted(before, &text[at.clone()], behind) || names_place(cues, behind)))
    };
    let own = &text[at.clone()];
    let trade = own.ends_with(b"s") && cues.of(own).is(Cue::TRADE);
    describes(cues, behind)
        || is_of_cases(before)
        || trade
        || (names_place(cues, behind) && works(&text[sentence.clone()]))
        || (class && many())
}

/// "Los casos de dengue", "cases of flu".
fn is_of_cases(before: &[u8]) -> bool {
    let mut back = words(before).rev();
    let linked = back
        .next()
        .is_some_and(|word| matches!(word, b"de" | b"of"));
    linked
        && back
            .next()
            .is_some_and(|word| matches!(word, b"casos" | b"cases"))
}

/// "Oona worked with us on the surgical ward".
fn works(sentence: &[u8]) -> bool {
    const WORKS: &[&[u8]] = &[
        b"work",
        b"works",
        b"worked",
        b"working",
        b"shift",
        b"shifts",
        b"trabaja",
        b"trabajo",
        b"trabajan",
    ];
    words(sentence).any(|word| WORKS.iter().any(|one| one.eq_ignore_ascii_case(word)))
}

/// "The surgical unit": where somebody works, unless the sentence speaks of one who lies there.
fn names_place(cues: &Cues, behind: &[u8]) -> bool {
    words(behind)
        .next()
        .is_some_and(|word| behind.starts_with(b" ") && cues.of(word).is(Cue::PLACE))
}

fn is_of_one(cues: &Cues, sentence: &[u8]) -> bool {
    words(sentence).any(|word| {
        let cue = cues.of(word.strip_suffix(b"'s").unwrap_or(word));
        cue.is(Cue::THIRD | Cue::KIN | Cue::PATIENT | Cue::OWN)
    })
}

/// "Two sepsis cases", "eleven biopsies": a number of them.
fn is_counted(before: &[u8], term: &[u8], behind: &[u8]) -> bool {
    const NUMBERS: &[&[u8]] = &[
        b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine", b"ten", b"eleven",
        b"twelve", b"several", b"many", b"most", b"few", b"dos", b"tres", b"cuatro", b"cinco",
        b"seis", b"siete", b"ocho", b"nueve", b"diez", b"varios", b"varias", b"muchos", b"muchas",
    ];
    const CASES: &[&[u8]] = &[
        b"cases",
        b"casos",
        b"patients",
        b"visits",
        b"rates",
        b"rate",
    ];
    let counted = before
        .split(|b| !b.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .rev()
        .take(3)
        .any(|word| {
            let digits = word.iter().all(u8::is_ascii_digit) && word != b"1";
            digits
                || NUMBERS
                    .iter()
                    .any(|number| number.eq_ignore_ascii_case(word))
        });
    let next = words(behind).next().filter(|_| behind.starts_with(b" "));
    let cases = next.is_some_and(|word| CASES.iter().any(|one| one.eq_ignore_ascii_case(word)));
    let plural = |word: &[u8]| {
        word.len() > 4 && word.ends_with(b"s") && !word.ends_with(b"ss") && !word.ends_with(b"is")
    };
    counted && (cases || plural(term) || next.is_some_and(plural))
}

fn owns(cues: &Cues, word: &[u8]) -> bool {
    word.ends_with(b"'s") || cues.of(word).is(Cue::THIRD | Cue::OWN | Cue::SECOND)
}

/// "dialysis nurse", "behavioral health clinic".
fn describes(cues: &Cues, behind: &[u8]) -> bool {
    let phrase = behind
        .iter()
        .position(|b| !(b.is_ascii_alphabetic() || matches!(b, b' ' | b'-' | b'\'') || *b >= 0x80))
        .map_or(behind, |end| &behind[..end]);
    let mut nouns = words(phrase)
        .take(DESCRIBED)
        .take_while(|word| word.len() > 3);
    nouns.any(|word| cues.of(word).is(Cue::TRADE))
}

/// "equipos de diálisis", "risk of diabetes", "class on asthma".
fn is_described(cues: &Cues, before: &[u8]) -> bool {
    const LINKS: &[&[u8]] = &[
        b"de", b"of", b"on", b"for", b"in", b"en", b"para", b"sobre", b"contra", b"about",
    ];
    let mut back = words(before).rev();
    let linked = back
        .next()
        .is_some_and(|word| LINKS.iter().any(|link| link.eq_ignore_ascii_case(word)));
    linked && back.next().is_some_and(|word| cues.of(word).is(Cue::TRADE))
}

/// "patients who have surgery or dialysis", with nobody between.
fn is_of_many(cues: &Cues, before: &[u8]) -> bool {
    let near = words(before).rev().take(CLASS);
    for word in near {
        let cue = cues.of(word);
        if cue.is(Cue::MANY) {
            return true;
        }
        if cue.is(Cue::THIRD | Cue::OWN | Cue::FIRST) {
            return false;
        }
    }
    false
}

/// "Our patient portal", "client services": the word only describes what follows it.
pub(super) fn is_adjective(cues: &Cues, behind: &[u8]) -> bool {
    const SMALL: &[&[u8]] = &[
        b"in",
        b"on",
        b"at",
        b"with",
        b"from",
        b"who",
        b"whose",
        b"and",
        b"or",
        b"to",
        b"for",
        b"of",
        b"but",
        b"as",
        b"by",
        b"after",
        b"before",
        b"because",
        b"since",
        b"when",
        b"whom",
        b"this",
        b"that",
        b"today",
        b"yesterday",
        b"again",
        b"while",
        b"until",
        b"under",
        b"about",
        b"if",
        b"so",
        b"not",
        b"he",
        b"she",
        b"a",
        b"the",
        b"de",
        b"en",
        b"con",
        b"por",
        b"para",
        b"que",
        b"y",
        b"a",
        b"no",
        b"ya",
        b"al",
        b"del",
    ];
    let next = behind
        .strip_prefix(b" ")
        .and_then(|rest| words(rest).next().filter(|word| rest.starts_with(word)));
    next.is_some_and(|word| {
        word[0].is_ascii_lowercase()
            && word.len() > 3
            && !word.ends_with(b"ed")
            && !cues
                .of(word)
                .is(Cue::PREDICATE | Cue::DROPPED | Cue::SPEAKING)
            && !SMALL.contains(&word)
    })
}

/// Advice and questions to whoever reads it: "If you have asthma", "Ask your doctor about".
pub(super) fn is_advice(cues: &Cues, sentence: &[u8]) -> bool {
    words(sentence)
        .next()
        .is_some_and(|word| cues.of(word).is(Cue::ADVICE))
}
