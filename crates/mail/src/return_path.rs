//! Addresses of our own that carry a signature: where bounces, replies and reports come back to.
//!
//! `b+<opaque>.<signature>@domain`: the opaque part names a thing and a last day, the signature is
//! the start of a keyed token over it. Nothing is stored to match one. Keys stay with the caller,
//! who gives the token as a function. Invariant: an address that was not made with the key, or that
//! is past its day, names nothing; cases of letters do not matter, since servers change them.

use std::time::Duration;

use model::{Address, Domain, Result, Timestamp};

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Failures of a letter; the id is a recipient's.
    Letter,
    /// Failures of a pick-up notice; the id is a recipient's.
    Notice,
    /// Failures of a one-time code; the id is a recipient's.
    Code,
    /// Answers to a message; the id is the message's.
    Reply,
    /// DMARC and TLS reports about a sending domain; the id is the domain's.
    Reports,
}

/// What a genuine address says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnPath {
    pub errand: Errand,
    pub id: [u8; 16],
    /// The last day it is good for, counted from 1970; 65535 never ends.
    pub last_day: u16,
}

/// An address in the right form. Whether it is genuine is still to be seen.
pub struct Claimed {
    path: ReturnPath,
    signed: String,
    signature: String,
}

const DAY: i64 = 86_400;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Octets of the token that travel: 80 bits cannot be guessed one message at a time.
const SIGNATURE_OCTETS: usize = 10;
const OPAQUE_OCTETS: usize = 19;

impl ReturnPath {
    pub fn new(errand: Errand, id: [u8; 16], now: Timestamp, lifetime: Option<Duration>) -> Self {
        let last_day = match lifetime {
            None => u16::MAX,
            Some(lifetime) => {
                let day = now.plus(lifetime).secs() / DAY + 1;
                u16::try_from(day.max(0)).unwrap_or(u16::MAX - 1)
            }
        };
        Self {
            errand,
            id,
            last_day,
        }
    }

    /// `token` is the keyed token of a text, under the key of whoever owns the id.
    pub fn write(&self, domain: &Domain, token: &dyn Fn(&str) -> [u8; 32]) -> Result<Address> {
        let mut opaque = [0_u8; OPAQUE_OCTETS];
        opaque[0] = self.errand.octet();
        opaque[1..17].copy_from_slice(&self.id);
        opaque[17..].copy_from_slice(&self.last_day.to_be_bytes());
        let signed = format!("{}+{}", self.errand.letter(), encode(&opaque));
        let signature = encode(&token(&signed)[..SIGNATURE_OCTETS]);
        Address::parse(&format!("{signed}.{signature}@{}", domain.as_str()))
    }
}

/// Reads the form alone; `None` for every other address.
pub fn read(local: &str) -> Option<Claimed> {
    let local = local.to_ascii_lowercase();
    let (signed, signature) = local.split_once('.')?;
    let (letter, opaque) = signed.split_once('+')?;
    let opaque: [u8; OPAQUE_OCTETS] = decode(opaque)?.try_into().ok()?;
    let errand = Errand::ALL.into_iter().find(|e| e.octet() == opaque[0])?;
    if letter != errand.letter() || decode(signature)?.len() != SIGNATURE_OCTETS {
        return None;
    }
    let mut id = [0; 16];
    id.copy_from_slice(&opaque[1..17]);
    Some(Claimed {
        path: ReturnPath {
            errand,
            id,
            last_day: u16::from_be_bytes([opaque[17], opaque[18]]),
        },
        signed: signed.to_owned(),
        signature: signature.to_owned(),
    })
}

impl Claimed {
    /// Whose key to check it with; nothing else may be done with it before.
    pub fn owner(&self) -> (Errand, [u8; 16]) {
        (self.path.errand, self.path.id)
    }

    pub fn verify(self, token: &dyn Fn(&str) -> [u8; 32], now: Timestamp) -> Option<ReturnPath> {
        let wanted = encode(&token(&self.signed)[..SIGNATURE_OCTETS]);
        let differing = wanted
            .bytes()
            .zip(self.signature.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b));
        let genuine = differing == 0 && wanted.len() == self.signature.len();
        let last = self.path.last_day;
        let in_time = last == u16::MAX || now.secs() / DAY <= i64::from(last);
        (genuine && in_time).then_some(self.path)
    }
}

impl Errand {
    const ALL: [Self; 5] = [
        Self::Letter,
        Self::Notice,
        Self::Code,
        Self::Reply,
        Self::Reports,
    ];
    fn letter(self) -> &'static str {
        match self {
            Self::Letter | Self::Notice | Self::Code => "b",
            Self::Reply => "r",
            Self::Reports => "d",
        }
    }
    fn octet(self) -> u8 {
        match self {
            Self::Letter => 1,
            Self::Notice => 2,
            Self::Code => 3,
            Self::Reply => 4,
            Self::Reports => 5,
        }
    }
    /// The role of the delivery it speaks of, as `deliveries.role` has it.
    pub fn role(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Notice => "notice",
            Self::Code => "code",
            Self::Reply | Self::Reports => "report",
        }
    }
}

/// Crockford's base 32, lower case, most significant bits first, padded with zero bits.
fn encode(bytes: &[u8]) -> String {
    let (mut out, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[(held << (5 - bits)) as usize & 31]));
    }
    out
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u32, 0_u32);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|a| *a == letter)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 255).ok()?);
        }
        held &= (1 << bits) - 1;
    }
    // bits that stand for nothing must be zero, so that there is one spelling
    (held == 0).then_some(out)
}

#[cfg(test)]
mod tests;
