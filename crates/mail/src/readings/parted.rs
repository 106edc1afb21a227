//! Words and numbers whose letters a sign parts: `5-3-6-2-2`, `d_i_a_b_e_t_e_s`.

use super::Changed;

/// Letters, and digits where there is nothing else, that one sign parts at least.
const LETTERS_MIN: usize = 3;
const DIGITS_MIN: usize = 7;

/// The text with such words put together.
pub(super) fn changed(text: &str) -> Option<Changed> {
    let mut out = Changed::with_room(0);
    let mut copied = 0;
    let mut at = 0;
    for word in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        let start = at;
        at += word.len();
        let said = word.trim_end();
        let said = said.trim_end_matches([':', ';', '.', ',', '!', '?', ')']);
        if let Some(together) = together(said) {
            out.text.push_str(&text[copied..start]);
            out.put_str(&together);
            copied = start + said.len();
        }
    }
    if copied > 0 {
        out.text.push_str(&text[copied..]);
    }
    out.if_any()
}

/// One letter, the sign, one letter, and so on to the end.
fn together(word: &str) -> Option<String> {
    let mut letters = word.chars();
    let first = letters.next()?;
    let sign = letters.next().filter(|sign| is_sign(*sign))?;
    let mut out = String::from(first);
    let mut expected = true;
    for letter in letters {
        match expected {
            true => out.push(letter),
            false if letter == sign => {}
            false => return None,
        }
        expected = !expected;
    }
    let plain = out.chars().all(char::is_alphanumeric);
    let letters = out.chars().filter(|c| c.is_alphabetic()).count();
    let enough = letters >= LETTERS_MIN || out.chars().count() >= DIGITS_MIN;
    (plain && enough && !expected).then_some(out)
}

const fn is_sign(letter: char) -> bool {
    matches!(
        letter,
        '-' | '.' | '_' | '*' | ',' | '/' | '|' | '+' | '\u{b7}' | '\u{2022}'
    )
}
