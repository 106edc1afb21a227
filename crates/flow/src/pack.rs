//! Compression before sealing: one byte says how, then the bytes.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Code, Error, Result, limits};
use zstd::bulk::Compressor;

const RAW: u8 = 0;
const ZSTD: u8 = 1;

pub(crate) fn pack(bytes: &[u8], level: i32) -> Result<Vec<u8>> {
    let packed = compress(bytes, level).map_err(|e| Error::new(Code::Internal).because(e))?;
    let (how, body) = if packed.len() < bytes.len() {
        (ZSTD, packed.as_slice())
    } else {
        (RAW, bytes)
    };
    let mut out = Vec::with_capacity(body.len() + 1);
    out.push(how);
    out.extend_from_slice(body);
    Ok(out)
}

/// Text of our own that repeats itself, as printable text.
pub(crate) fn pack_text(text: &str, level: i32) -> Result<String> {
    Ok(STANDARD.encode(pack(text.as_bytes(), level)?))
}

pub(crate) fn unpack_text(packed: &str) -> Result<Vec<u8>> {
    let broken = |_| Error::new(Code::StoredDataInvalid);
    unpack(&STANDARD.decode(packed).map_err(broken)?)
}

/// Compressors kept between messages: making one costs as much as a small message does.
const KEPT: usize = 4;
/// One that grew for a large message is not kept.
const KEPT_FOR_OCTETS: usize = 256 * 1024;

fn compress(bytes: &[u8], level: i32) -> std::io::Result<Vec<u8>> {
    static IDLE: Mutex<Vec<Compressor<'static>>> = Mutex::new(Vec::new());
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = idle().pop();
    let mut compressor = match taken {
        Some(kept) => kept,
        None => Compressor::new(level)?,
    };
    compressor.set_compression_level(level)?;
    let packed = compressor.compress(bytes)?;
    let mut idle = idle();
    if idle.len() < KEPT && bytes.len() <= KEPT_FOR_OCTETS {
        idle.push(compressor);
    }
    Ok(packed)
}

pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let broken = || Error::new(Code::StoredDataInvalid);
    match packed.split_first() {
        Some((&RAW, rest)) => Ok(rest.to_vec()),
        Some((&ZSTD, rest)) => {
            zstd::bulk::decompress(rest, limits::MESSAGE_OCTETS_MAX * 2).map_err(|_| broken())
        }
        _ => Err(broken()),
    }
}
