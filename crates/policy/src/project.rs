//! Facts as far as a set of rules tells them apart.
//!
//! Decisions are kept by their facts. What no rule asks for is cleared here, and an amount becomes
//! the largest bound of a rule that it reaches, so that equal decisions have equal facts. Invariant:
//! deciding on projected facts gives the same decision; only the facts shown are coarser.

use std::collections::BTreeSet;

use model::{Method, PhiLevel};

use crate::org::{Bound, Condition, Fact, OrgEffect, Test};
use crate::words::{Channel, RecipientClass, Risk};
use crate::{MessageFacts, PSYCHOTHERAPY, RecipientFacts, Rules, SUBSTANCE_USE};

impl Rules {
    /// Clears what none of these rules asks for.
    pub fn project(&self, message: &mut MessageFacts, recipient: &mut RecipientFacts) {
        self.project_message(message);
        self.project_recipient(recipient);
        let to_patient = recipient.class == RecipientClass::Patient;
        if !to_patient || message.level_to_patient <= message.level {
            message.level_to_patient = PhiLevel::None;
        }
    }

    /// Whether the organisation's own rules look at recipients' keys, or encrypt to them.
    pub fn ask_for_keys(&self) -> bool {
        self.asks(Fact::SmimeKey)
            || self.asks(Fact::PgpKey)
            || self.organisation().iter().any(|rule| {
                matches!(
                    rule.effect,
                    OrgEffect::Encrypt | OrgEffect::Require(Method::Smime | Method::Pgp)
                )
            })
    }

    /// Whether they look at OpenPGP keys, or encrypt to them.
    pub fn ask_for_pgp_keys(&self) -> bool {
        self.asks(Fact::PgpKey)
            || self.organisation().iter().any(|rule| {
                matches!(
                    rule.effect,
                    OrgEffect::Encrypt | OrgEffect::Require(Method::Pgp)
                )
            })
    }

    /// Whether they look at certificates, or encrypt to them.
    pub fn ask_for_certificates(&self) -> bool {
        self.asks(Fact::SmimeKey)
            || self.organisation().iter().any(|rule| {
                matches!(
                    rule.effect,
                    OrgEffect::Encrypt | OrgEffect::Require(Method::Smime)
                )
            })
    }

    /// Whether the organisation's own rules look at the domains of recipients.
    pub fn ask_for_domains(&self) -> bool {
        self.asks(Fact::RecipientDomain)
    }

    fn project_message(&self, message: &mut MessageFacts) {
        message.octets = self.floor(Fact::Size, message.octets);
        message.patients = self.floor_u32(Fact::Patients, message.patients);
        message.pages = self.floor_u32(Fact::Pages, message.pages);
        message.files = self.floor_u32(Fact::Files, message.files);
        let hour = message.hour.filter(|_| self.asks(Fact::Hour));
        message.hour = hour.map(|hour| {
            let floor = self.floor(Fact::Hour, hour.into());
            u8::try_from(floor).unwrap_or(hour)
        });
        message.weekday = message.weekday.filter(|_| self.asks(Fact::Day));
        if !self.asks(Fact::Sender) {
            message.sender_role.clear();
        }
        let own = self.organisation().iter();
        let senders: Vec<&str> = own.flat_map(|rule| rule.effect.senders()).collect();
        self.keep_named(Fact::SenderGroups, &mut message.sender_groups, &senders);
        self.keep_named(Fact::FileKinds, &mut message.file_kinds, &[]);
        self.keep_named(Fact::FileMarks, &mut message.marks, &[]);
        let platform = [SUBSTANCE_USE, PSYCHOTHERAPY];
        self.keep_named(Fact::Labels, &mut message.labels, &platform);
        message.whole_record &= self.asks(Fact::WholeRecord);
        message.opaque &= self.asks(Fact::OpaqueContent);
        if message.risk != Risk::Critical && !self.asks(Fact::Risk) {
            message.risk = Risk::Normal;
        }
    }

    fn project_recipient(&self, recipient: &mut RecipientFacts) {
        recipient.first_time &= self.asks(Fact::FirstTime);
        recipient.look_alike &= self.asks(Fact::LookAlike);
        recipient.baa &= self.asks(Fact::Agreement);
        recipient.warned &= recipient.prefers == Some(Channel::Plain);
        if recipient.class != RecipientClass::Patient && !self.asks(Fact::Recipient) {
            recipient.class = RecipientClass::Unknown;
        }
        let domain = recipient
            .domain
            .take()
            .filter(|_| self.asks(Fact::RecipientDomain));
        recipient.domain = domain.map(|domain| self.domain_as_named(domain));
    }

    /// A domain that no rule names is known, and none of those.
    fn domain_as_named(&self, domain: String) -> String {
        let named = self
            .conditions(Fact::RecipientDomain)
            .any(|c| c.words().any(|pattern| c.matches(pattern, &domain)));
        if named { domain } else { String::new() }
    }

    fn conditions(&self, fact: Fact) -> impl Iterator<Item = &Condition> {
        self.organisation()
            .iter()
            .flat_map(|rule| rule.when.conditions())
            .filter(move |condition| condition.fact == fact)
    }

    fn asks(&self, fact: Fact) -> bool {
        self.conditions(fact).next().is_some()
    }

    /// The largest amount not above this one at which an answer changes.
    fn floor(&self, fact: Fact, amount: u64) -> u64 {
        self.conditions(fact)
            .filter_map(|condition| match condition.test {
                Test::Over(bound) | Test::AtMost(bound) => bound.checked_add(1),
                Test::Under(bound) | Test::AtLeast(Bound::Number(bound)) => Some(bound),
                Test::Holds | Test::AtLeast(Bound::Word(_)) | Test::AnyOf(_) | Test::NoneOf(_) => {
                    None
                }
            })
            .filter(|bound| *bound <= amount)
            .max()
            .unwrap_or(0)
    }

    fn floor_u32(&self, fact: Fact, amount: u32) -> u32 {
        u32::try_from(self.floor(fact, amount.into())).unwrap_or(amount)
    }

    fn keep_named(&self, fact: Fact, words: &mut BTreeSet<String>, besides: &[&str]) {
        words.retain(|word| {
            besides.contains(&word.as_str())
                || self
                    .conditions(fact)
                    .any(|c| c.words().any(|named| named == word))
        });
    }
}
