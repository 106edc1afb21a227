//! The tree of a message as a list of leaves (RFC 2046), found without recursion and without
//! decoding what is not itself a message.

use std::borrow::Cow;
use std::ops::Range;

use model::{Code, Error, Result, limits};

use super::content::{self, Encoding};
use super::fields::{self, Field};
use super::multipart;

pub(super) struct Structure<'a> {
    /// The message, then every forwarded message that was itself encoded.
    sources: Vec<Cow<'a, [u8]>>,
    pub leaves: Vec<Leaf>,
    /// Header blocks of forwarded messages.
    pub forwarded: Vec<Forwarded>,
}

/// A part that holds no parts of the same message.
pub(super) struct Leaf {
    source: usize,
    body: Range<usize>,
    /// Lower-case `type/subtype`.
    pub media: String,
    pub charset: Option<String>,
    pub name: Option<String>,
    /// RFC 2045 §8.
    pub description: Option<String>,
    pub encoding: Encoding,
    pub is_inline: bool,
    pub role: Role,
    /// The leaf of the outermost message that this one stands inside of.
    pub carrier: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Body,
    Attachment,
    /// Text around the parts of a multipart: no reader shows it, but it travels.
    Stray,
}

/// The header block of a forwarded message.
pub(super) struct Forwarded {
    source: usize,
    head: Range<usize>,
    pub carrier: Option<usize>,
}

/// A header block with its body, still to be looked at.
struct Entity {
    source: usize,
    range: Range<usize>,
    depth: usize,
    carrier: Option<usize>,
    within: Within,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    /// A part is a message unless it says otherwise (RFC 2046 §5.1.5).
    Digest,
    Related,
    Other,
}

pub(super) fn read(bytes: &[u8]) -> Result<Structure<'_>> {
    let mut structure = Structure {
        sources: vec![Cow::Borrowed(bytes)],
        leaves: Vec::new(),
        forwarded: Vec::new(),
    };
    let whole = Entity {
        source: 0,
        range: 0..bytes.len(),
        depth: 0,
        carrier: None,
        within: Within::Nothing,
    };
    let mut entities = vec![whole];
    let mut seen = 0;
    while let Some(entity) = entities.pop() {
        seen += 1;
        if seen > limits::MIME_PARTS_MAX || entity.depth > limits::MIME_DEPTH_MAX {
            return Err(Error::new(Code::MimeInvalid));
        }
        structure.visit(entity, &mut entities)?;
    }
    Ok(structure)
}

impl Structure<'_> {
    pub(super) fn body(&self, leaf: &Leaf) -> &[u8] {
        &self.sources[leaf.source][leaf.body.clone()]
    }

    pub(super) fn fields_of(&self, forwarded: &Forwarded) -> Vec<Field<'_>> {
        fields::split(&self.sources[forwarded.source][forwarded.head.clone()])
    }

    fn visit(&mut self, entity: Entity, entities: &mut Vec<Entity>) -> Result<()> {
        let bytes = &self.sources[entity.source][entity.range.clone()];
        let head_octets = crate::header_block_end(bytes);
        let head = Head::read(&bytes[..head_octets], entity.within);
        let body = entity.range.start + head_octets..entity.range.end;
        if let Some(boundary) = &head.boundary {
            let split = multipart::split(&bytes[head_octets..], boundary)?;
            if !split.parts.is_empty() {
                self.visit_parts(&entity, &head, body.start, split, entities);
                return Ok(());
            }
        }
        if matches!(head.media.as_str(), "message/rfc822" | "message/global") {
            entities.push(self.forwarded(&entity, &head, body.clone()));
        }
        self.leaves.push(head.into_leaf(&entity, body));
        Ok(())
    }

    fn visit_parts(
        &mut self,
        entity: &Entity,
        head: &Head,
        base: usize,
        split: multipart::Split,
        entities: &mut Vec<Entity>,
    ) {
        let shift = |range: &Range<usize>| base + range.start..base + range.end;
        let within = match head.media.as_str() {
            "multipart/digest" => Within::Digest,
            "multipart/related" => Within::Related,
            _ => Within::Other,
        };
        for range in split.parts.iter().rev() {
            let depth = entity.depth + 1;
            let (source, carrier) = (entity.source, entity.carrier);
            entities.push(Entity {
                source,
                range: shift(range),
                depth,
                carrier,
                within,
            });
        }
        for range in split.around {
            self.leaves.push(Leaf {
                source: entity.source,
                body: shift(&range),
                media: "text/plain".to_owned(),
                charset: None,
                name: None,
                description: None,
                encoding: Encoding::Identity,
                is_inline: false,
                role: Role::Stray,
                carrier: entity.carrier,
            });
        }
    }

    /// The message inside `message/rfc822`. It may not be encoded (RFC 2046 §5.2.1), but some are.
    fn forwarded(&mut self, entity: &Entity, head: &Head, body: Range<usize>) -> Entity {
        let (source, range) = match head.encoding {
            Encoding::Identity => (entity.source, body),
            encoding => {
                let decoded = content::decode(&self.sources[entity.source][body], encoding)
                    .0
                    .into_owned();
                let range = 0..decoded.len();
                self.sources.push(Cow::Owned(decoded));
                (self.sources.len() - 1, range)
            }
        };
        let carrier = Some(entity.carrier.unwrap_or(self.leaves.len()));
        let head_octets = crate::header_block_end(&self.sources[source][range.clone()]);
        let head = range.start..range.start + head_octets;
        self.forwarded.push(Forwarded {
            source,
            head,
            carrier,
        });
        Entity {
            source,
            range,
            depth: entity.depth + 1,
            carrier,
            within: Within::Nothing,
        }
    }
}

impl Leaf {
    pub(super) fn is_html(&self) -> bool {
        self.media == "text/html"
    }

    pub(super) fn is_text(&self) -> bool {
        self.media.starts_with("text/")
    }

    /// Shown as the message itself.
    pub(super) fn is_shown(&self) -> bool {
        self.carrier.is_none() && self.role == Role::Body
    }

    pub(super) fn is_attached(&self) -> bool {
        self.carrier.is_none() && self.role == Role::Attachment
    }
}

/// What the MIME fields of a header block say.
struct Head {
    media: String,
    boundary: Option<String>,
    charset: Option<String>,
    name: Option<String>,
    description: Option<String>,
    encoding: Encoding,
    disposition: Option<String>,
    has_id: bool,
    within: Within,
}

impl Head {
    fn read(block: &[u8], within: Within) -> Self {
        let default = if within == Within::Digest {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let mut head = Self {
            media: default.to_owned(),
            boundary: None,
            charset: None,
            name: None,
            description: None,
            encoding: Encoding::Identity,
            disposition: None,
            has_id: false,
            within,
        };
        for field in fields::split(block) {
            head.take(&field);
        }
        head
    }

    fn take(&mut self, field: &Field<'_>) {
        if field.is("content-type") {
            let Some(media) = field.media() else { return };
            let subtype = media.subtype().unwrap_or("octet-stream");
            // A parameter without its semicolon is not part of the type.
            let subtype = subtype
                .split_ascii_whitespace()
                .next()
                .unwrap_or("octet-stream");
            self.media = format!("{}/{subtype}", media.ctype()).to_ascii_lowercase();
            self.charset = media.attribute("charset").map(str::to_owned);
            if media.ctype() == "multipart" {
                self.boundary = media
                    .attribute("boundary")
                    .map(str::to_owned)
                    .filter(|b| !b.is_empty());
            }
            let name = media.attribute("name").and_then(content::file_name);
            self.name = self.name.take().or(name);
        } else if field.is("content-disposition") {
            let Some(disposition) = field.media() else {
                return;
            };
            self.disposition = Some(disposition.ctype().to_ascii_lowercase());
            self.name = disposition
                .attribute("filename")
                .and_then(content::file_name)
                .or(self.name.take());
        } else if field.is("content-transfer-encoding") {
            self.encoding = Encoding::named(field.text());
        } else if field.is("content-description") {
            self.description = Some(field.decoded());
        } else if field.is("content-id") {
            self.has_id = true;
        }
    }

    fn into_leaf(self, entity: &Entity, body: Range<usize>) -> Leaf {
        let attachment = self.disposition.as_deref() == Some("attachment");
        let is_body_text = matches!(self.media.as_str(), "text/plain" | "text/html")
            || self.media.starts_with("multipart/");
        let role = if attachment || self.name.is_some() || !is_body_text {
            Role::Attachment
        } else {
            Role::Body
        };
        let related = self.within == Within::Related || self.has_id;
        Leaf {
            source: entity.source,
            body,
            is_inline: role == Role::Attachment && !attachment && related,
            // A multipart without parts is read as the text it then is.
            media: if self.media.starts_with("multipart/") {
                "text/plain".to_owned()
            } else {
                self.media
            },
            charset: self.charset,
            name: self.name,
            description: self.description,
            encoding: self.encoding,
            role,
            carrier: entity.carrier,
        }
    }
}
