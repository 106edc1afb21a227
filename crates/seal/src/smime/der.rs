//! Writing ASN.1 (X.690): DER, from the inside out.
//!
//! Invariant: lengths are definite and shortest, sets are sorted, so that the same content has the
//! same octets.

use super::ber;

pub(crate) fn head(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
        return;
    }
    let digits = length.to_be_bytes();
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    out.push(0x80 | (digits.len() - zeros) as u8);
    out.extend_from_slice(&digits[zeros..]);
}

pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    head(tag, length, &mut out);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(ber::SEQUENCE, parts)
}

/// SET OF: sorted by their octets (X.690 §11.6).
pub(crate) fn set(tag: u8, mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort();
    element(tag, &[&members.concat()])
}

pub(crate) fn oid(body: &[u8]) -> Vec<u8> {
    element(ber::OID, &[body])
}

pub(crate) fn octets(body: &[u8]) -> Vec<u8> {
    element(ber::OCTETS, &[body])
}

pub(crate) fn bits(body: &[u8]) -> Vec<u8> {
    element(ber::BITS, &[&[0], body])
}

/// A number below 128.
pub(crate) fn small(number: u8) -> Vec<u8> {
    debug_assert!(number < 0x80, "a small number has one octet");
    element(ber::INTEGER, &[&[number]])
}

pub(crate) fn null() -> Vec<u8> {
    vec![ber::NULL, 0]
}

/// An algorithm without parameters, or with these.
pub(crate) fn algorithm(id: &[u8], parameters: Option<&[u8]>) -> Vec<u8> {
    sequence(&[&oid(id), parameters.unwrap_or_default()])
}
