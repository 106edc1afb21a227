//! Images: what cameras and programs wrote beside the picture, and the picture by OCR.
//!
//! Invariant: a picture large enough to hold a line of text is read by OCR or is a loss.

use crate::extracted::{Because, TextForm};
use crate::kind::FileKind;
use crate::ocr;
use crate::octets::{cut, le16, le32};
use crate::session::{Session, Shown, inside};
use crate::text::decode;

mod behind;
mod exif;
mod gif;
mod jpeg;

pub(crate) use behind::behind;

/// Letters in a row that chance does not make.
const RUN_OCTETS_MIN: usize = 8;
/// Pictures lower or narrower than this are bullets, lines and tracking dots.
const SIDE_PIXELS_MIN: u64 = 12;

pub(crate) fn read(session: &mut Session<'_>, place: &str, kind: FileKind, file: &[u8]) {
    let (notes, end) = match kind {
        FileKind::Png => png(session, file),
        FileKind::Jpeg => jpeg(session, file),
        FileKind::Gif => gif::notes(file),
        FileKind::Webp => webp(session, file),
        FileKind::Tiff => (exif::read(session, file), file.len()),
        _ => (String::new(), file.len()),
    };
    session.text(
        &inside(place, "metadata"),
        TextForm::Prose,
        &notes,
        Shown::Hidden,
    );
    pixels(session, place, size(kind, file), file);
    behind(session, place, file.get(end..).unwrap_or_default());
}

/// A picture as a file, of so many pixels, if that is known.
pub(crate) fn pixels(
    session: &mut Session<'_>,
    place: &str,
    size: Option<(u64, u64)>,
    file: &[u8],
) {
    if size.is_some_and(|(width, height)| width.min(height) < SIDE_PIXELS_MIN) {
        return;
    }
    let Some(program) = &session.limits.ocr else {
        return session.lost(place, Because::ImageWithoutOcr);
    };
    // Without a size nobody can say what opening it would cost.
    let Some((width, height)) = size else {
        return session.lost(place, Because::UnsupportedType);
    };
    let counted = session.budget.ocr_page();
    let fits = width.saturating_mul(height) <= session.limits.ocr_pixels;
    let counted = counted.and(if fits { Ok(()) } else { Err(Because::LimitOcr) });
    if session.or_lost(place, counted).is_none() {
        return;
    }
    let text = ocr::read(program, file, session.limits);
    if let Some(text) = session.or_lost(place, text) {
        session.say(place, TextForm::Prose, &text);
    }
}

fn size(kind: FileKind, file: &[u8]) -> Option<(u64, u64)> {
    let be = |at| {
        cut(file, at, 4)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_be_bytes)
    };
    let (width, height) = match kind {
        // What is no header says no size, and what has none is read by nobody.
        FileKind::Png if cut(file, 8, 8) == Some(b"\0\0\0\rIHDR") => (be(16)?, be(20)?),
        FileKind::Gif => gif::size(file)?,
        FileKind::Bmp => (
            le32(file, 18)?,
            le32(file, 22)?.cast_signed().unsigned_abs(),
        ),
        FileKind::Jpeg => jpeg_size(file)?,
        FileKind::Tiff => exif::size(file)?,
        FileKind::Webp => webp_size(file)?,
        _ => return None,
    };
    Some((u64::from(width), u64::from(height)))
}

fn jpeg_size(file: &[u8]) -> Option<(u32, u32)> {
    let frame = |marker: u8| matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
    let (_, content) = jpeg::Segments::of(file).find(|(marker, _)| frame(*marker))?;
    let be = |at| {
        cut(content, at, 2)
            .and_then(|b| b.try_into().ok())
            .map(u16::from_be_bytes)
    };
    Some((u32::from(be(3)?), u32::from(be(1)?)))
}

/// What stands beside the picture, and where the file ends.
fn jpeg(session: &mut Session<'_>, file: &[u8]) -> (String, usize) {
    let mut notes = String::new();
    let mut segments = jpeg::Segments::of(file);
    for (marker, content) in &mut segments {
        match marker {
            0xe1 if content.starts_with(b"Exif\0\0") => {
                notes.push_str(&exif::read(session, &content[6..]));
            }
            // XMP and comments.
            0xe1 | 0xfe => push(&mut notes, &strip_tags(content)),
            0xed => push(&mut notes, &printable(content, 4)),
            0xe2..=0xef => push(&mut notes, &printable(content, RUN_OCTETS_MIN)),
            _ => {}
        }
    }
    (notes, segments.end())
}

fn png(session: &mut Session<'_>, file: &[u8]) -> (String, usize) {
    let (mut notes, mut at) = (String::new(), 8);
    while let Some(head) = cut(file, at, 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let Some(content) = usize::try_from(length)
            .ok()
            .and_then(|l| cut(file, at + 8, l))
        else {
            break;
        };
        at += 12 + content.len();
        match &head[4..8] {
            b"IEND" => break,
            b"tEXt" => push(&mut notes, &strip_tags(content)),
            b"iTXt" => push(&mut notes, &international(session, content)),
            b"zTXt" => {
                let data = content
                    .iter()
                    .position(|b| *b == 0)
                    .and_then(|n| content.get(n + 2..));
                push(&mut notes, &unpacked(session, data.unwrap_or_default()));
            }
            b"eXIf" => notes.push_str(&exif::read(session, content)),
            // The picture and its colours.
            b"IHDR" | b"IDAT" | b"fdAT" | b"PLTE" | b"iCCP" | b"tRNS" => {}
            _ => push(&mut notes, &printable(content, RUN_OCTETS_MIN)),
        }
    }
    (notes, at.min(file.len()))
}

fn unpacked(session: &mut Session<'_>, packed: &[u8]) -> String {
    let (text, _) = crate::pack::unpack_quietly(session, crate::pack::Packing::Zlib, packed);
    decode(&text, None)
}

/// A keyword, whether it is packed and how, two names, and the text (PNG §11.3.3.4).
fn international(session: &mut Session<'_>, content: &[u8]) -> String {
    let keyword = content
        .iter()
        .position(|b| *b == 0)
        .unwrap_or(content.len());
    if content.get(keyword + 1) != Some(&1) {
        return strip_tags(content);
    }
    let rest = content.get(keyword + 3..).unwrap_or_default();
    let mut zeros = rest.iter().enumerate().filter(|(_, b)| **b == 0);
    let packed = zeros.nth(1).and_then(|(at, _)| rest.get(at + 1..));
    let text = unpacked(session, packed.unwrap_or_default());
    strip_tags(text.as_bytes())
}

fn webp(session: &mut Session<'_>, file: &[u8]) -> (String, usize) {
    let (mut notes, mut at) = (String::new(), 12);
    let said = le32(file, 4).and_then(|octets| usize::try_from(octets).ok());
    let end = said.map_or(file.len(), |octets| {
        octets.saturating_add(8).min(file.len())
    });
    while let Some(head) = cut(file, at, 8) {
        let length = usize::try_from(le32(head, 4).unwrap_or(0)).unwrap_or(usize::MAX);
        let Some(content) = cut(file, at + 8, length) else {
            break;
        };
        match &head[..4] {
            b"EXIF" => {
                let tiff = content.strip_prefix(b"Exif\0\0").unwrap_or(content);
                notes.push_str(&exif::read(session, tiff));
            }
            b"XMP " => push(&mut notes, &strip_tags(content)),
            _ => {}
        }
        at += 8 + length + length % 2;
    }
    (notes, end)
}

fn webp_size(file: &[u8]) -> Option<(u32, u32)> {
    match cut(file, 12, 4)? {
        b"VP8X" => Some((
            (le32(file, 24)? & 0xff_ffff) + 1,
            (le32(file, 27)? & 0xff_ffff) + 1,
        )),
        b"VP8L" => {
            let bits = le32(file, 21)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => Some((
            u32::from(le16(file, 26)? & 0x3fff),
            u32::from(le16(file, 28)? & 0x3fff),
        )),
        _ => None,
    }
}

/// Text of XMP and the like: what stands between tags, and values of attributes.
fn strip_tags(content: &[u8]) -> String {
    let text = decode(content, None).replace('\0', " ");
    if !text.contains('<') {
        return text;
    }
    let mut out = String::new();
    for token in crate::xml::Xml::of(&text) {
        match token {
            crate::xml::Token::Text(text) => push(&mut out, text.trim()),
            crate::xml::Token::Open(tag) => {
                let spoken = tag
                    .attributes()
                    .filter(|(_, value)| !value.starts_with("http"));
                spoken.for_each(|(_, value)| push(&mut out, &value));
            }
            crate::xml::Token::Close(_) => {}
        }
    }
    out
}

/// Runs of printable characters, for containers of many small fields.
fn printable(content: &[u8], octets: usize) -> String {
    let runs = content.split(|b| !(0x20..0x7f).contains(b));
    let runs = runs.filter(|run| run.len() >= octets);
    runs.map(|run| decode(run, None))
        .collect::<Vec<_>>()
        .join("\n")
}

fn push(out: &mut String, text: &str) {
    if !text.is_empty() {
        out.push_str(text);
        out.push('\n');
    }
}
