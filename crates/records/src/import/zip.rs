//! ZIP, by its directory, with the large sizes of ZIP64; stored and deflated entries.
//!
//! Names are shown and never opened. Invariant: sizes in headers decide nothing but where to read; what comes out
//! of an entry is counted as it comes.

use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::read::DeflateDecoder;

use super::Items;
use super::found::{Found, Place, Problem};
use super::octets::{Shared, alone, open_stream};
use super::run::{Packed, Run, Unpacked};

const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DIRECTORY_END_OCTETS: usize = 22;
/// The end of the directory and the longest comment after it.
const TAIL_OCTETS_MAX: u64 = 22 + 65_535;
const LARGE_END_OCTETS: usize = 20 + 56;
/// A directory of more octets than this is none that mail came in.
const DIRECTORY_OCTETS_MAX: u64 = 1024 * 1024 * 1024;

struct Zip {
    file: Shared,
    directory: Directory,
    place: Place,
    depth: u32,
    items: Option<Items>,
    run: Rc<Run>,
}

/// Where the next entry of the directory stands, and where the last one ends.
struct Directory {
    at: u64,
    end: u64,
    entries: u64,
    /// What stands before the archive: sizes in it count from here.
    shift: u64,
}

struct Entry {
    name: String,
    flags: u16,
    method: u16,
    packed: u64,
    header_at: u64,
}

/// A part of the file.
struct Part {
    file: Shared,
    at: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if most == 0 {
            return Ok(0);
        }
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(self.at))?;
        let octets = file.read(&mut buffer[..most])?;
        if octets == 0 {
            return Err(Problem::Truncated.error());
        }
        self.at += octets as u64;
        self.left -= octets as u64;
        Ok(octets)
    }
}

/// The entries of an archive, each by what it is.
pub fn open(file: Shared, place: Place, depth: u32, run: &Rc<Run>) -> io::Result<Items> {
    if depth >= run.limits.depth {
        return Ok(alone(Problem::TooDeep, place));
    }
    let directory = match find_directory(&file) {
        Ok(directory) => directory,
        Err(error) => return Ok(alone(Problem::from(&error), place)),
    };
    Ok(Box::new(Zip {
        file,
        directory,
        place,
        depth,
        items: None,
        run: run.clone(),
    }))
}

impl Zip {
    /// The next entry that is a file; `None` at the end.
    fn open_next(&mut self) -> io::Result<Option<Items>> {
        loop {
            if self.directory.entries == 0 || self.directory.at >= self.directory.end {
                return Ok(None);
            }
            self.run.entry().map_err(Problem::error)?;
            let entry = self.next_entry()?;
            if entry.name.ends_with('/') {
                continue;
            }
            let place = self.place.entry(&entry.name);
            return Ok(Some(match self.open_entry(&entry, &place) {
                Ok(items) => items,
                Err(error) => alone(Problem::from(&error), place),
            }));
        }
    }

    fn next_entry(&mut self) -> io::Result<Entry> {
        let fixed: [u8; 46] = read_at(&self.file, self.directory.at)?;
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(Problem::Damaged.error());
        }
        let lengths = [28, 30, 32].map(|at| usize::from(short(&fixed, at)));
        let mut names = vec![0; lengths[0] + lengths[1]];
        self.file.borrow_mut().read_exact(&mut names)?;
        let (name, extra) = names.split_at(lengths[0]);
        let mut entry = Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            flags: short(&fixed, 8),
            method: short(&fixed, 10),
            packed: u64::from(long(&fixed, 20)),
            header_at: u64::from(long(&fixed, 42)),
        };
        enlarge(&mut entry, long(&fixed, 24), extra);
        self.directory.at += 46 + lengths.iter().sum::<usize>() as u64;
        self.directory.entries -= 1;
        Ok(entry)
    }

    fn open_entry(&self, entry: &Entry, place: &Place) -> io::Result<Items> {
        if entry.flags & 1 != 0 {
            return Err(Problem::Encrypted.error());
        }
        let header_at = entry.header_at.saturating_add(self.directory.shift);
        let local: [u8; 30] = read_at(&self.file, header_at)?;
        if !local.starts_with(b"PK\x03\x04") {
            return Err(Problem::Damaged.error());
        }
        let names = u64::from(short(&local, 26)) + u64::from(short(&local, 28));
        let part = Part {
            file: self.file.clone(),
            at: header_at + 30 + names,
            left: entry.packed,
        };
        let unpacked: Box<dyn Read> = match entry.method {
            0 => Box::new(Unpacked::new(part, None, &self.run)),
            8 => {
                let (packed, taken) = Packed::new(part);
                Box::new(Unpacked::new(
                    DeflateDecoder::new(packed),
                    Some(taken),
                    &self.run,
                ))
            }
            _ => return Err(Problem::Unsupported.error()),
        };
        Ok(open_stream(
            unpacked,
            place.clone(),
            self.depth + 1,
            &self.run,
        ))
    }
}

impl Iterator for Zip {
    type Item = Found;
    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.items.as_mut().and_then(Iterator::next) {
                return Some(found);
            }
            self.items = None;
            match self.open_next() {
                Ok(Some(items)) => self.items = Some(items),
                Ok(None) => return None,
                Err(error) => {
                    self.directory.entries = 0;
                    return Some(Found::problem(Problem::from(&error), self.place.clone()));
                }
            }
        }
    }
}

/// Sizes of ZIP64, in the order of those that the entry itself has no room for.
fn enlarge(entry: &mut Entry, unpacked: u32, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let (kind, length) = (short(extra, 0), usize::from(short(extra, 2)));
        let Some(mut field) = extra.get(4..4 + length) else {
            return;
        };
        extra = &extra[4 + length..];
        if kind != 1 {
            continue;
        }
        let mut next = || {
            let (value, rest) = field.split_first_chunk::<8>()?;
            field = rest;
            Some(u64::from_le_bytes(*value))
        };
        if unpacked == u32::MAX {
            next();
        }
        if entry.packed == u64::from(u32::MAX) {
            entry.packed = next().unwrap_or(entry.packed);
        }
        if entry.header_at == u64::from(u32::MAX) {
            entry.header_at = next().unwrap_or(entry.header_at);
        }
    }
}

fn find_directory(file: &Shared) -> io::Result<Directory> {
    let length = file.borrow_mut().seek(SeekFrom::End(0))?;
    let tail_at = length.saturating_sub(TAIL_OCTETS_MAX + LARGE_END_OCTETS as u64);
    let mut tail = Vec::new();
    file.borrow_mut().seek(SeekFrom::Start(tail_at))?;
    file.borrow_mut()
        .by_ref()
        .take(length - tail_at)
        .read_to_end(&mut tail)?;
    let at = memchr::memmem::rfind(&tail, DIRECTORY_END)
        .filter(|at| at + DIRECTORY_END_OCTETS <= tail.len());
    let at = at.ok_or_else(|| Problem::Truncated.error())?;
    let end = &tail[at..];
    let (mut entries, mut size, mut start) = (
        u64::from(short(end, 10)),
        u64::from(long(end, 12)),
        u64::from(long(end, 16)),
    );
    let mut directory_end = tail_at + at as u64;
    if let Some(large) = at
        .checked_sub(20)
        .and_then(|from| tail.get(from..at))
        .filter(|l| l.starts_with(b"PK\x06\x07"))
    {
        let large_at = u64::from_le_bytes(large[8..16].try_into().expect("eight octets"));
        let record: [u8; 56] = read_at(file, large_at)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Err(Problem::Damaged.error());
        }
        let eight = |from: usize| {
            u64::from_le_bytes(record[from..from + 8].try_into().expect("eight octets"))
        };
        (entries, size, start) = (eight(32), eight(40), eight(48));
        directory_end = large_at;
    }
    if size > DIRECTORY_OCTETS_MAX || size > directory_end {
        return Err(Problem::Damaged.error());
    }
    let begins = directory_end - size;
    let shift = begins
        .checked_sub(start)
        .ok_or_else(|| Problem::Damaged.error())?;
    Ok(Directory {
        at: begins,
        end: directory_end,
        entries,
        shift,
    })
}

fn read_at<const N: usize>(file: &Shared, at: u64) -> io::Result<[u8; N]> {
    let mut octets = [0; N];
    let mut file = file.borrow_mut();
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut octets)?;
    Ok(octets)
}

fn short(octets: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([octets[at], octets[at + 1]])
}

fn long(octets: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]])
}
