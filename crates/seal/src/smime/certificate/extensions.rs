//! The extensions of a certificate that decide what it may be used for (RFC 5280 §4.2).
//!
//! Invariant: an extension that stands twice, or cannot be read, makes the certificate unreadable.

use model::Timestamp;

use crate::smime::ber::{self, Element, Reader};
use crate::smime::revocation::Places;
use crate::smime::{Capabilities, SmimeError, oid};

/// Addresses of one certificate that are looked at.
const EMAILS_MAX: usize = 100;
/// `[1]` IA5String of GeneralName.
const RFC822_NAME: u8 = 0x81;

#[derive(Clone, Default)]
pub(crate) struct Extensions {
    /// The first two octets of the bit string; none: for everything.
    key_usage: Option<u16>,
    /// None: for every purpose.
    purposes: Option<Vec<Vec<u8>>>,
    is_purpose_critical: bool,
    pub emails: Vec<String>,
    pub key_id: Option<Vec<u8>>,
    pub capabilities: Capabilities,
    pub places: Places,
}

impl Extensions {
    /// From where the subject stands in a TBSCertificate.
    pub(super) fn read(mut tbs: Reader<'_>) -> Result<Self, SmimeError> {
        let mut found = Self::default();
        while let Some(element) = tbs.find_next()? {
            if element.tag == ber::context(3) {
                let mut list = element.inside().load(ber::SEQUENCE)?.inside();
                let mut seen: Vec<&[u8]> = Vec::new();
                while let Some(extension) = list.find_next()? {
                    let mut inside = extension.inside();
                    let id = inside.load(ber::OID)?.body;
                    let critical = inside.find(ber::BOOLEAN)?;
                    if id == oid::EXTENDED_KEY_USAGE {
                        found.is_purpose_critical = critical.is_some_and(|said| said.body != [0]);
                    }
                    let value = inside.load(ber::OCTETS)?.body;
                    if seen.contains(&id) {
                        return Err(SmimeError::Unreadable);
                    }
                    seen.push(id);
                    found.take(id, value)?;
                }
            }
        }
        Ok(found)
    }

    fn take(&mut self, id: &[u8], value: &[u8]) -> Result<(), SmimeError> {
        let mut value = Reader::new(value);
        match id {
            oid::KEY_USAGE => {
                let bits = value.load(ber::BITS)?.body;
                let octet = |at: usize| u16::from(bits.get(at).copied().unwrap_or(0));
                self.key_usage = Some(octet(1) << 8 | octet(2));
            }
            oid::EXTENDED_KEY_USAGE => {
                let mut purposes = value.load(ber::SEQUENCE)?.inside();
                let mut list = Vec::new();
                while let Some(purpose) = purposes.find_next()? {
                    list.push(purpose.body.to_vec());
                }
                self.purposes = Some(list);
            }
            oid::SUBJECT_ALT_NAME => self.emails = emails(value.load(ber::SEQUENCE)?)?,
            oid::SUBJECT_KEY_ID => self.key_id = Some(value.load(ber::OCTETS)?.body.to_vec()),
            oid::CAPABILITIES_EXTENSION => {
                self.capabilities = Capabilities::read(value.any()?.whole)?;
            }
            // Where nobody can be asked because it cannot be read is said of the certificate, not held against it.
            oid::LIST_PLACES => drop(self.places.take_lists(value)),
            oid::AUTHORITY_ACCESS => drop(self.places.take_access(value)),
            _ => {}
        }
        Ok(())
    }

    fn has(&self, bits: u16) -> bool {
        self.key_usage.is_none_or(|usage| usage & bits != 0)
    }
    /// digitalSignature or nonRepudiation.
    pub(super) fn may_sign(&self) -> bool {
        self.has(0x8000 | 0x4000)
    }
    pub(super) fn may_encipher_keys(&self) -> bool {
        self.has(0x2000)
    }
    pub(super) fn may_agree_on_keys(&self) -> bool {
        self.has(0x0800)
    }
    pub(crate) fn may_sign_lists(&self) -> bool {
        self.has(0x0200)
    }
    /// RFC 3161 §2.3: for that alone, and critical.
    pub(crate) fn is_for_stamps_alone(&self) -> bool {
        let purposes = self.purposes.as_deref().unwrap_or_default();
        self.is_purpose_critical && purposes == [oid::TIME_STAMPING]
    }
    /// RFC 8550 §4.4.4. Of an issuer it says what it may issue for.
    pub(crate) fn is_for_mail(&self) -> bool {
        self.purposes.as_ref().is_none_or(|purposes| {
            let fits = |id: &Vec<u8>| id == oid::EMAIL_PROTECTION || id == oid::ANY_PURPOSE;
            purposes.iter().any(fits)
        })
    }
}

fn emails(names: Element<'_>) -> Result<Vec<String>, SmimeError> {
    let mut found = Vec::new();
    let mut names = names.inside();
    while let Some(name) = names.find_next()? {
        let text = match name.tag {
            RFC822_NAME => Some(name.body),
            tag if tag == ber::context(0) => {
                let mut inside = name.inside();
                let id = inside.load(ber::OID)?.body;
                match id == oid::SMTP_UTF8_MAILBOX {
                    true => Some(inside.any()?.inside().any()?.body),
                    false => None,
                }
            }
            _ => None,
        };
        if let Some(text) = text.and_then(|text| std::str::from_utf8(text).ok()) {
            found.push(text.to_owned());
        }
        if found.len() > EMAILS_MAX {
            return Err(SmimeError::TooMany);
        }
    }
    Ok(found)
}

/// UTCTime or GeneralizedTime in the one form that RFC 5280 §4.1.2.5 allows.
pub(crate) fn time(element: Element<'_>) -> Result<Timestamp, SmimeError> {
    let text = std::str::from_utf8(element.body).map_err(|_| SmimeError::Unreadable)?;
    let digits = text.strip_suffix('Z').ok_or(SmimeError::Unreadable)?;
    let full = match (element.tag, digits.len()) {
        // a year of two digits is of 1950 to 2049
        (ber::UTC_TIME, 12) if digits < "50" => format!("20{digits}"),
        (ber::UTC_TIME, 12) => format!("19{digits}"),
        (ber::GENERALIZED_TIME, 14) => digits.to_owned(),
        _ => return Err(SmimeError::Unreadable),
    };
    if !full.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(SmimeError::Unreadable);
    }
    let (date, clock) = full.split_at(8);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &clock[..2],
        &clock[2..4],
        &clock[4..],
    );
    Timestamp::parse_rfc3339(&text).ok_or(SmimeError::Unreadable)
}

/// Of a moment, as CMS writes it (RFC 5652 §11.3): UTCTime up to 2049.
pub(crate) fn written(at: Timestamp) -> Vec<u8> {
    let digits: String = at.rfc3339()[..19]
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let (tag, text) = match ("1950".."2050").contains(&&digits[..4]) {
        true => (ber::UTC_TIME, &digits[2..]),
        false => (ber::GENERALIZED_TIME, &digits[..]),
    };
    crate::smime::der::element(tag, &[text.as_bytes(), b"Z"])
}
