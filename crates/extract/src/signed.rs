//! What S/MIME has signed, out of its wrapping (RFC 5652 §5): text like any other.
//!
//! It proves nothing about the signature. Invariant: lengths stay inside their parents, so the walk
//! ends; wrapping that is not understood is a loss.

use crate::extracted::Because;
use crate::extractor::Claim;
use crate::session::{Session, inside};

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const CONTEXT: u8 = 0xa0;

/// Content of a value, and what follows it.
type Value<'a> = (&'a [u8], &'a [u8]);

pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) {
    match content(file) {
        // A signature beside its message, which is read where it stands.
        Some(None) => {}
        Some(Some(message)) => {
            let claim = Claim {
                name: "",
                content_type: "",
            };
            session.nested(&inside(place, "signed"), message, &claim);
        }
        None => session.lost(place, Because::UnsupportedType),
    }
}

/// ContentInfo → SignedData → EncapsulatedContentInfo → eContent.
fn content(file: &[u8]) -> Option<Option<&[u8]>> {
    let (info, _) = value(file, SEQUENCE)?;
    let (_, after_type) = any(info)?;
    let (wrapped, _) = value(after_type, CONTEXT)?;
    let (signed, _) = value(wrapped, SEQUENCE)?;
    let (_, after_version) = any(signed)?;
    let (_, after_digests) = any(after_version)?;
    let (encapsulated, _) = value(after_digests, SEQUENCE)?;
    let (_, rest) = any(encapsulated)?;
    if rest.is_empty() {
        return Some(None);
    }
    let (explicit, _) = value(rest, CONTEXT)?;
    let (message, _) = value(explicit, OCTETS)?;
    Some(Some(message))
}

fn value(octets: &[u8], tag: u8) -> Option<Value<'_>> {
    any(octets).filter(|_| octets.first() == Some(&tag))
}

/// A value of definite length, whatever its tag.
fn any(octets: &[u8]) -> Option<Value<'_>> {
    let first = *octets.get(1)?;
    let (length, head) = match first {
        0..=0x7f => (usize::from(first), 2),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let digits = octets.get(2..2 + count)?;
            let length = digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (length, 2 + count)
        }
        _ => return None,
    };
    let end = head.checked_add(length)?;
    Some((octets.get(head..end)?, &octets[end..]))
}
