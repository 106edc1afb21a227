//! Compression before sealing: one byte says how, then the bytes.

use model::{Code, Error, Result, limits};

const RAW: u8 = 0;
const ZSTD: u8 = 1;

pub(crate) fn pack(bytes: &[u8], level: i32) -> Result<Vec<u8>> {
    let packed =
        zstd::bulk::compress(bytes, level).map_err(|e| Error::new(Code::Internal).because(e))?;
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
