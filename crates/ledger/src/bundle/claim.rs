//! The five levels of proof and their fixed wording.
//!
//! The wording is what counsel reads. It says what is shown and, in the same breath, what is not:
//! mail has no proof of the inbox and none of non-receipt.

use model::{Method, Mode};

use crate::entry::Entry;

/// How far a message provably came, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    S0,
    S1,
    S2,
    S3,
    S4,
}

/// Said in every report, whatever its level.
pub const LIMITS: &str = "No mail system can prove that a message was not received, and no entry proves more than its level says.";

impl Claim {
    pub const ALL: &'static [Self] = &[Self::S0, Self::S1, Self::S2, Self::S3, Self::S4];

    pub const fn word(self) -> &'static str {
        match self {
            Self::S0 => "S0",
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|claim| claim.word() == word)
    }

    /// A few words for a badge.
    pub const fn title(self) -> &'static str {
        match self {
            Self::S0 => "asked to send",
            Self::S1 => "transmitted",
            Self::S2 => "accepted by the recipient's mail server",
            Self::S3 => "reported delivered or relayed",
            Self::S4 => "opened by an authenticated reader",
        }
    }

    /// What the level shows and what it does not.
    pub const fn says(self) -> &'static str {
        match self {
            Self::S0 => {
                "S0: the service was asked to send this message to this recipient and recorded it. \
                 This does not show that anything was transmitted."
            }
            Self::S1 => {
                "S1: the service transmitted the message to a mail server for the recipient's domain. \
                 This does not show that the server accepted it."
            }
            Self::S2 => {
                "S2: a mail server for the recipient's domain accepted the message. \
                 This does not prove that it reached the inbox, or that anyone read it."
            }
            Self::S3 => {
                "S3: a delivery status notification reported the message delivered or relayed. \
                 The notification is another system's statement; it does not prove the inbox, or that anyone read it."
            }
            Self::S4 => {
                "S4: a reader who proved control of the recipient's mailbox opened the message in the portal. \
                 This does not show which person that was."
            }
        }
    }

    /// The level one entry supports alone; `None` for entries that only tell of the way.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        match entry.kind.as_str() {
            "message.accepted" => Some(Self::S0),
            "delivery.transmitted" if carries_message(entry) => Some(Self::S1),
            "delivery.accepted" if carries_message(entry) => Some(Self::S2),
            "dsn" if carries_message(entry) && is_positive(entry) => Some(Self::S3),
            "portal.read" => Some(Self::S4),
            _ => None,
        }
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Whether the entry follows something sent beside the message: a notice that it waits in the
/// portal, a one-time code, a report to the sender.
pub(crate) fn is_beside(entry: &Entry) -> bool {
    let of_the_way = entry.kind.starts_with("delivery.") || entry.kind == "dsn";
    let role = fact(entry, "role");
    of_the_way
        && (method(entry) == Some(Method::Portal) || role.is_some_and(|role| role != "letter"))
}

/// Whether the entry belongs to a rehearsal, in which nothing leaves the service.
pub(crate) fn is_test(entry: &Entry) -> bool {
    fact(entry, "mode").and_then(Mode::from_word) == Some(Mode::Test)
}

/// Whether the entry records that the message did not get through.
pub(crate) fn is_failure(entry: &Entry) -> bool {
    let ends = [
        ".refused",
        ".bounced",
        ".expired",
        ".deferred",
        ".ambiguous",
    ];
    ends.iter().any(|end| entry.kind.ends_with(end)) || (entry.kind == "dsn" && !is_positive(entry))
}

/// A delivery counts for the message only when it says that the message itself travelled: by its
/// role, or by a method that sends. A silent one could be a notice's.
fn carries_message(entry: &Entry) -> bool {
    use Method::{Pgp, Plain, Smime, Tls, TlsOrDrop};
    let sends = matches!(method(entry), Some(Plain | TlsOrDrop | Tls | Pgp | Smime));
    let letter = fact(entry, "role") == Some("letter");
    (sends || letter) && !is_beside(entry) && !is_test(entry)
}

/// RFC 3464 §2.3.3: of the actions only these two say that the message went on.
fn is_positive(entry: &Entry) -> bool {
    matches!(
        entry.facts.get("action").map(String::as_str),
        Some("delivered" | "relayed")
    )
}

fn method(entry: &Entry) -> Option<Method> {
    fact(entry, "method").and_then(Method::from_word)
}

fn fact<'a>(entry: &'a Entry, key: &str) -> Option<&'a str> {
    entry.facts.get(key).map(String::as_str)
}
