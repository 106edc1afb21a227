//! Decrypting: what is wholly one envelope, with the key it names (RFC 5652 §6, RFC 5083).
//!
//! Who it is for and by which cipher is read here, the opening is OpenSSL's. Invariant: nothing comes out of
//! an envelope that did not open to its end, and content whose cipher does not protect it against change
//! is never called authentic.

use openssl::cms::CmsContentInfo;

use super::ber::{self, Reader};
use super::structure::{self, Form};
use super::{Certificate, Identity, SmimeError, oid};
use crate::entity::with_crlf;

/// Recipients of one envelope that are looked at.
const RECIPIENTS_MAX: usize = 10_000;
/// RFC 5084 §3.2: tags have 12 to 16 octets.
const TAG_OCTETS: std::ops::RangeInclusive<usize> = 12..=16;
/// `[0]` as subject key identifier.
const KEY_ID: u8 = 0x80;

/// What stands for the content being what its author wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// Somebody believed signed it, inside the envelope.
    Signed,
    /// The cipher: whoever encrypted it wrote all of it.
    Authenticated,
    /// Nothing. Anyone on the way may have changed it, so it is shown as plain text, with no link followed
    /// and nothing fetched (the lesson of EFAIL).
    None,
}

/// A decrypted entity.
pub struct Opened {
    pub entity: Vec<u8>,
    /// By the cipher alone: `Authenticated` or `None`.
    pub integrity: Integrity,
    /// Whose key opened it.
    pub by: [u8; 32],
}

/// Opens an entity, or a message, that is one envelope. What only contains one is [`SmimeError::Mixed`].
pub fn decrypt(entity: &[u8], with: &[&Identity]) -> Result<Opened, SmimeError> {
    let entity = &*with_crlf(entity);
    match structure::form(entity) {
        Form::Cms => {}
        Form::Mixed => return Err(SmimeError::Mixed),
        Form::Plain | Form::Detached { .. } => return Err(SmimeError::NotProtected),
    }
    let cms = ber::definite(&structure::cms_of(entity)?)?;
    let envelope = Envelope::read(&cms)?;
    let mut ours = with
        .iter()
        .filter(|identity| envelope.names(identity.certificate()))
        .peekable();
    if ours.peek().is_none() {
        return Err(SmimeError::NotForUs);
    }
    let content = CmsContentInfo::from_der(&cms).map_err(|_| SmimeError::Unreadable)?;
    for identity in ours {
        let certificate = identity.certificate();
        // One answer for a wrong key, a wrong padding and a wrong tag: no oracle.
        if let Ok(entity) = content.decrypt(identity.key(), certificate.x509()) {
            return Ok(Opened {
                entity,
                integrity: envelope.integrity,
                by: certificate.fingerprint(),
            });
        }
    }
    Err(SmimeError::Damaged)
}

enum RecipientId<'a> {
    Issuer { name: &'a [u8], serial: &'a [u8] },
    Key(&'a [u8]),
}

struct Envelope<'a> {
    recipients: Vec<RecipientId<'a>>,
    integrity: Integrity,
}

impl<'a> Envelope<'a> {
    fn read(definite: &'a [u8]) -> Result<Self, SmimeError> {
        let mut info = Reader::new(definite).load(ber::SEQUENCE)?.inside();
        let kind = info.load(ber::OID)?.body;
        if ![oid::ENVELOPED, oid::AUTH_ENVELOPED].contains(&kind) {
            return Err(SmimeError::NotProtected);
        }
        let data = info.load(ber::context(0))?.inside().load(ber::SEQUENCE)?;
        let mut data = data.inside();
        data.load(ber::INTEGER)?;
        data.find(ber::context(0))?;
        let recipients = read_recipients(data.load(ber::SET)?.inside())?;
        let mut content = data.load(ber::SEQUENCE)?.inside();
        content.load(ber::OID)?;
        let cipher = content.load(ber::SEQUENCE)?.inside().load(ber::OID)?.body;
        Ok(Self {
            recipients,
            integrity: integrity(kind, cipher, data)?,
        })
    }

    fn names(&self, certificate: &Certificate) -> bool {
        self.recipients.iter().any(|id| match id {
            RecipientId::Issuer { name, serial } => {
                certificate.issuer == *name && certificate.serial_element == *serial
            }
            RecipientId::Key(id) => certificate.extensions.key_id.as_deref() == Some(id),
        })
    }
}

/// Each kind with its own ciphers: one taken for the other would be called authentic without being so.
fn integrity(kind: &[u8], cipher: &[u8], mut rest: Reader<'_>) -> Result<Integrity, SmimeError> {
    match (kind == oid::AUTH_ENVELOPED, cipher) {
        (true, oid::AES128_GCM | oid::AES192_GCM | oid::AES256_GCM) => {
            rest.find(ber::context(1))?;
            let tag = rest.load(ber::OCTETS)?.body;
            match TAG_OCTETS.contains(&tag.len()) {
                true => Ok(Integrity::Authenticated),
                false => Err(SmimeError::Unsupported),
            }
        }
        (false, oid::AES128_CBC | oid::AES192_CBC | oid::AES256_CBC | oid::TRIPLE_DES_CBC) => {
            Ok(Integrity::None)
        }
        _ => Err(SmimeError::Unsupported),
    }
}

fn read_recipients(mut infos: Reader<'_>) -> Result<Vec<RecipientId<'_>>, SmimeError> {
    let mut found = Vec::new();
    while let Some(info) = infos.find_next()? {
        let mut inside = info.inside();
        if info.tag == ber::SEQUENCE {
            inside.load(ber::INTEGER)?;
            found.push(recipient_id(&mut inside)?);
        } else if info.tag == ber::context(1) {
            inside.load(ber::INTEGER)?;
            inside.load(ber::context(0))?;
            inside.find(ber::context(1))?;
            inside.load(ber::SEQUENCE)?;
            let mut keys = inside.load(ber::SEQUENCE)?.inside();
            while let Some(key) = keys.find_next()? {
                found.push(recipient_id(&mut key.inside())?);
            }
        }
        // others are shared keys and passwords, which we hold none of
        if found.len() > RECIPIENTS_MAX {
            return Err(SmimeError::TooMany);
        }
    }
    Ok(found)
}

fn recipient_id<'a>(inside: &mut Reader<'a>) -> Result<RecipientId<'a>, SmimeError> {
    let id = inside.any()?;
    if id.tag == ber::SEQUENCE {
        let mut named = id.inside();
        return Ok(RecipientId::Issuer {
            name: named.load(ber::SEQUENCE)?.whole,
            serial: named.load(ber::INTEGER)?.whole,
        });
    }
    if id.tag == KEY_ID {
        return Ok(RecipientId::Key(id.body));
    }
    // RecipientKeyIdentifier of an agreement
    if id.tag == ber::context(0) {
        return Ok(RecipientId::Key(id.inside().load(ber::OCTETS)?.body));
    }
    Err(SmimeError::Unreadable)
}
