//! Just enough of the Basic Encoding Rules (X.690 §8): definite lengths alone, as RFC 4511 §5.1 asks for.
//!
//! Lengths may be longer than they need to be: Active Directory writes four octets always. Invariant: no reader leaves what
//! it was given.

use super::Unreadable;

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const OCTETS: u8 = 0x04;
pub const ENUMERATED: u8 = 0x0a;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

pub fn element(tag: u8, inside: &[u8]) -> Vec<u8> {
    let mut octets = vec![tag];
    match u8::try_from(inside.len()) {
        Ok(short) if short < 0x80 => octets.push(short),
        _ => {
            let length = u32::try_from(inside.len()).unwrap_or(u32::MAX);
            octets.push(0x84);
            octets.extend(length.to_be_bytes());
        }
    }
    octets.extend(inside);
    octets
}

/// Octets of the first element with its head, once it is there whole.
pub fn whole(octets: &[u8]) -> Result<Option<usize>, Unreadable> {
    match head(octets)? {
        Some((head, inside)) => {
            let all = head.checked_add(inside).ok_or(Unreadable)?;
            Ok((octets.len() >= all).then_some(all))
        }
        None => Ok(None),
    }
}

/// Octets of the head and of what is inside; none while the head is not whole.
fn head(octets: &[u8]) -> Result<Option<(usize, usize)>, Unreadable> {
    let (Some(tag), Some(first)) = (octets.first(), octets.get(1)) else {
        return Ok(None);
    };
    // Numbers of tags that take more octets do not occur in LDAP.
    if tag & 0x1f == 0x1f {
        return Err(Unreadable);
    }
    if *first < 0x80 {
        return Ok(Some((2, usize::from(*first))));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Err(Unreadable);
    }
    let Some(length) = octets.get(2..2 + count) else {
        return Ok(None);
    };
    let length = length
        .iter()
        .fold(0_usize, |sum, octet| sum << 8 | usize::from(*octet));
    Ok(Some((2 + count, length)))
}

pub fn number(octets: &[u8]) -> Result<i64, Unreadable> {
    match octets {
        [] | [_, _, _, _, _, ..] => Err(Unreadable),
        [first, ..] if first & 0x80 != 0 => Err(Unreadable),
        _ => Ok(octets
            .iter()
            .fold(0, |sum, octet| sum << 8 | i64::from(*octet))),
    }
}

pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element: its tag and what is inside.
    pub fn any(&mut self) -> Result<(u8, &'a [u8]), Unreadable> {
        let (head, inside) = head(self.0)?.ok_or(Unreadable)?;
        let all = head.checked_add(inside).ok_or(Unreadable)?;
        let found = self.0.get(head..all).ok_or(Unreadable)?;
        let tag = self.0[0];
        self.0 = &self.0[all..];
        Ok((tag, found))
    }

    pub fn load(&mut self, tag: u8) -> Result<&'a [u8], Unreadable> {
        match self.any()? {
            (found, inside) if found == tag => Ok(inside),
            _ => Err(Unreadable),
        }
    }
}
