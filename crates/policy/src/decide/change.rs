//! "What would change it": each single fact that would have led to another method.
//!
//! Found by deciding again, so that no sentence can be untrue. Of an organisation's rules only the
//! facts that they ask for and that somebody could change are tried, and of their limits who may send.

use std::collections::{BTreeMap, BTreeSet};

use model::Method;

use super::weigh;
use crate::facts::Facts;
use crate::org::{Mode, Stops};
use crate::question::Question;
use crate::words::{RecipientClass, Risk};
use crate::{Fact, MessageFacts, Rules};

pub(super) fn would_change(
    facts: &Facts,
    rules: &Rules,
    stops: &Stops,
    method: Method,
) -> Vec<String> {
    let again = |other: &Facts| again(other, facts, rules, stops);
    let asked = Fact::ALL
        .iter()
        .filter(|fact| rules.organisation().iter().any(|rule| rule.asks(**fact)));
    Question::ALL
        .iter()
        .filter_map(|question| question.turned(facts))
        .chain(asked.filter_map(|fact| turned(*fact, facts)))
        .filter_map(|(other, supposition)| {
            let then = again(&other);
            (then != method).then(|| format!("If {supposition}, {}.", would(then)))
        })
        .chain(by_another_sender(facts, rules, stops, method))
        // Attachments are asked for in three ways.
        .fold(Vec::new(), |mut told, sentence| {
            if !told.contains(&sentence) {
                told.push(sentence);
            }
            told
        })
}

/// Groups that are tried, the first by name.
const SENDERS_TRIED_MAX: usize = crate::LIST_WORDS_MAX;

/// Who could have sent it: the groups of the rules that stop it, together where it would go the same way.
fn by_another_sender(
    facts: &Facts,
    rules: &Rules,
    stops: &Stops,
    method: Method,
) -> impl Iterator<Item = String> {
    let own = || rules.organisation().iter();
    let stopping = own().filter(|rule| rule.mode == Mode::Active && stops.find(rule).is_some());
    let groups: BTreeSet<&str> = stopping.flat_map(|rule| rule.effect.senders()).collect();
    // Another role would be asked for in place of `app`, and nobody knows which.
    let known = facts.message.sender_role != "app" || !own().any(|rule| rule.asks(Fact::Sender));
    let mut ways: BTreeMap<Method, Vec<&str>> = BTreeMap::new();
    for group in groups.into_iter().take(SENDERS_TRIED_MAX).filter(|_| known) {
        let then = sent_by(group, facts).into_iter();
        let then: BTreeSet<Method> = then.map(|f| again(&f, facts, rules, stops)).collect();
        match then.first() {
            Some(way) if then.len() == 1 && *way != method => {
                ways.entry(*way).or_default().push(group);
            }
            _ => {}
        }
    }
    ways.into_iter().map(|(way, groups)| {
        format!(
            "If one of {} had sent it, {}.",
            groups.join(", "),
            would(way)
        )
    })
}

/// The facts as a sender of this group would have had them. Nobody knows who that is: whether the other
/// groups of this sender are theirs as well, and whether what is declared, attested or unusual of this
/// sender would be of them. A sentence must be true of each.
pub(super) fn sent_by(group: &str, facts: &Facts) -> Vec<Facts> {
    let mut all = Vec::new();
    for beside in [true, false] {
        for alike in [true, false] {
            let mut other = facts.clone();
            let message = &mut other.message;
            if !beside {
                message.sender_groups.clear();
            }
            message.sender_groups.insert(group.to_owned());
            if !alike {
                message.declared_no_phi = false;
                message.attested = false;
                message.risk = Risk::Normal;
            }
            all.push(other);
        }
    }
    all
}

fn again(other: &Facts, facts: &Facts, rules: &Rules, stops: &Stops) -> Method {
    let stops = rules.organisation().stops_again(other, facts, stops);
    weigh(other, rules, &stops, None).method
}

/// The facts as somebody could have had them, and that in words.
pub(super) fn turned(fact: Fact, facts: &Facts) -> Option<(Facts, &'static str)> {
    let mut other = facts.clone();
    let (message, recipient) = (&mut other.message, &mut other.recipient);
    let supposition = match fact {
        Fact::Patients if message.patients > 1 => {
            message.patients = 1;
            "it were about one patient"
        }
        Fact::Pages if message.pages > 1 => {
            message.pages = 1;
            "it were one page long"
        }
        Fact::Files | Fact::FileKinds | Fact::FileMarks if has_files(message) => {
            message.files = 0;
            message.file_kinds.clear();
            message.marks.clear();
            "it had no attachments"
        }
        Fact::WholeRecord if message.whole_record => {
            message.whole_record = false;
            "it held no whole record"
        }
        Fact::OpaqueContent if message.opaque => {
            message.opaque = false;
            "its content could have been looked into"
        }
        Fact::FirstTime if recipient.first_time => {
            recipient.first_time = false;
            "somebody here had written to this address before"
        }
        Fact::LookAlike if recipient.look_alike => {
            recipient.look_alike = false;
            "the address resembled no other one"
        }
        Fact::Agreement if !recipient.baa => {
            recipient.baa = true;
            "an agreement with the recipient were on file"
        }
        Fact::Recipient if recipient.class == RecipientClass::Unknown => {
            recipient.class = RecipientClass::Provider;
            "the recipient were on record as a provider"
        }
        _ => return None,
    };
    Some((other, supposition))
}

fn has_files(message: &MessageFacts) -> bool {
    message.files > 0 || !message.file_kinds.is_empty() || !message.marks.is_empty()
}

pub(super) const fn would(method: Method) -> &'static str {
    match method {
        Method::Plain => "it would go as plain mail",
        Method::TlsOrDrop => "it would go by verified TLS or not at all",
        Method::Tls => "it would go by verified TLS",
        Method::Portal => "it would wait in the portal",
        Method::Pgp => "it would be encrypted to the recipient's OpenPGP key",
        Method::Smime => "it would be encrypted to the recipient's S/MIME certificate",
        Method::Hold => "it would be held for a person to decide",
        Method::Block => "it would be refused",
    }
}
