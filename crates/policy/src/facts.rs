//! What a decision may look at: labels, counts and switches, never a word of the message.
//!
//! Built by `flow` from the findings, the sender's request and what is known of the recipient.
//! `quiet()` is the facts of mail that nothing is known of: outgoing, nothing found, nothing wished.
//! Invariant: nothing here can hold a value that detection found, and what is stored or shown names
//! no recipient.

use std::collections::BTreeSet;

use model::{Method, PhiLevel, Purpose, Stream};
use serde::{Deserialize, Serialize};

use crate::words::{
    Channel, Direction, KeyState, RecipientClass, Restriction, Risk, TlsKnown, Weekday,
};

/// The label of detection for substance use records (42 CFR Part 2).
pub const SUBSTANCE_USE: &str = "substance_use";
/// The label of detection for psychotherapy notes (45 CFR 164.501).
pub const PSYCHOTHERAPY: &str = "psychotherapy";

/// What is known of the message, the same for all its recipients.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageFacts {
    pub level: PhiLevel,
    /// The level where a patient reads it: there health context alone is PHI.
    pub level_to_patient: PhiLevel,
    /// Words of the finding kinds, such as `us_ssn`. Anything that is not a plain word is shown as
    /// `other`, so that a value put here by mistake stays out of the trace.
    pub kinds: Vec<String>,
    /// Words of special labels, such as [`SUBSTANCE_USE`].
    pub labels: BTreeSet<String>,
    /// PHI was found in the subject line.
    pub subject_phi: bool,
    /// Some part could not be read: counts as PHI.
    pub unscannable: bool,
    /// Encrypted by the sender to a key that is not ours: protected already, and not looked into.
    pub opaque: bool,
    /// A whole record: a C-CDA, a chart export.
    pub whole_record: bool,
    /// How many patients it speaks of, about.
    pub patients: u32,
    pub octets: u64,
    pub pages: u32,
    pub files: u32,
    /// Words of the attachments' types by content, such as `pdf`.
    pub file_kinds: BTreeSet<String>,
    /// What is odd about attachments, such as `macro`.
    pub marks: BTreeSet<String>,
    pub direction: Direction,
    pub stream: Stream,
    pub purpose: Purpose,
    /// A word such as `app` or `staff`. Empty: not known.
    pub sender_role: String,
    pub sender_groups: BTreeSet<String>,
    /// When it was sent, by the organisation's clock. `None`: not known.
    pub weekday: Option<Weekday>,
    pub hour: Option<u8>,
    pub risk: Risk,
    /// An administrator declared the stream or the app free of PHI.
    pub declared_no_phi: bool,
    /// The sender attests that it holds no PHI, and an administrator lets this sender do so.
    pub attested: bool,
    /// Released by as many people as its rules ask for.
    pub approved: bool,
    /// The method the sender asked for. It can only strengthen.
    pub demanded: Option<Method>,
    /// The organisation lets nothing leave below verified TLS.
    pub tls_minimum: bool,
    /// Our own notices, codes and delivery reports, built from templates without PHI.
    pub system: bool,
}

/// What is known of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct RecipientFacts {
    pub portal_on: bool,
    pub tls_known: TlsKnown,
    /// The recipient's domain is the organisation's own.
    pub internal: bool,
    pub class: RecipientClass,
    /// For rules on domains. It is compared and never stored or shown. `None`: not known.
    #[serde(skip)]
    pub domain: Option<String>,
    /// Nobody here wrote to this address before.
    pub first_time: bool,
    /// The address or its domain resembles another one that is known.
    pub look_alike: bool,
    pub blocked: bool,
    /// A business associate agreement is on file (45 CFR 164.502(e)).
    pub baa: bool,
    /// The patient consented to this disclosure (42 CFR 2.31).
    pub consent_part2: bool,
    pub restriction: Option<Restriction>,
    pub prefers: Option<Channel>,
    /// The recipient was warned that plain mail may be read by others and accepts it; the record is
    /// kept (45 CFR 164.522(b)(1), 78 FR 5634).
    pub warned: bool,
    pub smime: KeyState,
    pub pgp: KeyState,
}

impl MessageFacts {
    pub fn quiet() -> Self {
        Self {
            level: PhiLevel::None,
            level_to_patient: PhiLevel::None,
            kinds: Vec::new(),
            labels: BTreeSet::new(),
            subject_phi: false,
            unscannable: false,
            opaque: false,
            whole_record: false,
            patients: 0,
            octets: 0,
            pages: 0,
            files: 0,
            file_kinds: BTreeSet::new(),
            marks: BTreeSet::new(),
            direction: Direction::Out,
            stream: Stream::Transactional,
            purpose: Purpose::Operations,
            sender_role: String::new(),
            sender_groups: BTreeSet::new(),
            weekday: None,
            hour: None,
            risk: Risk::Normal,
            declared_no_phi: false,
            attested: false,
            approved: false,
            demanded: None,
            tls_minimum: false,
            system: false,
        }
    }

    /// Records with rules of their own, for which no choice opens plain mail.
    pub(crate) fn is_special(&self) -> bool {
        self.labels.contains(SUBSTANCE_USE) || self.labels.contains(PSYCHOTHERAPY)
    }
}

impl RecipientFacts {
    pub fn quiet() -> Self {
        Self {
            portal_on: true,
            tls_known: TlsKnown::Unknown,
            internal: false,
            class: RecipientClass::Unknown,
            domain: None,
            first_time: false,
            look_alike: false,
            blocked: false,
            baa: false,
            consent_part2: false,
            restriction: None,
            prefers: None,
            warned: false,
            smime: KeyState::None,
            pgp: KeyState::None,
        }
    }
}

impl Default for MessageFacts {
    fn default() -> Self {
        Self::quiet()
    }
}

impl Default for RecipientFacts {
    fn default() -> Self {
        Self::quiet()
    }
}

/// Everything a rule may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub message: MessageFacts,
    pub recipient: RecipientFacts,
}

impl Facts {
    /// The level as this recipient reads it.
    pub(crate) fn level(&self) -> PhiLevel {
        if self.recipient.class == RecipientClass::Patient {
            self.message.level.max(self.message.level_to_patient)
        } else {
            self.message.level
        }
    }

    /// The same, with what could not be read counted as PHI.
    pub(crate) fn level_assumed(&self) -> PhiLevel {
        let least = if self.message.unscannable {
            PhiLevel::Likely
        } else {
            PhiLevel::None
        };
        self.level().max(least)
    }
}
