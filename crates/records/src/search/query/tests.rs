use std::fmt::Write;

use model::limits::{
    SEARCH_DEPTH_MAX, SEARCH_OCTETS_MAX, SEARCH_PARTS_MAX, SEARCH_PHRASE_WORDS_MAX,
};
use proptest::prelude::*;

use super::*;

/// A query as it was understood, in brackets.
fn told(query: &Query) -> String {
    let join = |all: &[Query], with: &str| {
        let all: Vec<String> = all.iter().map(told).collect();
        format!("({})", all.join(with))
    };
    match query {
        Query::And(all) => join(all, " & "),
        Query::Or(any) => join(any, " | "),
        Query::Not(inner) => format!("!{}", told(inner)),
        Query::Words(words) => of_words(words),
        Query::Near(a, b, n) => format!("{} <{n}> {}", of_words(a), of_words(b)),
        Query::Is(mark) => format!("{}={}", mark.kind, mark.word),
    }
}

fn of_words(words: &Words) -> String {
    let mut out = String::new();
    if words.place != Place::Anywhere {
        let _ = write!(out, "{:?}:", words.place);
    }
    let terms = words.terms.iter().map(|term| match term.form {
        Form::Exact => format!("'{}'", term.text),
        Form::Inflected => term.text.clone(),
        Form::Pattern => format!("{{{}}}", term.text),
        Form::Fuzzy(n) => format!("{}~{n}", term.text),
    });
    out + &terms.collect::<Vec<_>>().join("+")
}

#[test]
fn searches_say_what_they_seem_to_say() {
    let cases = [
        ("Insulin pump", "(insulin & pump)"),
        ("\"Insulin pump\"", "'insulin'+'pump'"),
        ("\u{201c}pump\u{201d}", "'pump'"),
        ("a OR b c", "(a | (b & c))"),
        ("a AND b", "(a & b)"),
        ("a -b NOT c", "(a & !b & !c)"),
        ("a NOT NOT b", "(a & b)"),
        ("a -(b OR \"c d\")", "(a & !(b | 'c'+'d'))"),
        ("(a OR b) c", "((a | b) & c)"),
        ("fall NEAR/5 stairs", "fall <5> stairs"),
        ("fall NEAR \"the stairs\"", "fall <10> 'the'+'stairs'"),
        ("x fall NEAR/1 stairs OR y", "((x & fall <1> stairs) | y)"),
        ("hosp* h?sp*l", "({hosp*} & {h?sp*l})"),
        ("Niñ* *itis", "({nin*} & {*itis})"),
        ("hospitl~ diabtes~2", "(hospitl~1 & diabtes~2)"),
        ("219-09-9999", "'219'+'09'+'9999'"),
        ("lee@x.example", "'lee'+'x'+'example'"),
        ("from:smith", "From:smith"),
        ("subject:(a OR \"b c\")", "(Subject:a | Subject:'b'+'c')"),
        ("from:\"lee ann\" body:x", "(From:'lee'+'ann' & Body:x)"),
        ("cc:a attachment:b", "(To:a & File:b)"),
        (
            "method:portal has:file in:sent a",
            "(method=portal & has=file & in=sent & a)",
        ),
        ("-level:likely a", "(!level=likely & a)"),
        (
            "10:30 https://x.example",
            "('10'+'30' & 'https'+'x'+'example')",
        ),
        ("and or not", "(and & or & not)"),
        ("東", "{*東*}"),
        ("\"東京都\"", "'東京'+'京都'"),
        ("what? ever", "({what?} & ever)"),
    ];
    for (text, tree) in cases {
        let query = parse(text).map(|query| told(&query));
        assert_eq!(query.as_deref(), Ok(tree), "{text}");
    }
}

#[test]
fn what_cannot_be_searched_is_told_with_its_place() {
    let cases = [
        ("", Why::Empty, 0..0),
        ("  ", Why::Empty, 0..2),
        ("a \"b", Why::Unclosed, 2..4),
        ("(a", Why::Unclosed, 0..1),
        ("a)", Why::Unopened, 1..2),
        ("()", Why::NoWord, 0..1),
        ("a OR", Why::NothingToJoin, 4..4),
        ("OR a", Why::NothingToJoin, 0..2),
        ("a AND AND b", Why::NothingToJoin, 6..9),
        ("-a", Why::OnlyNot, 0..2),
        ("a OR NOT b", Why::OnlyNot, 0..10),
        ("-(a OR b) -c", Why::OnlyNot, 0..12),
        ("color:red", Why::UnknownPlace, 0..9),
        ("method:pigeon", Why::UnknownMark, 0..13),
        ("has:(a)", Why::UnknownMark, 0..5),
        ("a ...", Why::NoWord, 2..5),
        ("a*", Why::TooShort, 0..2),
        ("a *b*", Why::TooShort, 2..5),
        ("*ab", Why::TooShort, 0..3),
        ("a-b*", Why::NoWord, 0..4),
        ("a NEAR/99 b", Why::NearWhat, 2..9),
        ("a NEAR/0 b", Why::NearWhat, 2..8),
        ("a NEAR/x b", Why::NearWhat, 2..8),
        ("a NEAR has:file", Why::NearWhat, 2..6),
        ("from:a NEAR/3 to:b", Why::NearWhat, 7..13),
        ("a~3", Why::FuzzyWhat, 0..3),
        ("a-b~", Why::FuzzyWhat, 0..4),
    ];
    for (text, why, at) in cases {
        assert_eq!(parse(text), Err(QueryError { why, at }), "{text}");
    }
    let why = |text: String| parse(&text).map_err(|error| error.why);
    assert_eq!(
        why("a ".repeat(SEARCH_PARTS_MAX + 1)),
        Err(Why::TooManyParts)
    );
    assert!(why("a ".repeat(SEARCH_PARTS_MAX)).is_ok());
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(why(deep(SEARCH_DEPTH_MAX + 1)), Err(Why::TooDeep));
    assert!(why(deep(SEARCH_DEPTH_MAX)).is_ok());
    let phrase = |n: usize| format!("\"{}\"", "a ".repeat(n));
    assert_eq!(
        why(phrase(SEARCH_PHRASE_WORDS_MAX + 1)),
        Err(Why::TooLongPhrase)
    );
    assert!(why(phrase(SEARCH_PHRASE_WORDS_MAX)).is_ok());
    assert_eq!(
        why(format!("a NEAR {}", phrase(21))),
        Err(Why::TooLongPhrase)
    );
    assert_eq!(why("x".repeat(SEARCH_OCTETS_MAX + 1)), Err(Why::TooLong));
}

proptest! {
    #[test]
    fn any_search_is_read_or_refused(text in r#"(a|bc|"|\(|\)|-|NOT |OR |NEAR/3 | |from:|has:file|\*|\?|~|é|東){0,40}"#) {
        match parse(&text) {
            Ok(query) => prop_assert!(!told(&query).is_empty()),
            Err(error) => prop_assert!(error.at.end <= text.len() && error.at.start <= error.at.end),
        }
    }
}
