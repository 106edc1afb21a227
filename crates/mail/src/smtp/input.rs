//! Bytes that came and were not used yet, and the lines among them.

use memchr::memchr;

/// A queue of bytes. Invariant: `scanned` octets from `at` on hold no LF.
#[derive(Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    at: usize,
    scanned: usize,
}

impl Input {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
        } else if self.at > 64 * 1024 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(super) fn unused(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    pub(super) fn starts_with_ignoring_case(&self, word: &[u8]) -> bool {
        self.unused()
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    }

    /// Octets up to and including the next LF, if one has come.
    pub(super) fn line_end(&mut self) -> Option<usize> {
        let unused = &self.bytes[self.at..];
        match memchr(b'\n', &unused[self.scanned..]) {
            Some(n) => Some(self.scanned + n + 1),
            None => {
                self.scanned = unused.len();
                None
            }
        }
    }

    pub(super) fn skip(&mut self, octets: usize) {
        self.at += octets;
        self.scanned = 0;
    }

    /// Overwrites the next `octets` after use: they were a password.
    pub(super) fn wipe(&mut self, octets: usize) {
        self.bytes[self.at..self.at + octets].fill(0);
        self.skip(octets);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
