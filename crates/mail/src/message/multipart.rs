//! Where the parts of a multipart body begin and end (RFC 2046 §5.1.1).

use std::ops::Range;

use memchr::{memchr, memmem};
use model::{Code, Error, Result, limits};

#[derive(Default)]
pub(super) struct Split {
    pub parts: Vec<Range<usize>>,
    /// Preamble and epilogue, where they say something.
    pub around: Vec<Range<usize>>,
}

/// Splits `body` at its delimiter lines. `MimeInvalid` when there are too many parts.
pub(super) fn split(body: &[u8], boundary: &str) -> Result<Split> {
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut split = Split::default();
    // Where what stands before the next delimiter began; the preamble first.
    let mut from = 0;
    let mut inside = false;
    for at in memmem::find_iter(body, &delimiter) {
        let Some(line) = delimiter_line(body, at, delimiter.len()) else {
            continue;
        };
        let to = at - line_break_before(&body[..at]);
        if inside {
            // Two delimiters may share a line break: then the part is empty.
            split.parts.push(from..to.max(from));
        } else {
            split.note(body, from..to.max(from));
        }
        if split.parts.len() > limits::MIME_PARTS_MAX {
            return Err(Error::new(Code::MimeInvalid));
        }
        from = line.end;
        inside = true;
        if line.closing {
            split.note(body, from..body.len());
            return Ok(split);
        }
    }
    if inside {
        split.parts.push(from..body.len());
    }
    Ok(split)
}

impl Split {
    fn note(&mut self, body: &[u8], range: Range<usize>) {
        if !body[range.clone()].trim_ascii().is_empty() {
            self.around.push(range);
        }
    }
}

struct DelimiterLine {
    /// After its line break.
    end: usize,
    closing: bool,
}

/// The delimiter at `at`, if it stands alone on its line: only white space may follow.
fn delimiter_line(body: &[u8], at: usize, octets: usize) -> Option<DelimiterLine> {
    if at > 0 && body[at - 1] != b'\n' {
        return None;
    }
    let rest = &body[at + octets..];
    let line = memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
    let (closing, tail) = match rest[..line].strip_prefix(b"--") {
        Some(tail) => (true, tail),
        None => (false, &rest[..line]),
    };
    let end = at + octets + line;
    tail.trim_ascii()
        .is_empty()
        .then_some(DelimiterLine { end, closing })
}

/// The line break before a delimiter belongs to the delimiter.
fn line_break_before(before: &[u8]) -> usize {
    match before {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}
