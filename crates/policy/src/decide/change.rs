//! "What would change it": each single fact that would have led to another method.
//!
//! Found by deciding again, so that no sentence can be untrue. Of an organisation's rules only the
//! facts that they ask for and that somebody could change are tried.

use model::Method;

use super::weigh;
use crate::facts::Facts;
use crate::question::Question;
use crate::words::RecipientClass;
use crate::{Fact, MessageFacts, Rules};

pub(super) fn would_change(facts: &Facts, rules: &Rules, method: Method) -> Vec<String> {
    let asked = Fact::ALL
        .iter()
        .filter(|fact| rules.organisation().iter().any(|rule| rule.asks(**fact)));
    Question::ALL
        .iter()
        .filter_map(|question| question.turned(facts))
        .chain(asked.filter_map(|fact| turned(*fact, facts)))
        .filter_map(|(other, supposition)| {
            let then = weigh(&other, rules, None).method;
            (then != method).then(|| format!("If {supposition}, {}.", would(then)))
        })
        // Attachments are asked for in three ways.
        .fold(Vec::new(), |mut told, sentence| {
            if !told.contains(&sentence) {
                told.push(sentence);
            }
            told
        })
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

const fn would(method: Method) -> &'static str {
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
