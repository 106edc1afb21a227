//! Every search finds what a slow reading of the plain words finds.

use std::collections::BTreeSet;

use model::MessageId;
use records::search::query::{Form, Place, Query, Term, Words, parse};
use records::search::words;
use rust_stemmers::{Algorithm, Stemmer};
use sim::kit::SimRng;

use crate::house::{House, letter, with_file};

/// Searches that are made up, beyond those of each kind that are not.
const ROUNDS: usize = 500;

const VOCABULARY: [&str; 24] = [
    "pump",
    "pumps",
    "pumping",
    "insulin",
    "diabetes",
    "diabetic",
    "hospital",
    "hospice",
    "receta",
    "recetas",
    "niño",
    "Nina",
    "heart",
    "haert",
    "visit",
    "visits",
    "visited",
    "219",
    "09",
    "9999",
    "O'Brien",
    "東京都",
    "the",
    "on",
];

/// A message in plain words, text by text.
struct Plain {
    message: MessageId,
    texts: Vec<(Place, Vec<String>)>,
}

fn said(chance: &SimRng, most: u64) -> String {
    let count = 1 + chance.below(most);
    let words: Vec<&str> = (0..count).map(|_| *chance.pick(&VOCABULARY)).collect();
    words.join(" ")
}

fn fill(house: &House, chance: &SimRng) -> Vec<Plain> {
    (0..60).map(|_| plain(house, chance)).collect()
}

fn plain(house: &House, chance: &SimRng) -> Plain {
    let to = format!("{}@mail.example", chance.pick(&["lee", "ann", "pump"]));
    let (subject, text) = (said(chance, 3), said(chance, 12));
    let mut letter = letter(&to, &subject, &text);
    let mut texts = vec![
        (Place::From, "nurse@clinic.example".to_owned()),
        (Place::To, to),
        (Place::Subject, subject),
        (Place::Body, text),
    ];
    if chance.happens(1, 3) {
        let file = said(chance, 6);
        letter = with_file(letter, "note.txt", &file);
        texts.extend([(Place::File, "note.txt".to_owned()), (Place::File, file)]);
    }
    let texts = texts
        .into_iter()
        .map(|(place, text)| (place, words::list(&text)));
    Plain {
        texts: texts.collect(),
        message: house.send(letter),
    }
}

fn typed(chance: &SimRng, depth: u64) -> String {
    let word = |chance: &SimRng| (*chance.pick(&VOCABULARY)).to_owned();
    let place = *chance.pick(&["", "", "", "subject:", "body:", "to:", "people:", "file:"]);
    match chance.below(if depth == 0 { 7 } else { 11 }) {
        0 | 1 => format!("{place}{}", word(chance)),
        2 => format!("{place}\"{} {}\"", word(chance), word(chance)),
        3 => format!(
            "{place}{}",
            chance.pick(&["pum*", "hosp*", "h?art", "*etes", "vis*ed", "di*ic"])
        ),
        4 => format!(
            "{place}{}~{}",
            chance.pick(&["heart", "hospitol", "pamp", "insulin"]),
            1 + chance.below(2)
        ),
        5 => format!(
            "{} NEAR/{} {}",
            word(chance),
            1 + chance.below(4),
            word(chance)
        ),
        6 => format!(
            "{place}\"{} {} {}\"",
            word(chance),
            word(chance),
            word(chance)
        ),
        7 => format!(
            "({} OR {})",
            typed(chance, depth - 1),
            typed(chance, depth - 1)
        ),
        8 => format!(
            "{} -({})",
            typed(chance, depth - 1),
            typed(chance, depth - 1)
        ),
        _ => format!(
            "({} {})",
            typed(chance, depth - 1),
            typed(chance, depth - 1)
        ),
    }
}

fn holds(plain: &Plain, query: &Query) -> bool {
    match query {
        Query::And(all) => all.iter().all(|one| holds(plain, one)),
        Query::Or(any) => any.iter().any(|one| holds(plain, one)),
        Query::Not(inner) => !holds(plain, inner),
        Query::Words(words) => {
            texts(plain, words.place).any(|text| !starts(text, words).is_empty())
        }
        Query::Near(a, b, between) => joined(plain, a.place).iter().any(|text| {
            let (one, two) = (starts(text, a), starts(text, b));
            let near = |i: usize, j: usize| match i <= j {
                true => j - i <= a.terms.len() + *between as usize,
                false => i - j <= b.terms.len() + *between as usize,
            };
            one.iter().any(|i| two.iter().any(|j| near(*i, *j)))
        }),
        Query::Is(mark) => panic!("not asked here: {}", mark.kind),
    }
}

fn texts(plain: &Plain, place: Place) -> impl Iterator<Item = &[String]> {
    let within = move |at: Place| match place {
        Place::Anywhere => true,
        Place::People => matches!(at, Place::From | Place::To),
        place => at == place,
    };
    plain
        .texts
        .iter()
        .filter(move |(at, _)| within(*at))
        .map(|(_, words)| words.as_slice())
}

/// What stands in one place, text behind text with a word of no meaning between: nearness runs across them.
fn joined(plain: &Plain, place: Place) -> Vec<Vec<String>> {
    let places = [
        Place::Subject,
        Place::Body,
        Place::From,
        Place::To,
        Place::File,
    ];
    let of = |at: Place| {
        let mut all: Vec<String> = Vec::new();
        for text in texts(plain, at) {
            if !all.is_empty() {
                all.push(String::new());
            }
            all.extend(text.iter().cloned());
        }
        all
    };
    let wanted = places.into_iter().filter(|at| match place {
        Place::Anywhere => true,
        Place::People => matches!(at, Place::From | Place::To),
        place => *at == place,
    });
    wanted.map(of).collect()
}

fn starts(text: &[String], words: &Words) -> Vec<usize> {
    let windows = text.windows(words.terms.len()).enumerate();
    let fit = windows.filter(|(_, window)| {
        window
            .iter()
            .zip(&words.terms)
            .all(|(word, term)| fits(word, term))
    });
    fit.map(|(at, _)| at).collect()
}

fn fits(word: &str, term: &Term) -> bool {
    match term.form {
        _ if word.is_empty() => false,
        Form::Exact => word == term.text,
        Form::Inflected => {
            let same = |of: Algorithm| {
                let stemmer = Stemmer::create(of);
                stemmer.stem(word) == stemmer.stem(&term.text)
            };
            word == term.text
                || word.chars().take(2).eq(term.text.chars().take(2))
                    && (same(Algorithm::English) || same(Algorithm::Spanish))
        }
        Form::Pattern => {
            let (pattern, word): (Vec<char>, Vec<char>) =
                (term.text.chars().collect(), word.chars().collect());
            matches(&pattern, &word)
        }
        Form::Fuzzy(letters) => strsim::osa_distance(word, &term.text) <= usize::from(letters),
    }
}

fn matches(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|n| matches(rest, &word[n..])),
        Some((letter, rest)) => word.split_first().is_some_and(|(first, after)| {
            (*letter == '?' || letter == first) && matches(rest, after)
        }),
    }
}

sim::both_engines! {
    fn every_search_finds_what_plain_words_say(store) {
        let house = House::open(store);
        let chance = SimRng::new(5);
        let all = fill(&house, &chance);
        house.archived();
        let (mut asked, mut hits) = (0, 0);
        while asked < ROUNDS {
            let text = typed(&chance, 2);
            let query = parse(&text).map_err(|error| format!("{text}: {error:?}"))?;
            let expected: BTreeSet<MessageId> =
                all.iter().filter(|plain| holds(plain, &query)).map(|plain| plain.message).collect();
            let found = house.find(&text);
            assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), expected, "{text}");
            assert_eq!(found.len(), expected.len(), "each once: {text}");
            asked += 1;
            hits += usize::from(!expected.is_empty());
        }
        assert!(hits > ROUNDS / 3, "most find something: {hits}");
    }
}
