//! What a style sheet says in words, and what it hides: strings that it puts on the page, its comments,
//! and the classes and ids that no reader is shown.

use memchr::memmem;

/// Words of a style sheet.
#[derive(Default)]
pub struct Sheet {
    pub words: String,
    /// It shows something from right to left, letter by letter.
    pub turns: bool,
    /// Classes and ids that it hides, in some case at least: `.name`, `#name`.
    pub hides: Vec<String>,
}

/// Names that one sheet may hide; those of pages are a few dozen.
const HIDDEN_MAX: usize = 1_000;

pub fn sheet(css: &str) -> Sheet {
    let lower = css.to_ascii_lowercase();
    let mut sheet = Sheet {
        words: String::new(),
        turns: lower.contains("bidi-override") || lower.contains("isolate-override"),
        hides: Vec::new(),
    };
    if !css.contains('{') {
        // No rules at all: words that only stand where a sheet would.
        sheet.words = css.to_owned();
        return sheet;
    }
    sheet.hides = hidden(css, &lower);
    let mut taken = 0;
    for (at, open) in lower.match_indices("url(") {
        let start = at + open.len();
        // What is inside of the one before was told with it.
        if start < taken {
            continue;
        }
        let octets = memchr::memchr(b')', &css.as_bytes()[start..]);
        let inner = &css[start..octets.map_or(css.len(), |octets| start + octets)];
        taken = start + inner.len();
        // In quotes it is a string; without a scheme it is a name beside the page.
        if !inner.contains(['"', '\'']) && inner.contains(':') {
            sheet.add(inner);
        }
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

/// What rules hide, by the last part of each selector. Selectors of elements alone would hide whole pages.
fn hidden(css: &str, lower: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = 0;
    for (end, _) in lower.match_indices('}') {
        let rule = (&css[at..end], &lower[at..end]);
        at = end + 1;
        let Some(open) = rule.1.rfind('{') else {
            continue;
        };
        if !super::hides(&super::compact(&rule.1[open + 1..])) {
            continue;
        }
        let head = rule.0[..open].rsplit(['{', ';', '/']).next();
        for selector in head.unwrap_or_default().split(',') {
            let last = selector.rsplit(|c: char| c.is_ascii_whitespace() || "+>~".contains(c));
            let last = last.into_iter().find(|part| !part.is_empty());
            names.extend(last.into_iter().flat_map(marked));
        }
        if names.len() > HIDDEN_MAX {
            break;
        }
    }
    names
}

/// Classes and ids of `p.one#two:hover`.
fn marked(compound: &str) -> impl Iterator<Item = String> {
    let starts = compound.match_indices(['.', '#']);
    starts.map(|(at, mark)| {
        let name = &compound[at + 1..];
        let end = name.find(['.', '#', ':', '[']).unwrap_or(name.len());
        format!("{mark}{}", &name[..end])
    })
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
