//! Reads the text form of rules.
//!
//! ```text
//! # whole records leave only after a look
//! rule big-records "Whole records":
//!   when pages over 20 and level at least likely and recipient is not provider
//!   then quarantine with second person
//!   because minimum necessary, 45 CFR 164.502(b)
//! ```
//! A rule begins with `rule` at the start of a line and ends before the next one, a comment or an
//! empty line; within it, line ends mean nothing. `and` binds closer than `or`. Invariant: reading
//! ends for any text, and a fault in one rule hides none in another.

mod condition;

use std::collections::BTreeSet;
use std::str::FromStr;

use model::Method;

use super::check::{self, RuleError, RuleFault, is_id};
use super::token::{Fault, Kind, Token, tokens};
use super::{Mode, OrgEffect, OrgRule, RULES_MAX, RULES_OCTETS_MAX};
use crate::access::SEND_LIMITS_MAX;
use crate::words::Notice;

pub(super) fn rules(text: &str) -> Result<Vec<OrgRule>, Vec<RuleError>> {
    if text.len() > RULES_OCTETS_MAX {
        return Err(vec![at(1, None, "", 0, RuleFault::TextTooLong)]);
    }
    let (blocks, mut errors) = blocks(text);
    if blocks.len() > RULES_MAX {
        return Err(vec![at(1, None, "", 0, RuleFault::TooManyRules)]);
    }
    let (mut rules, mut ids, mut limits) = (Vec::new(), BTreeSet::new(), 0);
    for (place, block) in blocks.iter().enumerate() {
        let line = block.first().map_or(0, |(line, _)| *line);
        match rule(block) {
            Ok(rule) => {
                let id = if is_id(&rule.id) {
                    rule.id.as_str()
                } else {
                    ""
                };
                for (field, fault) in check::faults(&rule) {
                    let mut error = at(line, None, id, place, fault);
                    error.pointer = format!("/{place}/{field}");
                    errors.push(error);
                }
                if !ids.insert(rule.id.clone()) {
                    errors.push(at(line, None, id, place, RuleFault::DuplicateId));
                }
                limits += usize::from(rule.effect.is_limit());
                if rule.effect.is_limit() && limits > SEND_LIMITS_MAX {
                    errors.push(at(line, None, id, place, RuleFault::TooManyLimits));
                }
                rules.push(rule);
            }
            Err((id, fault)) => {
                errors.push(at(fault.line, Some(fault.column), &id, place, fault.fault));
            }
        }
    }
    errors.sort_by_key(|error| (error.line, error.column));
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(errors)
    }
}

fn at(line: u32, column: Option<u32>, id: &str, place: usize, code: RuleFault) -> RuleError {
    RuleError {
        line,
        column,
        rule: id.to_owned(),
        code,
        pointer: format!("/{place}"),
    }
}

type Block<'a> = Vec<(u32, &'a str)>;

fn blocks(text: &str) -> (Vec<Block<'_>>, Vec<RuleError>) {
    let (mut blocks, mut errors): (Vec<Block<'_>>, Vec<RuleError>) = (Vec::new(), Vec::new());
    let mut within = false;
    for (place, text) in text.lines().enumerate() {
        let line = u32::try_from(place + 1).unwrap_or(u32::MAX);
        if text.trim().is_empty() || text.trim_start().starts_with('#') {
            within = false;
        } else if text.split_whitespace().next() == Some("rule") && text.starts_with("rule") {
            within = true;
            blocks.push(vec![(line, text)]);
        } else if let Some(block) = blocks.last_mut().filter(|_| within) {
            block.push((line, text));
        } else {
            errors.push(at(line, None, "", blocks.len(), RuleFault::OutsideRule));
        }
    }
    (blocks, errors)
}

fn rule(block: &Block<'_>) -> Result<OrgRule, (String, Fault)> {
    let (tokens, why) = tokens(block).map_err(|fault| (String::new(), fault))?;
    let mut reader = Reader {
        tokens: &tokens,
        place: 0,
    };
    let id = reader.id().map_err(|fault| (String::new(), fault))?;
    let shown = id.clone();
    reader.rest(id, why).map_err(|fault| (shown, fault))
}

/// What of a rule's tokens is still to be read.
pub(super) struct Reader<'a> {
    tokens: &'a [Token],
    place: usize,
}

impl Reader<'_> {
    fn id(&mut self) -> Result<String, Fault> {
        self.take("rule");
        match self.word() {
            Some(id) if is_id(&id) => Ok(id),
            _ => Err(self.before(RuleFault::BadId)),
        }
    }

    fn rest(&mut self, id: String, why: Option<String>) -> Result<OrgRule, Fault> {
        let name = self.quoted().unwrap_or_else(|| id.clone());
        let mode = if self.take_all(&["in", "shadow"]) {
            Mode::Shadow
        } else {
            Mode::Active
        };
        self.sign(':').ok_or(self.here(RuleFault::ColonExpected))?;
        if !self.take("when") {
            return Err(self.here(RuleFault::WhenExpected));
        }
        let when = self.when()?;
        if !self.take("then") {
            let fault = if self.place < self.tokens.len() {
                RuleFault::UnexpectedWord
            } else {
                RuleFault::ThenExpected
            };
            return Err(self.here(fault));
        }
        let effect = self.effect()?;
        if self.place < self.tokens.len() {
            return Err(self.here(RuleFault::UnexpectedWord));
        }
        let why = why.ok_or(self.here(RuleFault::BecauseExpected))?;
        Ok(OrgRule {
            id,
            name,
            when,
            effect,
            why,
            mode,
        })
    }

    fn effect(&mut self) -> Result<OrgEffect, Fault> {
        let unknown = self.here(RuleFault::UnknownEffect);
        let effect = match self.word().as_deref() {
            Some("require") => {
                let method = self.word().and_then(|word| Method::from_word(&word));
                OrgEffect::Require(method.ok_or(self.before(RuleFault::MethodNotRequirable))?)
            }
            Some("encrypt") => OrgEffect::Encrypt,
            Some("portal") => OrgEffect::Portal,
            Some("quarantine") => OrgEffect::Quarantine {
                second_person: self.take_all(&["with", "second", "person"]),
                notify: if self.take("notify") {
                    self.list()?
                } else {
                    Vec::new()
                },
            },
            Some("redact") => OrgEffect::Redact,
            Some("neutral") if self.take("subject") => OrgEffect::NeutralSubject,
            Some("block") => OrgEffect::Block,
            Some("warn") => OrgEffect::Warn(self.word().ok_or(self.here(RuleFault::WordExpected))?),
            Some("log") => OrgEffect::Log,
            Some("only") => {
                let groups = self.list()?.into_iter().collect();
                if !self.take_all(&["may", "send"]) {
                    return Err(unknown);
                }
                OrgEffect::OnlyMaySend(groups)
            }
            Some("append") if self.take("notice") => {
                let notice = self.word().and_then(|word| Notice::from_word(&word));
                OrgEffect::AppendNotice(notice.ok_or(self.before(RuleFault::UnknownWord))?)
            }
            _ => return Err(unknown),
        };
        Ok(effect)
    }

    /// Words with commas between them.
    fn list(&mut self) -> Result<Vec<String>, Fault> {
        let mut words = Vec::new();
        loop {
            words.push(self.word().ok_or(self.here(RuleFault::WordExpected))?);
            if self.sign(',').is_none() {
                return Ok(words);
            }
        }
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let number = self.word().and_then(|word| u64::from_str(&word).ok());
        number.ok_or(self.before(RuleFault::NumberExpected))
    }

    fn peek(&self) -> Option<&str> {
        match &self.tokens.get(self.place)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    fn word(&mut self) -> Option<String> {
        let word = self.peek().map(str::to_owned);
        self.place += usize::from(word.is_some());
        word
    }

    fn quoted(&mut self) -> Option<String> {
        let Some(Kind::Quoted(text)) = self.tokens.get(self.place).map(|token| &token.kind) else {
            return None;
        };
        self.place += 1;
        Some(text.clone())
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        let found = self.tokens.get(self.place)?.kind == Kind::Sign(sign);
        self.place += usize::from(found);
        found.then_some(())
    }

    fn take(&mut self, word: &str) -> bool {
        self.take_all(&[word])
    }

    /// Takes these words if they all come next.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let next = self.tokens.get(self.place..).unwrap_or_default();
        let found = words.len() <= next.len()
            && words
                .iter()
                .zip(next)
                .all(|(word, token)| matches!(&token.kind, Kind::Word(found) if found == word));
        if found {
            self.place += words.len();
        }
        found
    }

    fn here(&self, fault: RuleFault) -> Fault {
        self.at(self.place, fault)
    }

    /// At the token that was just taken.
    fn before(&self, fault: RuleFault) -> Fault {
        self.at(self.place.saturating_sub(1), fault)
    }

    fn at(&self, place: usize, fault: RuleFault) -> Fault {
        let token = self.tokens.get(place).or(self.tokens.last());
        Fault {
            line: token.map_or(0, |token| token.line),
            column: token.map_or(0, |token| token.column),
            fault,
        }
    }
}
