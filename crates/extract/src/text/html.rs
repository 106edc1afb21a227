//! HTML as texts: what a browser shows, and apart from it what the page hides.
//!
//! It is not a renderer: hiding is seen where an element's own attributes say so, and style sheets
//! are not applied. Invariant: every character outside a tag, a style sheet or a script is said,
//! shown or hidden.

use memchr::{memchr, memchr2, memmem};

use crate::extracted::{Mark, TextForm};
use crate::session::{Session, Shown};

mod entity;

use entity::entity;

/// Attributes that a reader is shown or told.
const SPOKEN: &[&str] = &[
    "alt",
    "title",
    "placeholder",
    "value",
    "aria-label",
    "content",
    "summary",
];
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
/// Elements that have no end.
const VOID: &[&str] = &[
    "br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr",
];

pub(crate) fn read(session: &mut Session<'_>, place: &str, html: &str) {
    let mut page = Page::default();
    page.add(html);
    if page.smuggles() {
        session.mark(Mark::HtmlSmuggling);
    }
    if page.script_octets > 0 {
        session.mark(Mark::Script);
    }
    session.say(place, TextForm::Prose, &page.shown);
    session.text(place, TextForm::Prose, &page.hidden, Shown::Hidden);
}

#[derive(Default)]
struct Page {
    shown: String,
    hidden: String,
    /// The element that hides what stands in it, and how many of its name are open in it.
    hiding: Option<(String, usize)>,
    script_octets: usize,
    makes_blob: bool,
    has_form: bool,
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
                    memchr(b'>', rest.as_bytes()).map_or(rest.len(), |n| n + 1)
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

    fn entity(&mut self, rest: &str) -> usize {
        let body = rest[1..]
            .bytes()
            .take(32)
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'#');
        let end = 1 + body.count();
        let closed = usize::from(rest.as_bytes().get(end) == Some(&b';'));
        let out = self.out();
        match entity(&rest[1..end]) {
            Some(c) => {
                out.push(c);
                end + closed
            }
            None => {
                out.push('&');
                1
            }
        }
    }

    fn comment(&mut self, rest: &str) -> usize {
        let inner = &rest[4..];
        let end = memmem::find(inner.as_bytes(), b"-->");
        // What a comment holds travels too.
        self.hidden.push_str(&inner[..end.unwrap_or(inner.len())]);
        self.hidden.push('\n');
        end.map_or(rest.len(), |n| 4 + n + 3)
    }

    fn tag(&mut self, rest: &str) -> usize {
        let Some(end) = tag_end(rest.as_bytes()) else {
            self.words(rest);
            return rest.len();
        };
        let inner = &rest[1..end - 1];
        let closing = inner.starts_with('/');
        let body = inner.trim_start_matches('/');
        let name_octets = body.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = body[..name_octets].to_ascii_lowercase();
        let attributes = &body[name_octets..];
        if closing {
            self.close(&name);
        } else {
            self.open(&name, attributes);
        }
        match name.as_str() {
            "style" | "script" if !closing => end + self.raw(&name, &rest[end..]),
            "td" | "th" => {
                self.cell(closing);
                end
            }
            name => {
                if BLOCKS.contains(&name) {
                    line(self.out());
                }
                end
            }
        }
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

    fn open(&mut self, name: &str, attributes: &str) {
        for (attribute, value) in pairs(attributes) {
            if SPOKEN.contains(&attribute.as_str()) && !value.trim().is_empty() {
                let hide = attribute == "content" || attribute == "value";
                let out = if hide { &mut self.hidden } else { self.out() };
                space(out);
                out.push_str(&unescape(&value));
                space(out);
            }
            if attribute == "href" && value.starts_with("mailto:") {
                self.hidden.push_str(&unescape(&value[7..]));
                self.hidden.push('\n');
            }
            if attribute == "href" && value.starts_with("data:") {
                self.makes_blob = true;
            }
        }
        self.has_form |= name == "form";
        match &mut self.hiding {
            Some((hider, open)) if hider == name => *open += 1,
            Some(_) => {}
            None if hides(attributes) && !VOID.contains(&name) => {
                self.hiding = Some((name.to_owned(), 1));
            }
            None => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some((hider, open)) = &mut self.hiding
            && hider == name
        {
            *open -= 1;
            if *open == 0 {
                self.hidden.push('\n');
                self.hiding = None;
            }
        }
    }

    /// Style sheets and scripts: not text, up to their end tag.
    fn raw(&mut self, name: &str, rest: &str) -> usize {
        let end = find_end(rest, name).unwrap_or(rest.len());
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

/// After the `>` that is not inside a quoted attribute.
pub(crate) fn tag_end(tag: &[u8]) -> Option<usize> {
    let mut quote = None;
    let mut value_begins = false;
    for (i, &octet) in tag.iter().enumerate() {
        match (quote, octet) {
            (None, b'>') => return Some(i + 1),
            // A quote opens only where a value begins; elsewhere it is an apostrophe.
            (None, b'"' | b'\'') if value_begins => quote = Some(octet),
            (Some(open), octet) if octet == open => quote = None,
            _ => {}
        }
        value_begins = octet == b'=' || value_begins && octet.is_ascii_whitespace();
    }
    // A quote that never closes: the first `>` then.
    memchr(b'>', tag).map(|n| n + 1)
}

/// Names, lower-case, and values of a tag's attributes.
fn pairs(attributes: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once('=')?;
        let name = before
            .split_ascii_whitespace()
            .next_back()
            .unwrap_or_default();
        let after = after.trim_start();
        let (value, left) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            _ => after
                .split_once(|c: char| c.is_ascii_whitespace())
                .unwrap_or((after, "")),
        };
        rest = left;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    })
}

fn hides(attributes: &str) -> bool {
    let compact: String = attributes
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let compact = compact.to_ascii_lowercase();
    let bare = attributes
        .split_ascii_whitespace()
        .any(|word| word.eq_ignore_ascii_case("hidden"));
    let styles = [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "opacity:0;",
        "opacity:0\"",
        "color:#fff;",
        "color:#ffffff",
        "color:white",
        "mso-hide:all",
        "max-height:0",
        "text-indent:-9",
        "left:-9",
    ];
    let background = compact.contains("background");
    bare || styles
        .iter()
        .any(|style| compact.contains(style) && !(background && style.starts_with("color:")))
}

fn find_end(rest: &str, name: &str) -> Option<usize> {
    let octets = rest.as_bytes();
    memmem::find_iter(octets, b"</").find(|at| {
        let word = octets.get(at + 2..at + 2 + name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    })
}

fn unescape(value: &str) -> String {
    let mut page = Page::default();
    let mut rest = value;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        page.shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = page.entity(rest);
        rest = &rest[used..];
    }
    page.shown + rest
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
