//! HTML as texts: what a browser shows, and apart from it what the page hides.
//!
//! It is not a renderer: hiding is seen where an element's own attributes, its classes or its id say so, and
//! style sheets are not applied otherwise. Invariant: every character outside a tag, a style sheet or a script is said,
//! shown or hidden.

use mail::markup::{self, Tag, Tags};
use mail::readings::{self, Link, Readings};
use memchr::{memchr, memchr2, memmem};

use crate::extracted::{Mark, TextForm};
use crate::session::{Session, Shown};

/// Attributes that a reader is shown or told.
const SPOKEN: &[&str] = &["alt", "title", "placeholder", "aria-label", "summary"];
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "table",
    "tr",
    "hr",
    "pre",
    "title",
    "option",
    "section",
    "article",
    "header",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "dt",
    "dd",
];

pub(crate) fn read(session: &mut Session<'_>, place: &str, html: &str) {
    let mut page = Page {
        tags: Tags::of(html),
        ..Page::default()
    };
    page.add(html);
    if page.smuggles() {
        session.mark(Mark::HtmlSmuggling);
    }
    if page.script_octets > 0 {
        session.mark(Mark::Script);
    }
    session.say(place, TextForm::Prose, &page.shown);
    session.text(place, TextForm::Prose, &page.hidden, Shown::Hidden);
    if page.turns {
        let turned = readings::every_line(&page.shown);
        session.text(place, TextForm::Prose, &turned, Shown::Hidden);
    }
    session.more(place, page.linked);
}

#[derive(Default)]
struct Page {
    tags: Tags,
    shown: String,
    hidden: String,
    /// Files that its links are.
    linked: Readings,
    hiding: Option<Open>,
    turning: Option<Open>,
    /// A style sheet turns something.
    turns: bool,
    script_octets: usize,
    makes_blob: bool,
    has_form: bool,
}

/// An element, and how many of its name are open since.
struct Open {
    name: String,
    count: usize,
}

impl Open {
    fn of(tag: &Tag<'_>) -> Self {
        Self {
            name: tag.name.clone(),
            count: 1,
        }
    }

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

impl Page {
    fn add(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = memchr2(b'<', b'&', rest.as_bytes()) {
            self.words(&rest[..at]);
            rest = &rest[at..];
            let used = match rest.as_bytes() {
                [b'&', ..] => self.entity(rest),
                [b'<', b'!', b'-', b'-', ..] => self.comment(rest),
                [b'<', b'!' | b'?', ..] => {
                    let end = memchr(b'>', rest.as_bytes()).unwrap_or(rest.len());
                    self.tell(&rest[2..end]);
                    rest.len().min(end + 1)
                }
                [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(rest),
                _ => {
                    self.out().push('<');
                    1
                }
            };
            rest = &rest[used..];
        }
        self.words(rest);
    }

    /// A script that builds a file out of itself, or a form that asks for something.
    fn smuggles(&self) -> bool {
        self.script_octets > 0 && (self.makes_blob || self.has_form)
    }

    fn out(&mut self) -> &mut String {
        if self.hiding.is_some() {
            &mut self.hidden
        } else {
            &mut self.shown
        }
    }

    fn words(&mut self, text: &str) {
        let out = self.out();
        for part in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let word = part.trim_end_matches(|c: char| c.is_ascii_whitespace());
            out.push_str(word);
            if word.len() < part.len() {
                space(out);
            }
        }
    }

    /// What stands beside the text.
    fn tell(&mut self, words: &str) {
        if !words.trim().is_empty() {
            self.hidden.push_str(words);
            self.hidden.push('\n');
        }
    }

    fn entity(&mut self, rest: &str) -> usize {
        let out = self.out();
        markup::entity(rest, out).unwrap_or_else(|| {
            out.push('&');
            1
        })
    }

    fn comment(&mut self, rest: &str) -> usize {
        let inner = &rest[4..];
        let end = memmem::find(inner.as_bytes(), b"-->");
        // What a comment holds travels too.
        self.tell(&inner[..end.unwrap_or(inner.len())]);
        end.map_or(rest.len(), |n| 4 + n + 3)
    }

    fn tag(&mut self, rest: &str) -> usize {
        let Some(tag) = self.tags.read(rest) else {
            self.words(rest);
            return rest.len();
        };
        if !tag.closing {
            for (name, value) in &tag.attributes {
                self.attribute(name, value);
            }
            self.has_form |= tag.name == "form";
        }
        if tag.closing {
            self.spans(&tag);
        }
        let end = tag.octets;
        let used = match tag.name.as_str() {
            "style" | "script" if !tag.closing => end + self.raw(&tag.name, &rest[end..]),
            "td" | "th" => {
                self.cell(tag.closing);
                end
            }
            name => {
                if BLOCKS.contains(&name) {
                    line(self.out());
                }
                end
            }
        };
        if !tag.closing {
            self.spans(&tag);
        }
        used
    }

    fn cell(&mut self, closing: bool) {
        let out = self.out();
        if !closing && !out.is_empty() && !out.ends_with(['\n', '\t']) {
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\t');
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        let value = markup::unescape(value);
        if SPOKEN.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let out = self.out();
            // Inside a word it is told beside, so that the word stays whole.
            if !out.is_empty() && !out.ends_with(|c: char| c.is_ascii_whitespace()) {
                return self.tell(&value);
            }
            out.push_str(&value);
            space(out);
        } else if markup::leads(name) {
            match readings::link(&value) {
                Link::Nothing => {}
                Link::Words(words) => self.tell(&words),
                Link::File(file) => {
                    self.makes_blob |= name.eq_ignore_ascii_case("href");
                    self.linked.add_file(file);
                }
            }
        } else if markup::carries(name) || name.eq_ignore_ascii_case("value") {
            self.tell(&value);
        }
    }

    /// Elements that hide or turn what stands in them.
    fn spans(&mut self, tag: &Tag<'_>) {
        let opens = !tag.closing && !markup::is_void(&tag.name);
        if let Some(turning) = &mut self.turning {
            if turning.ends(tag) {
                self.out().push(readings::BACK);
                self.turning = None;
            }
        } else if opens && tag.turns() {
            self.turning = Some(Open::of(tag));
            self.out().push(readings::TURN);
        }
        if let Some(hiding) = &mut self.hiding {
            if hiding.ends(tag) {
                self.hidden.push('\n');
                self.hiding = None;
            }
        } else if opens && self.tags.hides(tag) {
            self.hiding = Some(Open::of(tag));
        }
    }

    /// Style sheets and scripts: not text, up to their end tag.
    fn raw(&mut self, name: &str, rest: &str) -> usize {
        let end = find_end(rest, name).unwrap_or(rest.len());
        if name == "style" {
            let sheet = markup::sheet(&rest[..end]);
            self.tell(&sheet.words);
            self.turns |= sheet.turns;
        }
        if name == "script" {
            let script = &rest[..end];
            self.script_octets += script.len();
            let makes = [
                "Blob",
                "atob(",
                "msSaveOrOpenBlob",
                "createObjectURL",
                "fromCharCode",
            ];
            self.makes_blob |= makes.iter().any(|word| script.contains(word));
            self.hidden.push_str(script);
            self.hidden.push('\n');
        }
        end
    }
}

fn find_end(rest: &str, name: &str) -> Option<usize> {
    let octets = rest.as_bytes();
    memmem::find_iter(octets, b"</").find(|at| {
        let word = octets.get(at + 2..at + 2 + name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    })
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '\n', '\t']) {
        out.push(' ');
    }
}

fn line(out: &mut String) {
    while out.ends_with(' ') {
        out.pop();
    }
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
