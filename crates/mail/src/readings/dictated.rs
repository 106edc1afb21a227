//! Numbers in words, as they are dictated: `two one nine, zero nine, nine nine nine nine`, `two nineteen, oh nine,
//! ninety-nine ninety-nine`, `doscientos` aside.

use super::Changed;

/// Digits that make a number worth reading.
const DIGITS_MIN: usize = 7;
/// What may stand between two of them, in octets.
const GAP_OCTETS_MAX: usize = 4;
/// Octets of the longest word (`veinticuatro`, and room for an accent).
const WORD_OCTETS_MAX: usize = 13;

/// What a word adds to a number.
#[derive(Clone, Copy)]
enum Said {
    Digits(&'static str),
    /// `ninety`: the digit that follows takes the place of its zero.
    Tens(char),
    /// `double nine`, `triple cero`.
    Times(usize),
    /// `treinta y cinco`.
    And,
}

use Said::{And, Digits, Tens, Times};

const SAID: [(&str, Said); 87] = [
    ("zero", Digits("0")),
    ("oh", Digits("0")),
    ("o", Digits("0")),
    ("one", Digits("1")),
    ("two", Digits("2")),
    ("three", Digits("3")),
    ("four", Digits("4")),
    ("five", Digits("5")),
    ("six", Digits("6")),
    ("seven", Digits("7")),
    ("eight", Digits("8")),
    ("nine", Digits("9")),
    ("ten", Digits("10")),
    ("eleven", Digits("11")),
    ("twelve", Digits("12")),
    ("thirteen", Digits("13")),
    ("fourteen", Digits("14")),
    ("fifteen", Digits("15")),
    ("sixteen", Digits("16")),
    ("seventeen", Digits("17")),
    ("eighteen", Digits("18")),
    ("nineteen", Digits("19")),
    ("twenty", Tens('2')),
    ("thirty", Tens('3')),
    ("forty", Tens('4')),
    ("fourty", Tens('4')),
    ("fifty", Tens('5')),
    ("sixty", Tens('6')),
    ("seventy", Tens('7')),
    ("eighty", Tens('8')),
    ("ninety", Tens('9')),
    ("double", Times(2)),
    ("triple", Times(3)),
    ("cero", Digits("0")),
    ("uno", Digits("1")),
    ("dos", Digits("2")),
    ("tres", Digits("3")),
    ("cuatro", Digits("4")),
    ("cinco", Digits("5")),
    ("seis", Digits("6")),
    ("siete", Digits("7")),
    ("ocho", Digits("8")),
    ("nueve", Digits("9")),
    ("diez", Digits("10")),
    ("once", Digits("11")),
    ("doce", Digits("12")),
    ("trece", Digits("13")),
    ("catorce", Digits("14")),
    ("quince", Digits("15")),
    ("dieciseis", Digits("16")),
    ("dieciséis", Digits("16")),
    ("diecisiete", Digits("17")),
    ("dieciocho", Digits("18")),
    ("diecinueve", Digits("19")),
    ("veinte", Tens('2')),
    ("veintiuno", Digits("21")),
    ("veintidos", Digits("22")),
    ("veintidós", Digits("22")),
    ("veintitres", Digits("23")),
    ("veintitrés", Digits("23")),
    ("veinticuatro", Digits("24")),
    ("veinticinco", Digits("25")),
    ("veintiseis", Digits("26")),
    ("veintiséis", Digits("26")),
    ("veintisiete", Digits("27")),
    ("veintiocho", Digits("28")),
    ("veintinueve", Digits("29")),
    ("treinta", Tens('3')),
    ("cuarenta", Tens('4')),
    ("cincuenta", Tens('5')),
    ("sesenta", Tens('6')),
    ("setenta", Tens('7')),
    ("ochenta", Tens('8')),
    ("noventa", Tens('9')),
    ("doble", Times(2)),
    ("y", And),
    ("dash", Digits("-")),
    ("hyphen", Digits("-")),
    ("minus", Digits("-")),
    ("slash", Digits("/")),
    ("dot", Digits(".")),
    ("point", Digits(".")),
    ("punto", Digits(".")),
    ("diagonal", Digits("/")),
    ("menos", Digits("-")),
    ("guion", Digits("-")),
    ("guión", Digits("-")),
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
        let said = said(word);
        let gap = &text[run.end.min(start)..start];
        let goes_on = said.is_some() && run.is_open(gap);
        if !goes_on {
            run.put(text, &mut copied, &mut out);
            run = Run {
                start,
                ..Run::default()
            };
        }
        if let Some(said) = said {
            let joined = goes_on && matches!(gap, " " | "-");
            run.take(said, joined, start + word.len());
        }
    }
    run.put(text, &mut copied, &mut out);
    if copied > 0 {
        out.text.push_str(&text[copied..]);
    }
    out.if_any()
}

fn said(word: &str) -> Option<Said> {
    if word.len() > WORD_OCTETS_MAX {
        return None;
    }
    let found = SAID.iter().find(|(own, _)| own.eq_ignore_ascii_case(word));
    found.map(|(_, said)| *said)
}

#[derive(Default)]
struct Run {
    start: usize,
    end: usize,
    /// Where its last digit ends.
    digits_end: usize,
    number: String,
    /// The number ends with a ten whose zero a digit may replace.
    tens: bool,
    times: usize,
}

impl Run {
    fn is_open(&self, gap: &str) -> bool {
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '.' | '/' | ';');
        let begun = !self.number.is_empty() || self.times > 0;
        begun && gap.len() <= GAP_OCTETS_MAX && gap.chars().all(between)
    }

    fn take(&mut self, said: Said, joined: bool, end: usize) {
        let tens = std::mem::take(&mut self.tens) && joined;
        let times = std::mem::take(&mut self.times).max(1);
        match said {
            Digits(digit) => {
                if tens && digit.len() == 1 && matches!(digit.as_bytes()[0], b'1'..=b'9') {
                    self.number.pop();
                }
                (0..times).for_each(|_| self.number.push_str(digit));
            }
            Tens(digit) => {
                self.number.push(digit);
                self.number.push('0');
                self.tens = true;
            }
            Times(times) => self.times = times,
            And => self.tens = tens,
        }
        self.end = end;
        if matches!(said, Digits(_) | Tens(_)) {
            self.digits_end = end;
        }
    }

    fn put(&self, text: &str, copied: &mut usize, out: &mut Changed) {
        let digits = self.number.chars().filter(char::is_ascii_digit).count();
        if digits < DIGITS_MIN {
            return;
        }
        out.text.push_str(&text[*copied..self.start]);
        out.put_str(&self.number);
        *copied = self.digits_end;
    }
}
