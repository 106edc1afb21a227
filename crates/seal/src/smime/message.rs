//! A whole RFC 5322 message into its protected form and back (RFC 8551, RFC 9788).
//!
//! The fields outside stay the caller's message's own: only what the header protection hides is replaced.
//! Invariant: layers are taken off from the outside in, at most three (signed, encrypted, signed), and one
//! layer of encryption; anything else is not opened.

use model::Timestamp;
use model::seams::Rng;

use super::structure::{self, Kind};
use super::{Certificate, Cipher, Identity, Integrity, SmimeError, Trust, Verified};
use crate::entity::{Entity, with_crlf};
use crate::protected::{self, Restored};

/// Signed around encrypted around signed: what triple wrapping makes (RFC 2634 §1.1).
const LAYERS_MAX: usize = 3;

/// How a message is to be protected.
pub struct Sealing<'a> {
    pub signer: Option<&'a Identity>,
    /// None: signed only, readable by everybody.
    pub to: &'a [&'a Certificate],
    pub cipher: Cipher,
    /// What stands outside in place of the subject, when it is encrypted.
    pub subject_outside: &'a str,
    pub at: Timestamp,
}

/// The message with its content and header fields protected.
pub fn seal_message(
    message: &[u8],
    how: &Sealing<'_>,
    rng: &dyn Rng,
) -> Result<Vec<u8>, SmimeError> {
    let is_encrypted = !how.to.is_empty();
    let parts = match is_encrypted {
        true => protected::wrap(message, how.subject_outside),
        false => protected::wrap_clear(message),
    };
    let signed = match how.signer {
        Some(signer) => super::sign(&parts.entity, signer, how.at)?,
        None => parts.entity,
    };
    let entity = match (is_encrypted, how.signer) {
        (true, _) => super::encrypt(&signed, how.to, how.cipher, rng)?,
        (false, Some(_)) => signed,
        (false, None) => return Err(SmimeError::CannotSign),
    };
    Ok([parts.outer.as_slice(), b"MIME-Version: 1.0\r\n", &entity].concat())
}

/// A protected message, opened.
pub struct OpenedMessage {
    /// The innermost entity: what people read.
    pub entity: Vec<u8>,
    pub integrity: Integrity,
    /// Whose key opened it; `None`: it was not encrypted.
    pub opened_by: Option<[u8; 32]>,
    /// Signatures inside the envelope, or of a message that was only signed. The content is theirs.
    pub signed: Option<Verified>,
    /// A signature around the envelope. It says who sent it, not who could read what is inside.
    pub signed_outside: Option<Verified>,
    /// Header fields as the author wrote them, where they were protected.
    pub header: Restored,
}

/// Opens and verifies. [`SmimeError::NotProtected`] when the message has nothing of S/MIME.
pub fn open_message(
    message: &[u8],
    with: &[&Identity],
    trust: &Trust,
    at: Timestamp,
) -> Result<OpenedMessage, SmimeError> {
    let message = &*with_crlf(message);
    let mut entity = message.to_vec();
    let mut integrity = Integrity::None;
    let (mut opened_by, mut signed, mut signed_outside) = (None, None, None);
    let mut layers = 0;
    loop {
        match structure::kind(&entity) {
            Kind::Encrypted if opened_by.is_none() => {
                let opened = super::decrypt(&entity, with)?;
                (integrity, opened_by) = (opened.integrity, Some(opened.by));
                signed_outside = signed.take();
                entity = with_crlf(&opened.entity).into_owned();
            }
            Kind::Signed if signed.is_none() => {
                let mut verified = super::verify(&entity, trust, at)?;
                let content = std::mem::take(&mut verified.entity);
                entity = with_crlf(&content).into_owned();
                signed = Some(verified);
            }
            // What is left inside stays closed, and is an attachment of what was opened.
            _ if layers > 0 => break,
            Kind::Plain | Kind::Certificates => return Err(SmimeError::NotProtected),
            Kind::Unreadable => return Err(SmimeError::Unsupported),
            _ => return Err(SmimeError::Mixed),
        }
        layers += 1;
        if layers == LAYERS_MAX {
            break;
        }
    }
    if signed.as_ref().is_some_and(Verified::is_good) {
        integrity = Integrity::Signed;
    }
    let header = protected::read(outer_header(message), &entity);
    Ok(OpenedMessage {
        entity,
        integrity,
        opened_by,
        signed,
        signed_outside,
        header,
    })
}

fn outer_header(message: &[u8]) -> &[u8] {
    let body = Entity::of(message).body;
    &message[..message.len() - body.len()]
}
