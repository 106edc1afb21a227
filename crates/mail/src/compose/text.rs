//! Header fields as text: folding (RFC 5322 §2.2.3) and encoded words (RFC 2047).
//!
//! Invariant: a field ends in CRLF, its lines stay within 998 octets (78 where they can), and no
//! value can add a line that is not a continuation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Address;

const LINE_OCTETS: usize = 76;
/// 75 octets of an encoded word (RFC 2047 §2) leave this many for base64, hence 45 of text.
const WORD_TEXT_OCTETS: usize = 45;

/// A field of free text. Control characters become spaces: callers refuse them before.
pub(crate) fn unstructured_field(name: &str, value: &str) -> String {
    let clean: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut line = Line::begin(name);
    if travels_plainly(&clean) {
        clean.split(' ').for_each(|word| line.word(word));
    } else {
        encoded_words(&clean)
            .iter()
            .for_each(|word| line.word(word));
    }
    line.end()
}

/// A field of mailboxes, one to a line when there are several.
pub(crate) fn address_field(name: &str, mailboxes: &[(Option<&str>, &Address)]) -> String {
    let mut line = Line::begin(name);
    for (i, (display, address)) in mailboxes.iter().enumerate() {
        if i > 0 {
            line.fold();
        }
        let comma = if i + 1 == mailboxes.len() { "" } else { "," };
        match display.map(str::trim).filter(|display| !display.is_empty()) {
            None => line.word(&format!("{}{comma}", address.as_str())),
            Some(display) => {
                phrase(display).iter().for_each(|word| line.word(word));
                line.word(&format!("<{}>{comma}", address.as_str()));
            }
        }
    }
    line.end()
}

/// ASCII that folds into short lines and reads back the same.
fn travels_plainly(text: &str) -> bool {
    let is_short = |word: &str| word.len() <= 800;
    text.is_ascii()
        && !text.contains("=?")
        && !text.contains("  ")
        && text.trim() == text
        && text.split(' ').all(is_short)
}

/// A display name: atoms, a quoted string, or encoded words.
fn phrase(display: &str) -> Vec<String> {
    if !travels_plainly(display) {
        return encoded_words(display);
    }
    let is_atom = |word: &str| {
        word.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    if display.split(' ').all(is_atom) {
        return display.split(' ').map(str::to_owned).collect();
    }
    let escaped: String = display
        .chars()
        .flat_map(|c| [Some('\\').filter(|_| c == '"' || c == '\\'), Some(c)])
        .flatten()
        .collect();
    vec![format!("\"{escaped}\"")]
}

/// UTF-8 in base64, cut between characters. White space between the words is not part of the text.
fn encoded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut cut = rest.len().min(WORD_TEXT_OCTETS);
        while !rest.is_char_boundary(cut) {
            cut -= 1;
        }
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(&rest[..cut])));
        rest = &rest[cut..];
    }
    words
}

/// A field being written, folded before the word that would make a line too long.
struct Line {
    out: String,
    column: usize,
}

impl Line {
    fn begin(name: &str) -> Self {
        Self {
            out: format!("{name}:"),
            column: name.len() + 1,
        }
    }

    fn word(&mut self, word: &str) {
        // The first word stays beside the name: a line of white space alone is obsolete syntax.
        let is_first = self.out.ends_with(':') && !self.out.contains(' ');
        if self.column + 1 + word.len() > LINE_OCTETS && !is_first && self.column > 0 {
            self.fold();
        }
        self.out.push(' ');
        self.out.push_str(word);
        self.column += 1 + word.len();
    }

    fn fold(&mut self) {
        self.out.push_str("\r\n");
        self.column = 0;
    }

    fn end(mut self) -> String {
        self.out.push_str("\r\n");
        self.out
    }
}
