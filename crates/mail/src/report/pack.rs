//! Unpacks a report: plain, gzip or zip (RFC 1952, APPNOTE 4.3), up to a limit. Contents that grow
//! beyond it are not a report.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use model::limits;

pub(super) fn open(bytes: &[u8]) -> Option<Vec<u8>> {
    match bytes {
        [0x1F, 0x8B, ..] => limited(MultiGzDecoder::new(bytes)),
        [b'P', b'K', 3, 4, ..] => first_file(bytes),
        _ => (bytes.len() <= limits::REPORT_OCTETS_MAX).then(|| bytes.to_vec()),
    }
}

/// The first file of an archive: its local header, then its content.
fn first_file(bytes: &[u8]) -> Option<Vec<u8>> {
    let short = |at: usize| {
        let pair = bytes.get(at..at + 2)?;
        Some(usize::from(u16::from_le_bytes([pair[0], pair[1]])))
    };
    let start = 30 + short(26)? + short(28)?;
    let content = bytes.get(start..)?;
    match short(8)? {
        0 => {
            let octets = bytes.get(18..22)?;
            let octets = u32::from_le_bytes([octets[0], octets[1], octets[2], octets[3]]);
            let octets = usize::try_from(octets).ok()?;
            let content = content.get(..octets)?;
            (octets <= limits::REPORT_OCTETS_MAX).then(|| content.to_vec())
        }
        8 => limited(DeflateDecoder::new(content)),
        _ => None,
    }
}

fn limited(packed: impl Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let most = limits::REPORT_OCTETS_MAX as u64;
    packed.take(most + 1).read_to_end(&mut out).ok()?;
    (out.len() <= limits::REPORT_OCTETS_MAX).then_some(out)
}
