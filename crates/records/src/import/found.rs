//! What an archive gives: a message, or what stands in its place.
//!
//! Invariant: a problem is a word of ours; nothing of a message is in it.

use std::io;

use aws_lc_rs::digest;
use model::Timestamp;

use super::IMPORT_NAME_CHARS_MAX;

/// A message of an archive, or what was wrong where one stood.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// Empty where nothing could be read.
    pub octets: Vec<u8>,
    pub place: Place,
    pub flags: Flags,
    /// Of Takeout, in order.
    pub labels: Vec<String>,
    /// When the container says that the message came; not what its header fields say.
    pub received_at: Option<Timestamp>,
    /// Empty where the message is as it was.
    pub problems: Vec<Problem>,
}

/// Where something stood. Names are made printable and cut; they are no paths to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, and what it is called in each archive around it: `old.zip/Mail/All.mbox`.
    pub file: String,
    /// The folder of the mailbox: `Inbox/2019`. Empty where the container has none.
    pub folder: String,
    /// From 1, in the file or the folder of the mailbox.
    pub number: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    pub read: bool,
    pub answered: bool,
    pub forwarded: bool,
    pub flagged: bool,
    pub deleted: bool,
    pub draft: bool,
    pub sent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file, or the disk beneath it, could not be read.
    Unreadable,
    Empty,
    NotMail,
    /// An item that is no mail: an appointment, a contact, a task, a note.
    OtherItem,
    /// It ends before it says that it ends.
    Truncated,
    /// Its structure contradicts itself.
    Damaged,
    Encrypted,
    /// A method or version that is not read here.
    Unsupported,
    /// A link on disk; where it leads is not looked at.
    Link,
    MessageTooLarge,
    ArchiveTooLarge,
    ExpandsTooMuch,
    TooManyEntries,
    TooDeep,
    /// The message is there without some of its attachments.
    AttachmentLost,
    /// The message is there without some of its recipients.
    RecipientLost,
    /// The message is there without its text, or with only some of it.
    BodyLost,
}

impl Found {
    pub fn of(octets: Vec<u8>, place: Place) -> Self {
        Self {
            octets,
            place,
            flags: Flags::default(),
            labels: Vec::new(),
            received_at: None,
            problems: Vec::new(),
        }
    }
    pub fn problem(problem: Problem, place: Place) -> Self {
        let mut found = Self::of(Vec::new(), place);
        found.problems.push(problem);
        found
    }
    /// What is the same message: SHA-256 of its octets.
    pub fn key(&self) -> [u8; 32] {
        let digest = digest::digest(&digest::SHA256, &self.octets);
        let mut key = [0; 32];
        key.copy_from_slice(digest.as_ref());
        key
    }
}

impl Place {
    pub fn of(file: &str) -> Self {
        Self {
            file: printable(file),
            folder: String::new(),
            number: 1,
        }
    }
    pub(super) fn entry(&self, name: &str) -> Self {
        Self::of(&format!("{}/{name}", self.file))
    }
    pub(super) fn at(&self, number: u64) -> Self {
        Self {
            number,
            ..self.clone()
        }
    }
}

/// A name without control characters, cut where it is too long.
pub(super) fn printable(name: &str) -> String {
    let shown = name.chars().filter(|letter| !letter.is_control());
    shown.take(IMPORT_NAME_CHARS_MAX).collect()
}

impl Problem {
    /// The stable word of it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Empty => "empty",
            Self::NotMail => "not_mail",
            Self::OtherItem => "other_item",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::Encrypted => "encrypted",
            Self::Unsupported => "unsupported",
            Self::Link => "link",
            Self::MessageTooLarge => "message_too_large",
            Self::ArchiveTooLarge => "archive_too_large",
            Self::ExpandsTooMuch => "expands_too_much",
            Self::TooManyEntries => "too_many_entries",
            Self::TooDeep => "too_deep",
            Self::AttachmentLost => "attachment_lost",
            Self::RecipientLost => "recipient_lost",
            Self::BodyLost => "body_lost",
        }
    }
    /// As an error of a reader, so that it passes through what unpacks.
    pub(super) fn error(self) -> io::Error {
        io::Error::other(Carried(self))
    }
}

impl From<&io::Error> for Problem {
    fn from(error: &io::Error) -> Self {
        let carried = error.get_ref().and_then(|inner| inner.downcast_ref());
        match (carried, error.kind()) {
            (Some(Carried(problem)), _) => *problem,
            (None, io::ErrorKind::UnexpectedEof) => Self::Truncated,
            (None, io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => Self::Damaged,
            (None, _) => Self::Unreadable,
        }
    }
}

#[derive(Debug)]
struct Carried(Problem);

impl std::fmt::Display for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.word())
    }
}

impl std::error::Error for Carried {}
