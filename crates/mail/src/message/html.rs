//! HTML as the text in it: tags out, entities decoded, hidden text and alternative texts kept. What a
//! page tells beside its text (comments, links, style sheets) is kept apart. For detectors and plain
//! reading; it is not a renderer and not a sanitiser.

use memchr::{memchr, memchr2, memmem};

use crate::markup::{self, Tag, Tags};
use crate::readings::{BACK, Link, Readings, TURN, every_line, link};

/// A page as text.
pub(super) struct Page {
    pub(super) text: String,
    /// What stands beside the text: comments, links, style sheets.
    told: String,
    linked: Readings,
    /// The text in another character set.
    pub(super) other: Option<String>,
    /// The text without what its elements hide, where that parts a word.
    unbroken: Option<String>,
    /// A style sheet turns something.
    turns: bool,
}

pub(super) fn to_text(html: &str) -> String {
    read(html).text
}

pub(super) fn read(html: &str) -> Page {
    let mut text = Text {
        tags: Tags::of(html),
        ..Text::default()
    };
    text.out.reserve(html.len() / 2);
    text.add(html, true);
    Page {
        unbroken: unbroken(&text.out, &text.hidden),
        text: text.out,
        told: text.told,
        linked: text.linked,
        other: None,
        turns: text.turns,
    }
}

impl Page {
    /// What a detector reads besides the text, which was taken out.
    pub(super) fn readings(self, text: &str) -> Readings {
        let mut all = self.linked;
        all.append(crate::readings::readings(text));
        if self.turns {
            all.texts.push(every_line(text));
        }
        all.texts.extend(self.unbroken);
        if let Some(other) = self.other {
            all.add_other(other);
        }
        all.add_told(&self.told);
        all
    }
}

#[derive(Default)]
struct Text {
    tags: Tags,
    out: String,
    told: String,
    linked: Readings,
    turns: bool,
    hiding: Option<Open>,
    turning: Option<Open>,
    /// Where `out` holds what an element hides.
    hidden: Vec<std::ops::Range<usize>>,
}

/// An element, and how many of its name are open since.
struct Open {
    name: String,
    count: usize,
    from: usize,
}

impl Open {
    /// Whether it ends with this tag.
    fn ends(&mut self, tag: &Tag<'_>) -> bool {
        if self.name == tag.name {
            match tag.closing {
                true => self.count -= 1,
                false => self.count += 1,
            }
        }
        self.count == 0
    }
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
                    let end = memchr(b'>', rest.as_bytes()).unwrap_or(rest.len());
                    self.tell(&rest[2..end]);
                    rest.len().min(end + 1)
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

    fn tell(&mut self, words: &str) {
        let words = words.trim();
        if !words.is_empty() {
            self.told.push_str(words);
            self.told.push('\n');
        }
    }

    /// An `&` that begins nothing stands for itself.
    fn entity(&mut self, rest: &str) -> usize {
        markup::entity(rest, &mut self.out).unwrap_or_else(|| {
            self.out.push('&');
            1
        })
    }

    fn comment(&mut self, rest: &str) -> usize {
        let inner = &rest[4..];
        let end = memmem::find(inner.as_bytes(), b"-->");
        // What a comment hides travels too; one inside it is not opened again.
        let mut within = Self::default();
        within.add(&inner[..end.unwrap_or(inner.len())], false);
        self.tell(&within.out);
        self.tell(&within.told);
        self.linked.append(within.linked);
        end.map_or(rest.len(), |n| 4 + n + 3)
    }

    fn tag(&mut self, rest: &str) -> usize {
        let Some(tag) = self.tags.read(rest) else {
            self.words(rest);
            return rest.len();
        };
        for (name, value) in &tag.attributes {
            self.attribute(name, value);
        }
        if tag.closing {
            self.spans(&tag);
        }
        if tag.name == "style" && !tag.closing {
            let css = &rest[tag.octets..];
            let css = &css[..end_of(css, "style").unwrap_or(css.len())];
            let sheet = markup::sheet(css);
            self.tell(&sheet.words);
            self.turns |= sheet.turns;
            return tag.octets + css.len();
        }
        match tag.name.as_str() {
            "td" | "th" => self.space(),
            "p" | "div" | "br" | "tr" | "li" | "ul" | "ol" | "table" | "blockquote" | "hr"
            | "pre" | "title" | "option" | "section" | "article" | "header" | "footer" | "h1"
            | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.line();
            }
            _ => {}
        }
        if !tag.closing {
            self.spans(&tag);
        }
        tag.octets
    }

    fn attribute(&mut self, name: &str, value: &str) {
        const SPOKEN: [&str; 5] = ["alt", "title", "placeholder", "value", "aria-label"];
        if value.trim().is_empty() {
            return;
        }
        let value = markup::unescape(value);
        if SPOKEN.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            // Inside a word it is told beside, so that the word stays whole.
            match self.out.is_empty() || self.out.ends_with([' ', '\n']) {
                true => {
                    self.words(&value);
                    self.space();
                }
                false => self.tell(&value),
            }
        } else if markup::leads(name) {
            match link(&value) {
                Link::Nothing => {}
                Link::Words(words) => self.tell(&words),
                Link::File(file) => self.linked.add_file(file),
            }
        } else if markup::carries(name) {
            self.tell(&value);
        }
    }

    /// Elements that hide or turn what stands in them.
    fn spans(&mut self, tag: &Tag<'_>) {
        let open = |out: &String| Open {
            name: tag.name.clone(),
            count: 1,
            from: out.len(),
        };
        let opens = !tag.closing && !markup::is_void(&tag.name);
        let hiding_ends = self.hiding.as_mut().is_some_and(|hiding| hiding.ends(tag));
        match &self.hiding {
            Some(hiding) if hiding_ends => {
                self.hidden
                    .push(hiding.from..self.out.len().max(hiding.from));
                self.hiding = None;
            }
            None if opens && self.tags.hides(tag) => self.hiding = Some(open(&self.out)),
            _ => {}
        }
        let turning_ends = self
            .turning
            .as_mut()
            .is_some_and(|turning| turning.ends(tag));
        match &self.turning {
            Some(_) if turning_ends => {
                self.out.push(BACK);
                self.turning = None;
            }
            None if opens && tag.turns() => {
                self.turning = Some(open(&self.out));
                self.out.push(TURN);
            }
            _ => {}
        }
    }
}

/// The text without what is hidden, if that stands inside a word.
fn unbroken(text: &str, hidden: &[std::ops::Range<usize>]) -> Option<String> {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
    let parts = |range: &std::ops::Range<usize>| {
        let before = text
            .get(..range.start)
            .and_then(|text| text.chars().next_back());
        let after = text.get(range.end..).and_then(|text| text.chars().next());
        joins(before) && joins(after) && !range.is_empty()
    };
    if !hidden.iter().any(parts) {
        return None;
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for range in hidden {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        at = range.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Some(out)
}

/// Where the end tag of an element begins.
fn end_of(rest: &str, name: &str) -> Option<usize> {
    let octets = rest.as_bytes();
    memmem::find_iter(octets, b"</").find(|at| {
        let word = octets.get(at + 2..at + 2 + name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    })
}

#[cfg(test)]
mod tests;
