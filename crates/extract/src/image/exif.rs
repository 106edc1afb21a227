//! EXIF: TIFF's directories of tags, as cameras fill them.
//!
//! Invariant: directories are followed to a fixed number, so that a circle of them ends.

use crate::extracted::Mark;
use crate::octets::cut;
use crate::session::Session;
use crate::text::{decode, utf16le};

const DIRECTORIES_MAX: usize = 16;
const TAGS_MAX: usize = 1_000;
/// Of one tag, and of all: many tags may name the same octets.
const TEXT_OCTETS_MAX: usize = 64 * 1024;
const NOTES_OCTETS_MAX: usize = 1024 * 1024;
const GPS: u16 = 0x8825;

struct Tiff<'a> {
    octets: &'a [u8],
    little: bool,
}

/// What people and cameras wrote into the tags; a position is marked.
pub(super) fn read(session: &mut Session<'_>, octets: &[u8]) -> String {
    let mut notes = String::new();
    let Some(tiff) = Tiff::of(octets) else {
        return notes;
    };
    let mut ahead: Vec<usize> = tiff.u32(4).into_iter().collect();
    let mut seen = 0;
    while let Some(at) = ahead.pop() {
        seen += 1;
        if seen > DIRECTORIES_MAX || notes.len() > NOTES_OCTETS_MAX {
            break;
        }
        let count = tiff.u16(at).map_or(0, usize::from).min(TAGS_MAX);
        for index in 0..count {
            let entry = at + 2 + index * 12;
            let Some(tag) = tiff.u16(entry) else { break };
            if notes.len() > NOTES_OCTETS_MAX {
                break;
            }
            match tag {
                GPS => session.mark(Mark::GpsPosition),
                0x8769 => ahead.extend(tiff.u32(entry + 8)),
                tag => {
                    if let Some((name, text)) = tiff.text(entry, tag) {
                        notes.push_str(&format!("{name}: {text}\n"));
                    }
                }
            }
        }
        ahead.extend(tiff.u32(at + 2 + count * 12).filter(|next| *next > 0));
    }
    notes
}

/// Width and height of the first picture.
pub(super) fn size(octets: &[u8]) -> Option<(u32, u32)> {
    let tiff = Tiff::of(octets)?;
    let at = tiff.u32(4)?;
    let count = usize::from(tiff.u16(at)?).min(TAGS_MAX);
    let value = |wanted: u16| {
        let entry = (0..count)
            .map(|n| at + 2 + n * 12)
            .find(|e| tiff.u16(*e) == Some(wanted))?;
        let short = tiff.u16(entry + 2) == Some(3);
        if short {
            tiff.u16(entry + 8).map(u32::from)
        } else {
            tiff.u32(entry + 8).and_then(|v| u32::try_from(v).ok())
        }
    };
    Some((value(0x100)?, value(0x101)?))
}

impl<'a> Tiff<'a> {
    fn of(octets: &'a [u8]) -> Option<Self> {
        let little = match octets.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { octets, little })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let found = cut(self.octets, at, 2)?.try_into().ok()?;
        Some(if self.little {
            u16::from_le_bytes(found)
        } else {
            u16::from_be_bytes(found)
        })
    }

    fn u32(&self, at: usize) -> Option<usize> {
        let found = cut(self.octets, at, 4)?.try_into().ok()?;
        let number = if self.little {
            u32::from_le_bytes(found)
        } else {
            u32::from_be_bytes(found)
        };
        usize::try_from(number).ok()
    }

    fn text(&self, entry: usize, tag: u16) -> Option<(&'static str, String)> {
        let name = match tag {
            0x010d => "document",
            0x010e => "description",
            0x013b => "artist",
            0x8298 => "copyright",
            0x9286 => "comment",
            0x9c9b => "title",
            0x9c9c => "comment",
            0x9c9d => "author",
            0x9c9e => "keywords",
            0x9c9f => "subject",
            0xa430 => "owner",
            0x0132 | 0x9003 => "date",
            _ => return None,
        };
        let count = self.u32(entry + 4)?.min(TEXT_OCTETS_MAX);
        let octets = if count <= 4 {
            cut(self.octets, entry + 8, count)?
        } else {
            cut(self.octets, self.u32(entry + 8)?, count)?
        };
        let text = match tag {
            // XP tags are UTF-16.
            0x9c9b..=0x9c9f => utf16le(octets),
            // A comment says its character set in eight octets.
            0x9286 => decode(octets.get(8..)?, None),
            _ => decode(octets, None),
        };
        let text = text.trim_matches(['\0', ' ']).to_owned();
        (!text.is_empty()).then_some((name, text))
    }
}
