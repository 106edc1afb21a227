//! The few words of LDAP (RFC 4511) that a search for somebody's certificates takes: what we say, and what is read of the
//! answers.
//!
//! Octets in, octets out; who is asked and what an answer is worth is decided elsewhere. A value travels as octets of its
//! own, so that no text of a filter is written and nothing in an address can change one. Invariants: what is read is no
//! longer than its caller allows; referrals are not followed; of an entry only certificates are kept.

mod ber;

use std::collections::VecDeque;

use model::limits;

/// Certificates of people (RFC 4523 §2.1, RFC 2798 §2.8), as servers name them.
const ATTRIBUTES: [&str; 3] = [
    "userCertificate;binary",
    "userCertificate",
    "userSMIMECertificate;binary",
];
/// RFC 4511 §4.14.1.
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// RFC 4511 Appendix A.
const SUCCESS: i64 = 0;
const SIZE_LIMIT_EXCEEDED: i64 = 4;

/// Our requests are numbered by their order.
pub type Number = u8;

pub fn start_tls(number: Number) -> Vec<u8> {
    let operation = ber::element(0x77, &ber::element(0x80, START_TLS.as_bytes()));
    message(number, &operation)
}

/// A name and its password (RFC 4511 §4.2). Both empty: nobody in particular.
pub fn bind(number: Number, name: &str, password: &str) -> Vec<u8> {
    let parts = [
        ber::element(ber::INTEGER, &[3]),
        ber::element(ber::OCTETS, name.as_bytes()),
        ber::element(0x80, password.as_bytes()),
    ];
    message(number, &ber::element(0x60, &parts.concat()))
}

/// Everything below `base` that has the address, as most directories and as Active Directory write it.
pub fn search(number: Number, base: &str, address: &str, seconds: u8) -> Vec<u8> {
    let entries = u8::try_from(limits::DIRECTORY_ENTRIES_MAX).unwrap_or(u8::MAX);
    let either = [
        equals("mail", address),
        equals("proxyAddresses", &format!("smtp:{address}")),
    ];
    let wanted = ATTRIBUTES.map(|name| ber::element(ber::OCTETS, name.as_bytes()));
    let parts = [
        ber::element(ber::OCTETS, base.as_bytes()),
        // the whole subtree, aliases as they stand
        ber::element(ber::ENUMERATED, &[2]),
        ber::element(ber::ENUMERATED, &[0]),
        ber::element(ber::INTEGER, &[entries]),
        ber::element(ber::INTEGER, &[seconds & 0x7f]),
        ber::element(ber::BOOLEAN, &[0]),
        ber::element(0xa1, &either.concat()),
        ber::element(ber::SEQUENCE, &wanted.concat()),
    ];
    message(number, &ber::element(0x63, &parts.concat()))
}

pub fn unbind(number: Number) -> Vec<u8> {
    message(number, &ber::element(0x42, &[]))
}

fn equals(attribute: &str, value: &str) -> Vec<u8> {
    let parts = [
        ber::element(ber::OCTETS, attribute.as_bytes()),
        ber::element(ber::OCTETS, value.as_bytes()),
    ];
    ber::element(0xa3, &parts.concat())
}

fn message(number: Number, operation: &[u8]) -> Vec<u8> {
    let number = ber::element(ber::INTEGER, &[number & 0x7f]);
    ber::element(ber::SEQUENCE, &[number.as_slice(), operation].concat())
}

/// The answer is not LDAP, or longer than was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// One answer of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Of an entry: its certificates, as they stand there.
    Entry(Vec<Vec<u8>>),
    /// Elsewhere there may be more; nobody goes there.
    Reference,
    Bound(Outcome),
    Found(Outcome),
    Extended(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// There is more than was asked for.
    More,
    Refused,
}

/// Takes in what a server says and gives it out answer by answer.
pub struct Reader {
    octets: VecDeque<u8>,
    room: usize,
}

impl Reader {
    pub fn new(octets_max: usize) -> Self {
        Self {
            octets: VecDeque::new(),
            room: octets_max,
        }
    }

    /// # Errors
    /// [`Unreadable`] when it is too much in all.
    pub fn push(&mut self, octets: &[u8]) -> Result<(), Unreadable> {
        self.room = self.room.checked_sub(octets.len()).ok_or(Unreadable)?;
        self.octets.extend(octets);
        Ok(())
    }

    /// Nothing is left that came before.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// The next whole answer with the number of its request, if there is one.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn answer(&mut self) -> Result<Option<(i64, Answer)>, Unreadable> {
        if self.octets.front().is_some_and(|tag| *tag != ber::SEQUENCE) {
            return Err(Unreadable);
        }
        let whole = self.octets.make_contiguous();
        let Some(length) = ber::whole(whole)? else {
            return Ok(None);
        };
        let answer = read(&whole[..length])?;
        self.octets.drain(..length);
        Ok(Some(answer))
    }
}

fn read(octets: &[u8]) -> Result<(i64, Answer), Unreadable> {
    let mut message = ber::Reader::new(ber::Reader::new(octets).load(ber::SEQUENCE)?);
    let number = ber::number(message.load(ber::INTEGER)?)?;
    let (tag, inside) = message.any()?;
    let answer = match tag {
        0x61 => Answer::Bound(outcome(inside)?),
        0x64 => Answer::Entry(certificates(inside)?),
        0x65 => Answer::Found(outcome(inside)?),
        0x73 => Answer::Reference,
        0x78 => Answer::Extended(outcome(inside)?),
        _ => return Err(Unreadable),
    };
    Ok((number, answer))
}

/// RFC 4511 §4.1.9. What a server says in words may name anybody: it is not kept.
fn outcome(result: &[u8]) -> Result<Outcome, Unreadable> {
    let code = ber::number(ber::Reader::new(result).load(ber::ENUMERATED)?)?;
    Ok(match code {
        SUCCESS => Outcome::Success,
        SIZE_LIMIT_EXCEEDED => Outcome::More,
        _ => Outcome::Refused,
    })
}

/// RFC 4511 §4.5.2: a name, and attributes with their values.
fn certificates(entry: &[u8]) -> Result<Vec<Vec<u8>>, Unreadable> {
    let mut entry = ber::Reader::new(entry);
    entry.load(ber::OCTETS)?;
    let mut attributes = ber::Reader::new(entry.load(ber::SEQUENCE)?);
    let mut found = Vec::new();
    while !attributes.is_empty() {
        let mut attribute = ber::Reader::new(attributes.load(ber::SEQUENCE)?);
        let is_wanted = is_certificate(attribute.load(ber::OCTETS)?);
        let mut values = ber::Reader::new(attribute.load(ber::SET)?);
        while !values.is_empty() {
            let value = values.load(ber::OCTETS)?;
            if is_wanted && found.len() < limits::KEYS_PER_ADDRESS_MAX {
                found.push(value.to_vec());
            }
        }
    }
    Ok(found)
}

/// Options behind the name, such as `;binary`, change nothing (RFC 4512 §2.5).
fn is_certificate(attribute: &[u8]) -> bool {
    let name = attribute.split(|octet| *octet == b';').next();
    let name = name.unwrap_or_default();
    name.eq_ignore_ascii_case(b"userCertificate")
        || name.eq_ignore_ascii_case(b"userSMIMECertificate")
}

#[cfg(test)]
mod tests;
