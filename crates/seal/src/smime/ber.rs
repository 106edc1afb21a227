//! Reading ASN.1 (X.690): BER as others stream it, looked at as definite-length elements.
//!
//! Not a schema: callers know what stands where. Invariant: depth and size are bounded before anything
//! is believed, and no element reaches beyond the octets of the one that holds it.

use std::borrow::Cow;

use super::SmimeError;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BITS: u8 = 0x03;
pub(crate) const OCTETS: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;

/// A constructed element in context `number`, or an explicit tag.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// CMS nests some ten elements deep, certificates a few more.
const DEPTH_MAX: usize = 32;

type Read<T> = Result<T, SmimeError>;

/// One element.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    pub body: &'a [u8],
    /// With tag and length.
    pub whole: &'a [u8],
}

impl<'a> Element<'a> {
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader(self.body)
    }

    /// The octets of a string, which BER may have cut into pieces (X.690 §8.7.3), whatever its tag.
    pub(crate) fn octets(&self) -> Read<Cow<'a, [u8]>> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.body));
        }
        let mut all = Vec::with_capacity(self.body.len());
        self.join(&mut all, 0)?;
        Ok(Cow::Owned(all))
    }

    fn join(&self, all: &mut Vec<u8>, depth: usize) -> Read<()> {
        if depth > DEPTH_MAX {
            return Err(SmimeError::TooDeep);
        }
        let mut pieces = self.inside();
        while let Some(piece) = pieces.find_next()? {
            match piece.tag {
                OCTETS => all.extend_from_slice(piece.body),
                tag if tag == OCTETS | CONSTRUCTED => piece.join(all, depth + 1)?,
                _ => return Err(SmimeError::Unreadable),
            }
        }
        Ok(())
    }

    /// A small number that is not negative.
    pub(crate) fn number(&self) -> Read<u64> {
        match self.body {
            [first, ..] if *first < 0x80 && self.body.len() <= 8 => Ok(self
                .body
                .iter()
                .fold(0, |number, octet| number << 8 | u64::from(*octet))),
            _ => Err(SmimeError::Unreadable),
        }
    }
}

/// Elements one after another.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn find_next(&mut self) -> Read<Option<Element<'a>>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let head = Head::read(self.0)?;
        let end = match head.length {
            Some(length) => head.octets.checked_add(length),
            None => None,
        };
        let whole = end.and_then(|end| self.0.get(..end));
        let whole = whole.ok_or(SmimeError::Unreadable)?;
        self.0 = &self.0[whole.len()..];
        Ok(Some(Element {
            tag: head.tag,
            body: &whole[head.octets..],
            whole,
        }))
    }

    pub(crate) fn any(&mut self) -> Read<Element<'a>> {
        self.find_next()?.ok_or(SmimeError::Unreadable)
    }

    pub(crate) fn load(&mut self, tag: u8) -> Read<Element<'a>> {
        let element = self.any()?;
        match element.tag == tag {
            true => Ok(element),
            false => Err(SmimeError::Unreadable),
        }
    }

    /// The next element when it has this tag.
    pub(crate) fn find(&mut self, tag: u8) -> Read<Option<Element<'a>>> {
        match self.0.first() {
            Some(first) if *first == tag => self.find_next(),
            _ => Ok(None),
        }
    }
}

struct Head {
    tag: u8,
    octets: usize,
    /// None: until the end-of-contents octets.
    length: Option<usize>,
}

impl Head {
    fn read(bytes: &[u8]) -> Read<Self> {
        let (tag, first) = match bytes {
            [tag, first, ..] if tag & 0x1f != 0x1f => (*tag, *first),
            _ => return Err(SmimeError::Unreadable),
        };
        let (octets, length) = match first {
            0x80 => (2, None),
            0..0x80 => (2, Some(usize::from(first))),
            _ => {
                let count = usize::from(first & 0x7f);
                let digits = bytes.get(2..2 + count).filter(|digits| digits.len() <= 4);
                let digits = digits.ok_or(SmimeError::Unreadable)?;
                let length = digits
                    .iter()
                    .fold(0, |length, digit| length << 8 | usize::from(*digit));
                (2 + count, Some(length))
            }
        };
        Ok(Self {
            tag,
            octets,
            length,
        })
    }
}

/// The first element of `bytes` with every length definite. Octets behind it are dropped: base64 of mail
/// comes with padding that some senders pad again.
pub(crate) fn definite(bytes: &[u8]) -> Read<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    copy(bytes, &mut out, 0)?;
    Ok(out)
}

/// Copies one element, answers how many octets of `bytes` it took. The head is written with the length it
/// had and put right afterwards, so that no level holds a copy of its own.
fn copy(bytes: &[u8], out: &mut Vec<u8>, depth: usize) -> Read<usize> {
    if depth > DEPTH_MAX {
        return Err(SmimeError::TooDeep);
    }
    let head = Head::read(bytes)?;
    let rest = &bytes[head.octets..];
    let start = out.len();
    super::der::head(head.tag, head.length.unwrap_or(0), out);
    let middle = out.len();
    let taken = match head.length {
        Some(length) => {
            let body = rest.get(..length).ok_or(SmimeError::Unreadable)?;
            match head.tag & CONSTRUCTED {
                0 => out.extend_from_slice(body),
                _ => copy_all(body, out, depth)?,
            }
            length
        }
        None if head.tag & CONSTRUCTED == 0 => return Err(SmimeError::Unreadable),
        None => copy_until_end(rest, out, depth)?,
    };
    let length = out.len() - middle;
    if Some(length) != head.length {
        let mut right = Vec::new();
        super::der::head(head.tag, length, &mut right);
        out.splice(start..middle, right);
    }
    Ok(head.octets + taken)
}

fn copy_all(body: &[u8], out: &mut Vec<u8>, depth: usize) -> Read<()> {
    let mut at = 0;
    while at < body.len() {
        at += copy(&body[at..], out, depth + 1)?;
    }
    Ok(())
}

fn copy_until_end(rest: &[u8], out: &mut Vec<u8>, depth: usize) -> Read<usize> {
    let mut at = 0;
    while rest.get(at..at + 2) != Some(&[0, 0]) {
        let left = rest.get(at..).ok_or(SmimeError::Unreadable)?;
        at += copy(left, out, depth + 1)?;
    }
    Ok(at + 2)
}
