use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn lexicon(words: &[&str]) -> Lexicon {
    let mut lexicon = Lexicon::default();
    words.iter().for_each(|word| lexicon.add(word, 1));
    lexicon
}

fn expand(lexicon: &Lexicon, text: &str, form: Form) -> Vec<String> {
    let term = Term {
        text: text.to_owned(),
        form,
    };
    let words = lexicon.expand(&term).expect("few enough");
    words.into_iter().map(|(word, _)| word).collect()
}

#[test]
fn a_term_stands_for_the_words_there_are() {
    let lexicon = lexicon(&[
        "hospital",
        "hospitals",
        "hospice",
        "host",
        "pump",
        "pumps",
        "pumping",
        "pumpkin",
        "diabetes",
        "diabetic",
        "niños",
        "niño",
        "receta",
        "recetas",
        "heart",
        "haert",
        "hear",
    ]);
    let cases: &[(&str, Form, &[&str])] = &[
        ("pump", Form::Exact, &["pump"]),
        ("pum", Form::Exact, &[]),
        ("pumps", Form::Inflected, &["pump", "pumping", "pumps"]),
        ("receta", Form::Inflected, &["receta", "recetas"]),
        ("zebra", Form::Inflected, &[]),
        (
            "hosp*",
            Form::Pattern,
            &["hospice", "hospital", "hospitals"],
        ),
        ("hos?", Form::Pattern, &["host"]),
        ("h*t", Form::Pattern, &["haert", "heart", "host"]),
        ("*ic?", Form::Pattern, &["hospice"]),
        ("heart", Form::Fuzzy(1), &["haert", "hear", "heart"]),
        ("hospitol", Form::Fuzzy(1), &["hospital"]),
        ("hospitol", Form::Fuzzy(2), &["hospital", "hospitals"]),
    ];
    for (text, form, words) in cases {
        assert_eq!(expand(&lexicon, text, *form), *words, "{text}");
    }
}

#[test]
fn what_would_stand_for_too_many_is_refused() {
    let mut lexicon = Lexicon::default();
    (0..=SEARCH_EXPANSIONS_MAX).for_each(|n| lexicon.add(&format!("ab{n}"), 1));
    let term = Term {
        text: "ab*".to_owned(),
        form: Form::Pattern,
    };
    assert_eq!(lexicon.expand(&term), Err(TooMany));
}

proptest! {
    #[test]
    fn words_are_kept_once_with_all_their_places(given in prop::collection::vec(("[a-c]{1,3}", 0_u8..5), 0..60), cut in 0_usize..60) {
        let mut lexicon = Lexicon::default();
        let mut kept = BTreeMap::<String, Places>::new();
        for (at, (word, bit)) in given.iter().enumerate() {
            if at == cut {
                lexicon.sort_in();
            }
            lexicon.add(word, 1 << bit);
            *kept.entry(word.clone()).or_default() |= 1 << bit;
        }
        for (word, places) in &kept {
            prop_assert_eq!(lexicon.places(word), *places);
        }
        let found: BTreeSet<String> = expand(&lexicon, "a*", Form::Pattern).into_iter().collect();
        let expected: BTreeSet<String> = kept.keys().filter(|word| word.starts_with('a')).cloned().collect();
        prop_assert_eq!(found, expected);
        let all: BTreeMap<String, Places> = lexicon.all().map(|(word, places)| (word.to_owned(), places)).collect();
        prop_assert_eq!(all, kept);
    }

    #[test]
    fn patterns_fit_as_a_slow_reading_says(pattern in "[ab*?]{0,7}", word in "[ab]{0,7}") {
        fn slow(pattern: &[char], word: &[char]) -> bool {
            match pattern.split_first() {
                None => word.is_empty(),
                Some(('*', rest)) => (0..=word.len()).any(|n| slow(rest, &word[n..])),
                Some((letter, rest)) => word.split_first().is_some_and(|(first, after)| {
                    (*letter == '?' || letter == first) && slow(rest, after)
                }),
            }
        }
        let letters: Vec<char> = pattern.chars().collect();
        let word_letters: Vec<char> = word.chars().collect();
        prop_assert_eq!(fits(&letters, &word), slow(&letters, &word_letters));
    }
}
