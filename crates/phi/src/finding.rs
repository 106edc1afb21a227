//! What a scan gives: kinds, places, confidence and tokens.

use std::collections::BTreeMap;

use model::PhiLevel;
use serde::{Deserialize, Serialize};

/// Which part of the message a text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    Subject,
    Body,
    /// Display names and other header text.
    Header,
    Attachment,
}

/// How much an identifier tells by itself (phi.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Health context, not an identifier of a patient.
    Context,
    /// Weak: two kinds of it and health context make PHI.
    C,
    /// A weak one that a word beside it lifts: strong with health context, nothing without.
    Lifted,
    /// Strong: with health context it is PHI.
    B,
    /// PHI by itself in a care provider's mail.
    A,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $class:ident,)*) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $($(#[$doc])* $variant,)* }
        impl FindingKind {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class),* }
            }
        }
    };
}

kinds! {
    /// Social security number.
    UsSsn = "us_ssn" B,
    /// Medicare beneficiary identifier.
    Mbi = "mbi" A,
    /// Member, subscriber, policy or group number next to its keyword.
    MemberId = "member_id" A,
    /// Medical record number next to its keyword.
    Mrn = "mrn" A,
    /// National provider identifier: names a provider, never a patient.
    Npi = "npi" Context,
    /// A date next to a word of birth.
    DateOfBirth = "date_of_birth" B,
    /// A date next to a word of care, such as "admitted" or "appointment".
    DateOfCare = "date_of_care" Lifted,
    /// Any other date finer than its year.
    Date = "date" C,
    /// An age over 89 (45 CFR 164.514(b)(2)(i)(C)).
    Age = "age_over_89" C,
    Phone = "phone" C,
    Email = "email" C,
    PaymentCard = "payment_card" B,
    Url = "url" C,
    IpAddress = "ip_address" C,
    /// Patient, case, encounter or prescription number next to its keyword.
    PatientId = "patient_id" B,
    /// A word of health or care.
    HealthTerm = "health_term" Context,
}

impl std::fmt::Display for FindingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
impl Serialize for FindingKind {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}
impl<'de> Deserialize<'de> for FindingKind {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom("not a kind of finding"))
    }
}

/// One place where something was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// Index into the parts as they were given.
    pub part: usize,
    /// First byte in that part's text, and how many.
    pub start: usize,
    pub len: usize,
    /// 55 pattern, 65 validated, 75 with health context in the part, 85 next to its keyword.
    pub confidence: u8,
    /// Keyed hash of the normalised value: equal values of one organisation have equal tokens.
    #[serde(with = "hexadecimal")]
    pub token: [u8; 32],
}

/// All of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// By part, then place.
    pub findings: Vec<Finding>,
    pub level: PhiLevel,
    /// The subject holds an identifier of a patient or health context.
    pub subject_phi: bool,
    /// Parts that could not be read, and why, as stable words. The scanner reads all text it is
    /// given; whoever extracts text adds what could not be extracted.
    pub unscannable: Vec<(usize, String)>,
    /// Distinct words of health found.
    pub health_terms: u32,
    pub counts: BTreeMap<FindingKind, u32>,
}

mod hexadecimal {
    //! Tokens as hex text.
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(token: &[u8; 32], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex::encode(token))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[u8; 32], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        let mut token = [0; 32];
        hex::decode_to_slice(text.as_ref(), &mut token)
            .map_err(|_| serde::de::Error::custom("not a token"))?;
        Ok(token)
    }
}
