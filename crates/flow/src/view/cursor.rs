//! Opaque page cursors: where the last page ended.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Code, Error, Result, Timestamp};

pub fn encode(at: Timestamp, id: &[u8; 16]) -> String {
    URL_SAFE_NO_PAD.encode([at.micros().to_be_bytes().as_slice(), id].concat())
}

pub fn decode(cursor: &str) -> Result<(Timestamp, [u8; 16])> {
    let wrong = || Error::new(Code::CursorInvalid);
    let bytes: [u8; 24] = URL_SAFE_NO_PAD
        .decode(cursor)
        .map_err(|_| wrong())?
        .try_into()
        .map_err(|_| wrong())?;
    let (at, id) = bytes.split_at(8);
    let at = i64::from_be_bytes(at.try_into().map_err(|_| wrong())?);
    Ok((
        Timestamp::from_micros(at),
        id.try_into().map_err(|_| wrong())?,
    ))
}

#[cfg(test)]
mod tests;
