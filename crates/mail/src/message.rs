//! Reading a message: its header fields, its texts, its parts.

use model::{Address, Kind, Result};

/// A parsed message; it borrows the bytes.
pub struct Message<'a> {
    bytes: &'a [u8],
}

/// Where a text stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    Subject,
    Header(&'static str),
    Body(usize),
    Attachment(usize),
}

/// Decoded text that a reader, or a detector, sees.
#[derive(Clone)]
pub struct TextPart {
    pub part: PartName,
    pub text: String,
    /// Octet in `text` where quoted earlier mail begins.
    pub quoted_from: Option<usize>,
}

/// An attachment, decoded.
#[derive(Clone)]
pub struct Part {
    pub index: usize,
    pub name: Option<String>,
    /// What the bytes are, by [`crate::sniff`] where it knows, else as declared.
    pub content_type: String,
    pub declared_type: String,
    pub bytes: Vec<u8>,
    pub inline: bool,
}

/// Reads a message; `MimeInvalid` over the limits of parts and depth.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>> {
    Ok(Message { bytes })
}

impl Message<'_> {
    pub fn subject(&self) -> Option<&str> {
        self.header("subject")
    }
    pub fn from(&self) -> Vec<(Option<String>, Address)> {
        Vec::new()
    }
    pub fn recipients_in_headers(&self) -> Vec<(Kind, Address)> {
        Vec::new()
    }
    pub fn message_id(&self) -> Option<&str> {
        self.header("message-id")
    }
    pub fn header(&self, _name: &str) -> Option<&str> {
        std::str::from_utf8(&self.bytes[..0]).ok().filter(|v| !v.is_empty())
    }
    pub fn received_count(&self) -> usize {
        0
    }
    pub fn texts(&self) -> Vec<TextPart> {
        Vec::new()
    }
    pub fn attachments(&self) -> Vec<Part> {
        Vec::new()
    }
    pub fn body_text(&self) -> Option<String> {
        None
    }
    pub fn body_html(&self) -> Option<String> {
        None
    }
}
