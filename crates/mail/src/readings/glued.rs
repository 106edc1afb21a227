//! Numbers that stand behind the word for them without a gap: `SSN219099999x`.

use super::Changed;

/// What is asked of a number behind its word.
const DIGITS_MIN: usize = 6;
const WORD_OCTETS_MAX: usize = 12;
const WORDS: [&str; 14] = [
    "ssn",
    "ss",
    "mrn",
    "dob",
    "mbi",
    "hicn",
    "medicare",
    "medicaid",
    "member",
    "memberid",
    "patient",
    "patientid",
    "ptid",
    "nss",
];

/// The text with a gap around such numbers.
pub(super) fn changed(text: &str) -> Option<Changed> {
    let octets = text.as_bytes();
    let mut out = Changed::with_room(0);
    let mut copied = 0;
    for at in 1..octets.len() {
        let glued = octets[at].is_ascii_digit()
            && (octets[at - 1].is_ascii_alphabetic() || octets[at - 1] == b'_');
        if !glued || at < copied || !is_called(&octets[..at]) {
            continue;
        }
        let number = octets[at..]
            .iter()
            .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'/'));
        let (length, digits) = number.fold((0, 0), |(length, digits), b| {
            (length + 1, digits + usize::from(b.is_ascii_digit()))
        });
        if digits < DIGITS_MIN {
            continue;
        }
        out.text.push_str(text.get(copied..at).unwrap_or_default());
        out.put(' ');
        out.text
            .push_str(text.get(at..at + length).unwrap_or_default());
        out.text.push(' ');
        copied = at + length;
    }
    if copied > 0 {
        out.text.push_str(text.get(copied..).unwrap_or_default());
    }
    out.if_any()
}

/// Whether the letters before the number are a word for one, and nothing else.
fn is_called(before: &[u8]) -> bool {
    let end = before.len() - before.iter().rev().take_while(|b| **b == b'_').count();
    let letters = before[..end]
        .iter()
        .rev()
        .take(WORD_OCTETS_MAX)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let word = &before[end - letters..end];
    WORDS
        .iter()
        .any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}
