//! The one registry of ids: 16 time-ordered bytes at rest, `msg_01J…` on the wire.
//!
//! The first six bytes are milliseconds since 1970 (big-endian), the other ten are chance, so ids
//! sort by creation. The wire form is the prefix, `_`, and 26 letters of Crockford's base 32 (the
//! ULID alphabet: no I, L, O, U). Ids name things and carry no PHI: they may be shown and logged.

use crate::seams::Rng;
use crate::{Code, Error, Timestamp};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn mint(now: Timestamp, rng: &dyn Rng) -> [u8; 16] {
    let mut bytes = [0u8; 16];
    rng.fill(&mut bytes);
    let millis = u64::try_from(now.millis()).unwrap_or(0).to_be_bytes();
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes
}

/// An id's 26 letters.
struct Letters([u8; 26]);

impl Letters {
    fn of(bytes: [u8; 16]) -> Self {
        let mut n = u128::from_be_bytes(bytes);
        let mut letters = [0; 26];
        for letter in letters.iter_mut().rev() {
            *letter = ALPHABET[(n & 31) as usize];
            n >>= 5;
        }
        Self(letters)
    }
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn decode(text: &str) -> Option<[u8; 16]> {
    let text = text.as_bytes();
    if text.len() != 26 || text[0] > b'7' {
        return None;
    }
    let mut n: u128 = 0;
    for &c in text {
        let value = ALPHABET.iter().position(|&a| a == c.to_ascii_uppercase())?;
        n = (n << 5) | value as u128;
    }
    Some(n.to_be_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name([u8; 16]);

            impl $name {
                pub const PREFIX: &'static str = $prefix;

                /// A new id: `now` orders it, `rng` makes it unguessable (80 bits).
                pub fn mint(now: Timestamp, rng: &dyn Rng) -> Self {
                    Self(mint(now, rng))
                }
                pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                    Self(bytes)
                }
                /// The id that sorts next: for what happens in an order within one millisecond.
                pub const fn next(self) -> Self {
                    Self(u128::from_be_bytes(self.0).wrapping_add(1).to_be_bytes())
                }
                pub const fn as_bytes(&self) -> &[u8; 16] {
                    &self.0
                }
                /// The bytes of a database column; fails when they are not 16.
                pub fn from_slice(bytes: &[u8]) -> crate::Result<Self> {
                    bytes.try_into().map(Self).map_err(|_| Error::new(Code::StoredDataInvalid))
                }
                /// When it was minted, to the millisecond.
                pub fn minted_at(&self) -> Timestamp {
                    let mut millis = [0u8; 8];
                    millis[2..].copy_from_slice(&self.0[..6]);
                    Timestamp::from_millis(i64::from_be_bytes(millis))
                }
            }
            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(concat!($prefix, "_"))?;
                    f.write_str(Letters::of(self.0).as_str())
                }
            }
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    std::fmt::Display::fmt(self, f)
                }
            }
            impl std::str::FromStr for $name {
                type Err = Error;
                fn from_str(text: &str) -> crate::Result<Self> {
                    text.strip_prefix($prefix)
                        .and_then(|rest| rest.strip_prefix('_'))
                        .and_then(decode)
                        .map(Self)
                        .ok_or_else(|| Error::new(Code::IdInvalid))
                }
            }
            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                    s.collect_str(self)
                }
            }
            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                    text.parse().map_err(|_| serde::de::Error::custom(concat!("not an id of kind ", $prefix)))
                }
            }
        )*
        /// Every prefix in the registry, for the glossary and its test.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// An organisation: the boundary of keys, data, audit log and policy.
    OrganisationId = "org";
    /// A person who signs in to the console.
    UserId = "usr";
    /// A piece of software that sends mail for an organisation.
    AppId = "app";
    /// A credential of an app. The secret part is never in the id.
    ApiKeyId = "key";
    /// A signed-in browser of a user.
    SessionId = "ses";
    /// A message as submitted, whole, for all its recipients.
    MessageId = "msg";
    /// One recipient of one message: the unit of decision, delivery and evidence.
    RecipientId = "rcp";
    /// One sealed form of a message, ready for a method.
    SealedId = "sld";
    /// One unit of work of the queue.
    DeliveryId = "dlv";
    /// One try of one delivery.
    AttemptId = "att";
    /// A conversation: a message, its replies, and theirs.
    ThreadId = "thr";
    /// A part of a message that a reader can download.
    AttachmentId = "file";
    /// A sealed byte string.
    BlobId = "blb";
    /// Something that happened; the same id in the event stream and in the audit log.
    EventId = "evt";
    /// A pick-up link sent to a recipient.
    NoticeId = "ntc";
    /// A reader who proved control of the mailbox by a code.
    VisitId = "vst";
    /// A sending domain of an organisation.
    DomainId = "dom";
    /// Something an administrator ordered about the queue.
    OrderId = "ord";
    /// A running process.
    NodeId = "nod";
    /// An HTTP request or an SMTP transaction, for support.
    RequestId = "req";
    /// Where an organisation's software hears of events.
    WebhookId = "whk";
    /// A version of an organisation's key.
    KeyVersionId = "kv";
    /// An address that gets no more mail of one stream.
    SuppressionId = "sup";
    /// Someone the organisation writes to, and what is on record about the address.
    CorrespondentId = "cor";
    /// A certificate or OpenPGP key of someone the organisation writes to.
    RecipientKeyId = "rky";
    /// A key of the organisation itself, or of one of its addresses.
    OwnKeyId = "oky";
    /// An authority whose certificates an organisation believes.
    AuthorityId = "aut";
    /// A directory that is asked for certificates of recipients.
    DirectoryId = "dir";
    /// A piece of the sealed list of words of an archive.
    LexiconPieceId = "lex";
    /// A search of the archive.
    SearchId = "sea";
    /// A search of the archive that somebody keeps.
    SavedSearchId = "svs";
    /// An import of an older archive.
    ArchiveImportId = "aim";
    /// A dispute or inquiry for whose sake records are kept.
    MatterId = "mat";
    /// A scope of records that nobody may destroy.
    HoldId = "hld";
    /// A package of messages for somebody outside.
    ExportId = "exp";
    /// Records that are destroyed together.
    DisposalId = "dis";
    /// A version of an organisation's own rules.
    RuleVersionId = "rul";
    /// A detector that an organisation wrote.
    DetectorId = "det";
    /// A list of suppressed addresses that is taken in.
    ImportId = "imp";
    /// A domain whose people answer an organisation's mail.
    FrequentDomainId = "fdm";
}

#[cfg(test)]
mod tests;
