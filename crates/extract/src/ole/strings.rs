//! Strings of Excel before 2007 ([MS-XLS] §2.5.293), which go on over the borders of records.
//!
//! Invariant: reading stops at the end of the last record; counts are not believed.

use crate::octets::{le16, le32};

/// The shared strings: one record and those that continue it.
pub(super) struct Joined<'a> {
    parts: Vec<&'a [u8]>,
    part: usize,
    at: usize,
}

impl<'a> Joined<'a> {
    pub(super) fn of(parts: Vec<&'a [u8]>, at: usize) -> Self {
        Self { parts, part: 0, at }
    }

    /// The next string, `None` at the end.
    pub(super) fn next(&mut self) -> Option<String> {
        let count = usize::from(self.octet()?) | usize::from(self.octet()?) << 8;
        let flags = self.octet()?;
        let runs = if flags & 8 == 0 { 0 } else { self.size(2)? * 4 };
        let further = if flags & 4 == 0 { 0 } else { self.size(4)? };
        let (mut units, mut wide) = (Vec::new(), flags & 1 != 0);
        for _ in 0..count {
            if self.at >= self.parts.get(self.part)?.len() {
                // Each continuation says anew how wide its characters are.
                self.part += 1;
                self.at = 0;
                wide = self.octet()? & 1 != 0;
            }
            let low = u16::from(self.octet()?);
            let high = if wide { u16::from(self.octet()?) } else { 0 };
            units.push(high << 8 | low);
        }
        self.skip(runs.checked_add(further)?)?;
        Some(String::from_utf16_lossy(&units))
    }

    fn octet(&mut self) -> Option<u8> {
        while self.at >= self.parts.get(self.part)?.len() {
            self.part += 1;
            self.at = 0;
        }
        self.at += 1;
        self.parts[self.part].get(self.at - 1).copied()
    }

    fn size(&mut self, octets: u32) -> Option<usize> {
        let mut size = 0;
        for index in 0..octets {
            size |= usize::from(self.octet()?) << (8 * index);
        }
        Some(size)
    }

    fn skip(&mut self, mut octets: usize) -> Option<()> {
        while octets > 0 {
            let left = self.parts.get(self.part)?.len().saturating_sub(self.at);
            if octets <= left {
                self.at += octets;
                return Some(());
            }
            octets -= left;
            self.part += 1;
            self.at = 0;
        }
        Some(())
    }
}

/// A string that stands whole in a record, its length in two octets.
pub(super) fn whole(record: &[u8], at: usize) -> Option<String> {
    let count = usize::from(le16(record, at)?);
    characters(record, at + 2, count)
}

/// So many characters after an octet that says how wide they are.
pub(super) fn characters(record: &[u8], at: usize, count: usize) -> Option<String> {
    let wide = record.get(at)? & 1 != 0;
    let rest = record.get(at + 1..)?;
    let units: Vec<u16> = if wide {
        let pairs = rest.chunks_exact(2).take(count);
        pairs
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    } else {
        rest.iter()
            .take(count)
            .map(|octet| u16::from(*octet))
            .collect()
    };
    Some(String::from_utf16_lossy(&units))
}

/// A number packed into 30 bits (§2.5.217).
pub(super) fn packed_number(record: &[u8], at: usize) -> Option<f64> {
    let raw = le32(record, at)?;
    let number = if raw & 2 != 0 {
        f64::from(raw.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(raw & !3) << 32)
    };
    Some(if raw & 1 != 0 { number / 100.0 } else { number })
}
