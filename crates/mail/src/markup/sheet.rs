//! What a style sheet says in words: strings that it puts on the page, and its comments.

use memchr::memmem;

/// Words of a style sheet.
#[derive(Default)]
pub struct Sheet {
    pub words: String,
    /// It shows something from right to left, letter by letter.
    pub turns: bool,
}

pub fn sheet(css: &str) -> Sheet {
    let lower = css.to_ascii_lowercase();
    let mut sheet = Sheet {
        words: String::new(),
        turns: lower.contains("bidi-override") || lower.contains("isolate-override"),
    };
    if !css.contains('{') {
        // No rules at all: words that only stand where a sheet would.
        sheet.words = css.to_owned();
        return sheet;
    }
    let mut rest = css;
    while let Some(at) = memchr::memchr3(b'"', b'\'', b'/', rest.as_bytes()) {
        rest = &rest[at..];
        let used = match rest.as_bytes() {
            [b'/', b'*', ..] => {
                let end = memmem::find(&rest.as_bytes()[2..], b"*/").map_or(rest.len(), |n| n + 2);
                sheet.add(&rest[2..end]);
                rest.len().min(end + 2)
            }
            [b'/', ..] => 1,
            _ => {
                let (said, used) = string(rest);
                sheet.add(&said);
                used
            }
        };
        rest = &rest[used..];
    }
    sheet
}

impl Sheet {
    fn add(&mut self, words: &str) {
        if !words.trim().is_empty() {
            self.words.push_str(words.trim());
            self.words.push('\n');
        }
    }
}

/// A quoted string with its escapes undone (CSS Syntax §4.3.5), and how many octets it takes.
fn string(css: &str) -> (String, usize) {
    let mut letters = css.char_indices().peekable();
    let mut said = String::new();
    let Some((_, quote)) = letters.next() else {
        return (said, 1);
    };
    while let Some((at, letter)) = letters.next() {
        match letter {
            end if end == quote => return (said, at + 1),
            '\n' => return (said, at),
            '\\' => {
                let mut number = String::new();
                while let Some((_, digit)) =
                    letters.next_if(|(_, c)| c.is_ascii_hexdigit() && number.len() < 6)
                {
                    number.push(digit);
                }
                match u32::from_str_radix(&number, 16)
                    .ok()
                    .and_then(char::from_u32)
                {
                    Some(letter) => {
                        said.push(letter);
                        letters.next_if(|(_, c)| c.is_ascii_whitespace());
                    }
                    None => said.extend(letters.next().map(|(_, c)| c).filter(|c| *c != '\n')),
                }
            }
            letter => said.push(letter),
        }
    }
    (said, css.len())
}
