//! PGP/MIME (RFC 3156): whole messages, sealed and opened.
//!
//! Invariant (EFAIL): a message is opened only when all of it is one encrypted part; where ciphertext
//! stands beside anything else, or somewhere inside, it is `Mixed` and stays closed.

mod parts;

use model::seams::Rng;
use model::{Timestamp, limits};

use super::{Opened, PgpError, PublicKey, SecretKey, decrypt, encrypt};
use crate::dkim::{cut, split};
use parts::{content_type, only_text, two_parts};

/// A message before it is sealed.
pub struct Letter<'a> {
    /// As it would travel unencrypted: its fields stay outside, but for those that speak of content.
    pub message: &'a [u8],
    /// What is encrypted: a MIME entity with its own content fields and protected header. `None`
    /// takes the message's content as it is.
    pub entity: Option<&'a [u8]>,
    /// The subject that everybody on the way may read.
    pub subject_outside: &'a str,
}

/// What a message that came in turned out to be.
#[derive(Debug)]
pub enum MimeOpened {
    /// The MIME entity that was encrypted, or the text of a message whose whole text it was.
    Opened(Opened),
    /// There is ciphertext in it, and other things: shown closed, never in part.
    Mixed,
    NotEncrypted,
}

const VERSION_PART: &[u8] =
    b"Content-Type: application/pgp-encrypted\r\nContent-Description: PGP/MIME version identification\r\n\r\nVersion: 1\r\n";
const DATA_PART: &[u8] = b"Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\nContent-Description: OpenPGP encrypted message\r\nContent-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n";
const ARMOR: &[u8] = b"-----BEGIN PGP MESSAGE-----";

/// The whole message as `multipart/encrypted`, ready for signing by the domain and sending.
pub fn mime_encrypt(
    letter: &Letter<'_>,
    to: &[&PublicKey],
    signer: Option<&SecretKey>,
    at: Timestamp,
    rng: &dyn Rng,
) -> Result<Vec<u8>, PgpError> {
    let (header, body) = cut(letter.message).ok_or(PgpError::Malformed)?;
    let fields = split(header);
    let data = match letter.entity {
        Some(entity) => encrypt(entity, to, signer, at, rng)?,
        None => encrypt(&entity(&fields, body), to, signer, at, rng)?,
    };
    let mut random = [0; 16];
    rng.fill(&mut random);
    let boundary = format!("pgp-{}", super::public::hex(&random));
    let mut out = Vec::with_capacity(header.len() + data.len() + 1_024);
    for (name, field) in fields {
        if !is_of_content(name) && !name.eq_ignore_ascii_case(b"subject") {
            out.extend_from_slice(field);
        }
    }
    let subject: String = letter
        .subject_outside
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    out.extend_from_slice(format!("Subject: {subject}\r\n").as_bytes());
    out.extend_from_slice(b"MIME-Version: 1.0\r\nContent-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n boundary=\"");
    out.extend_from_slice(format!("{boundary}\"\r\n\r\n--{boundary}\r\n").as_bytes());
    out.extend_from_slice(VERSION_PART);
    out.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    out.extend_from_slice(DATA_PART);
    out.extend_from_slice(&data);
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Ok(out)
}

/// Opens a message that is encrypted as a whole. Errors are those of [`decrypt()`].
pub fn mime_open(
    message: &[u8],
    with: &[&SecretKey],
    signers: &[PublicKey],
    at: Timestamp,
) -> Result<MimeOpened, PgpError> {
    if message.len() > limits::PGP_MESSAGE_OCTETS_MAX {
        return Err(PgpError::TooLarge);
    }
    let Some(ciphertext) = whole(message) else {
        let is_there = memchr::memmem::find(message, ARMOR).is_some()
            || memchr::memmem::find(&message.to_ascii_lowercase(), b"application/pgp-encrypted")
                .is_some();
        return Ok(if is_there {
            MimeOpened::Mixed
        } else {
            MimeOpened::NotEncrypted
        });
    };
    decrypt(&ciphertext, with, signers, at).map(MimeOpened::Opened)
}

/// The ciphertext of a message that is nothing else.
fn whole(message: &[u8]) -> Option<Vec<u8>> {
    let (header, body) = cut(message)?;
    let kind = content_type(header)?;
    if kind.media == "multipart/encrypted" {
        let protocol = kind.parameter("protocol")?;
        if !protocol.eq_ignore_ascii_case("application/pgp-encrypted") {
            return None;
        }
        let [control, data] = two_parts(body, kind.parameter("boundary")?)?;
        let is_control = control.media == "application/pgp-encrypted"
            && control
                .body
                .trim_ascii()
                .eq_ignore_ascii_case(b"version: 1");
        let is_data = data.media == "application/octet-stream" && is_one_block(&data.body);
        return (is_control && is_data).then_some(data.body);
    }
    let text = only_text(header, &kind, body)?;
    is_one_block(&text).then_some(text)
}

/// One armored message and nothing before or behind it.
fn is_one_block(text: &[u8]) -> bool {
    const END: &[u8] = b"-----END PGP MESSAGE-----";
    let text = text.trim_ascii();
    text.starts_with(ARMOR)
        && text.ends_with(END)
        && memchr::memmem::find_iter(text, b"-----BEGIN ").count() == 1
        && memchr::memmem::find_iter(text, b"-----END ").count() == 1
}

/// The content of a message as an entity of its own.
fn entity(fields: &[(&[u8], &[u8])], body: &[u8]) -> Vec<u8> {
    let mut entity = Vec::with_capacity(body.len() + 256);
    for (name, field) in fields {
        if is_of_content(name) && !name.eq_ignore_ascii_case(b"mime-version") {
            entity.extend_from_slice(field);
        }
    }
    entity.extend_from_slice(b"\r\n");
    entity.extend_from_slice(body);
    entity
}

fn is_of_content(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"mime-version")
        || name
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}
