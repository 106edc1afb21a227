//! Reading a message: its header fields, its texts, its parts.
//!
//! The structure is ours, bounded before anything is decoded (`mail-parser` reads field values and
//! character sets). Reading is lenient, because what a recipient's program would show must be seen
//! here too; it is not a check of well-formedness. Invariant: no input makes it panic, recurse, or
//! hold more than a small multiple of the message.

use std::borrow::Cow;

use model::{Address, Kind, Result, Timestamp};

mod content;
mod fields;
mod html;
mod multipart;
mod quote;
mod structure;
mod texts;

pub(crate) use content::Encoding;

use fields::Field;
use structure::{Leaf, Structure};

use crate::readings::Readings;
use crate::suspect::hops;

/// A parsed message; it borrows the bytes.
pub struct Message<'a> {
    fields: Vec<Field<'a>>,
    subject: Option<String>,
    structure: Structure<'a>,
}

/// Where a text stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    Subject,
    /// A header field other than Subject, by its lower-case name.
    Header(&'static str),
    /// The n-th text that a reader is shown, from 0.
    Body(usize),
    /// The attachment of that [`Part::index`]: its name, its text, or the texts inside it.
    Attachment(usize),
}

/// Decoded text that a reader, or a detector, sees.
#[derive(Clone)]
pub struct TextPart {
    pub part: PartName,
    pub text: String,
    /// Octet in `text` where quoted earlier mail begins and goes on to the end.
    pub quoted_from: Option<usize>,
}

/// A body as it stands, untrusted.
pub(crate) struct ShownText {
    pub(crate) is_html: bool,
    pub(crate) text: String,
}

/// An attachment, decoded.
#[derive(Clone)]
pub struct Part {
    pub index: usize,
    /// Without folders and control characters.
    pub name: Option<String>,
    /// What the bytes are, by [`crate::sniff()`] where it knows, else as declared.
    pub content_type: String,
    /// As declared, lower-case, without parameters.
    pub declared_type: String,
    pub bytes: Vec<u8>,
    /// Meant to be shown inside an HTML body.
    pub inline: bool,
    /// Its transfer encoding was broken: `bytes` is what could be read.
    pub damaged: bool,
}

/// Reads a message; `MimeInvalid` over the limits of parts and depth.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>> {
    let head = &bytes[..crate::header_block_end(bytes)];
    let fields = fields::split(head);
    let subject = fields.iter().find(|f| f.is("subject")).map(Field::decoded);
    let structure = structure::read(bytes)?;
    Ok(Message {
        fields,
        subject,
        structure,
    })
}

impl Message<'_> {
    /// Decoded (RFC 2047) and unfolded.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Display name and address of every author. What is not an address is left out.
    pub fn from(&self) -> Vec<(Option<String>, Address)> {
        self.mailboxes("from")
    }

    /// To, Cc and Bcc, in the order of the fields.
    pub fn recipients_in_headers(&self) -> Vec<(Kind, Address)> {
        let kinds = [(Kind::To, "to"), (Kind::Cc, "cc"), (Kind::Bcc, "bcc")];
        let of = |(kind, name)| {
            self.mailboxes(name)
                .into_iter()
                .map(move |(_, address)| (kind, address))
        };
        kinds.into_iter().flat_map(of).collect()
    }

    /// What its Date field says.
    pub fn date(&self) -> Option<Timestamp> {
        self.header("date").and_then(hops::moment)
    }

    /// When the last server says that it took it (RFC 5321 §4.4).
    pub fn last_received(&self) -> Option<Timestamp> {
        hops::hops(self).first()?.at
    }

    /// With its angle brackets, as it stands.
    pub fn message_id(&self) -> Option<&str> {
        self.header("message-id")
    }

    /// The first field of that name, unfolded and trimmed, not decoded. Case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|f| f.is(name)).map(Field::text)
    }

    /// All fields of that name.
    pub fn headers<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.fields
            .iter()
            .filter(move |f| f.is(name))
            .map(Field::text)
    }

    /// Every field, top down: its name, and its value unfolded and trimmed, not decoded.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|f| (f.name(), f.text()))
    }

    /// How many servers say that they passed it on (RFC 5321 §6.3).
    pub fn received_count(&self) -> usize {
        self.headers("received").count()
    }

    /// Everything a person could read, for detectors: hidden text and nested messages included.
    pub fn texts(&self) -> Vec<TextPart> {
        texts::all(self)
    }

    /// The same with what else each may say, for detectors alone.
    pub fn texts_with_readings(&self) -> Vec<(TextPart, Readings)> {
        texts::with_readings(self)
    }

    /// Parts whose transfer encoding is broken, or whose character set is unknown: what
    /// [`Self::texts`] says of them is not all that a reader may see.
    pub fn unreadable(&self) -> Vec<(PartName, &'static str)> {
        texts::unreadable(self)
    }

    /// The display names of all mailbox fields.
    pub fn display_names(&self) -> Vec<String> {
        texts::display_names(self)
    }

    /// Attachments in the order of the message; a forwarded message is one of them.
    pub fn attachments(&self) -> Vec<Part> {
        self.attached()
            .enumerate()
            .map(|(index, leaf)| self.part(index, leaf))
            .collect()
    }

    /// The plain text that a reader is shown; made from the HTML where there is no other.
    pub fn body_text(&self) -> Option<String> {
        let plain: Vec<String> = self
            .shown()
            .filter(|l| !l.is_html())
            .map(|l| self.text_of(l))
            .collect();
        if plain.is_empty() {
            return self.body_html().map(|html| html::to_text(&html));
        }
        Some(plain.join("\n"))
    }

    /// The HTML that a reader is shown, as it stands: untrusted.
    pub fn body_html(&self) -> Option<String> {
        self.shown().find(|l| l.is_html()).map(|l| self.text_of(l))
    }

    /// Whether some part's transfer encoding is broken, so that readers may see different things.
    pub fn is_damaged(&self) -> bool {
        self.structure
            .leaves
            .iter()
            .any(|leaf| self.octets_of(leaf).1)
    }

    /// The first part of a type that stands in this message itself, decoded.
    pub(crate) fn octets_of_type(&self, media: &str) -> Option<Cow<'_, [u8]>> {
        let mut leaves = self.structure.leaves.iter();
        let leaf = leaves.find(|l| l.carrier.is_none() && l.media == media)?;
        Some(self.octets_of(leaf).0)
    }

    /// Every part of this message itself, decoded.
    pub(crate) fn parts_with_octets(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        let leaves = self.structure.leaves.iter();
        leaves
            .filter(|l| l.carrier.is_none())
            .map(|l| self.octets_of(l).0)
    }

    /// Display names and addresses of all fields of that name.
    pub(crate) fn mailboxes(&self, name: &str) -> Vec<(Option<String>, Address)> {
        let fields = self.fields.iter().filter(|f| f.is(name));
        fields
            .flat_map(Field::mailboxes)
            .filter_map(|(name, address)| Some((name, address?)))
            .collect()
    }

    /// What a reader is shown, part by part, as it stands.
    pub(crate) fn shown_texts(&self) -> impl Iterator<Item = ShownText> {
        self.shown().map(|leaf| ShownText {
            is_html: leaf.is_html(),
            text: self.text_of(leaf),
        })
    }

    fn shown(&self) -> impl Iterator<Item = &Leaf> {
        self.structure.leaves.iter().filter(|l| l.is_shown())
    }

    fn attached(&self) -> impl Iterator<Item = &Leaf> {
        self.structure.leaves.iter().filter(|l| l.is_attached())
    }

    fn part(&self, index: usize, leaf: &Leaf) -> Part {
        let (octets, damaged) = self.octets_of(leaf);
        let known = match crate::sniff(&octets) {
            "application/octet-stream" | "text/plain" => leaf.media.as_str(),
            known => known,
        };
        Part {
            index,
            name: leaf.name.clone(),
            content_type: known.to_owned(),
            declared_type: leaf.media.clone(),
            inline: leaf.is_inline,
            damaged,
            bytes: octets.into_owned(),
        }
    }

    fn octets_of(&self, leaf: &Leaf) -> (Cow<'_, [u8]>, bool) {
        content::decode(self.structure.body(leaf), leaf.encoding)
    }

    fn text_of(&self, leaf: &Leaf) -> String {
        content::to_text(&self.octets_of(leaf).0, leaf.charset.as_deref())
    }
}

/// Octets that are text, by their marks and zeros where no character set is named.
pub(crate) fn text_of_octets(octets: &[u8]) -> String {
    content::to_text(octets, None)
}

/// What is encoded so, read as far as it goes, and whether it was broken.
pub(crate) fn decoded(octets: &[u8], encoding: Encoding) -> (Vec<u8>, bool) {
    let (read, broken) = content::decode(octets, encoding);
    (read.into_owned(), broken)
}

#[cfg(test)]
mod tests;
