//! The lists are fit to be matched, and matching minds word boundaries.

use std::collections::BTreeSet;

use super::*;

fn terms(text: &str) -> Vec<String> {
    let lexicon = Lexicon::new();
    let words = lexicon.read(text.as_bytes());
    words
        .terms
        .iter()
        .map(|term| text[term.range.clone()].to_owned())
        .collect()
}

#[test]
fn the_lists_are_short_plain_and_without_repeats() {
    let (entries, stop) = entries::read();
    let mut seen = BTreeSet::new();
    for entry in &entries {
        assert!(
            entry.text.is_ascii() && entry.text.len() <= 64,
            "{}",
            entry.text
        );
        assert!(
            seen.insert((entry.text, format!("{:?}", entry.role))),
            "{} stands twice",
            entry.text
        );
        let lower =
            entry.case == Case::Listed || !entry.text.bytes().any(|b| b.is_ascii_uppercase());
        assert!(lower, "{} is listed in small letters", entry.text);
    }
    let health = entries
        .iter()
        .filter(|e| matches!(e.role, Role::Clinical | Role::Setting))
        .count();
    assert!((300..=4_000).contains(&health), "{health} everyday words");
    let suffixes: Vec<&str> = entries
        .iter()
        .filter(|e| e.role == Role::Suffix)
        .map(|e| e.text)
        .collect();
    for word in stop {
        assert!(
            suffixes.iter().any(|suffix| word.ends_with(suffix)),
            "{word} needs no stopping"
        );
    }
}

#[test]
fn words_match_whole_with_their_plurals() {
    assert_eq!(
        terms("Painting paints no pain, pains or painfulness."),
        ["pain", "pains"]
    );
    assert_eq!(
        terms("biopsies, seizures, redosed, undiagnosed"),
        ["biopsies", "seizures"]
    );
    assert_eq!(terms("A rash decision to thrash the trash."), ["rash"]);
}

#[test]
fn the_longest_phrase_is_one_term() {
    assert_eq!(terms("after a heart attack"), ["heart attack"]);
    assert_eq!(terms("protected health information"), [""; 0]);
}

#[test]
fn units_need_a_digit_before_them() {
    assert_eq!(terms("500 mg or 5mg, an mg of mg"), ["mg", "mg"]);
}

#[test]
fn endings_need_a_stem() {
    assert_eq!(terms("colitis, itis, xitis, April, diplomas"), ["colitis"]);
}
