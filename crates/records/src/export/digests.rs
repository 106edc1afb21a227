//! Digests of what is written: SHA-256 as evidence, MD5 because load files carry it.
//!
//! MD5 proves nothing against somebody who wants a collision; review platforms find duplicates by it.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA256};
use md5::{Digest, Md5};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digests {
    pub sha256: String,
    pub md5: String,
    pub octets: u64,
}

impl Digests {
    pub fn of(octets: &[u8]) -> Self {
        let mut summed = Summed::new(io::sink());
        summed.add(octets);
        summed.finish()
    }
}

/// Passes octets on and counts and hashes them.
pub(super) struct Summed<W> {
    out: W,
    sha256: Context,
    md5: Md5,
    octets: u64,
}

impl<W> Summed<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            sha256: Context::new(&SHA256),
            md5: Md5::new(),
            octets: 0,
        }
    }
    fn add(&mut self, octets: &[u8]) {
        self.sha256.update(octets);
        self.md5.update(octets);
        self.octets += octets.len() as u64;
    }
    pub fn finish(self) -> Digests {
        Digests {
            sha256: hex::encode(self.sha256.finish()),
            md5: hex::encode(self.md5.finalize()),
            octets: self.octets,
        }
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.out.write(octets)?;
        self.add(&octets[..count]);
        Ok(count)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
