use proptest::prelude::*;

use super::*;

#[test]
fn words_are_found_however_they_are_written() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("  -- !", &[]),
        ("Hello, WORLD", &["hello", "world"]),
        ("SSN 219-09-9999", &["ssn", "219", "09", "9999"]),
        ("lee@clinic.example", &["lee", "clinic", "example"]),
        ("a_b", &["a", "b"]),
        (
            "O'Brien's \u{2018}quote\u{2019} d\u{2019}or",
            &["obriens", "quote", "dor"],
        ),
        ("niño NIN\u{303}O", &["nino", "nino"]),
        ("Ünïcödé", &["unicode"]),
        ("Straße", &["straße"]),
        ("dia\u{ad}betes dia\u{200b}betes", &["diabetes", "diabetes"]),
        ("Ｆｕｌｌ ﬁne ½", &["full", "fine", "12"]),
        ("ΑΘΗΝΑ İstanbul", &["αθηνα", "istanbul"]),
        ("東京都 x", &["東京", "京都", "x"]),
        ("東", &["東"]),
        ("abc東京", &["abc", "東京"]),
        ("カルテ2番", &["カル", "ルテ", "2", "番"]),
        ("한국어 진료", &["한국어", "진료"]),
        ("доктор Иванов", &["доктор", "иванов"]),
    ];
    for (text, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|word| word.nfkd().collect()).collect();
        assert_eq!(list(text), expected, "{text}");
    }
    let long = "x".repeat(500);
    assert_eq!(list(&long), [&long[..WORD_LETTERS_MAX]]);
}

proptest! {
    #[test]
    fn what_was_folded_folds_to_itself(text in "\\PC{0,60}") {
        for word in list(&text) {
            if !is_half_a_pair(&word) {
                prop_assert_eq!(list(&word), vec![word.clone()], "{}", word);
            }
        }
    }

    #[test]
    fn a_text_is_its_pieces(one in "\\PC{0,40}", two in "\\PC{0,40}") {
        let mut pieces = list(&one);
        pieces.extend(list(&two));
        prop_assert_eq!(list(&format!("{one} \n{two}")), pieces);
    }
}
