//! How we and a worker speak: a length, then so many octets.
//!
//! A request is two frames, the claim and the file; an answer is one, an [`Extracted`] as JSON.
//! Invariant: no side reserves what the other only announces.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::extracted::Extracted;
use crate::limits::CLAIM_OCTETS_MAX;

#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) content_type: String,
}

impl Request {
    pub(crate) fn of(name: &str, content_type: &str) -> Self {
        let cut = |text: &str| text[..text.floor_char_boundary(CLAIM_OCTETS_MAX / 4)].to_owned();
        Self {
            name: cut(name),
            content_type: cut(content_type),
        }
    }
}

pub(crate) fn write(output: &mut dyn Write, octets: &[u8]) -> io::Result<()> {
    output.write_all(&(octets.len() as u64).to_le_bytes())?;
    output.write_all(octets)?;
    output.flush()
}

/// `None` where the other side has ended between frames.
pub(crate) fn read(input: &mut dyn Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    let mut have = 0;
    while have < length.len() {
        match input.read(&mut length[have..])? {
            0 if have == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => have += read,
        }
    }
    let length = u64::from_le_bytes(length);
    if length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut octets = Vec::new();
    input.take(length).read_to_end(&mut octets)?;
    if octets.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(octets))
}

pub(crate) fn answer(octets: &[u8]) -> Option<Extracted> {
    serde_json::from_slice(octets).ok()
}

/// The longest answer: texts escaped as JSON, and what stands around them.
pub(crate) fn answer_octets_max(text: u64) -> u64 {
    text * 6 + 16 * 1024 * 1024
}
