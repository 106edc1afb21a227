//! From findings to the level of a message: the conjunction rule.
//!
//! An identifier alone is business mail, health words alone are a newsletter; together they are PHI
//! (phi.md §0.2 and §7). A record or member number in a care provider's mail is PHI by itself.

use std::collections::BTreeSet;

use model::PhiLevel;

use crate::FindingKind;
use crate::finding::Class;

/// What was counted, of a message or of one part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeSet<FindingKind>,
    terms: BTreeSet<Vec<u8>>,
    clinical: bool,
}

impl Tally {
    pub(crate) fn kind(&mut self, kind: FindingKind) {
        self.kinds.insert(kind);
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
        let health = !self.terms.is_empty() || self.kinds.contains(&FindingKind::Npi);
        let strong = self.has(Class::B) || self.has(Class::Lifted) || self.count(Class::C) >= 2;
        if self.has(Class::A) {
            PhiLevel::Certain
        } else if health && strong {
            PhiLevel::Likely
        } else if health || self.has(Class::B) {
            PhiLevel::Weak
        } else {
            PhiLevel::None
        }
    }

    /// Whether a subject line with this tally tells on the patient it is sent to: the address beside
    /// it is an identifier (45 CFR 164.514(b)(2)(i)(F)), so what ails someone is enough.
    pub(crate) fn tells_in_subject(&self) -> bool {
        self.clinical || self.has(Class::B) || self.level() >= PhiLevel::Likely
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
