//! Numbers in words, digit by digit, as they are dictated: `two one nine, zero nine, nine nine nine nine`.

use super::Changed;

/// Digits that make a number worth reading.
const DIGITS_MIN: usize = 7;
/// What may stand between two of them, in octets.
const GAP_OCTETS_MAX: usize = 4;

const SAID: [(&str, char); 30] = [
    ("zero", '0'),
    ("oh", '0'),
    ("o", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("cero", '0'),
    ("uno", '1'),
    ("dos", '2'),
    ("tres", '3'),
    ("cuatro", '4'),
    ("cinco", '5'),
    ("seis", '6'),
    ("siete", '7'),
    ("ocho", '8'),
    ("nueve", '9'),
    ("dash", '-'),
    ("hyphen", '-'),
    ("minus", '-'),
    ("slash", '/'),
    ("dot", '.'),
    ("point", '.'),
    ("guion", '-'),
    ("guión", '-'),
];

/// The text with such numbers in digits.
pub(super) fn changed(text: &str) -> Option<Changed> {
    let mut out = Changed::with_room(0);
    let mut copied = 0;
    let mut run = Run::default();
    let mut at = 0;
    for word in text.split(|c: char| !c.is_alphabetic()) {
        let start = at;
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        let said = digit(word);
        let goes_on = said.is_some() && run.is_open(&text[run.end.min(start)..start]);
        if !goes_on {
            run.put(text, &mut copied, &mut out);
            run = Run {
                start,
                ..Run::default()
            };
        }
        if let Some(letter) = said {
            run.take(letter, start + word.len());
        }
    }
    run.put(text, &mut copied, &mut out);
    if copied > 0 {
        out.text.push_str(&text[copied..]);
    }
    out.if_any()
}

fn digit(word: &str) -> Option<char> {
    // The longest is six letters.
    if word.len() > 7 {
        return None;
    }
    let found = SAID
        .iter()
        .find(|(said, _)| said.eq_ignore_ascii_case(word));
    found.map(|(_, letter)| *letter)
}

#[derive(Default)]
struct Run {
    start: usize,
    end: usize,
    number: String,
}

impl Run {
    fn is_open(&self, gap: &str) -> bool {
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '.' | '/' | ';');
        !self.number.is_empty() && gap.len() <= GAP_OCTETS_MAX && gap.chars().all(between)
    }

    fn take(&mut self, letter: char, end: usize) {
        self.number.push(letter);
        self.end = end;
    }

    fn put(&self, text: &str, copied: &mut usize, out: &mut Changed) {
        let digits = self.number.chars().filter(char::is_ascii_digit).count();
        if digits < DIGITS_MIN {
            return;
        }
        out.text.push_str(&text[*copied..self.start]);
        out.put_str(&self.number);
        *copied = self.end;
    }
}
