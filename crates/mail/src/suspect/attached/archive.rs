//! The list of contents of an archive, without unpacking anything.
//!
//! ZIP (and so Office documents) by its central directory (APPNOTE 4.3.12), gzip by its one name; of
//! 7z and RAR only whether they are locked. Invariant: bounded by [`ENTRIES_MAX`], and what does not
//! add up is unreadable, not empty.

use memchr::memmem;

/// More entries than a sane archive has (phi.md §5).
pub(super) const ENTRIES_MAX: usize = 2_000;
/// The end record and the longest comment after it.
const END_OCTETS_MAX: usize = 22 + 65_535;
/// 7zAES, as the folder's coder is named; it stands in the headers at the end.
const SEVEN_ZIP_AES: &[u8] = b"\x06\xf1\x07\x01";
const SEVEN_ZIP_HEADERS_MAX: usize = 256 * 1024;

pub(super) enum Archive {
    /// Not an archive.
    None,
    /// Not even its list can be read without a password.
    Locked,
    Unreadable,
    Listed(Listing),
}

pub(super) struct Listing {
    /// In lower case.
    pub(super) names: Vec<String>,
    /// Some entry needs a password.
    pub(super) locked: bool,
}

pub(super) fn read(bytes: &[u8]) -> Archive {
    match () {
        () if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") => {
            zip(bytes).map_or(Archive::Unreadable, Archive::Listed)
        }
        () if bytes.starts_with(b"7z\xbc\xaf\x27\x1c") => {
            let end = &bytes[bytes.len().saturating_sub(SEVEN_ZIP_HEADERS_MAX)..];
            match memmem::find(end, SEVEN_ZIP_AES) {
                Some(_) => Archive::Locked,
                None => Archive::Unreadable,
            }
        }
        () if bytes.starts_with(b"Rar!\x1a\x07") => rar(bytes),
        () if bytes.starts_with(b"\x1f\x8b") => gzip(bytes),
        () => Archive::None,
    }
}

fn zip(bytes: &[u8]) -> Option<Listing> {
    let tail_at = bytes.len().saturating_sub(END_OCTETS_MAX);
    let end = tail_at + memmem::rfind(&bytes[tail_at..], b"PK\x05\x06")?;
    let count = usize::from(u16_at(bytes, end + 10)?);
    let mut at = usize::try_from(u32_at(bytes, end + 16)?).ok()?;
    if count > ENTRIES_MAX {
        return None;
    }
    let mut listing = Listing {
        names: Vec::with_capacity(count),
        locked: false,
    };
    for _ in 0..count {
        let head = bytes.get(at..)?;
        if !head.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name_octets = usize::from(u16_at(head, 28)?);
        let more = usize::from(u16_at(head, 30)?) + usize::from(u16_at(head, 32)?);
        let name = head.get(46..46 + name_octets)?;
        listing.locked |= u16_at(head, 8)? & 1 != 0;
        listing
            .names
            .push(String::from_utf8_lossy(name).to_lowercase());
        at += 46 + name_octets + more;
    }
    Some(listing)
}

/// RAR 5: the header after the mark is of type 4 when the rest is locked. RAR 4: a flag of the main
/// header.
fn rar(bytes: &[u8]) -> Archive {
    let locked = match bytes.get(6) {
        Some(1) => {
            let head = bytes.get(12..).unwrap_or_default();
            let size_octets = head.iter().take_while(|octet| **octet >= 0x80).count() + 1;
            head.get(size_octets) == Some(&4)
        }
        _ => u16_at(bytes, 10).is_some_and(|flags| flags & 0x80 != 0),
    };
    if locked {
        Archive::Locked
    } else {
        Archive::Unreadable
    }
}

/// RFC 1952 §2.3: one file, and its name where the flag says so.
fn gzip(bytes: &[u8]) -> Archive {
    const NAMED: u8 = 0x08;
    const EXTRA: u8 = 0x04;
    let flags = bytes.get(3).copied().unwrap_or(0);
    let mut names = Vec::new();
    if flags & NAMED != 0 && flags & EXTRA == 0 {
        let rest = bytes.get(10..).unwrap_or_default();
        let name = rest.split(|octet| *octet == 0).next().unwrap_or_default();
        names.push(String::from_utf8_lossy(&name[..name.len().min(1_024)]).to_lowercase());
    }
    Archive::Listed(Listing {
        names,
        locked: false,
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_le_bytes(pair))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_le_bytes(four))
}
