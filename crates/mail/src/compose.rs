//! Building a message, deterministically: ids, boundary seed and date are arguments.
//!
//! Invariant: the result is CRLF-terminated lines of at most 998 octets, 7-bit unless an address
//! itself is not (RFC 6532); nothing that was passed in can begin a header field of its own.

use model::{Address, Code, Error, Result, Timestamp, limits};

mod body;
pub(crate) mod encode;
mod fields;
pub(crate) mod text;

pub(crate) use body::Boundaries;
use body::Entity;

/// What to build. Text may use any line ends.
pub struct Compose<'a> {
    pub from: (Option<&'a str>, &'a Address),
    pub reply_to: Option<&'a Address>,
    pub to: Vec<(Option<&'a str>, &'a Address)>,
    pub cc: Vec<(Option<&'a str>, &'a Address)>,
    pub subject: &'a str,
    pub text: Option<&'a str>,
    pub html: Option<&'a str>,
    pub attachments: &'a [ComposePart<'a>],
    /// Further header fields, name and value. Names that the other fields of this struct set, and
    /// those that only servers write, are refused.
    pub headers: &'a [(String, String)],
    /// With or without angle brackets.
    pub message_id: &'a str,
    pub in_reply_to: Option<&'a str>,
    pub date: Timestamp,
    pub boundary_seed: [u8; 16],
    /// Says `Auto-Submitted: auto-generated` (RFC 3834).
    pub auto_submitted: bool,
}

/// A file to attach.
pub struct ComposePart<'a> {
    pub name: &'a str,
    /// Messages and multiparts travel as `application/octet-stream`: they may not be base64.
    pub content_type: &'a str,
    pub bytes: &'a [u8],
    /// Shown inside the HTML body under this Content-ID (without angle brackets).
    pub inline_id: Option<&'a str>,
}

/// The message. `HeaderInjection` on any control character in a field, `HeaderForbidden` on a
/// reserved name, `FieldInvalid` on what is too long or no token.
pub fn compose(c: &Compose<'_>) -> Result<Vec<u8>> {
    check(c)?;
    let mut out = String::with_capacity(1024);
    write_fields(c, &mut out);
    let mut out = out.into_bytes();
    let boundaries = Boundaries::new(&c.boundary_seed);
    body(c, &boundaries).write(&mut out);
    Ok(out)
}

fn write_fields(c: &Compose<'_>, out: &mut String) {
    out.push_str(&format!("Date: {}\r\n", c.date.rfc5322()));
    out.push_str(&text::address_field("From", &[c.from]));
    if let Some(address) = c.reply_to {
        out.push_str(&text::address_field("Reply-To", &[(None, address)]));
    }
    if !c.to.is_empty() {
        out.push_str(&text::address_field("To", &c.to));
    }
    if !c.cc.is_empty() {
        out.push_str(&text::address_field("Cc", &c.cc));
    }
    if c.to.is_empty() && c.cc.is_empty() {
        // RFC 5322 §3.6.3: everybody is a blind copy.
        out.push_str("To: undisclosed-recipients:;\r\n");
    }
    out.push_str(&text::unstructured_field("Subject", c.subject));
    out.push_str(&format!(
        "Message-ID: {}\r\n",
        fields::bracketed(c.message_id)
    ));
    if let Some(id) = c.in_reply_to {
        let id = fields::bracketed(id);
        out.push_str(&format!("In-Reply-To: {id}\r\nReferences: {id}\r\n"));
    }
    if c.auto_submitted {
        out.push_str("Auto-Submitted: auto-generated\r\n");
    }
    for (name, value) in c.headers {
        out.push_str(&text::unstructured_field(name, value));
    }
    out.push_str("MIME-Version: 1.0\r\n");
}

fn body<'a>(c: &Compose<'a>, boundaries: &Boundaries) -> Entity<'a> {
    let (inline, attached): (Vec<_>, Vec<_>) = c
        .attachments
        .iter()
        .partition(|part| part.inline_id.is_some() && c.html.is_some());
    let text = c.text.map(|text| Entity::text("plain", text, boundaries));
    let html = c.html.map(|html| {
        let html = Entity::text("html", html, boundaries);
        Entity::wrap(
            "related",
            html,
            inline.into_iter().map(Entity::file),
            boundaries,
        )
    });
    let shown = match (text, html) {
        (Some(text), Some(html)) => {
            Entity::wrap("alternative", text, std::iter::once(html), boundaries)
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Entity::text("plain", "", boundaries),
    };
    Entity::wrap(
        "mixed",
        shown,
        attached.into_iter().map(Entity::file),
        boundaries,
    )
}

fn check(c: &Compose<'_>) -> Result<()> {
    let names =
        c.to.iter()
            .chain(&c.cc)
            .chain(std::iter::once(&c.from))
            .filter_map(|(name, _)| *name);
    for name in names {
        fields::check_text(name, limits::DISPLAY_NAME_OCTETS_MAX)?;
    }
    fields::check_text(c.subject, limits::SUBJECT_OCTETS_MAX)?;
    fields::check_id(c.message_id)?;
    c.in_reply_to.map_or(Ok(()), fields::check_id)?;
    if c.attachments.len() > limits::ATTACHMENTS_MAX {
        return Err(Error::new(Code::FieldInvalid).at("/attachments"));
    }
    for part in c.attachments {
        fields::check_text(part.name, limits::FILE_NAME_OCTETS_MAX)?;
        fields::check_media(part.content_type)?;
        part.inline_id.map_or(Ok(()), fields::check_id)?;
    }
    c.headers
        .iter()
        .try_for_each(|(name, value)| fields::check_custom(name, value))
}

#[cfg(test)]
mod tests;
