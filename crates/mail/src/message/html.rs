//! HTML as the text in it: tags out, entities decoded, hidden text, comments and alternative texts
//! kept. For detectors and plain reading; it is not a renderer and not a sanitiser.

use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memchr2, memmem};

pub(super) fn to_text(html: &str) -> String {
    let mut out = Text {
        out: String::with_capacity(html.len() / 2),
    };
    out.add(html, true);
    out.out
}

struct Text {
    out: String,
}

impl Text {
    fn add(&mut self, html: &str, comments_open: bool) {
        let mut rest = html;
        while let Some(at) = memchr2(b'<', b'&', rest.as_bytes()) {
            self.words(&rest[..at]);
            rest = &rest[at..];
            let used = match rest.as_bytes() {
                [b'&', ..] => self.entity(rest),
                [b'<', b'!', b'-', b'-', ..] if comments_open => self.comment(rest),
                [b'<', b'!' | b'?', ..] => {
                    memchr(b'>', rest.as_bytes()).map_or(rest.len(), |n| n + 1)
                }
                [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(rest),
                _ => {
                    self.words("<");
                    1
                }
            };
            rest = &rest[used..];
        }
        self.words(rest);
    }

    /// Text with its white space collapsed, as a browser shows it.
    fn words(&mut self, text: &str) {
        if text.starts_with(|c: char| c.is_ascii_whitespace()) {
            self.space();
        }
        let mut first = true;
        for word in text.split_ascii_whitespace() {
            if !first {
                self.space();
            }
            first = false;
            self.out.push_str(word);
        }
        if !first && text.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.space();
        }
    }

    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn line(&mut self) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// Returns how many octets were used; an `&` that begins nothing stands for itself.
    fn entity(&mut self, rest: &str) -> usize {
        let body = rest[1..]
            .bytes()
            .take(32)
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'#')
            .count();
        let token = &rest[..=body];
        let closed = rest.as_bytes().get(body + 1) == Some(&b';');
        // Browsers read a number without its semicolon too.
        if let Some(number) = token.strip_prefix("&#") {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            if let Some(c) = code.ok().and_then(char::from_u32) {
                self.out.push(if c == '\u{a0}' { ' ' } else { c });
                return token.len() + usize::from(closed);
            }
        } else if closed && body > 0 {
            let at = self.out.len();
            add_html_token(&mut self.out, &rest.as_bytes()[..body + 2], false);
            if &self.out[at..] == "\u{a0}" {
                self.out.truncate(at);
                self.out.push(' ');
            }
            return body + 2;
        }
        self.out.push('&');
        1
    }

    fn comment(&mut self, rest: &str) -> usize {
        let inner = &rest[4..];
        let end = memmem::find(inner.as_bytes(), b"-->");
        self.space();
        // What a comment hides travels too; one inside it is not opened again.
        self.add(&inner[..end.unwrap_or(inner.len())], false);
        self.space();
        end.map_or(rest.len(), |n| 4 + n + 3)
    }

    fn tag(&mut self, rest: &str) -> usize {
        let Some(end) = tag_end(rest.as_bytes()) else {
            self.words(rest);
            return rest.len();
        };
        let inner = &rest[1..end - 1];
        let name_at = usize::from(inner.starts_with('/'));
        let name_octets = inner[name_at..]
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        let name = inner[name_at..name_at + name_octets].to_ascii_lowercase();
        let attributes = &inner[name_at + name_octets..];
        if attributes.contains('=') {
            for text in spoken_attributes(attributes) {
                self.space();
                self.add(text, false);
                self.space();
            }
        }
        if name == "style" && name_at == 0 {
            // Style sheets are numbers and names that no reader sees and detectors trip over.
            return find_ignoring_case(&rest[end..], "</style").map_or(rest.len(), |n| end + n);
        }
        match name.as_str() {
            "td" | "th" => self.space(),
            "p" | "div" | "br" | "tr" | "li" | "ul" | "ol" | "table" | "blockquote" | "hr"
            | "pre" | "title" | "option" | "section" | "article" | "header" | "footer" | "h1"
            | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.line();
            }
            _ => {}
        }
        end
    }
}

/// After the `>` that is not inside a quoted attribute.
fn tag_end(tag: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (i, &octet) in tag.iter().enumerate() {
        match (quote, octet) {
            (None, b'>') => return Some(i + 1),
            // A quote opens only where a value begins; elsewhere it is an apostrophe.
            (None, b'"' | b'\'') if tag[..i].trim_ascii_end().ends_with(b"=") => {
                quote = Some(octet)
            }
            (Some(open), octet) if octet == open => quote = None,
            _ => {}
        }
    }
    // A quote that never closes: the first `>` then.
    memchr(b'>', tag).map(|n| n + 1)
}

/// Values of attributes that a person is shown or told.
fn spoken_attributes(attributes: &str) -> impl Iterator<Item = &str> {
    ["alt", "title", "placeholder", "value", "aria-label"]
        .into_iter()
        .filter_map(|name| {
            let at = find_ignoring_case(attributes, name)?;
            let before = attributes[..at].bytes().next_back();
            let value = attributes[at + name.len()..]
                .trim_ascii_start()
                .strip_prefix('=')?
                .trim_ascii_start();
            if !before.is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'')) {
                return None;
            }
            match value.bytes().next()? {
                quote @ (b'"' | b'\'') => value[1..].split(char::from(quote)).next(),
                _ => value.split_ascii_whitespace().next(),
            }
        })
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    let first = word.as_bytes()[0];
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(n) = memchr2(lower, upper, &bytes[from..]) {
        let at = from + n;
        if bytes
            .get(at..at + word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
        {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests;
