//! ZIP archives (APPNOTE 6.3), as a list first and then entry by entry.
//!
//! The central directory is believed about places only, after it was proven that no two entries
//! share octets: a bomb of 28 million to one is made of such (Fifield 2019). Invariant: at most as
//! many entries are listed as the limit allows, and no size of a header is used to reserve memory.

use std::ops::Range;

use memchr::memmem;

use super::{Packing, unpack};
use crate::extracted::{Because, Mark};
use crate::extractor::Claim;
use crate::image::behind;
use crate::octets::{le16, le32, le64};
use crate::session::{Session, Shown, inside};
use crate::text::decode;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END64_LOCATOR: &[u8] = b"PK\x06\x07";
const END64: &[u8] = b"PK\x06\x06";
/// The end record and the longest comment.
const END_SEARCH_OCTETS: usize = 22 + 65_535;

pub(crate) struct Zip<'a> {
    file: &'a [u8],
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Entry {
    pub(crate) name: String,
    method: u16,
    pub(crate) encrypted: bool,
    comment: String,
    /// As the directory says; compared with what comes out.
    size: u64,
    /// Header and data in the file.
    whole: Range<usize>,
    data: Range<usize>,
}

struct End {
    count: u64,
    directory_size: u64,
    directory_at: u64,
    at: usize,
    /// The end record itself, of which there is a wide one too where `at` is elsewhere.
    last: usize,
}

impl<'a> Zip<'a> {
    /// The list of entries; a loss and `None` where the archive cannot be trusted.
    pub(crate) fn open(session: &mut Session<'_>, place: &str, file: &'a [u8]) -> Option<Self> {
        let entries = list(session, place, file);
        let entries = session.or_lost(place, entries)?;
        let zip = Self { file, entries };
        zip.beside(session, place);
        let sound = zip.check();
        // Entries that the directory leaves out are read by programs that stream.
        if let Err(Because::Malformed) = sound {
            session.lost(place, Because::Malformed);
            return Some(zip);
        }
        session.or_lost(place, sound)?;
        Some(zip)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    pub(crate) fn holds(&self, start: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.name.starts_with(start))
    }

    /// The octets of an entry, as many as could be had.
    pub(crate) fn content(&self, session: &mut Session<'_>, place: &str, entry: &Entry) -> Vec<u8> {
        let place = inside(place, &entry.name);
        let counted = session.budget.entry();
        if session.or_lost(&place, counted).is_none() {
            return Vec::new();
        }
        if entry.encrypted {
            session.mark(Mark::Encrypted);
            session.lost(&place, Because::Encrypted);
            return Vec::new();
        }
        let packed = &self.file[entry.data.clone()];
        let out = match entry.method {
            0 if session.budget.expanded < packed.len() as u64 => {
                session.lost(&place, Because::LimitExpanded);
                return Vec::new();
            }
            0 => {
                session.unpacked(packed.len());
                packed.to_vec()
            }
            8 => unpack(session, &place, Packing::Deflate, packed),
            _ => {
                session.lost(&place, Because::UnsupportedPacking);
                return Vec::new();
            }
        };
        if out.len() as u64 != entry.size {
            session.lost(&place, Because::Malformed);
        }
        out
    }

    /// What stands before the first entry, behind the end, and in comments: no program that unpacks shows it.
    fn beside(&self, session: &mut Session<'_>, place: &str) {
        let starts = self.entries.iter().map(|entry| entry.whole.start);
        let before = starts.min().unwrap_or(0);
        behind(session, &inside(place, "before"), &self.file[..before]);
        if let Some(end) = end_record(self.file) {
            let comment = self.file.get(end.last + 22..).unwrap_or_default();
            behind(session, place, comment);
        }
        let comments = self.entries.iter().map(|entry| entry.comment.as_str());
        let said: Vec<&str> = comments.filter(|comment| !comment.is_empty()).collect();
        if !said.is_empty() {
            let at = inside(place, "comments");
            session.text(&at, crate::TextForm::Prose, &said.join("\n"), Shown::Hidden);
        }
    }

    fn check(&self) -> Result<(), Because> {
        let mut ranges: Vec<&Range<usize>> = self.entries.iter().map(|e| &e.whole).collect();
        ranges.sort_by_key(|range| range.start);
        let shared = ranges.windows(2).any(|pair| pair[0].end > pair[1].start);
        if shared {
            return Err(Because::Overlap);
        }
        let mut at = 0;
        for range in &ranges {
            if memmem::find(&self.file[at..range.start], LOCAL).is_some() {
                return Err(Because::Malformed);
            }
            at = range.end;
        }
        if memmem::find(&self.file[at..], LOCAL).is_some() {
            return Err(Because::Malformed);
        }
        Ok(())
    }
}

/// Everything in an archive that is nothing but an archive.
pub(crate) fn read(session: &mut Session<'_>, place: &str, zip: &Zip<'_>) {
    let mut names = String::new();
    for entry in &zip.entries {
        names.push_str(&entry.name);
        names.push('\n');
    }
    session.say(&inside(place, "names"), crate::TextForm::Prose, &names);
    for entry in &zip.entries {
        if entry.name.ends_with('/') {
            continue;
        }
        let at = inside(place, &entry.name);
        let content = zip.content(session, place, entry);
        if entry.encrypted {
            continue;
        }
        let claim = Claim {
            name: &entry.name,
            content_type: "",
        };
        session.nested(&at, &content, &claim);
        if session.budget.expanded == 0 {
            return session.lost(place, Because::LimitExpanded);
        }
    }
}

fn list(session: &mut Session<'_>, place: &str, file: &[u8]) -> Result<Vec<Entry>, Because> {
    let end = end_record(file).ok_or(Because::Truncated)?;
    // A program that unpacks itself stands before the archive; all offsets count from its end.
    let base = (end.at as u64)
        .checked_sub(end.directory_size)
        .and_then(|at| at.checked_sub(end.directory_at))
        .ok_or(Because::Malformed)?;
    let mut at = usize::try_from(base + end.directory_at).map_err(|_| Because::Malformed)?;
    let mut entries = Vec::new();
    while file.get(at..).is_some_and(|rest| rest.starts_with(CENTRAL)) {
        if entries.len() >= session.limits.entries as usize {
            session.lost(place, Because::LimitEntries);
            return Ok(entries);
        }
        let (entry, next) = central(file, at, base).ok_or(Because::Malformed)?;
        entries.push(entry);
        at = next;
    }
    if entries.len() as u64 != end.count {
        session.lost(place, Because::Malformed);
    }
    Ok(entries)
}

fn end_record(file: &[u8]) -> Option<End> {
    let from = file.len().saturating_sub(END_SEARCH_OCTETS);
    let at = from + memmem::rfind(&file[from..], END)?;
    // The length of the comment is the record's last field.
    le16(file, at + 20)?;
    let mut end = End {
        count: u64::from(le16(file, at + 10)?),
        directory_size: u64::from(le32(file, at + 12)?),
        directory_at: u64::from(le32(file, at + 16)?),
        at,
        last: at,
    };
    // ZIP64 (APPNOTE §4.3.14): the locator stands right before the end record.
    let locator = at
        .checked_sub(20)
        .filter(|l| file[*l..].starts_with(END64_LOCATOR));
    if let Some(locator) = locator {
        let wide = usize::try_from(le64(file, locator + 8)?).ok()?;
        file.get(wide..)?.starts_with(END64).then_some(())?;
        end.count = le64(file, wide + 32)?;
        end.directory_size = le64(file, wide + 40)?;
        end.directory_at = le64(file, wide + 48)?;
        end.at = wide;
    }
    Some(end)
}

/// One entry of the directory, and where the next begins.
fn central(file: &[u8], at: usize, base: u64) -> Option<(Entry, usize)> {
    let flags = le16(file, at + 8)?;
    let name_octets = usize::from(le16(file, at + 28)?);
    let extra_octets = usize::from(le16(file, at + 30)?);
    let comment_octets = usize::from(le16(file, at + 32)?);
    let name = file.get(at + 46..at + 46 + name_octets)?;
    let extra = file.get(at + 46 + name_octets..)?.get(..extra_octets)?;
    let behind_name = at + 46 + name_octets + extra_octets;
    let comment = file.get(behind_name..behind_name + comment_octets)?;
    let mut sizes = [
        u64::from(le32(file, at + 24)?),
        u64::from(le32(file, at + 20)?),
        u64::from(le32(file, at + 42)?),
    ];
    widen(&mut sizes, extra)?;
    let [size, packed, offset] = sizes;

    let start = usize::try_from(base.checked_add(offset)?).ok()?;
    file.get(start..)?.starts_with(LOCAL).then_some(())?;
    let head = 30 + usize::from(le16(file, start + 26)?) + usize::from(le16(file, start + 28)?);
    let data_at = start.checked_add(head)?;
    let data_end = data_at.checked_add(usize::try_from(packed).ok()?)?;
    file.get(data_at..data_end)?;
    let entry = Entry {
        name: decode(name, Some("ibm866")).replace('\\', "/"),
        method: le16(file, at + 10)?,
        encrypted: flags & 1 != 0,
        comment: decode(comment, Some("ibm866")),
        size,
        whole: start..data_end,
        data: data_at..data_end,
    };
    Some((entry, behind_name + comment_octets))
}

/// Sizes that did not fit stand in the ZIP64 extra field, in this order, only those (§4.5.3).
fn widen(sizes: &mut [u64; 3], mut extra: &[u8]) -> Option<()> {
    if !sizes.contains(&u64::from(u32::MAX)) {
        return Some(());
    }
    while extra.len() >= 4 {
        let length = usize::from(le16(extra, 2)?);
        let field = extra.get(4..4 + length)?;
        if le16(extra, 0)? == 1 {
            let wide = sizes
                .iter_mut()
                .filter(|size| **size == u64::from(u32::MAX));
            for (index, size) in wide.enumerate() {
                *size = le64(field, index * 8)?;
            }
            return Some(());
        }
        extra = &extra[4 + length..];
    }
    None
}
