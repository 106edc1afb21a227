//! Reads the octets after DATA or BDAT: finds the true end, undoes dot-stuffing, refuses smuggling.
//!
//! Only CRLF ends a line and only `CRLF . CRLF` (or `. CRLF` straight after DATA, RFC 5321 §4.1.1.4)
//! ends the data: the reader starts at the beginning of a line. A bare CR, a bare LF or a NUL is
//! `Broken` at once, wherever the input is split, because servers that disagree about line ends can
//! be made to disagree about where a message ends. What is kept is exactly what stood between DATA
//! and the dot, the CRLF before the dot included, without the stuffed dots.
//!
//! Invariant: the result depends on the octets only, never on how they were split.

use memchr::memchr3;
use model::{Code, limits};

pub(super) struct DataReader {
    framing: Framing,
    at: At,
    /// Octets of the present line, without a stuffed dot and without CRLF.
    line: usize,
    kept: Vec<u8>,
    kept_max: usize,
    /// Octets of the message so far, kept or not.
    octets: usize,
    /// A line was longer than lines may be.
    is_long: bool,
    given_up: Option<Code>,
}

/// What the reader makes of a piece of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// All of it belongs to the message; more is to come.
    More,
    /// The message ended after so many octets of this piece.
    End { used: usize },
    /// A bare CR, a bare LF or a NUL: nothing after it can be trusted.
    Broken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// DATA: a dot ends it.
    Dot,
    /// BDAT: counts end it (RFC 3030 §2); dots mean nothing.
    Counted,
}

/// What the last octet was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Dot,
    DotCr,
    Text,
    Cr,
}

impl DataReader {
    pub(super) fn dotted(kept_max: usize, expected: Option<u64>) -> Self {
        Self::new(Framing::Dot, kept_max, expected)
    }

    pub(super) fn counted(kept_max: usize, expected: Option<u64>) -> Self {
        Self::new(Framing::Counted, kept_max, expected)
    }

    /// `expected` is the sender's own claim: it saves growing, and is not believed far.
    fn new(framing: Framing, kept_max: usize, expected: Option<u64>) -> Self {
        const CLAIM_MAX: usize = 1024 * 1024;
        let claim = expected
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(8 * 1024);
        let kept = Vec::with_capacity(claim.min(CLAIM_MAX).min(kept_max));
        Self {
            framing,
            at: At::LineStart,
            line: 0,
            kept,
            kept_max,
            octets: 0,
            is_long: false,
            given_up: None,
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Fed {
        let mut i = 0;
        let mut keep_from = 0;
        while let Some(&octet) = piece.get(i) {
            match self.at {
                At::LineStart if octet == b'.' && self.framing == Framing::Dot => {
                    self.keep(&piece[keep_from..i]);
                    i += 1;
                    keep_from = i;
                    self.at = At::Dot;
                }
                At::LineStart => self.at = At::Text,
                At::Dot if octet == b'\r' => {
                    i += 1;
                    self.at = At::DotCr;
                }
                At::Dot => self.at = At::Text,
                At::DotCr if octet == b'\n' => return Fed::End { used: i + 1 },
                At::DotCr => return Fed::Broken,
                At::Text => match memchr3(b'\r', b'\n', 0, &piece[i..]) {
                    None => {
                        self.line += piece.len() - i;
                        i = piece.len();
                    }
                    Some(n) if piece[i + n] == b'\r' => {
                        self.line += n;
                        i += n + 1;
                        self.at = At::Cr;
                    }
                    Some(_) => return Fed::Broken,
                },
                At::Cr if octet == b'\n' => {
                    i += 1;
                    self.end_line();
                }
                At::Cr => return Fed::Broken,
            }
        }
        // After a lone dot the CR is kept only when no LF follows, and then it is Broken anyway.
        if self.at != At::DotCr {
            self.keep(&piece[keep_from..]);
        }
        Fed::More
    }

    /// No more octets will come (BDAT LAST). A CR that still waits for its LF is a bare one.
    pub(super) fn is_whole(&self) -> bool {
        self.at != At::Cr
    }

    /// The message, or why it cannot be taken: over the size limit, or a line over its limit.
    pub(super) fn into_message(mut self) -> Result<Vec<u8>, Code> {
        self.check_line();
        match self.fault() {
            Some(code) => Err(code),
            None => Ok(self.kept),
        }
    }

    /// Why the message cannot be taken, as far as is known; the rest is still read and dropped. Of two
    /// reasons it is always the same one, whichever was met first.
    pub(super) fn fault(&self) -> Option<Code> {
        let too_large = self.octets > self.kept_max;
        self.given_up
            .or(too_large.then_some(Code::MessageTooLarge))
            .or(self.is_long.then_some(Code::LineTooLong))
    }

    /// What the message takes of memory now.
    pub(super) fn octets(&self) -> usize {
        self.kept.capacity()
    }

    /// It will not be taken: the rest is read and dropped.
    pub(super) fn give_up(&mut self, code: Code) {
        self.given_up.get_or_insert(code);
        self.kept = Vec::new();
    }

    fn end_line(&mut self) {
        self.check_line();
        self.line = 0;
        self.at = At::LineStart;
    }

    /// RFC 5321 §4.5.3.1.6: CRLF counts, a stuffed dot does not.
    fn check_line(&mut self) {
        self.is_long |= self.line + 2 > limits::TEXT_LINE_OCTETS_MAX;
    }

    fn keep(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        match self.fault() {
            Some(_) => self.kept = Vec::new(),
            None => self.kept.extend_from_slice(octets),
        }
    }
}

#[cfg(test)]
mod tests;
