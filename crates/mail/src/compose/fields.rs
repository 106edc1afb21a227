//! What may stand in a header field that a caller names or fills.

use model::{Code, Error, Result, limits};

/// Written from other parts of the request, or by servers only.
const RESERVED: &[&str] = &[
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "received",
    "return-path",
    "delivered-to",
    "auto-submitted",
    "dkim-signature",
    "authentication-results",
    "received-spf",
    "apparently-to",
    "errors-to",
    "disposition-notification-to",
    "return-receipt-to",
];
const RESERVED_PREFIXES: &[&str] = &["content-", "resent-", "arc-", "x-caduceus-"];

pub(super) fn check_text(text: &str, octets_max: usize) -> Result<()> {
    if text.chars().any(char::is_control) {
        return Err(Error::new(Code::HeaderInjection));
    }
    if text.len() > octets_max {
        return Err(Error::new(Code::FieldInvalid));
    }
    Ok(())
}

/// A field that the caller adds.
pub(super) fn check_custom(name: &str, value: &str) -> Result<()> {
    check_text(name, limits::HEADER_NAME_OCTETS_MAX)?;
    check_text(value, limits::HEADER_VALUE_OCTETS_MAX)?;
    // RFC 5322 §3.6.8: printable ASCII without a colon; we ask for less.
    if name.is_empty()
        || !name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    {
        return Err(Error::new(Code::FieldInvalid));
    }
    let name = name.to_ascii_lowercase();
    if RESERVED.contains(&name.as_str())
        || RESERVED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
    {
        return Err(Error::new(Code::HeaderForbidden));
    }
    Ok(())
}

/// A Message-ID or Content-ID: printable ASCII without spaces or inner brackets.
pub(super) fn check_id(id: &str) -> Result<()> {
    check_text(id, 900)?;
    let bare = unbracketed(id);
    if bare.is_empty()
        || !bare
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
    {
        return Err(Error::new(Code::FieldInvalid));
    }
    Ok(())
}

/// `type/subtype` with parameters of harmless characters.
pub(super) fn check_media(media: &str) -> Result<()> {
    check_text(media, 200)?;
    let is_token = |t: &str| {
        !t.is_empty()
            && t.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.+_!#$&^".contains(&b))
    };
    let (essence, params) = media.split_once(';').unwrap_or((media, ""));
    let well_formed = essence
        .trim()
        .split_once('/')
        .is_some_and(|(t, s)| is_token(t) && is_token(s));
    if !well_formed || !params.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Err(Error::new(Code::FieldInvalid));
    }
    Ok(())
}

pub(super) fn bracketed(id: &str) -> String {
    format!("<{}>", unbracketed(id))
}

fn unbracketed(id: &str) -> &str {
    let id = id.strip_prefix('<').unwrap_or(id);
    id.strip_suffix('>').unwrap_or(id)
}
