//! What must hold for any text: no panic, true places, no value kept, nothing hidden by a flood.

use std::sync::LazyLock;

use caduceus_phi::{FindingKind, Findings, Part, PartKind, Reading, Scanner};
use proptest::prelude::*;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

fn scan(text: &str) -> Findings {
    let token = |value: &str| {
        let mut token = [0; 32];
        for (slot, byte) in token.iter_mut().zip(value.bytes()) {
            *slot = byte;
        }
        token
    };
    SCANNER.scan(&[Part::new(PartKind::Body, text)], &Reading::new(&token))
}

/// Pieces that make dense and half-broken identifiers when thrown together.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("SSN ".to_owned()),
        Just("123-45-6789".to_owned()),
        Just("MRN #".to_owned()),
        Just("1EG4-TE5-MK73".to_owned()),
        Just("a@b.example".to_owned()),
        Just("https://x.example/?id=12345678".to_owned()),
        Just("March 4".to_owned()),
        Just("diabetes".to_owned()),
        Just("\u{200b}".to_owned()),
        Just("\u{ad}é１２".to_owned()),
        Just("\n-- \n".to_owned()),
        Just("intended recipient".to_owned()),
        "[0-9]{1,20}",
        "[-./ ():#@]{1,3}",
        "\\PC{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_are_slices_of_the_text(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let found = scan(&text);
        for finding in &found.findings {
            prop_assert!(text.get(finding.start..finding.start + finding.len).is_some_and(|t| !t.is_empty()));
        }
        prop_assert_eq!(scan(&text), found);
    }

    #[test]
    fn what_cannot_be_seen_changes_nothing(pieces in prop::collection::vec(piece(), 0..20), at in 0_usize..400) {
        let text = pieces.concat().replace(|c: char| !c.is_ascii(), "");
        let at = at.min(text.len());
        let hidden = format!("{}\u{200b}{}", &text[..at], &text[at..]);
        prop_assert_eq!(scan(&hidden).counts, scan(&text).counts);
    }
}

#[test]
fn equal_values_have_equal_tokens_however_written() {
    let token = |text: &str| {
        let found = scan(text)
            .findings
            .into_iter()
            .find(|f| f.kind != FindingKind::HealthTerm);
        found.map(|finding| finding.token)
    };
    for (one, other) in [
        ("SSN 123-45-6789", "social security 123456789"),
        ("(415) 555-0134", "+1 415.555.0134"),
        ("DOB 06/12/1950", "born June 12th, 1950"),
        ("MRN: ab-123", "medical record number AB123"),
        ("A.Lopez@Mail.example", "a.lopez@mail.example"),
        ("1EG4-TE5-MK73", "1EG4TE5MK73"),
    ] {
        assert!(token(one).is_some(), "{one} is found");
        assert_eq!(token(one), token(other), "{one} and {other}");
    }
}

#[test]
fn nothing_shown_or_stored_holds_a_value() {
    let text =
        "SSN 123-45-6789, MRN ZQX4471, born 06/12/1950, ana@mail.example, (415) 555-0134, leukemia";
    let found = SCANNER.scan(
        &[Part::new(PartKind::Body, text)],
        &Reading::new(&|_| [7; 32]),
    );
    let stored = serde_json::to_string(&found).expect("findings serialise");
    let shown = format!("{found:?} {stored}");
    for value in ["6789", "ZQX", "1950", "ana@", "0134", "leukemia"] {
        assert!(!shown.contains(value), "{value} leaked");
    }
    let read: Findings = serde_json::from_str(&stored).expect("and come back");
    assert_eq!(read, found);
}

#[test]
fn a_flood_of_one_kind_hides_no_other() {
    let flood = "on 3/4/2026 ".repeat(5_000) + "MRN 00482913";
    let found = scan(&flood);
    assert_eq!(found.level.word(), "certain");
    assert!(
        found
            .findings
            .iter()
            .any(|finding| finding.kind.word() == "mrn")
    );
    assert!(found.findings.len() <= 2 * model::limits::FINDINGS_PER_KIND_MAX);
    assert_eq!(found.counts.values().sum::<u32>(), 5_001);
}
