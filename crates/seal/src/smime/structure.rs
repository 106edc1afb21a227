//! What of a message is protected: all of it, or only a part that somebody may have put there.
//!
//! EFAIL lives on messages of which one part is encrypted and another leads its text away. Invariant: only
//! `Form::Cms` as the whole entity is ever decrypted, and what two readers could take differently is mixed.

use model::limits::{MESSAGE_OCTETS_MAX, MIME_DEPTH_MAX, MIME_PARTS_MAX};

use super::ber::{self, Reader};
use super::{SmimeError, oid};
use crate::entity::{ContentType, Entity, parts, with_crlf};

/// What a message or entity is, by its outermost layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing of S/MIME, or only an attachment of it that is signed.
    Plain,
    Signed,
    Encrypted,
    /// Certificates without a message (`smime-type=certs-only`).
    Certificates,
    /// A part is encrypted and others are not, or it cannot be told: nothing of it is opened.
    Mixed,
    /// S/MIME that we do not read: compressed, or broken.
    Unreadable,
}

pub(super) enum Form<'a> {
    Plain,
    /// multipart/signed: the signed octets, and the part with the signature.
    Detached {
        content: &'a [u8],
        signature: &'a [u8],
    },
    /// application/pkcs7-mime, whole.
    Cms,
    Mixed,
}

/// Of a whole message or one entity.
pub fn kind(entity: &[u8]) -> Kind {
    let entity = &*with_crlf(entity);
    match form(entity) {
        Form::Plain => Kind::Plain,
        Form::Mixed => Kind::Mixed,
        Form::Detached { .. } => Kind::Signed,
        Form::Cms => match cms_of(entity).map(|cms| cms_kind(&cms)) {
            Ok(Some(kind)) => kind,
            _ => Kind::Unreadable,
        },
    }
}

pub(super) fn form(entity: &[u8]) -> Form<'_> {
    let read = Entity::of(entity);
    let Some(said) = read.content_type() else {
        return match read.values("content-type").any(|value| says_cms(&value)) {
            true => Form::Mixed,
            false => Form::Plain,
        };
    };
    if is_cms(&read, &said) {
        return Form::Cms;
    }
    if let Some(found) = detached(&read, &said) {
        return found;
    }
    let mut left = MIME_PARTS_MAX;
    match said.is_multipart() && holds_encrypted(&read, &said, 0, &mut left) {
        true => Form::Mixed,
        false => Form::Plain,
    }
}

/// The CMS of an entity, out of its transfer encoding.
pub(super) fn cms_of(entity: &[u8]) -> Result<Vec<u8>, SmimeError> {
    let decoded = Entity::of(entity).decoded().ok_or(SmimeError::Unreadable)?;
    match decoded.len() {
        length if length > MESSAGE_OCTETS_MAX => Err(SmimeError::TooLarge),
        _ => Ok(decoded.into_owned()),
    }
}

fn detached<'a>(entity: &Entity<'a>, said: &ContentType) -> Option<Form<'a>> {
    let is_ours = said.kind == "multipart/signed"
        && said.find("protocol").is_some_and(|protocol| {
            let protocol = protocol.to_ascii_lowercase();
            [
                "application/pkcs7-signature",
                "application/x-pkcs7-signature",
            ]
            .contains(&protocol.as_str())
        });
    if !is_ours {
        return None;
    }
    let found = parts(entity.body, said.find("boundary")?)?;
    let &[content, signature] = found.as_slice() else {
        return None;
    };
    let kind = Entity::of(signature).content_type()?.kind;
    matches!(
        kind.as_str(),
        "application/pkcs7-signature" | "application/x-pkcs7-signature"
    )
    .then_some(Form::Detached { content, signature })
}

fn is_cms(entity: &Entity<'_>, said: &ContentType) -> bool {
    match said.kind.as_str() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => true,
        // RFC 8551 §3.10: from gateways that do not know the type
        "application/octet-stream" => entity.file_name(said).ends_with(".p7m"),
        _ => false,
    }
}

fn says_cms(text: &str) -> bool {
    text.to_ascii_lowercase().contains("pkcs7")
}

/// Whether any part is encrypted, or may be. Messages that are attached stand for themselves.
fn holds_encrypted(
    entity: &Entity<'_>,
    said: &ContentType,
    depth: usize,
    left: &mut usize,
) -> bool {
    let found = said.find("boundary").and_then(|b| parts(entity.body, b));
    let Some(found) = found.filter(|_| depth < MIME_DEPTH_MAX) else {
        // no structure to follow: what speaks of CMS may be it
        return says_cms(&String::from_utf8_lossy(entity.body));
    };
    for part in found {
        if *left == 0 {
            return true;
        }
        *left -= 1;
        let read = Entity::of(part);
        let is_encrypted = match read.content_type() {
            None => read.values("content-type").any(|value| says_cms(&value)),
            Some(said) if is_cms(&read, &said) => {
                let cms = read.decoded();
                let kind = cms.and_then(|cms| cms_kind(&cms));
                !matches!(kind, Some(Kind::Signed | Kind::Certificates))
            }
            Some(said) if said.is_multipart() => holds_encrypted(&read, &said, depth + 1, left),
            Some(_) => false,
        };
        if is_encrypted {
            return true;
        }
    }
    false
}

/// By the type of content that CMS itself names (RFC 5652 §3), not by what the header field claims.
pub(super) fn cms_kind(cms: &[u8]) -> Option<Kind> {
    let definite = ber::definite(cms).ok()?;
    let mut info = Reader::new(&definite).load(ber::SEQUENCE).ok()?.inside();
    match info.load(ber::OID).ok()?.body {
        oid::SIGNED if has_content(&mut info).unwrap_or(false) => Some(Kind::Signed),
        oid::SIGNED => Some(Kind::Certificates),
        oid::ENVELOPED | oid::AUTH_ENVELOPED => Some(Kind::Encrypted),
        _ => None,
    }
}

fn has_content(info: &mut Reader<'_>) -> Result<bool, SmimeError> {
    let data = info.load(ber::context(0))?.inside().load(ber::SEQUENCE)?;
    let mut data = data.inside();
    data.load(ber::INTEGER)?;
    data.load(ber::SET)?;
    let mut content = data.load(ber::SEQUENCE)?.inside();
    content.load(ber::OID)?;
    Ok(!content.is_empty())
}
