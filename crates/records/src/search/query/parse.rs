//! From pieces to a tree: `OR` joins what `AND` joins, which binds what `NOT` and `NEAR` bind.

use std::ops::Range;

use model::limits::{
    SEARCH_DEPTH_MAX, SEARCH_NEAR_PHRASE_WORDS_MAX, SEARCH_NEAR_WORDS_MAX, SEARCH_OCTETS_MAX,
    SEARCH_PARTS_MAX, SEARCH_PATTERN_LETTERS_MIN, SEARCH_PHRASE_WORDS_MAX,
};

use super::pieces::{Piece, Placed, pieces};
use super::{Form, Mark, Place, Query, QueryError, Term, Why, Words};
use crate::search::words::{is_half_a_pair, list};

/// How far apart `NEAR` means without a number.
const NEAR_WORDS: u32 = 10;

/// Reads a search.
///
/// # Errors
/// [`QueryError`]: why, and where.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let whole = 0..text.len();
    if text.len() > SEARCH_OCTETS_MAX {
        return Err(QueryError {
            why: Why::TooLong,
            at: whole,
        });
    }
    let pieces = pieces(text)?;
    if pieces.is_empty() {
        return Err(QueryError {
            why: Why::Empty,
            at: whole,
        });
    }
    let mut parser = Parser {
        pieces: &pieces,
        next: 0,
        parts: 0,
        end: text.len(),
    };
    let query = parser.either(Place::Anywhere, 0)?;
    if let Some((_, at)) = parser.peek() {
        return Err(QueryError {
            why: Why::Unopened,
            at: at.clone(),
        });
    }
    match finds(&query) {
        true => Ok(query),
        false => Err(QueryError {
            why: Why::OnlyNot,
            at: whole,
        }),
    }
}

/// Whether it says what must be there, and not only what must not.
fn finds(query: &Query) -> bool {
    match query {
        Query::And(all) => all.iter().any(finds),
        Query::Or(any) => any.iter().all(finds),
        Query::Not(_) => false,
        Query::Words(_) | Query::Near(..) | Query::Is(_) => true,
    }
}

struct Parser<'a> {
    pieces: &'a [Placed<'a>],
    next: usize,
    parts: usize,
    /// Octets of the search.
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Placed<'a>> {
        self.pieces.get(self.next)
    }

    fn take(&mut self) -> Option<&'a Placed<'a>> {
        self.next += 1;
        self.pieces.get(self.next - 1)
    }

    fn takes(&mut self, wanted: &Piece<'_>) -> bool {
        let is = self.peek().is_some_and(|(piece, _)| piece == wanted);
        self.next += usize::from(is);
        is
    }

    fn either(&mut self, place: Place, depth: usize) -> Result<Query, QueryError> {
        let mut any = vec![self.all(place, depth)?];
        while self.takes(&Piece::Or) {
            any.push(self.all(place, depth)?);
        }
        Ok(single(any, Query::Or))
    }

    fn all(&mut self, place: Place, depth: usize) -> Result<Query, QueryError> {
        let mut all = vec![self.not(place, depth)?];
        while let Some((piece, _)) = self.peek() {
            match piece {
                Piece::Or | Piece::Close => break,
                Piece::And => self.next += 1,
                _ => {}
            }
            all.push(self.not(place, depth)?);
        }
        Ok(single(all, Query::And))
    }

    fn not(&mut self, place: Place, depth: usize) -> Result<Query, QueryError> {
        if !self.takes(&Piece::Not) {
            return self.near(place, depth);
        }
        self.deeper(depth)?;
        let query = self.not(place, depth + 1)?;
        Ok(match query {
            Query::Not(inner) => *inner,
            other => Query::Not(Box::new(other)),
        })
    }

    fn near(&mut self, place: Place, depth: usize) -> Result<Query, QueryError> {
        let first = self.one(place, depth)?;
        let Some((Piece::Near(number), at)) = self.peek() else {
            return Ok(first);
        };
        self.next += 1;
        let wrong = || QueryError {
            why: Why::NearWhat,
            at: at.clone(),
        };
        let words = match *number {
            "" => NEAR_WORDS,
            number => number.parse().map_err(|_| wrong())?,
        };
        let second = self.one(place, depth)?;
        let long = |query: &Query| matches!(query, Query::Words(words) if words.terms.len() > SEARCH_NEAR_PHRASE_WORDS_MAX);
        if long(&first) || long(&second) {
            let at = at.clone();
            return Err(QueryError {
                why: Why::TooLongPhrase,
                at,
            });
        }
        match (first, second) {
            (Query::Words(a), Query::Words(b))
                if a.place == b.place && (1..=SEARCH_NEAR_WORDS_MAX).contains(&words) =>
            {
                Ok(Query::Near(a, b, words))
            }
            _ => Err(wrong()),
        }
    }

    fn one(&mut self, place: Place, depth: usize) -> Result<Query, QueryError> {
        let Some((piece, at)) = self.take() else {
            return Err(QueryError {
                why: Why::NothingToJoin,
                at: self.end..self.end,
            });
        };
        let error = |why| {
            Err(QueryError {
                why,
                at: at.clone(),
            })
        };
        self.parts += 1;
        if self.parts > SEARCH_PARTS_MAX {
            return error(Why::TooManyParts);
        }
        match piece {
            Piece::Open => {
                self.deeper(depth)?;
                if self.takes(&Piece::Close) {
                    return error(Why::NoWord);
                }
                let inner = self.either(place, depth + 1)?;
                match self.takes(&Piece::Close) {
                    true => Ok(inner),
                    false => error(Why::Unclosed),
                }
            }
            Piece::Place(name) => self.placed(name, at, depth),
            Piece::Quoted(text) => phrase(text, place, Form::Exact).or_else(error),
            Piece::Word(text) => self.word(text, place).or_else(error),
            Piece::Close => error(Why::Unopened),
            Piece::And | Piece::Or | Piece::Not | Piece::Near(_) => error(Why::NothingToJoin),
        }
    }

    /// What stands behind `name:`.
    fn placed(&mut self, name: &str, at: &Range<usize>, depth: usize) -> Result<Query, QueryError> {
        if let Some(place) = Place::from_word(name) {
            self.deeper(depth)?;
            self.parts -= 1;
            return self.one(place, depth + 1);
        }
        let at = at.start..self.peek().map_or(at.end, |(_, next)| next.end);
        let error = |why| QueryError { why, at };
        match self.take() {
            Some((Piece::Word(word), _)) => Mark::find(name, word).map(Query::Is).map_err(error),
            _ if Mark::KINDS.contains(&name) => Err(error(Why::UnknownMark)),
            _ => Err(error(Why::UnknownPlace)),
        }
    }

    fn word(&self, text: &str, place: Place) -> Result<Query, Why> {
        if let Some((word, number)) = text.rsplit_once('~') {
            return fuzzy(word, number, place);
        }
        if text.contains(['*', '?']) && text.contains(char::is_alphanumeric) {
            return pattern(text, place);
        }
        phrase(text, place, Form::Inflected)
    }

    fn deeper(&self, depth: usize) -> Result<(), QueryError> {
        match depth < SEARCH_DEPTH_MAX {
            true => Ok(()),
            false => Err(QueryError {
                why: Why::TooDeep,
                at: 0..self.end,
            }),
        }
    }
}

fn single(mut queries: Vec<Query>, join: fn(Vec<Query>) -> Query) -> Query {
    match queries.len() {
        1 => queries.remove(0),
        _ => join(queries),
    }
}

/// Words beside each other; a single one may have the form that was asked for.
fn phrase(text: &str, place: Place, single: Form) -> Result<Query, Why> {
    let words = list(text);
    if words.len() > SEARCH_PHRASE_WORDS_MAX {
        return Err(Why::TooLongPhrase);
    }
    let alone = words.len() == 1;
    let terms = words.into_iter().map(|text| match is_half_a_pair(&text) {
        // It may stand first or last in its pairs.
        true if alone => Term {
            text: format!("*{text}*"),
            form: Form::Pattern,
        },
        _ => Term {
            text,
            form: if alone { single } else { Form::Exact },
        },
    });
    let terms: Vec<Term> = terms.collect();
    match terms.is_empty() {
        true => Err(Why::NoWord),
        false => Ok(Query::Words(Words { place, terms })),
    }
}

fn fuzzy(word: &str, number: &str, place: Place) -> Result<Query, Why> {
    let letters = match number {
        "" | "1" => 1,
        "2" => 2,
        _ => return Err(Why::FuzzyWhat),
    };
    let mut words = list(word);
    match (words.pop(), words.is_empty()) {
        (Some(text), true) => {
            let terms = vec![Term {
                text,
                form: Form::Fuzzy(letters),
            }];
            Ok(Query::Words(Words { place, terms }))
        }
        _ => Err(Why::FuzzyWhat),
    }
}

/// `h?sp*l`: the letters between the signs are folded, and each part is one word at most.
fn pattern(text: &str, place: Place) -> Result<Query, Why> {
    let mut folded = String::new();
    let mut letters = 0;
    for part in text.split_inclusive(['*', '?']) {
        let (word, sign) = match part.strip_suffix(['*', '?']) {
            Some(word) => (word, &part[word.len()..]),
            None => (part, ""),
        };
        let words = list(word);
        if words.len() > 1 || words.is_empty() && !word.is_empty() {
            return Err(Why::NoWord);
        }
        letters += words.iter().map(|word| word.chars().count()).sum::<usize>();
        folded.extend(words);
        folded.push_str(sign);
    }
    let first = folded.find(['*', '?']).unwrap_or(folded.len());
    if letters < SEARCH_PATTERN_LETTERS_MIN
        || folded.starts_with('*') && letters < SEARCH_PATTERN_LETTERS_MIN + 1
        || first == folded.len()
    {
        return Err(Why::TooShort);
    }
    let terms = vec![Term {
        text: folded,
        form: Form::Pattern,
    }];
    Ok(Query::Words(Words { place, terms }))
}
