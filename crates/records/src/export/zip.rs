//! ZIP as a stream: the same files give the same octets (APPNOTE 6.3.10).
//!
//! Written here because the usual crates want to seek back, take dates from a clock and salts from the system.
//! Order is that of the calls, every entry carries the one date given, compression is always deflate at one
//! level. Sizes follow the data (bit 3) in 64 bits. The directory at the end is kept in memory, a name each.

use std::io::{self, Write};

use chrono::{Datelike, Timelike};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use model::Timestamp;

use super::Target;
use super::columns::utc;

const LEVEL: u32 = 6;
/// 4.5: ZIP64 extensions; made by the same on Unix.
const VERSION: u16 = 45;
const UNIX: u16 = 3 << 8;
const MODE: u32 = 0o100_600 << 16;
const WIDE: u32 = u32::MAX;
/// Sizes follow the data (bit 3), names are UTF-8 (bit 11).
pub(super) const FLAGS: u16 = 0x0808;
pub(super) const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// An entry as the directory has it.
pub(super) struct Entry {
    pub name: String,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub packed: u64,
    pub octets: u64,
    pub offset: u64,
    pub extra: Vec<u8>,
}

pub struct Zip<W: Write> {
    out: Counted<W>,
    at: (u16, u16),
    entries: Vec<Entry>,
}

impl<W: Write> Zip<W> {
    /// Every entry carries `at`, UTC, to two seconds.
    pub fn new(out: W, at: Timestamp) -> Self {
        Self {
            out: Counted::new(out),
            at: dos(at),
            entries: Vec::new(),
        }
    }
    /// The directory, then the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        directory(&mut self.out, &self.entries, self.at)?;
        self.out.inner.flush()?;
        Ok(self.out.inner)
    }
}

impl<W: Write> Target for Zip<W> {
    fn file(
        &mut self,
        path: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut entry = Entry {
            name: path.to_owned(),
            flags: FLAGS,
            method: DEFLATED,
            crc: 0,
            packed: 0,
            octets: 0,
            offset: self.out.count,
            extra: Vec::new(),
        };
        local(&mut self.out, &entry, self.at)?;
        let from = self.out.count;
        (entry.crc, entry.octets) = pack(&mut self.out, fill)?;
        entry.packed = self.out.count - from;
        descriptor(&mut self.out, &entry)?;
        self.entries.push(entry);
        Ok(())
    }
}

fn pack(
    out: &mut dyn Write,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<(u32, u64)> {
    let mut plain = Plain {
        crc: Crc::new(),
        octets: 0,
        out: DeflateEncoder::new(out, Compression::new(LEVEL)),
    };
    fill(&mut plain)?;
    let found = (plain.crc.sum(), plain.octets);
    plain.out.finish()?;
    Ok(found)
}

/// What goes in before compression.
struct Plain<W: Write> {
    crc: Crc,
    octets: u64,
    out: DeflateEncoder<W>,
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.out.write(octets)?;
        self.crc.update(&octets[..count]);
        self.octets += count as u64;
        Ok(count)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Counted<W> {
    pub inner: W,
    pub count: u64,
}

impl<W> Counted<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, count: 0 }
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(octets)?;
        self.count += count as u64;
        Ok(count)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// §4.3.7, with the extra field of ZIP64 (§4.5.3) so that the descriptor has 64 bits.
pub(super) fn local(out: &mut dyn Write, entry: &Entry, at: (u16, u16)) -> io::Result<()> {
    let mut head = Vec::new();
    put32(&mut head, 0x0403_4b50);
    common(&mut head, entry, at);
    put32(&mut head, 0);
    put32(&mut head, WIDE);
    put32(&mut head, WIDE);
    put16(&mut head, short(entry.name.len())?);
    put16(&mut head, short(20 + entry.extra.len())?);
    head.extend_from_slice(entry.name.as_bytes());
    put16(&mut head, 1);
    put16(&mut head, 16);
    head.extend_from_slice(&[0; 16]);
    head.extend_from_slice(&entry.extra);
    out.write_all(&head)
}

/// §4.3.9.
pub(super) fn descriptor(out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
    let mut data = Vec::new();
    put32(&mut data, 0x0807_4b50);
    put32(&mut data, entry.crc);
    put64(&mut data, entry.packed);
    put64(&mut data, entry.octets);
    out.write_all(&data)
}

/// §4.3.12 for every entry, then the end of the directory.
pub(super) fn directory<W: Write>(
    out: &mut Counted<W>,
    entries: &[Entry],
    at: (u16, u16),
) -> io::Result<()> {
    let from = out.count;
    for entry in entries {
        let record = central(entry, at)?;
        out.write_all(&record)?;
    }
    let (end, count) = (out.count, entries.len() as u64);
    let size = end - from;
    let mut tail = Vec::new();
    if count >= u64::from(u16::MAX) || end >= u64::from(WIDE) {
        wide_end(&mut tail, count, size, from, end);
    }
    put32(&mut tail, 0x0605_4b50);
    put32(&mut tail, 0);
    let count = u16::try_from(count).unwrap_or(u16::MAX);
    put16(&mut tail, count);
    put16(&mut tail, count);
    put32(&mut tail, narrow(size));
    put32(&mut tail, narrow(from));
    put16(&mut tail, 0);
    out.write_all(&tail)
}

fn central(entry: &Entry, at: (u16, u16)) -> io::Result<Vec<u8>> {
    let mut wide = Vec::new();
    for value in [entry.octets, entry.packed, entry.offset] {
        if narrow(value) == WIDE {
            put64(&mut wide, value);
        }
    }
    let mut extra = Vec::new();
    if !wide.is_empty() {
        put16(&mut extra, 1);
        put16(&mut extra, short(wide.len())?);
        extra.extend(wide);
    }
    extra.extend_from_slice(&entry.extra);
    let mut record = Vec::new();
    put32(&mut record, 0x0201_4b50);
    put16(&mut record, UNIX | VERSION);
    common(&mut record, entry, at);
    put32(&mut record, entry.crc);
    put32(&mut record, narrow(entry.packed));
    put32(&mut record, narrow(entry.octets));
    put16(&mut record, short(entry.name.len())?);
    put16(&mut record, short(extra.len())?);
    // No comment, the first disk, no internal attributes.
    record.extend_from_slice(&[0; 6]);
    put32(&mut record, MODE);
    put32(&mut record, narrow(entry.offset));
    record.extend_from_slice(entry.name.as_bytes());
    record.extend(extra);
    Ok(record)
}

/// §4.3.14 and §4.3.15.
fn wide_end(tail: &mut Vec<u8>, count: u64, size: u64, from: u64, end: u64) {
    put32(tail, 0x0606_4b50);
    put64(tail, 44);
    put16(tail, UNIX | VERSION);
    put16(tail, VERSION);
    put64(tail, 0);
    for value in [count, count, size, from] {
        put64(tail, value);
    }
    put32(tail, 0x0706_4b50);
    put32(tail, 0);
    put64(tail, end);
    put32(tail, 1);
}

fn common(head: &mut Vec<u8>, entry: &Entry, at: (u16, u16)) {
    for value in [VERSION, entry.flags, entry.method, at.1, at.0] {
        put16(head, value);
    }
}

/// Date and time as DOS had them: 1980 to 2107.
pub(super) fn dos(at: Timestamp) -> (u16, u16) {
    let at = utc(at);
    let part = |value: u32| u16::try_from(value).unwrap_or_default();
    match u16::try_from(at.year() - 1980) {
        Ok(year @ 0..=127) => (
            year << 9 | part(at.month()) << 5 | part(at.day()),
            part(at.hour()) << 11 | part(at.minute()) << 5 | part(at.second() / 2),
        ),
        _ => (1 << 5 | 1, 0),
    }
}

fn short(size: usize) -> io::Result<u16> {
    u16::try_from(size).map_err(|_| io::ErrorKind::InvalidInput.into())
}
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(WIDE)
}
fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}
fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}
fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}
