//! Writes a message as DATA wants it: dots doubled at line starts, the final dot at the end.
//!
//! Done once per connection and piece by piece, so a large message is never held twice.

use std::sync::Arc;

use memchr::{memchr3, memmem};

/// Octets of the message that go into one piece.
const PIECE_OCTETS: usize = 64 * 1024;

pub(super) struct Stuffing {
    parts: [Arc<[u8]>; 2],
    part: usize,
    at: usize,
    /// The last two octets given out decide whether a line starts here. An empty message does.
    last: [u8; 2],
}

pub(super) enum Piece {
    Some(Vec<u8>),
    /// It ends with the final dot.
    Last(Vec<u8>),
}

impl Stuffing {
    pub(super) fn new(head: Arc<[u8]>, body: Arc<[u8]>) -> Self {
        Self {
            parts: [head, body],
            part: 0,
            at: 0,
            last: *b"\r\n",
        }
    }

    /// The next piece. After `Last` there is none: do not ask.
    pub(super) fn next_piece(&mut self) -> Piece {
        let mut piece = Vec::with_capacity(PIECE_OCTETS.min(self.octets_left()) + 512);
        while piece.len() < PIECE_OCTETS {
            let Some(part) = self.parts.get(self.part).cloned() else {
                if self.last != *b"\r\n" {
                    piece.extend_from_slice(b"\r\n");
                }
                piece.extend_from_slice(b".\r\n");
                return Piece::Last(piece);
            };
            let end = part.len().min(self.at + PIECE_OCTETS - piece.len());
            self.stuff(&part[self.at..end], &mut piece);
            self.at = end;
            if end == part.len() {
                self.part += 1;
                self.at = 0;
            }
        }
        Piece::Some(piece)
    }

    fn octets_left(&self) -> usize {
        self.parts
            .iter()
            .skip(self.part)
            .map(|part| part.len())
            .sum::<usize>()
            - self.at
    }

    fn stuff(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        if octets.first() == Some(&b'.') && self.last == *b"\r\n" {
            out.push(b'.');
        }
        let mut from = 0;
        for newline in memmem::find_iter(octets, b"\n.") {
            out.extend_from_slice(&octets[from..=newline]);
            out.push(b'.');
            from = newline + 1;
        }
        out.extend_from_slice(&octets[from..]);
        match octets {
            [.., a, b] => self.last = [*a, *b],
            [b] => self.last = [self.last[1], *b],
            [] => {}
        }
    }
}

/// Whether every CR is followed by LF, every LF follows a CR, and there is no NUL: what may go out.
pub(super) fn is_clean(head: &[u8], body: &[u8]) -> bool {
    let mut awaiting_lf = false;
    for part in [head, body] {
        let mut at = 0;
        if awaiting_lf && !part.is_empty() {
            if part[0] != b'\n' {
                return false;
            }
            awaiting_lf = false;
            at = 1;
        }
        while let Some(n) = memchr3(b'\r', b'\n', 0, &part[at..]) {
            match (part[at + n], part.get(at + n + 1)) {
                (b'\r', Some(b'\n')) => at += n + 2,
                (b'\r', None) => {
                    awaiting_lf = true;
                    break;
                }
                _ => return false,
            }
        }
    }
    !awaiting_lf
}

#[cfg(test)]
mod tests;
