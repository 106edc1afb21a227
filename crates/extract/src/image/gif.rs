//! The blocks of a GIF (GIF89a): its comments, how large its frames are, and where it ends.

use super::printable;
use crate::octets::{cut, le16};

/// Comments and what programs wrote, and where the file ends.
pub(super) fn notes(file: &[u8]) -> (String, usize) {
    let mut notes = String::new();
    let end = walk(file, &mut |block| {
        if let Block::Told(octets) = block {
            super::push(&mut notes, &printable(octets, 4));
        }
    });
    (notes, end)
}

/// A frame may be larger than the screen that the header speaks of: readers show it then.
pub(super) fn size(file: &[u8]) -> Option<(u32, u32)> {
    let (mut width, mut height) = (u32::from(le16(file, 6)?), u32::from(le16(file, 8)?));
    walk(file, &mut |block| {
        if let Block::Frame(right, bottom) = block {
            width = width.max(right);
            height = height.max(bottom);
        }
    });
    Some((width, height))
}

enum Block<'a> {
    /// Its right and its lower edge.
    Frame(u32, u32),
    /// One piece of an extension.
    Told(&'a [u8]),
}

/// Answers where the file ends, or stops being a GIF.
fn walk(file: &[u8], take: &mut dyn FnMut(Block<'_>)) -> usize {
    let mut at = 13 + file.get(10).map_or(0, |flags| colours(*flags));
    loop {
        let next = match file.get(at) {
            Some(0x21) => pieces(file, at + 2, &mut |piece| take(Block::Told(piece))),
            Some(0x2c) => frame(file, at, take),
            Some(0x3b) => return at + 1,
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return at.min(file.len()),
        }
    }
}

fn frame(file: &[u8], at: usize, take: &mut dyn FnMut(Block<'_>)) -> Option<usize> {
    let number = |nth: usize| le16(file, at + 1 + 2 * nth).map(u32::from);
    let (left, top, width, height) = (number(0)?, number(1)?, number(2)?, number(3)?);
    take(Block::Frame(left + width, top + height));
    let flags = *file.get(at + 9)?;
    pieces(file, at + 11 + colours(flags), &mut |_| {})
}

/// Octets of a table of colours.
fn colours(flags: u8) -> usize {
    match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    }
}

/// Pieces, each behind its length, up to an empty one; what follows them.
fn pieces(file: &[u8], mut at: usize, take: &mut dyn FnMut(&[u8])) -> Option<usize> {
    loop {
        let length = usize::from(*file.get(at)?);
        at += 1;
        if length == 0 {
            return Some(at);
        }
        take(cut(file, at, length)?);
        at += length;
    }
}
