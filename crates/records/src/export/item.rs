//! What an exported message is, and the documents it becomes: itself, then each attachment.
//!
//! Nothing here can be printed: it says what patients and clinicians wrote to each other.

use model::Timestamp;
use serde::Serialize;

use super::Digests;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Sent,
    Received,
    Internal,
}

impl Direction {
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Internal => "internal",
        }
    }
}

#[derive(Clone, Serialize)]
pub struct Recipient {
    pub address: String,
    /// How it went to this one, in the product's word (`tls`, `portal`, `smime` …).
    pub method: Option<String>,
}

#[derive(Clone)]
pub struct Part {
    /// As the message gives it: never used as a path.
    pub name: String,
    pub media_type: String,
    pub octets: Vec<u8>,
    pub text: Option<String>,
}

/// A part that could not be read: exported as it is, and named.
#[derive(Clone, Serialize)]
pub struct Unreadable {
    pub part: String,
    pub why: String,
}

#[derive(Clone)]
pub struct Item {
    pub id: String,
    pub custodian: String,
    /// The message as it was kept, octet by octet.
    pub octets: Vec<u8>,
    pub sent_at: Option<Timestamp>,
    pub received_at: Option<Timestamp>,
    pub direction: Direction,
    pub envelope_from: String,
    pub from: String,
    pub to: Vec<Recipient>,
    pub cc: Vec<Recipient>,
    pub bcc: Vec<Recipient>,
    pub subject: String,
    pub message_id: String,
    pub record_class: String,
    pub holds: Vec<String>,
    pub decisions: Vec<String>,
    /// Where the log of evidence has its leaf.
    pub log_index: Option<u64>,
    pub text: Option<String>,
    pub attachments: Vec<Part>,
    pub unreadable: Vec<Unreadable>,
}

/// One document of the package: what of it stays in memory.
#[derive(Clone, Serialize)]
pub struct Document {
    pub control: String,
    /// The message that an attachment belongs to.
    pub parent: Option<String>,
    pub id: String,
    #[serde(flatten)]
    pub digests: Digests,
    pub native: String,
    pub text: Option<String>,
    pub log_index: Option<u64>,
}

/// A message with its documents: itself first, then its attachments in their order.
pub struct Family<'a> {
    pub item: &'a Item,
    pub documents: &'a [Document],
}

impl<'a> Family<'a> {
    /// Each attachment beside its document.
    pub fn attachments(&self) -> impl Iterator<Item = (&'a Document, &'a Part)> {
        self.documents.iter().skip(1).zip(&self.item.attachments)
    }
    pub fn first(&self) -> &'a str {
        self.documents.first().map_or("", |d| &d.control)
    }
    pub fn last(&self) -> &'a str {
        self.documents.last().map_or("", |d| &d.control)
    }
}
