//! Labels: what kind of care a message is about, where the law asks for more than HIPAA does.
//!
//! A label says nothing about whether the message is PHI; policy asks for both.

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
