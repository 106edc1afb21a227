//! Detectors find what they say; what cannot be bounded is refused with a word.

use super::*;

fn regex(name: &str, text: &str, class: PatternClass) -> PatternSpec {
    PatternSpec {
        name: name.to_owned(),
        what: PatternWhat::Regex(text.to_owned()),
        class,
        confidence: 60,
        hotwords: None,
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn each_detector_finds_its_own_even_where_another_does() {
    let patterns = Patterns::compile(&[
        regex("site number", r"ZX-\d{4}", PatternClass::Certain),
        regex("any code", r"[A-Z]{2}-\d+", PatternClass::Weak),
    ])
    .expect("both are small");
    let hits = patterns.read(b"see zx-1234 and AB-9");
    let found: Vec<(&str, usize, u8)> = hits
        .iter()
        .map(|hit| (hit.name, hit.range.start, hit.confidence))
        .collect();
    assert_eq!(
        found,
        [
            ("site number", 4, 75),
            ("any code", 4, 60),
            ("any code", 16, 60)
        ]
    );
}

#[test]
fn keywords_are_whole_words_over_line_ends() {
    let spec = PatternSpec {
        what: PatternWhat::Keywords(words(&["project heron", "c++"])),
        ..regex("names", "", PatternClass::Context)
    };
    let patterns = Patterns::compile(&[spec]).expect("two words");
    assert_eq!(patterns.read(b"Project\nHeron, project herons").len(), 1);
}

#[test]
fn a_hot_word_raises_and_may_be_required() {
    let with = |need| {
        let hotwords = Some(Hotwords {
            words: words(&["badge"]),
            window: 20,
            raise: 25,
            need,
        });
        let spec = PatternSpec {
            hotwords,
            ..regex("badge", r"\b\d{6}\b", PatternClass::Strong)
        };
        let patterns = Patterns::compile(&[spec]).expect("small");
        let text = b"badge 123456; some other text that is long enough, 654321";
        let hits = patterns.read(text);
        hits.iter().map(|hit| hit.confidence).collect::<Vec<_>>()
    };
    assert_eq!(with(Need::Required), [85]);
    assert_eq!(with(Need::Optional), [85, 60]);
}

#[test]
fn what_is_unfit_is_refused_with_its_place() {
    let refused = |spec: PatternSpec| Patterns::compile(&[spec]).err().map(PatternError::word);
    let of = |text: &str| regex("x", text, PatternClass::Weak);
    assert_eq!(refused(of("(")), Some("pattern_syntax"));
    assert_eq!(refused(of("(?<=a)b")), Some("pattern_syntax"));
    assert_eq!(refused(of("a*")), Some("pattern_matches_nothing"));
    assert_eq!(
        refused(of("((a{1,100}){1,100}){1,100}")),
        Some("pattern_too_complex")
    );
    assert_eq!(refused(of(&"a".repeat(5_000))), Some("pattern_too_long"));
    let nameless = regex(" ", "a", PatternClass::Weak);
    assert_eq!(refused(nameless), Some("pattern_name_missing"));
    let unsure = PatternSpec {
        confidence: 0,
        ..of("a")
    };
    assert_eq!(refused(unsure), Some("pattern_confidence"));
    let many = vec![of("abc"); PATTERNS_MAX + 1];
    assert_eq!(Patterns::compile(&many).err(), Some(PatternError::TooMany));
}
