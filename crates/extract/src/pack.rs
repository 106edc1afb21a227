//! Unpacking: deflate streams, and the archives that hold files.
//!
//! Invariant: what is produced is counted while it is produced, against the whole file's limit and
//! against the ratio of its own packed size; headers are not asked how large it will be.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::extracted::Because;
use crate::session::Session;

pub(crate) mod tar;
pub(crate) mod zip;

const CHUNK_OCTETS: usize = 64 * 1024;

#[derive(Clone, Copy)]
pub(crate) enum Packing {
    /// RFC 1951.
    Deflate,
    /// RFC 1950.
    Zlib,
    /// RFC 1952, members one after the other.
    Gzip,
}

/// What could be unpacked; a loss at `place` where that is not all.
pub(crate) fn unpack(
    session: &mut Session<'_>,
    place: &str,
    packing: Packing,
    packed: &[u8],
) -> Vec<u8> {
    let (out, end) = unpack_quietly(session, packing, packed);
    if let Err(because) = end {
        session.lost(place, because);
    }
    out
}

/// For readers that know better than this what a broken end means.
pub(crate) fn unpack_quietly(
    session: &mut Session<'_>,
    packing: Packing,
    packed: &[u8],
) -> (Vec<u8>, Result<(), Because>) {
    let mut reader: Box<dyn Read + '_> = match packing {
        Packing::Deflate => Box::new(DeflateDecoder::new(packed)),
        Packing::Zlib => Box::new(ZlibDecoder::new(packed)),
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
    };
    let most = most_octets(session, packed.len());
    let mut out = Vec::new();
    let mut chunk = vec![0; CHUNK_OCTETS];
    let end = loop {
        let read = match reader.read(&mut chunk) {
            Ok(0) => break Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                break Err(Because::Truncated);
            }
            Err(_) => break Err(Because::Malformed),
        };
        session.unpacked(read);
        out.extend_from_slice(&chunk[..read]);
        if session.budget.expanded == 0 {
            break Err(Because::LimitExpanded);
        }
        if out.len() as u64 > most {
            break Err(Because::LimitRatio);
        }
    };
    (out, end)
}

/// How much may come out of so much, by the ratio.
pub(crate) fn most_octets(session: &Session<'_>, packed: usize) -> u64 {
    let by_ratio = (packed as u64).saturating_mul(session.limits.ratio);
    by_ratio.max(session.limits.ratio_after)
}
