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

/// Text is read without its accents; so is what is looked for.
#[test]
fn words_and_expressions_with_accents_are_found() {
    let keywords = PatternSpec {
        what: PatternWhat::Keywords(words(&["estudio ñandú"])),
        ..regex("names", "", PatternClass::Context)
    };
    let patterns = [
        keywords,
        regex("street", "Perú [0-9]+", PatternClass::Strong),
    ];
    let patterns = Patterns::compile(&patterns).expect("two");
    let text = as_read("El Estudio Ñandú, calle Perú 450");
    assert_eq!(patterns.read(text.as_bytes()).len(), 2);
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

fn numbered(notation: &str, check: CheckDigit, need: Option<Need>) -> Patterns {
    let shape = RecordNumber::parse(notation, check).expect("a shape");
    let hotwords = need.map(|need| Hotwords {
        words: Vec::new(),
        window: 0,
        raise: 0,
        need,
    });
    let spec = PatternSpec {
        what: PatternWhat::RecordNumber(shape),
        hotwords,
        ..regex("our numbers", "", PatternClass::Strong)
    };
    Patterns::compile(&[spec]).expect("small")
}

fn kinds(patterns: &Patterns, text: &str) -> Vec<(FindingKind, usize)> {
    let hits = patterns.read(text.as_bytes());
    hits.iter().map(|hit| (hit.kind, hit.range.start)).collect()
}

/// phi.md §3, row 8: PHI alone next to its keyword.
#[test]
fn a_record_number_is_certain_beside_its_word_and_strong_without() {
    let plain = numbered("#{3}-?#{4}", CheckDigit::None, None);
    assert_eq!(
        kinds(&plain, "Chart 204-1187 is here"),
        [(FindingKind::Mrn, 6)]
    );
    assert_eq!(
        kinds(&plain, "expediente 2041187"),
        [(FindingKind::Mrn, 11)]
    );
    assert_eq!(
        kinds(&plain, "we saw 204-1187 today"),
        [(FindingKind::OwnStrong, 7)]
    );
    let keyed = numbered("#{3}-?#{4}", CheckDigit::None, Some(Need::Required));
    assert_eq!(kinds(&keyed, "we saw 204-1187 today"), []);
    assert_eq!(kinds(&keyed, "MRN: 204-1187"), [(FindingKind::Mrn, 5)]);
}

/// A check digit makes a number certain by itself, unless telephones look like it.
#[test]
fn a_check_digit_stands_for_the_word() {
    let lettered = numbered("KH#{7,8}", CheckDigit::Mod10, None);
    assert_eq!(
        kinds(&lettered, "see kh79927398 and KH79927397"),
        [(FindingKind::Mrn, 4)]
    );
    assert_eq!(
        kinds(&lettered, "see kh18 and KH26743567, KH26743571"),
        [(FindingKind::Mrn, 13)]
    );
    let telephone = numbered("#{10}", CheckDigit::Mod10, None);
    assert_eq!(
        kinds(&telephone, "call 2025550142 or 2025550144"),
        [(FindingKind::OwnStrong, 5)]
    );
}

#[test]
fn a_piece_of_a_longer_number_is_no_record_number() {
    let plain = numbered("#{6}", CheckDigit::None, None);
    for text in ["12-204118", "204118-77", "204118.50", "1204118", "x204118"] {
        assert_eq!(kinds(&plain, text), [], "{text}");
    }
    assert_eq!(kinds(&plain, "It is 204118. 5 more").len(), 1);
}
