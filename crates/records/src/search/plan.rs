//! From a query to what the engine looks for: terms become the words that there are, words become tokens.

use std::cell::Cell;

use model::limits::{SEARCH_EXPANSIONS_MAX, SEARCH_PHRASES_MAX};
use store::tables::postings::{Find, Token};

use super::lexicon::{Lexicon, TooMany};
use super::query::{Place, Query, Term, Words};
use super::tokens::{Field, Tokens};

pub(crate) fn plan(query: &Query, lexicon: &Lexicon, tokens: &Tokens) -> Result<Find, TooMany> {
    let plan = Plan {
        lexicon,
        tokens,
        phrases: Cell::new(0),
    };
    Ok(simple(plan.of(query)?))
}

struct Plan<'a> {
    lexicon: &'a Lexicon,
    tokens: &'a Tokens,
    /// What an engine would be asked for so far.
    phrases: Cell<usize>,
}

impl Plan<'_> {
    fn of(&self, query: &Query) -> Result<Find, TooMany> {
        Ok(match query {
            Query::And(all) => self.all(all)?,
            Query::Or(any) => Find::Or(
                any.iter()
                    .map(|one| self.of(one))
                    .collect::<Result<_, _>>()?,
            ),
            Query::Not(_) => self.all(std::slice::from_ref(query))?,
            Query::Words(words) => self.anywhere(words, None)?,
            Query::Near(a, b, between) => self.anywhere(a, Some((b, *between)))?,
            Query::Is(mark) => Find::Phrase(vec![self.tokens.mark(mark.kind, &mark.word)]),
        })
    }

    fn all(&self, all: &[Query]) -> Result<Find, TooMany> {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for query in all {
            match query {
                Query::Not(inner) => without.push(self.of(inner)?),
                other => with.push(self.of(other)?),
            }
        }
        if with.is_empty() {
            with.push(Find::Phrase(vec![self.tokens.every()]));
        }
        let with = Find::And(with);
        Ok(match without.is_empty() {
            true => with,
            false => Find::Without(Box::new(with), Box::new(Find::Or(without))),
        })
    }

    /// In one of the fields of the place; near others where those are given.
    fn anywhere(&self, words: &Words, near: Option<(&Words, u32)>) -> Result<Find, TooMany> {
        let first = self.expanded(&words.terms)?;
        let second = near
            .map(|(words, _)| self.expanded(&words.terms))
            .transpose()?;
        let mut any = Vec::new();
        for field in fields(words.place) {
            let ones = self.phrases(*field, &first)?;
            let Some((second, (_, between))) = second.as_ref().zip(near) else {
                self.count(ones.len())?;
                any.extend(ones.into_iter().map(Find::Phrase));
                continue;
            };
            let twos = self.phrases(*field, second)?;
            // An engine may have to name every distance in both orders.
            let distances = 2 * (between as usize + 1);
            self.count(
                ones.len()
                    .saturating_mul(twos.len())
                    .saturating_mul(distances),
            )?;
            for one in &ones {
                any.extend(
                    twos.iter()
                        .map(|two| Find::Near(one.clone(), two.clone(), between)),
                );
            }
        }
        Ok(Find::Or(any))
    }

    fn count(&self, more: usize) -> Result<(), TooMany> {
        self.phrases.set(self.phrases.get().saturating_add(more));
        match self.phrases.get() > SEARCH_PHRASES_MAX {
            true => Err(TooMany),
            false => Ok(()),
        }
    }

    fn expanded(&self, terms: &[Term]) -> Result<Vec<Vec<(String, u8)>>, TooMany> {
        terms.iter().map(|term| self.lexicon.expand(term)).collect()
    }

    /// Every way to say the terms beside each other with words of that field.
    fn phrases(
        &self,
        field: Field,
        terms: &[Vec<(String, u8)>],
    ) -> Result<Vec<Vec<Token>>, TooMany> {
        let mut phrases: Vec<Vec<Token>> = vec![Vec::new()];
        for words in terms {
            let here = words.iter().filter(|(_, places)| places & field.bit() != 0);
            let tokens: Vec<Token> = here
                .map(|(word, _)| self.tokens.word(field, word))
                .collect();
            if phrases.len() * tokens.len() > SEARCH_EXPANSIONS_MAX {
                return Err(TooMany);
            }
            let longer = phrases.iter().flat_map(|phrase| {
                tokens
                    .iter()
                    .map(move |token| phrase.iter().chain([token]).copied().collect())
            });
            phrases = longer.collect();
        }
        Ok(phrases)
    }
}

const fn fields(place: Place) -> &'static [Field] {
    match place {
        Place::Anywhere => &Field::ALL,
        Place::Subject => &[Field::Subject],
        Place::Body => &[Field::Body],
        Place::From => &[Field::From],
        Place::To => &[Field::To],
        Place::People => &[Field::From, Field::To],
        Place::File => &[Field::File],
    }
}

/// Without what holds nothing and joins of one: engines know neither.
pub(crate) fn simple(find: Find) -> Find {
    match find {
        Find::And(all) => {
            let all: Vec<Find> = all.into_iter().map(simple).collect();
            match all.contains(&Find::Nothing) {
                true => Find::Nothing,
                false => joined(all, Find::And),
            }
        }
        Find::Or(any) => {
            let any = any
                .into_iter()
                .map(simple)
                .filter(|one| *one != Find::Nothing);
            joined(any.collect(), Find::Or)
        }
        Find::Without(with, without) => match (simple(*with), simple(*without)) {
            (Find::Nothing, _) => Find::Nothing,
            (with, Find::Nothing) => with,
            (with, without) => Find::Without(Box::new(with), Box::new(without)),
        },
        other => other,
    }
}

fn joined(mut finds: Vec<Find>, join: fn(Vec<Find>) -> Find) -> Find {
    match finds.len() {
        0 => Find::Nothing,
        1 => finds.remove(0),
        _ => join(finds),
    }
}
