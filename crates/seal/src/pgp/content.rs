//! What is inside an opened message: one text, its signatures, however often compressed.
//!
//! Invariants: one text and no more, so that nothing of a stranger's can stand beside it; every octet
//! is counted as it is produced, so that a small message cannot become a large one.

use std::io::{Cursor, Read};

use model::limits;
use pgp::errors::Error;
use pgp::packet::{Packet, PacketParser, Signature};

use super::PgpError;

/// The text and what was signed over it; nothing is checked yet.
pub(super) struct Content {
    pub bytes: Vec<u8>,
    pub signatures: Vec<Signature>,
}

/// How many octets may still come out of a message.
pub(super) struct Budget(usize);

impl Budget {
    pub fn new() -> Self {
        Self(limits::PGP_UNPACKED_OCTETS_MAX)
    }
    pub fn spend(&mut self, octets: usize) -> Result<(), PgpError> {
        self.0 = self.0.checked_sub(octets).ok_or(PgpError::TooLarge)?;
        Ok(())
    }
    /// Everything a reader gives, or `TooLarge` as soon as it gives more than is left.
    fn read(&mut self, reader: impl Read) -> Result<Vec<u8>, PgpError> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(self.0).unwrap_or(u64::MAX).saturating_add(1);
        reader
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|_| PgpError::Malformed)?;
        self.spend(bytes.len())?;
        Ok(bytes)
    }
}

/// Unpacks the packets of RFC 9580 §10.3, without those that encrypt.
pub(super) fn unpack(mut packets: Vec<u8>, budget: &mut Budget) -> Result<Content, PgpError> {
    for _ in 0..limits::PGP_DEPTH_MAX {
        match layer(&packets)? {
            Layer::Text(content) => return Ok(content),
            Layer::Compressed(inner) => packets = budget.read(inner.decompressed()?)?,
        }
    }
    Err(PgpError::TooLarge)
}

/// Packets of one layer. What is unknown and not critical is passed over (§4.3).
pub(super) fn packets(bytes: &[u8]) -> Result<Vec<Packet>, PgpError> {
    let mut packets = Vec::new();
    let mut reader = Cursor::new(bytes);
    for (count, packet) in PacketParser::new(&mut reader).enumerate() {
        if count >= limits::PGP_PACKETS_MAX {
            return Err(PgpError::TooLarge);
        }
        match packet {
            Ok(Packet::Marker(_) | Packet::Padding(_)) => {}
            Ok(packet) => packets.push(packet),
            Err(error) if is_unknown(&error) => {}
            Err(_) => return Err(PgpError::Malformed),
        }
    }
    // a header that breaks off is an end for the parser, not for us
    if reader.position() < bytes.len() as u64 {
        return Err(PgpError::Malformed);
    }
    Ok(packets)
}

enum Layer {
    Text(Content),
    Compressed(Compressed),
}

struct Compressed(pgp::packet::CompressedData);

impl Compressed {
    fn decompressed(&self) -> Result<impl Read + '_, PgpError> {
        self.0.decompress().map_err(|_| PgpError::Unsupported)
    }
}

/// §10.3: a compressed message; or a text with signatures before it, or announced before and made
/// behind it.
fn layer(bytes: &[u8]) -> Result<Layer, PgpError> {
    let mut text = None;
    let mut announced = 0_usize;
    let mut signatures = Vec::new();
    let mut all = packets(bytes)?;
    if matches!(all[..], [Packet::CompressedData(_)])
        && let Some(Packet::CompressedData(inner)) = all.pop()
    {
        return Ok(Layer::Compressed(Compressed(inner)));
    }
    for packet in all {
        match packet {
            Packet::OnePassSignature(_) if text.is_none() => announced += 1,
            Packet::LiteralData(literal) if text.is_none() => text = Some(literal.into_bytes()),
            Packet::Signature(signature) if text.is_none() => signatures.push(signature),
            Packet::Signature(signature) if announced > 0 => {
                announced -= 1;
                signatures.push(signature);
            }
            // a second text, one more layer of encryption, a signature nobody announced
            _ => return Err(PgpError::Malformed),
        }
    }
    if signatures.len() > limits::PGP_SIGNATURES_MAX {
        return Err(PgpError::TooLarge);
    }
    let bytes = text.ok_or(PgpError::Malformed)?.to_vec();
    Ok(Layer::Text(Content { bytes, signatures }))
}

fn is_unknown(error: &Error) -> bool {
    match error {
        Error::Unsupported { .. } => true,
        Error::InvalidPacketContent { source } => is_unknown(source),
        _ => false,
    }
}
