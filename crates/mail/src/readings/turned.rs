//! Text that is shown from right to left although it is not written so (UAX #9 §2.2, overrides).

use memchr::memmem;

use super::Changed;

/// Right-to-left override, and the mark that ends it.
pub const TURN: char = '\u{202e}';
pub const BACK: char = '\u{202c}';

/// The text as it is shown.
pub(super) fn changed(text: &str) -> Option<Changed> {
    let mark = "\u{202e}";
    memmem::find(text.as_bytes(), mark.as_bytes())?;
    let mut out = Changed::with_room(text.len());
    let mut rest = text;
    while let Some(at) = memmem::find(rest.as_bytes(), mark.as_bytes()) {
        out.text.push_str(&rest[..at]);
        rest = &rest[at + mark.len()..];
        let end = rest.find([BACK, TURN, '\u{202d}']).unwrap_or(rest.len());
        out.put_str(&every_line(&rest[..end]));
        rest = &rest[end..];
    }
    out.text.push_str(rest);
    out.if_any()
}

/// Every line from its end: where a style sheet turns something, and nobody knows what.
pub fn every_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\u{2029}']) {
        let said = line.trim_end_matches(['\n', '\r', '\u{2029}']);
        out.extend(said.chars().rev());
        out.push_str(&line[said.len()..]);
    }
    out
}
