//! What a draft of rules would have done to mail that was decided before.
//!
//! Facts are stored with each message, without values and without the recipient's domain; a rule on
//! domains is only told what the caller adds. Both sets decide on the same facts, so that a
//! difference is the draft's alone. Invariant: a simulation holds counts, words and the places of
//! examples.

use std::collections::BTreeMap;

use model::Method;
use serde::{Deserialize, Serialize};

use crate::decide::{Verdict, plain_word, verdict};
use crate::facts::Facts;
use crate::org::Answer;
use crate::{MessageFacts, RecipientFacts, Rules};

/// Examples kept of each change.
pub const SIMULATION_EXAMPLES_MAX: usize = 20;

/// The facts of one decision as they are stored with the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFacts {
    pub message: MessageFacts,
    pub recipient: RecipientFacts,
}

/// How two sets of rules differ over decisions of the past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    pub total: u64,
    /// Decisions whose method differs.
    pub changed: u64,
    /// Decisions that differ in something else: the subject, redaction, warnings, notices, or what a
    /// release takes.
    pub changed_otherwise: u64,
    /// By method before and after, most frequent first.
    pub moves: Vec<Moved>,
    /// By id of the draft's rules; a rule that never matched is here with zeros.
    pub rules: BTreeMap<String, RuleHits>,
    /// How often senders are shown which text.
    pub warnings: BTreeMap<String, Compared>,
}

/// Decisions that go from one method to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub from: Method,
    pub to: Method,
    pub count: u64,
    /// Places among all facts that were added, from 0.
    pub examples: Vec<u64>,
}

/// What one rule of the draft did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleHits {
    pub matched: u64,
    /// Its method stood.
    pub decided: u64,
    /// It asked for a fact that is not known.
    pub unanswered: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    pub current: u64,
    pub draft: u64,
}

/// Compares two sets of rules over stored facts.
pub fn simulate(facts: &[StoredFacts], current: &Rules, draft: &Rules) -> Simulation {
    let mut simulation = Simulation::default();
    for one in facts {
        simulation.add(one, current, draft);
    }
    simulation
}

impl StoredFacts {
    /// Leaves out the domain, and whatever is no plain word.
    pub fn of(message: &MessageFacts, recipient: &RecipientFacts) -> Self {
        let mut message = message.clone();
        for kind in &mut message.kinds {
            *kind = plain_word(kind).to_owned();
        }
        for words in [
            &mut message.labels,
            &mut message.file_kinds,
            &mut message.marks,
            &mut message.sender_groups,
        ] {
            *words = words.iter().map(|w| plain_word(w).to_owned()).collect();
        }
        if !message.sender_role.is_empty() {
            message.sender_role = plain_word(&message.sender_role).to_owned();
        }
        let recipient = RecipientFacts {
            domain: None,
            ..recipient.clone()
        };
        Self { message, recipient }
    }
}

impl Simulation {
    /// Adds one decision, so that any number of them need not be in memory.
    pub fn add(&mut self, stored: &StoredFacts, current: &Rules, draft: &Rules) {
        let facts = Facts {
            message: stored.message.clone(),
            recipient: stored.recipient.clone(),
        };
        let (before, after) = (verdict(&facts, current), verdict(&facts, draft));
        if before.method == after.method {
            self.changed_otherwise += u64::from(before.differs_from(&after));
        } else {
            self.changed += 1;
            self.count_move(before.method, after.method);
        }
        for text in &before.warnings {
            self.warnings.entry(text.clone()).or_default().current += 1;
        }
        for text in &after.warnings {
            self.warnings.entry(text.clone()).or_default().draft += 1;
        }
        self.count_rules(&facts, draft, &after);
        self.total += 1;
    }

    fn count_move(&mut self, from: Method, to: Method) {
        let known = |moved: &Moved| (moved.from, moved.to) == (from, to);
        let place = self.moves.iter().position(known).unwrap_or_else(|| {
            self.moves.push(Moved {
                from,
                to,
                count: 0,
                examples: Vec::new(),
            });
            self.moves.len() - 1
        });
        let moved = &mut self.moves[place];
        moved.count += 1;
        if moved.examples.len() < SIMULATION_EXAMPLES_MAX {
            moved.examples.push(self.total);
        }
        self.moves
            .sort_by_key(|moved| (std::cmp::Reverse(moved.count), moved.from, moved.to));
    }

    fn count_rules(&mut self, facts: &Facts, draft: &Rules, after: &Verdict<'_>) {
        for rule in draft.organisation().iter() {
            let hits = self.rules.entry(rule.id.clone()).or_default();
            match rule.answer(facts, &after.stops) {
                Answer::Yes => hits.matched += 1,
                Answer::Unknown(_) => hits.unanswered += 1,
                Answer::No => {}
            }
            hits.decided += u64::from(after.decided_by == rule.id);
        }
    }
}
