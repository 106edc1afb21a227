//! Labels: what kind of care a message is about, where the law asks for more than HIPAA does.
//!
//! A label says nothing about whether the message is PHI; policy asks for both.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

macro_rules! labels {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// A kind of information with rules of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Label { $($(#[$doc])* $variant,)* }
        impl Label {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

labels! {
    /// Treatment of addiction (42 CFR Part 2).
    SubstanceUse = "substance_use",
    /// Psychotherapy and its notes (45 CFR 164.508(a)(2)).
    Psychotherapy = "psychotherapy",
    MentalHealth = "mental_health",
    /// HIV and other infections that are passed on by sex: protected by law in most states.
    Hiv = "hiv",
    /// Pregnancy, contraception, fertility.
    Reproductive = "reproductive",
    /// Genetic tests and family traits (Genetic Information Nondiscrimination Act).
    Genetic = "genetic",
    /// The patient is a child.
    Minor = "minor",
    /// A whole record rather than what is needed (45 CFR 164.502(b)).
    WholeRecord = "whole_record",
    /// Violence in the home or abuse.
    Abuse = "abuse",
    /// An image that nobody could read.
    ImageUnscanned = "image_unscanned",
}

/// What was read that hints at labels, of a whole message.
///
/// One everyday word labels nothing: "pregnant pause", "sober analysis". A strong term of care ("methadone
/// clinic") needs a person that the message's health is tied to; of everyday words two are needed, and
/// the person. Nothing is said of a mail whose health is nobody's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hints {
    strong: BTreeMap<Label, BTreeSet<u32>>,
    slight: BTreeMap<Label, BTreeSet<u32>>,
}

impl Hints {
    pub(crate) fn strong(&mut self, label: Label, entry: u32) {
        self.strong.entry(label).or_default().insert(entry);
    }

    pub(crate) fn slight(&mut self, label: Label, entry: u32) {
        self.slight.entry(label).or_default().insert(entry);
    }

    /// The labels that hold where health is tied to a person so closely in points (`Tally::ties`).
    pub(crate) fn labels(&self, ties: u8) -> impl Iterator<Item = Label> + '_ {
        let distinct = |of: &BTreeMap<Label, BTreeSet<u32>>, label: Label| {
            of.get(&label).map_or(0, BTreeSet::len)
        };
        Label::ALL.iter().copied().filter(move |label| {
            let (strong, slight) = (
                distinct(&self.strong, *label),
                distinct(&self.slight, *label),
            );
            match strong {
                0 => slight >= 2 && ties >= 3,
                1 => ties >= 3 || (ties >= 2 && slight >= 1),
                _ => ties >= 2,
            }
        })
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
impl Serialize for Label {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}
impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom("not a label"))
    }
}
