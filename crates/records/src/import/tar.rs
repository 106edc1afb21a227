//! tar, ustar with the long names of GNU and pax, read from front to end.
//!
//! Names are shown and never opened; links and devices are passed over, for they hold nothing. Invariant: what an
//! entry gives ends where its header said, and is skipped before the next header is read.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use super::Items;
use super::found::{Found, Place, Problem};
use super::octets::open_stream;
use super::run::{Run, Unpacked};

const BLOCK: usize = 512;
/// A long name, or the words of pax about one entry.
const EXTENSION_OCTETS_MAX: u64 = 64 * 1024;

pub struct Tar {
    rest: Rc<RefCell<Rest>>,
    place: Place,
    depth: u32,
    items: Option<Items>,
    name: Option<String>,
    ended: bool,
    run: Rc<Run>,
}

/// The stream, and how much of it belongs to the entry that is read.
struct Rest {
    stream: Box<dyn Read>,
    left: u64,
    padding: u64,
}

struct Entry(Rc<RefCell<Rest>>);

impl Read for Entry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.0.borrow_mut();
        if rest.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(rest.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let octets = rest.stream.read(&mut buffer[..most])?;
        if octets == 0 {
            return Err(Problem::Truncated.error());
        }
        rest.left -= octets as u64;
        Ok(octets)
    }
}

impl Rest {
    fn skip(&mut self) -> io::Result<()> {
        let wanted = self.left + self.padding;
        let skipped = io::copy(&mut self.stream.by_ref().take(wanted), &mut io::sink())?;
        let at_end = skipped < self.left;
        (self.left, self.padding) = (0, 0);
        if at_end {
            Err(Problem::Truncated.error())
        } else {
            Ok(())
        }
    }
}

impl Tar {
    pub fn new(stream: Box<dyn Read>, place: Place, depth: u32, run: &Rc<Run>) -> Self {
        let rest = Rest {
            stream,
            left: 0,
            padding: 0,
        };
        Self {
            rest: Rc::new(RefCell::new(rest)),
            place,
            depth,
            items: None,
            name: None,
            ended: false,
            run: run.clone(),
        }
    }

    /// The next file; `None` at the end.
    fn open_next(&mut self) -> io::Result<Option<Items>> {
        loop {
            self.rest.borrow_mut().skip()?;
            let mut header = [0; BLOCK];
            if !read_block(&mut *self.rest.borrow_mut().stream, &mut header)? {
                return Ok(None);
            }
            self.run.entry().map_err(Problem::error)?;
            let size = number(&header[124..136]).ok_or_else(|| Problem::Damaged.error())?;
            let mut rest = self.rest.borrow_mut();
            rest.left = size;
            rest.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
            drop(rest);
            match header[156] {
                b'L' | b'x' => self.name = self.extension(header[156])?.or(self.name.take()),
                b'0' | 0 | b'7' => {
                    let name = self.name.take().unwrap_or_else(|| plain_name(&header));
                    if name.ends_with('/') {
                        continue;
                    }
                    let entry = Unpacked::new(Entry(self.rest.clone()), None, &self.run);
                    let place = self.place.entry(&name);
                    return Ok(Some(open_stream(
                        Box::new(entry),
                        place,
                        self.depth + 1,
                        &self.run,
                    )));
                }
                b'g' => {}
                _ => self.name = None,
            }
        }
    }

    /// A long name, as GNU writes it or as pax does.
    fn extension(&mut self, kind: u8) -> io::Result<Option<String>> {
        if self.rest.borrow().left > EXTENSION_OCTETS_MAX {
            return Err(Problem::Damaged.error());
        }
        let mut octets = Vec::new();
        Entry(self.rest.clone()).read_to_end(&mut octets)?;
        let text = String::from_utf8_lossy(&octets);
        if kind == b'L' {
            return Ok(Some(text.trim_end_matches('\0').to_owned()));
        }
        let path = text.lines().find_map(|line| line.split_once(" path="));
        Ok(path.map(|(_, name)| name.to_owned()))
    }
}

impl Iterator for Tar {
    type Item = Found;
    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.items.as_mut().and_then(Iterator::next) {
                return Some(found);
            }
            self.items = None;
            if self.ended {
                return None;
            }
            match self.open_next() {
                Ok(Some(items)) => self.items = Some(items),
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Found::problem(Problem::from(&error), self.place.clone()));
                }
            }
        }
    }
}

/// Whether a tar begins here: the sum of its first header is right.
pub fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..BLOCK) else {
        return false;
    };
    let sum: u64 = header.iter().map(|octet| u64::from(*octet)).sum();
    let field: u64 = header[148..156].iter().map(|octet| u64::from(*octet)).sum();
    header[0] != 0 && number(&header[148..156]) == Some(sum - field + 8 * u64::from(b' '))
}

/// One header; false where the archive ends.
fn read_block(stream: &mut dyn Read, header: &mut [u8; BLOCK]) -> io::Result<bool> {
    let mut octets = Vec::with_capacity(BLOCK);
    stream.take(BLOCK as u64).read_to_end(&mut octets)?;
    if octets.is_empty() || octets.iter().all(|octet| *octet == 0) {
        return Ok(false);
    }
    if octets.len() < BLOCK {
        return Err(Problem::Truncated.error());
    }
    header.copy_from_slice(&octets);
    if is_tar(header) {
        Ok(true)
    } else {
        Err(Problem::Damaged.error())
    }
}

/// A number in octal, or in base 256 as GNU writes large ones.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        let large = &field[field.len().checked_sub(8)?..];
        return Some(u64::from_be_bytes(large.try_into().ok()?)).filter(|size| *size < 1 << 62);
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(|letter| letter == '\0' || letter == ' ');
    if digits.is_empty() {
        Some(0)
    } else {
        u64::from_str_radix(digits, 8).ok()
    }
}

fn plain_name(header: &[u8; BLOCK]) -> String {
    let text = |field: &[u8]| {
        let end = field
            .iter()
            .position(|octet| *octet == 0)
            .unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).into_owned()
    };
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    let is_ustar = &header[257..262] == b"ustar";
    if is_ustar && !prefix.is_empty() {
        format!("{prefix}/{name}")
    } else {
        name
    }
}
