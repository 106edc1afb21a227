//! What a rule may ask for: the listing from which editor, help and documents are made.
//!
//! Each fact has its words, what may be asked of it, what it means and an example that parses.
//! Invariant: reading a fact never changes it, and one that is not known reads as such.

use std::collections::BTreeSet;

use model::{Method, PhiLevel};
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::words::{
    Channel, Direction, KeyState, RecipientClass, Restriction, Risk, TlsKnown, Weekday,
};

/// What may be asked of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Stands by itself: it holds or not.
    Switch,
    /// `over`, `at least`, `under`, `at most` a number.
    Number,
    /// The same, in octets, KB or MB.
    Size,
    /// `at least` one of these words, which stand in order: more asks for more, never for less.
    Rising(&'static [&'static str]),
    /// `is`, `is not`, `is one of`, `is none of` these words.
    Word(&'static [&'static str]),
    /// The same of any word.
    OpenWord,
    /// The same of domains; `*.` before one means those below it.
    Domain,
    /// `include`, `lack`, `include any of`, `include none of` words.
    Words,
}

/// A fact as it is read.
pub(super) enum Value<'a> {
    Unknown,
    Switch(bool),
    Number(u64),
    Word(&'a str),
    Words(Vec<&'a str>),
}

macro_rules! facts {
    ($($variant:ident = $word:literal, $shape:expr, $meaning:literal, $example:literal;)*) => {
        /// Everything that an organisation's rule may ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Fact { $(#[doc = $meaning] #[serde(rename = $word)] $variant,)* }
        impl Fact {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// As rules say it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub const fn shape(self) -> Shape {
                match self { $(Self::$variant => $shape),* }
            }
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
            /// A condition that parses.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$variant => $example),* }
            }
        }
    };
}

use Shape::{Domain, Number, OpenWord, Rising, Size, Switch, Word, Words};

facts! {
    Level = "level", Rising(&["none", "weak", "likely", "certain"]),
        "how sure it is that the message holds PHI for this recipient; what could not be read is likely",
        "level at least likely";
    Labels = "labels", Words, "special kinds of content that were found", "labels include substance_use";
    Kinds = "kinds", Words, "kinds of identifiers and health context that were found", "kinds include us_ssn";
    PhiInSubject = "phi in subject", Switch, "the subject holds PHI", "phi in subject";
    UnreadPart = "unread part", Switch, "a part could not be read", "unread part";
    OpaqueContent = "opaque content", Switch, "encrypted by its sender, so that it cannot be looked into",
        "opaque content";
    WholeRecord = "whole record", Switch, "a whole patient record, such as a C-CDA", "whole record";
    Patients = "patients", Number, "how many patients it speaks of, about", "patients over 1";
    Size = "size", Size, "the whole message", "size over 10 MB";
    Pages = "pages", Number, "pages of all documents", "pages over 20";
    Files = "files", Number, "attachments", "files at least 5";
    FileKinds = "file kinds", Words, "types of attachments by their content", "file kinds include any of html, zip";
    FileMarks = "file marks", Words, "what is odd about attachments", "file marks include macro";
    Direction = "direction", Word(Direction::WORDS),
        "whether it leaves or comes in; a rule that does not ask is about mail that leaves", "direction is in";
    Stream = "stream", Word(&["transactional", "marketing"]), "the stream it belongs to", "stream is marketing";
    Purpose = "purpose", Word(&["treatment", "payment", "operations", "marketing", "system"]),
        "why it is sent", "purpose is not treatment";
    Sender = "sender", OpenWord, "the role of the sender, or app", "sender is app";
    SenderGroups = "sender groups", Words, "groups that the sender belongs to", "sender groups lack billing";
    Day = "day", Word(Weekday::WORDS), "the day it is sent, by the organisation's clock",
        "day is one of saturday, sunday";
    Hour = "hour", Number, "the hour it is sent, 0 to 23, by the organisation's clock", "hour at least 18";
    Risk = "risk", Rising(Risk::WORDS), "how unusual the sending is", "risk at least high";
    DeclaredFree = "declared free", Switch, "its app or stream is declared free of PHI", "declared free";
    Attested = "attested free", Switch, "its sender attests that it holds no PHI", "attested free";
    Recipient = "recipient", Word(RecipientClass::WORDS), "what the recipient is to the organisation",
        "recipient is not provider";
    RecipientDomain = "recipient domain", Domain, "the domain of the recipient's address",
        "recipient domain is one of *.rival.example, rival.example";
    RecipientTls = "recipient tls", Word(TlsKnown::WORDS), "what is known of the recipient's mail servers",
        "recipient tls is broken";
    RecipientInternal = "internal recipient", Switch, "a colleague's address", "not internal recipient";
    FirstTime = "first-time recipient", Switch, "nobody here wrote to this address before", "first-time recipient";
    LookAlike = "look-alike recipient", Switch, "the address resembles another one that is known",
        "look-alike recipient";
    Agreement = "agreement on file", Switch, "a business associate agreement with the recipient is on file",
        "not agreement on file";
    Part2Consent = "part 2 consent", Switch, "consent under 42 CFR Part 2 to this disclosure is on record",
        "not part 2 consent";
    Restriction = "restriction", Word(RESTRICTION_WORDS), "what was agreed not to disclose to this recipient",
        "restriction is not none";
    Preference = "preference", Word(PREFERENCE_WORDS), "the channel that the recipient asked for",
        "preference is portal";
    SmimeKey = "smime key", Word(KeyState::WORDS), "the recipient's S/MIME certificate", "smime key is usable";
    PgpKey = "pgp key", Word(KeyState::WORDS), "the recipient's OpenPGP key", "pgp key is expired";
    PortalOn = "portal on", Switch, "the portal may be used for this recipient", "portal on";
    Asked = "asked method", Word(ASKED_WORDS), "the method that the sender asked for", "asked method is none";
}

const RESTRICTION_WORDS: &[&str] = &["none", "all", "payment_operations"];
const PREFERENCE_WORDS: &[&str] = &["none", "plain", "tls", "portal", "smime", "pgp"];
const ASKED_WORDS: &[&str] = &[
    "none",
    "plain",
    "tls_or_drop",
    "tls",
    "portal",
    "pgp",
    "smime",
    "hold",
    "block",
];

impl Fact {
    /// Facts where more must never protect less: no rule may ask for less of them.
    pub(super) const fn only_rises(self) -> bool {
        matches!(
            self,
            Self::Level | Self::Risk | Self::PhiInSubject | Self::UnreadPart
        )
    }

    /// What detection finds, in words or numbers.
    pub(super) const fn is_found(self) -> bool {
        matches!(
            self,
            Self::Labels | Self::Kinds | Self::Patients | Self::WholeRecord
        )
    }

    pub(super) fn read(self, facts: &Facts) -> Value<'_> {
        let message = &facts.message;
        match self {
            Self::Level => Value::Number(place(PhiLevel::ALL, facts.level_assumed())),
            Self::Labels => set(&message.labels),
            Self::Kinds => Value::Words(message.kinds.iter().map(String::as_str).collect()),
            Self::PhiInSubject => Value::Switch(message.subject_phi),
            Self::UnreadPart => Value::Switch(message.unscannable),
            Self::OpaqueContent => Value::Switch(message.opaque),
            Self::WholeRecord => Value::Switch(message.whole_record),
            Self::Patients => Value::Number(message.patients.into()),
            Self::Size => Value::Number(message.octets),
            Self::Pages => Value::Number(message.pages.into()),
            Self::Files => Value::Number(message.files.into()),
            Self::FileKinds => set(&message.file_kinds),
            Self::FileMarks => set(&message.marks),
            Self::Direction => Value::Word(message.direction.word()),
            Self::Stream => Value::Word(message.stream.word()),
            Self::Purpose => Value::Word(message.purpose.word()),
            Self::Sender => {
                word(Some(message.sender_role.as_str()).filter(|role| !role.is_empty()))
            }
            Self::SenderGroups => set(&message.sender_groups),
            Self::Day => word(message.weekday.map(Weekday::word)),
            Self::Hour => message
                .hour
                .map_or(Value::Unknown, |hour| Value::Number(hour.into())),
            Self::Risk => Value::Number(place(Risk::ALL, message.risk)),
            Self::DeclaredFree => Value::Switch(message.declared_no_phi),
            Self::Attested => Value::Switch(message.attested),
            Self::Asked => Value::Word(message.demanded.map_or("none", Method::word)),
            _ => self.read_recipient(facts),
        }
    }

    fn read_recipient(self, facts: &Facts) -> Value<'_> {
        let recipient = &facts.recipient;
        match self {
            Self::Recipient => Value::Word(recipient.class.word()),
            Self::RecipientDomain => word(recipient.domain.as_deref()),
            Self::RecipientTls => Value::Word(recipient.tls_known.word()),
            Self::RecipientInternal => Value::Switch(recipient.internal),
            Self::FirstTime => Value::Switch(recipient.first_time),
            Self::LookAlike => Value::Switch(recipient.look_alike),
            Self::Agreement => Value::Switch(recipient.baa),
            Self::Part2Consent => Value::Switch(recipient.consent_part2),
            Self::Restriction => {
                Value::Word(recipient.restriction.map_or("none", Restriction::word))
            }
            Self::Preference => Value::Word(recipient.prefers.map_or("none", Channel::word)),
            Self::SmimeKey => Value::Word(recipient.smime.word()),
            Self::PgpKey => Value::Word(recipient.pgp.word()),
            Self::PortalOn => Value::Switch(recipient.portal_on),
            _ => Value::Unknown,
        }
    }

    /// The place of a word among those that stand in order.
    pub(super) fn rank(self, word: &str) -> Option<u64> {
        let Shape::Rising(words) = self.shape() else {
            return None;
        };
        let place = words.iter().position(|known| *known == word)?;
        u64::try_from(place).ok()
    }
}

fn set(words: &BTreeSet<String>) -> Value<'_> {
    Value::Words(words.iter().map(String::as_str).collect())
}

fn word(word: Option<&str>) -> Value<'_> {
    word.map_or(Value::Unknown, Value::Word)
}

fn place<T: PartialEq>(all: &[T], one: T) -> u64 {
    let place = all.iter().position(|known| *known == one);
    place
        .and_then(|p| u64::try_from(p).ok())
        .unwrap_or(u64::MAX)
}
