//! Unpacks a report: plain, gzip or zip (RFC 1952, APPNOTE 4.3), up to a limit. Contents that grow
//! beyond it are not a report. Invariant: all that one message holds is unpacked within one limit,
//! however many parts it has.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use model::limits;

/// What one message may still unpack.
pub(super) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(limits::REPORT_OCTETS_MAX)
    }
}

impl Room {
    /// What the part holds; `None` when it is not packed as reports are, or no room is left for it.
    pub fn open(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        match bytes {
            [0x1F, 0x8B, ..] => self.unpack(MultiGzDecoder::new(bytes)),
            [b'P', b'K', 3, 4, ..] => match first_file(bytes)? {
                Content::Stored(content) => self.copy(content),
                Content::Deflated(content) => self.unpack(DeflateDecoder::new(content)),
            },
            _ => self.copy(bytes),
        }
    }

    fn copy(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        self.0 = self.0.checked_sub(content.len())?;
        Some(content.to_vec())
    }

    /// What was unpacked counts, also where it turns out to be rubbish or too much.
    fn unpack(&mut self, packed: impl Read) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let read = packed.take(self.0 as u64 + 1).read_to_end(&mut out);
        let left = self.0.checked_sub(out.len());
        self.0 = left.unwrap_or(0);
        read.ok()?;
        left.map(|_| out)
    }
}

enum Content<'a> {
    Stored(&'a [u8]),
    Deflated(&'a [u8]),
}

/// The first file of an archive: its local header, then its content.
fn first_file(bytes: &[u8]) -> Option<Content<'_>> {
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
            content.get(..octets).map(Content::Stored)
        }
        8 => Some(Content::Deflated(content)),
        _ => None,
    }
}
