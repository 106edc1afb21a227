//! Relaxed canonical forms (RFC 6376 §3.4.2 and §3.4.4), hashed as they are read.
//!
//! Lines end in CRLF; a bare CR or LF is refused long before (delivery.md §4) and counts as text here.

use aws_lc_rs::digest::{Context, Digest, SHA256};

/// SHA-256 of a body in relaxed form. Takes the body in pieces of any size and copies none of it.
pub(super) struct BodyHash {
    context: Context,
    /// Line ends seen since the last text. Those at the end of the body do not count (§3.4.4 b).
    line_ends: usize,
    /// White space seen since the last text. That before a line end does not count (§3.4.4 a).
    space: bool,
    /// The last piece ended in CR.
    carriage_return: bool,
    any_text: bool,
}

impl BodyHash {
    pub fn new() -> Self {
        Self {
            context: Context::new(&SHA256),
            line_ends: 0,
            space: false,
            carriage_return: false,
            any_text: false,
        }
    }

    pub fn update(&mut self, mut piece: &[u8]) {
        while let Some(&first) = piece.first() {
            if self.carriage_return {
                self.carriage_return = false;
                match first {
                    b'\n' => {
                        self.line_end();
                        piece = &piece[1..];
                    }
                    _ => self.text(b"\r"),
                }
                continue;
            }
            let (taken, rest) = match first {
                b' ' | b'\t' => {
                    self.space = true;
                    piece.split_at(1)
                }
                b'\r' => {
                    self.carriage_return = true;
                    piece.split_at(1)
                }
                _ => {
                    let (text, rest) = piece.split_at(unchanged(piece));
                    self.text(text);
                    (text, rest)
                }
            };
            debug_assert!(!taken.is_empty(), "every round makes progress");
            piece = rest;
        }
    }

    pub fn finish(mut self) -> Digest {
        if self.carriage_return {
            self.carriage_return = false;
            self.text(b"\r");
        }
        // §3.4.4 b: one line end closes the last line, also when the body lacks it
        if self.any_text {
            self.context.update(b"\r\n");
        }
        self.context.finish()
    }

    fn line_end(&mut self) {
        self.space = false;
        self.line_ends += 1;
    }

    fn text(&mut self, text: &[u8]) {
        for _ in 0..std::mem::take(&mut self.line_ends) {
            self.context.update(b"\r\n");
        }
        if std::mem::take(&mut self.space) {
            self.context.update(b" ");
        }
        self.context.update(text);
        self.any_text = true;
    }
}

/// How many octets at the start, which is text, stand in the relaxed form as they are: up to white
/// space that changes or a line end that may be the last. Ordinary prose passes whole.
fn unchanged(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b' ', b'\t', b'\r', &text[at..]) {
        let next = at + found;
        at = match &text[next..] {
            [b' ', after, ..] if !is_space_or_cr(*after) => next + 2,
            [b'\r', b'\n', after, ..] if !is_space_or_cr(*after) => next + 3,
            _ => return next,
        };
    }
    text.len()
}

fn is_space_or_cr(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r')
}

/// SHA-256 so far over fields in relaxed form, in the order given.
pub(super) fn hash_fields<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Context {
    let mut context = Context::new(&SHA256);
    let mut relaxed = Vec::new();
    for field in fields {
        relaxed.clear();
        relax_field(field, &mut relaxed);
        context.update(&relaxed);
    }
    context
}

/// Appends one field in relaxed form: `name:value CRLF`, the name in lower case, unfolded, each run
/// of white space one space, none at either end of the value.
pub(crate) fn relax_field(field: &[u8], out: &mut Vec<u8>) {
    let colon = memchr::memchr(b':', field).unwrap_or(field.len());
    let (name, value) = field.split_at(colon);
    out.extend(name.trim_ascii_end().iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let words = value
        .get(1..)
        .unwrap_or_default()
        .split(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n'));
    for (number, word) in words.filter(|word| !word.is_empty()).enumerate() {
        if number > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
    out.extend_from_slice(b"\r\n");
}
