//! Words and numbers that are spelled: a letter or two, then a gap, as in a row of narrow cells.

use super::Changed;

/// Pieces of what is spelled, and digits or letters in it, at least.
const PIECES_MIN: usize = 5;
const DIGITS_MIN: usize = 7;
/// Octets of white space between two pieces, at most.
const GAP_OCTETS_MAX: usize = 8;

/// The text with what is spelled put together.
pub(super) fn changed(text: &str) -> Option<Changed> {
    let mut run = Run::default();
    let mut runs: Vec<Run> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let gap = rest.len() - rest.trim_ascii_start().len();
        let (gap, after) = rest.split_at(gap);
        let octets = after
            .bytes()
            .take_while(|b| !b.is_ascii_whitespace())
            .count();
        let (word, behind) = after.split_at(octets);
        rest = behind;
        // A comma or a full stop stands behind the last piece.
        let piece = word.trim_end_matches([',', ';', '.', ':', '!', '?', ')']);
        let small = piece.len() <= 4 && is_piece(if piece.is_empty() { word } else { piece });
        if run.pieces > 0 && !(small && run.goes_on(gap)) {
            let ended = std::mem::take(&mut run);
            runs.extend(ended.is_spelled().then_some(ended));
        }
        if small {
            run.take(text.len() - after.len(), word, gap);
            run.ended = !piece.is_empty() && piece.len() < octets;
        }
    }
    runs.extend(run.is_spelled().then_some(run));
    let mut out = Changed::with_room(if runs.is_empty() { 0 } else { text.len() });
    let mut copied = 0;
    for run in &runs {
        out.text.push_str(&text[copied..run.start]);
        let together: String = text[run.start..run.end].split_ascii_whitespace().collect();
        out.put_str(&together);
        copied = run.end;
    }
    if !runs.is_empty() {
        out.text.push_str(&text[copied..]);
    }
    out.if_any()
}

/// One letter, one sign that stands inside numbers, or up to two digits.
fn is_piece(word: &str) -> bool {
    let octets = word.as_bytes();
    match octets {
        [one] => one.is_ascii_alphanumeric() || matches!(one, b'-' | b'.' | b'/'),
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        _ => {
            let mut letters = word.chars();
            let alone = (letters.next(), letters.next());
            matches!(alone, (Some(letter), None) if letter.is_alphanumeric())
        }
    }
}

#[derive(Default)]
struct Run {
    start: usize,
    end: usize,
    pieces: usize,
    digits: usize,
    letters: usize,
    /// Pieces on the line that is being read.
    on_line: usize,
    ended: bool,
}

impl Run {
    /// A row ends with its line; what stands one below the other does not.
    fn goes_on(&self, gap: &str) -> bool {
        !self.ended && gap.len() <= GAP_OCTETS_MAX && (!gap.contains('\n') || self.on_line <= 1)
    }

    fn take(&mut self, start: usize, word: &str, gap: &str) {
        if self.pieces == 0 {
            self.start = start;
        }
        if gap.contains('\n') {
            self.on_line = 0;
        }
        self.on_line += 1;
        self.pieces += 1;
        self.end = start + word.len();
        self.digits += word.chars().filter(|c| c.is_numeric()).count();
        self.letters += usize::from(word.starts_with(char::is_alphabetic));
    }

    fn is_spelled(&self) -> bool {
        self.pieces >= PIECES_MIN && (self.digits >= DIGITS_MIN || self.letters >= PIECES_MIN)
    }
}
