//! From findings to the level of a message: the conjunction rule.
//!
//! An identifier alone is business mail, health words alone are a newsletter; together they are PHI
//! (phi.md §0.2 and §7). A record or member number in a care provider's mail is PHI by itself.
//! Invariant: more found never lowers a level.

use std::collections::BTreeSet;

use model::PhiLevel;

use crate::FindingKind;
use crate::kind::Class;

/// What was counted, of a message or of one part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeSet<FindingKind>,
    /// Kinds that only a word with other meanings lifts, such as "visit" before a date.
    loose: BTreeSet<FindingKind>,
    terms: BTreeSet<Vec<u8>>,
    clinical: bool,
}

impl Tally {
    pub(crate) fn kind(&mut self, kind: FindingKind) {
        self.clinical |= kind.is_clinical();
        self.kinds.insert(kind);
    }

    pub(crate) fn loose_kind(&mut self, kind: FindingKind) {
        self.loose.insert(kind);
    }

    /// A health word by its listed form; `setting` words say less.
    pub(crate) fn term(&mut self, name: &[u8], setting: bool) {
        self.clinical |= !setting;
        if !self.terms.contains(name) {
            self.terms.insert(name.to_owned());
        }
    }

    pub(crate) fn terms(&self) -> u32 {
        u32::try_from(self.terms.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn level(&self) -> PhiLevel {
        let context = self.has_context();
        // One word of the trade ("clinic") is in all business mail of a clinic.
        let rich = self.clinical || self.terms.len() >= 2;
        let lifted = self.has(Class::Lifted) || (rich && !self.loose.is_empty());
        let weak = self.count(Class::C) + self.loose.len();
        let strong = self.has(Class::B) || lifted;
        let provider = [FindingKind::Npi, FindingKind::Dea]
            .iter()
            .any(|kind| self.kinds.contains(kind));
        if self.has(Class::A) {
            PhiLevel::Certain
        } else if ((context || provider) && strong) || (rich && weak >= 2) {
            PhiLevel::Likely
        } else if context || provider || self.has(Class::B) {
            PhiLevel::Weak
        } else {
            PhiLevel::None
        }
    }

    /// The level where a recipient is a patient: what is said about care is said about them.
    pub(crate) fn level_to_patient(&self) -> PhiLevel {
        if self.has_context() || self.has(Class::Lifted) {
            self.level().max(PhiLevel::Likely)
        } else {
            self.level()
        }
    }

    /// Whether a subject line with this tally tells on the patient it is sent to: the address beside
    /// it is an identifier (45 CFR 164.514(b)(2)(i)(F)), so what ails someone is enough.
    pub(crate) fn tells_in_subject(&self) -> bool {
        self.clinical
            || self.has(Class::B)
            || self.kinds.contains(&FindingKind::PatientName)
            || self.level() >= PhiLevel::Likely
    }

    fn has_context(&self) -> bool {
        self.clinical || !self.terms.is_empty()
    }

    fn has(&self, class: Class) -> bool {
        self.count(class) > 0
    }

    fn count(&self, class: Class) -> usize {
        self.kinds
            .iter()
            .filter(|kind| kind.class() == class)
            .count()
    }
}

#[cfg(test)]
mod tests;
