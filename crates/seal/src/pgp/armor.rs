//! ASCII armor (RFC 9580 §6): text around binary, and back.
//!
//! The checksum is not asked for, and made only for readers of version 4: GnuPG 2.2 does not find the end
//! of a text without one, those of version 6 must not see one (§6.1). Invariant: what comes out is never longer
//! than what went in, so that the caller's limit on the input is the limit.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use pgp::armor::{BlockType, Dearmor};
use zeroize::Zeroizing;

use super::PgpError;

/// What an armored block says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    PublicKey,
    PrivateKey,
    Message,
    Signature,
}

impl Block {
    fn word(self) -> &'static str {
        match self {
            Self::PublicKey => "PUBLIC KEY BLOCK",
            Self::PrivateKey => "PRIVATE KEY BLOCK",
            Self::Message => "MESSAGE",
            Self::Signature => "SIGNATURE",
        }
    }
}

const BEGIN: &[u8] = b"-----BEGIN PGP ";
/// §6.2: at most 76; everybody writes 64.
const LINE_OCTETS: usize = 64;

/// With line ends for mail.
pub fn armor(block: Block, binary: &[u8]) -> Vec<u8> {
    // it may be a secret key's
    let text = Zeroizing::new(BASE64.encode(binary));
    let mut out = format!("-----BEGIN PGP {}-----\r\n\r\n", block.word()).into_bytes();
    for line in text.as_bytes().chunks(LINE_OCTETS) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    if !is_of_version_6(binary) {
        let sum = crc24(binary).to_be_bytes();
        out.extend_from_slice(format!("={}\r\n", BASE64.encode(&sum[1..])).as_bytes());
    }
    out.extend_from_slice(format!("-----END PGP {}-----\r\n", block.word()).as_bytes());
    out
}

/// All blocks of a text, or the bytes themselves where they are binary already. Text around a block
/// is passed over. `Malformed` when there is no block or a broken one.
pub fn dearmor(bytes: &[u8]) -> Result<Vec<u8>, PgpError> {
    if is_binary(bytes) {
        return Ok(bytes.to_vec());
    }
    let mut binary = Vec::new();
    let mut starts: Vec<usize> = memchr::memmem::find_iter(bytes, BEGIN).collect();
    if starts.is_empty() {
        return Err(PgpError::Malformed);
    }
    starts.push(bytes.len());
    for pair in starts.windows(2) {
        read_block(&bytes[pair[0]..pair[1]], &mut binary)?;
    }
    Ok(binary)
}

/// Of every packet the first octet has its first bit set (RFC 9580 §4.2).
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0x80 != 0)
}

/// By the first packet's version octet, behind its tag and length (§4.2).
fn is_of_version_6(binary: &[u8]) -> bool {
    let (Some(tag), Some(first)) = (binary.first(), binary.get(1)) else {
        return false;
    };
    let length_octets = match (tag & 0x40, first) {
        (0, _) => 1 << (tag & 3),
        (_, 0..192) => 1,
        (_, 192..224) => 2,
        (_, 224..255) => 1,
        (_, 255) => 5,
    };
    binary.get(1 + length_octets) == Some(&6)
}

/// RFC 9580 §6.1.1.
fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00B7_04CE, |sum, byte| {
        let index = (sum >> 16 ^ u32::from(*byte)) & 0xFF;
        (sum << 8 & 0x00FF_FFFF) ^ CRC24[index as usize]
    })
}

const CRC24: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = (index as u32) << 16;
        let mut bit = 0;
        while bit < 8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4CFB;
            }
            bit += 1;
        }
        table[index] = sum & 0x00FF_FFFF;
        index += 1;
    }
    table
};

fn read_block(text: &[u8], binary: &mut Vec<u8>) -> Result<(), PgpError> {
    let mut reader = Dearmor::new(text);
    reader.read_header().map_err(|_| PgpError::Malformed)?;
    match reader.typ {
        Some(
            BlockType::PublicKey
            | BlockType::PrivateKey
            | BlockType::Message
            | BlockType::Signature
            | BlockType::File,
        ) => {}
        // parts of a message and cleartext signatures are not read
        _ => return Err(PgpError::Unsupported),
    }
    reader
        .read_to_end(binary)
        .map(drop)
        .map_err(|_| PgpError::Malformed)
}
