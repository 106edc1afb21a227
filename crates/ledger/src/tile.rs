//! C2SP tlog-tiles: how the tree and its entries lie in storage.
//!
//! A tile is up to 256 consecutive hashes of every eighth level of the tree; a full one never
//! changes. An entry bundle is the up to 256 entries under a tile of level 0, each with a 16-bit
//! length before it. Names are those of the standard, so that other tools read our files.

use model::{Code, Error, Result, limits};

use crate::tree::{TileSource, node_hash};
use crate::{Broken, Hash};

/// Hashes in a full tile.
pub const WIDTH: u16 = 256;

/// One tile to be stored: it replaces the narrower one of the same level and index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileWrite {
    pub level: u8,
    pub index: u64,
    /// 1..=256; 256 is full and final.
    pub width: u16,
    pub bytes: Vec<u8>,
}

/// The tiles that change when leaves join a tree of `size_before` leaves. `source` must hold the
/// tiles of that size; only its partial right edge is read.
pub fn append_to_tiles(
    size_before: u64,
    leaves: &[Hash],
    source: &dyn TileSource,
) -> Result<Vec<TileWrite>> {
    let mut writes = Vec::new();
    let mut level = 0u8;
    let mut before = size_before;
    let mut hashes = leaves.to_vec();
    while !hashes.is_empty() {
        let (index, width) = (before / 256, (before % 256) as u16);
        let mut row = Vec::with_capacity(usize::from(width) + hashes.len());
        if width > 0 {
            let bytes = source.tile(level, index, width)?;
            if bytes.len() != usize::from(width) * 32 {
                return Err(Broken::Tile.at(format!("/{}", path(level, index, width))));
            }
            row.extend_from_slice(bytes.as_chunks::<32>().0);
        }
        row.append(&mut hashes);

        for (n, chunk) in row.chunks(256).enumerate() {
            let width = chunk.len() as u16;
            writes.push(TileWrite {
                level,
                index: index + n as u64,
                width,
                bytes: chunk.concat(),
            });
            if width == WIDTH {
                hashes.push(root_of_full(chunk));
            }
        }
        before = index;
        level += 1;
    }
    Ok(writes)
}

/// `tile/1/x001/067.p/12`: where the standard puts a tile. A width of 256 has no suffix.
pub fn path(level: u8, index: u64, width: u16) -> String {
    format!("tile/{level}/{}", place(index, width))
}

/// `tile/entries/x001/067.p/12`: where the standard puts the entries under a tile of level 0.
pub fn bundle_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}", place(index, width))
}

/// Entries with their lengths before them. `field_invalid` for an entry over 65,535 octets or more
/// than 256 of them.
pub fn encode_bundle(entries: &[&[u8]]) -> Result<Vec<u8>> {
    if entries.len() > usize::from(WIDTH) {
        return Err(Error::new(Code::FieldInvalid));
    }
    let mut out = Vec::with_capacity(entries.iter().map(|e| e.len() + 2).sum());
    for (n, entry) in entries.iter().enumerate() {
        let too_long = || Error::new(Code::FieldInvalid).at(format!("/{n}"));
        if entry.len() > limits::LEDGER_ENTRY_OCTETS_MAX {
            return Err(too_long());
        }
        let length = u16::try_from(entry.len()).map_err(|_| too_long())?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// The reverse; fails when the bytes end inside an entry or hold more than 256.
pub fn decode_bundle(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let broken = || Broken::Format.at(format!("/{}", entries.len()));
        if entries.len() == usize::from(WIDTH) {
            return Err(broken());
        }
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(broken)?;
        let (entry, after) = after
            .split_at_checked(u16::from_be_bytes(*length).into())
            .ok_or_else(broken)?;
        entries.push(entry.to_vec());
        rest = after;
    }
    Ok(entries)
}

fn root_of_full(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks_exact(2)
            .map(|pair| node_hash(&pair[0], &pair[1]))
            .collect();
    }
    row[0]
}

/// Three digits an element, all but the last with an `x` before them.
fn place(index: u64, width: u16) -> String {
    let mut out = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        out = format!("x{:03}/{out}", rest % 1000);
        rest /= 1000;
    }
    if width < WIDTH {
        out.push_str(&format!(".p/{width}"));
    }
    out
}
