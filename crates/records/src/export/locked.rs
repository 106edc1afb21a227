//! The package locked for its recipient: a ZIP of one entry under AES-256 and a password (WinZip's AE-2).
//!
//! Why this and not `age`: counsel and patients open it with what they have (7-Zip, WinZip, Keka), while `age`
//! asks them for a program and a key; and AE-2 is made of primitives that our one cryptographic library has
//! (PBKDF2 and HMAC with SHA-1, AES-256), where `age` brings ChaCha20 and X25519, a second library outside of
//! FIPS. Its weak side is the password: PBKDF2 with 1,000 rounds is little, so the password is made by us, long
//! and at random, and travels by another way. Shorter ones than [`PASSWORD_OCTETS_MIN`] are refused. Names of
//! entries are not hidden by AE-2, so the package goes in whole, as one entry with a name that says nothing.

use std::io::{self, Write};
use std::num::NonZeroU32;

use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::{hmac, pbkdf2};
use model::limits::EXPORT_PASSWORD_OCTETS_MIN as PASSWORD_OCTETS_MIN;
use model::{Secret, Timestamp};

use super::zip::{Counted, Entry, FLAGS, STORED, descriptor, directory, dos, local};

const ROUNDS: NonZeroU32 = NonZeroU32::new(1_000).expect("a number over zero");
const BLOCK: usize = 16;
/// So many octets of key stream are made at once.
const STREAM: usize = 256 * BLOCK;
const CODE: usize = 10;
const ENCRYPTED: u16 = 1;
const AES: u16 = 99;

pub struct Locked<W: Write> {
    out: Counted<W>,
    entry: Entry,
    at: (u16, u16),
    cipher: EncryptingKey,
    code: hmac::Context,
    block: u128,
    stream: Vec<u8>,
    used: usize,
}

impl<W: Write> Locked<W> {
    /// `salt` is chance, new for every package: the same one with the same password shows both packages.
    pub fn new(
        out: W,
        name: &str,
        password: &Secret<String>,
        salt: [u8; 16],
        at: Timestamp,
    ) -> io::Result<Self> {
        if password.expose().len() < PASSWORD_OCTETS_MIN {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut keys = [0; 66];
        let secret = password.expose().as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA1, ROUNDS, &salt, secret, &mut keys);
        let key = UnboundCipherKey::new(&AES_256, &keys[..32]).map_err(broken)?;
        let mac = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &keys[32..64]);
        let mut locked = Self {
            out: Counted::new(out),
            entry: entry(name),
            at: dos(at),
            cipher: EncryptingKey::ecb(key).map_err(broken)?,
            code: hmac::Context::with_key(&mac),
            block: 0,
            stream: Vec::new(),
            used: 0,
        };
        local(&mut locked.out, &locked.entry, locked.at)?;
        locked.out.write_all(&salt)?;
        locked.out.write_all(&keys[64..])?;
        Ok(locked)
    }

    /// The code of authentication and the directory, then the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        let code = self.code.sign();
        self.out.write_all(&code.as_ref()[..CODE])?;
        self.entry.packed = self.entry.octets + (16 + 2 + CODE) as u64;
        descriptor(&mut self.out, &self.entry)?;
        directory(&mut self.out, &[self.entry], self.at)?;
        self.out.flush()?;
        Ok(self.out.inner)
    }

    /// Counter mode as WinZip counts: little endian, from one.
    fn refill(&mut self) -> io::Result<()> {
        self.stream.clear();
        for _ in 0..STREAM / BLOCK {
            self.block += 1;
            self.stream.extend_from_slice(&self.block.to_le_bytes());
        }
        self.used = 0;
        self.cipher
            .encrypt(&mut self.stream)
            .map(|_| ())
            .map_err(broken)
    }
}

impl<W: Write> Write for Locked<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.used == self.stream.len() {
            self.refill()?;
        }
        let stream = &self.stream[self.used..];
        let sealed: Vec<u8> = octets.iter().zip(stream).map(|(a, b)| a ^ b).collect();
        self.out.write_all(&sealed)?;
        self.code.update(&sealed);
        self.used += sealed.len();
        self.entry.octets += sealed.len() as u64;
        Ok(sealed.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The extra field 0x9901: version AE-2, its maker, 256 bits, stored.
fn entry(name: &str) -> Entry {
    Entry {
        name: name.to_owned(),
        flags: FLAGS | ENCRYPTED,
        method: AES,
        crc: 0,
        packed: 0,
        octets: 0,
        offset: 0,
        extra: [
            &[0x01, 0x99, 7, 0, 2, 0][..],
            b"AE",
            &[3],
            &STORED.to_le_bytes(),
        ]
        .concat(),
    }
}

fn broken(_: aws_lc_rs::error::Unspecified) -> io::Error {
    io::Error::other("the cryptographic library refused")
}
