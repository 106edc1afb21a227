//! The segments of a JPEG (ITU-T T.81 annex B), those between scans included, and where it ends.

use memchr::memchr;

use crate::octets::cut;

pub(super) struct Segments<'a> {
    file: &'a [u8],
    at: usize,
    ended: bool,
}

impl<'a> Segments<'a> {
    pub(super) fn of(file: &'a [u8]) -> Self {
        Self {
            file,
            at: 2,
            ended: false,
        }
    }

    /// Behind the mark of the end, or where it stops being a JPEG; to be asked when all were seen.
    pub(super) fn end(&self) -> usize {
        self.at.min(self.file.len())
    }

    /// Past the coded picture: its marks are restarts and stuffed octets.
    fn skip_scan(&mut self) {
        while let Some(rest) = self.file.get(self.at..) {
            let Some(found) = memchr(0xff, rest) else {
                self.at = self.file.len();
                return;
            };
            self.at += found;
            match self.file.get(self.at + 1) {
                Some(0 | 0xd0..=0xd7) => self.at += 2,
                Some(0xff) => self.at += 1,
                _ => return,
            }
        }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        while self.file.get(self.at)? == &0xff && self.file.get(self.at + 1)? == &0xff {
            self.at += 1;
        }
        let marker = *self
            .file
            .get(self.at + 1)
            .filter(|_| self.file[self.at] == 0xff)?;
        if matches!(marker, 0xd9) {
            self.at += 2;
            self.ended = true;
            return None;
        }
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            self.at += 2;
            return Some((marker, &[]));
        }
        let length = cut(self.file, self.at + 2, 2)?.try_into().ok()?;
        let length = usize::from(u16::from_be_bytes(length));
        let content = cut(self.file, self.at + 4, length.checked_sub(2)?)?;
        self.at += 2 + length;
        if marker == 0xda {
            self.skip_scan();
        }
        Some((marker, content))
    }
}
