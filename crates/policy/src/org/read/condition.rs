//! Reads what a rule asks: facts and tests, joined by `and`, `or`, `not` and brackets.

use super::super::condition::{Bound, Condition, Test, When};
use super::super::fact::{Fact, Shape};
use super::super::token::Fault;
use super::super::{CONDITION_DEPTH_MAX, RuleFault};
use super::Reader;

impl Reader<'_> {
    pub(super) fn when(&mut self) -> Result<When, Fault> {
        if self.take("always") {
            return Ok(When::Always);
        }
        self.any(0)
    }

    fn any(&mut self, depth: usize) -> Result<When, Fault> {
        let mut parts = vec![self.all(depth)?];
        while self.take("or") {
            parts.push(self.all(depth)?);
        }
        Ok(joined(parts, When::Any))
    }

    fn all(&mut self, depth: usize) -> Result<When, Fault> {
        let mut parts = vec![self.part(depth)?];
        while self.take("and") {
            parts.push(self.part(depth)?);
        }
        Ok(joined(parts, When::All))
    }

    fn part(&mut self, depth: usize) -> Result<When, Fault> {
        if depth > CONDITION_DEPTH_MAX {
            return Err(self.here(RuleFault::TooDeep));
        }
        if self.take("not") {
            return Ok(When::Not(Box::new(self.part(depth + 1)?)));
        }
        if self.sign('(').is_some() {
            let inner = self.any(depth + 1)?;
            self.sign(')')
                .ok_or(self.here(RuleFault::BracketExpected))?;
            return Ok(inner);
        }
        let fact = self.fact()?;
        let test = self.test(fact)?;
        Ok(When::Is(Condition { fact, test }))
    }

    /// Of the facts whose words come next, the one with the most words.
    fn fact(&mut self) -> Result<Fact, Fault> {
        let start = self.place;
        let mut found = None;
        for &fact in Fact::ALL {
            let words: Vec<&str> = fact.word().split(' ').collect();
            self.place = start;
            if self.take_all(&words) && found.is_none_or(|(_, most)| words.len() > most) {
                found = Some((fact, words.len()));
            }
        }
        self.place = start;
        let (fact, words) = found.ok_or(self.here(RuleFault::UnknownFact))?;
        self.place += words;
        Ok(fact)
    }

    fn test(&mut self, fact: Fact) -> Result<Test, Fault> {
        let fault = self.here(RuleFault::TestExpected);
        match fact.shape() {
            Shape::Switch => Ok(Test::Holds),
            Shape::Rising(_) if self.take_all(&["at", "least"]) => {
                let word = self.word().ok_or(self.here(RuleFault::WordExpected))?;
                Ok(Test::AtLeast(Bound::Word(word)))
            }
            Shape::Number | Shape::Size => self.comparison(fact, fault),
            Shape::Words => self.membership(
                fault,
                &[
                    (&["include", "any", "of"], true),
                    (&["include", "none", "of"], false),
                    (&["include"], true),
                    (&["lack"], false),
                ],
            ),
            Shape::Word(_) | Shape::OpenWord | Shape::Domain => self.membership(
                fault,
                &[
                    (&["is", "one", "of"], true),
                    (&["is", "none", "of"], false),
                    (&["is", "not"], false),
                    (&["is"], true),
                ],
            ),
            Shape::Rising(_) => Err(fault),
        }
    }

    fn comparison(&mut self, fact: Fact, fault: Fault) -> Result<Test, Fault> {
        if self.take("over") {
            return Ok(Test::Over(self.amount(fact)?));
        }
        if self.take("under") {
            return Ok(Test::Under(self.amount(fact)?));
        }
        if self.take_all(&["at", "least"]) {
            return Ok(Test::AtLeast(Bound::Number(self.amount(fact)?)));
        }
        if self.take_all(&["at", "most"]) {
            return Ok(Test::AtMost(self.amount(fact)?));
        }
        Err(fault)
    }

    fn membership(&mut self, fault: Fault, verbs: &[(&[&str], bool)]) -> Result<Test, Fault> {
        for (verb, some) in verbs {
            if self.take_all(verb) {
                let words = if verb.last() == Some(&"of") {
                    self.list()?
                } else {
                    vec![self.word().ok_or(self.here(RuleFault::WordExpected))?]
                };
                let words = words.into_iter().collect();
                return Ok(if *some {
                    Test::AnyOf(words)
                } else {
                    Test::NoneOf(words)
                });
            }
        }
        Err(fault)
    }

    fn amount(&mut self, fact: Fact) -> Result<u64, Fault> {
        let number = self.number()?;
        let unit = match fact.shape() {
            Shape::Size if self.take("mb") => 1024 * 1024,
            Shape::Size if self.take("kb") => 1024,
            _ => 1,
        };
        number
            .checked_mul(unit)
            .ok_or(self.before(RuleFault::NumberExpected))
    }
}

fn joined(mut parts: Vec<When>, group: fn(Vec<When>) -> When) -> When {
    match parts.len() {
        1 => parts.remove(0),
        _ => group(parts),
    }
}
