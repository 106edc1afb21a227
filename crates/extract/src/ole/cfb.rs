//! Compound files ([MS-CFB]): streams in storages, by chains of sectors.
//!
//! Invariant: a chain is at most as long as the file has sectors, each entry is visited once, and
//! what streams give is counted, however many of them name the same sectors.

use std::collections::BTreeSet;

use crate::extracted::Because;
use crate::octets::{cut, le32, size16, size32};
use crate::session::Session;
use crate::text::utf16le;

const ENTRIES_MAX: usize = 20_000;
const LAST: u32 = 0xffff_fffa;

pub(super) struct Cfb<'a> {
    file: &'a [u8],
    shift: usize,
    chain: Vec<u32>,
    small_chain: Vec<u32>,
    /// Streams smaller than this stand in the small sectors.
    cutoff: usize,
    small: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

pub(super) struct Entry {
    pub(super) name: String,
    /// The storages it stands in, outermost first.
    pub(super) folder: String,
    pub(super) is_stream: bool,
    start: u32,
    size: usize,
}

impl<'a> Cfb<'a> {
    pub(super) fn open(file: &'a [u8]) -> Option<Self> {
        let shift = size16(file, 30).filter(|shift| [9, 12].contains(shift))?;
        let mut cfb = Self {
            file,
            shift,
            chain: Vec::new(),
            small_chain: Vec::new(),
            cutoff: size32(file, 56)?,
            small: Vec::new(),
            entries: Vec::new(),
        };
        cfb.chain = cfb.allocation();
        let small = cfb.collect(le32(file, 60)?, usize::MAX);
        cfb.small_chain = numbers(&small);
        let directory = cfb.collect(le32(file, 48)?, ENTRIES_MAX * 128);
        let root = directory.get(..128)?;
        cfb.small = cfb.collect(le32(root, 116)?, size32(root, 120)?);
        cfb.entries = walk(&directory);
        Some(cfb)
    }

    /// By name, in the outermost storage first.
    pub(super) fn find(&self, name: &str) -> Option<&Entry> {
        let mut named = self
            .entries
            .iter()
            .filter(|e| e.is_stream && e.name == name);
        named.find(|entry| entry.folder.is_empty())
    }

    pub(super) fn content(&self, session: &mut Session<'_>, place: &str, entry: &Entry) -> Vec<u8> {
        let octets = if entry.size < self.cutoff {
            self.collect_small(entry.start, entry.size)
        } else {
            self.collect(entry.start, entry.size)
        };
        session.unpacked(octets.len());
        if session.budget.expanded == 0 {
            session.lost(place, Because::LimitExpanded);
            return Vec::new();
        }
        if octets.len() < entry.size {
            session.lost(place, Because::Truncated);
        }
        octets
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let at = usize::try_from(number).ok()?.checked_add(1)? << self.shift;
        let rest = self.file.get(at..)?;
        Some(&rest[..rest.len().min(1 << self.shift)])
    }

    /// The table of which sector follows which: the first 109 parts in the header, more in a chain.
    fn allocation(&self) -> Vec<u32> {
        let most = (self.file.len() >> self.shift) + 1;
        let mut parts: Vec<u32> = numbers(self.file.get(76..512).unwrap_or_default());
        let mut next = le32(self.file, 68).unwrap_or(LAST);
        let mut seen = BTreeSet::new();
        while next < LAST && seen.insert(next) && parts.len() < most {
            let Some(sector) = self.sector(next) else {
                break;
            };
            let mut more = numbers(sector);
            next = more.pop().unwrap_or(LAST);
            parts.extend(more);
        }
        let mut chain = Vec::new();
        for part in parts.into_iter().filter(|part| *part < LAST) {
            if chain.len() > most {
                break;
            }
            chain.extend(numbers(self.sector(part).unwrap_or_default()));
        }
        chain
    }

    fn collect(&self, start: u32, size: usize) -> Vec<u8> {
        let (mut out, mut next) = (Vec::new(), start);
        for _ in 0..=self.file.len() >> self.shift {
            let Some(sector) = self
                .sector(next)
                .filter(|_| next < LAST && out.len() < size)
            else {
                break;
            };
            out.extend(sector);
            let index = usize::try_from(next).unwrap_or(usize::MAX);
            next = self.chain.get(index).copied().unwrap_or(LAST);
        }
        out.truncate(size);
        out
    }

    fn collect_small(&self, start: u32, size: usize) -> Vec<u8> {
        let (mut out, mut next) = (Vec::new(), start);
        for _ in 0..=self.small.len() / 64 {
            if out.len() >= size || next >= LAST {
                break;
            }
            let index = usize::try_from(next).unwrap_or(usize::MAX);
            let Some(at) = index.checked_mul(64).filter(|at| *at < self.small.len()) else {
                break;
            };
            out.extend(&self.small[at..self.small.len().min(at + 64)]);
            next = self.small_chain.get(index).copied().unwrap_or(LAST);
        }
        out.truncate(size);
        out
    }
}

fn numbers(octets: &[u8]) -> Vec<u32> {
    let fours = octets.chunks_exact(4);
    fours
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect()
}

/// All entries below the root, whose siblings stand in a tree (§2.6.4).
fn walk(directory: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut seen = BTreeSet::new();
    let mut ahead = vec![(le32(directory, 76).unwrap_or(u32::MAX), String::new())];
    while let Some((number, folder)) = ahead.pop() {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(raw) = index
            .checked_mul(128)
            .and_then(|at| cut(directory, at, 128))
        else {
            continue;
        };
        if !seen.insert(number) || entries.len() >= ENTRIES_MAX {
            continue;
        }
        let octets = size16(raw, 64).unwrap_or(0).clamp(2, 64) - 2;
        let name = utf16le(&raw[..octets]);
        let is_stream = raw[66] == 2;
        for at in [68, 72] {
            ahead.push((le32(raw, at).unwrap_or(u32::MAX), folder.clone()));
        }
        if !is_stream && folder.len() < 512 {
            let inner = format!("{folder}{name}/");
            ahead.push((le32(raw, 76).unwrap_or(u32::MAX), inner));
        }
        entries.push(Entry {
            name,
            folder,
            is_stream,
            start: le32(raw, 116).unwrap_or(LAST),
            size: size32(raw, 120).unwrap_or(0),
        });
    }
    entries
}
