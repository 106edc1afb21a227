//! The body of a message as safe markup.
//!
//! HTML from outside is taken apart and only a short list of harmless elements is put together
//! again: no script, style, form, picture or frame survives, so nothing is fetched from anywhere and
//! the sender learns nothing about the reader. Headings become third-level ones, to stay inside the
//! page's own order.

use std::collections::{HashMap, HashSet};

use ammonia::Builder;

use super::escape;

/// Above this the plain text is shown instead: nobody writes a megabyte of markup by hand.
pub const HTML_OCTETS_MAX: usize = 1024 * 1024;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Elements inside each other beyond which a letter is no letter: the cleaner's work grows with the
/// square of the depth.
const DEPTH_MAX: usize = 200;

/// Whether elements nest deeper than people's letters do. Counted on the raw text, in one pass; void
/// elements count too, so it errs on the safe side only for letters made of thousands of them.
pub fn is_too_deep(html: &str) -> bool {
    let (mut depth, mut deepest) = (0usize, 0usize);
    let bytes = html.as_bytes();
    for at in memchr_all(bytes) {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(c) if c.is_ascii_alphabetic() => {
                let name = &html[at + 1..];
                let end = name.find(|c: char| !c.is_ascii_alphanumeric());
                let name = &name[..end.unwrap_or(name.len())];
                if !VOID.iter().any(|v| v.eq_ignore_ascii_case(name)) {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
            }
            _ => {}
        }
    }
    deepest > DEPTH_MAX
}

/// Elements that hold nothing, or whose end people leave out.
const VOID: [&str; 13] = [
    "br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base", "p", "li", "td",
];

fn memchr_all(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'<')
        .map(|(at, _)| at)
}

/// HTML cleaned for showing inside a page of ours.
pub fn clean_html(html: &str) -> String {
    let attributes = HashMap::from([
        ("a", HashSet::from(["href"])),
        ("td", HashSet::from(["colspan", "rowspan"])),
        ("th", HashSet::from(["colspan", "rowspan"])),
    ]);
    let cleaned = Builder::empty()
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "noscript", "template",
        ]))
        .generic_attributes(HashSet::from(["dir"]))
        .tag_attributes(attributes)
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(html)
        .to_string();
    ["1", "2", "4", "5", "6"]
        .iter()
        .fold(cleaned, |text, level| {
            text.replace(&format!("<h{level}"), "<h3")
                .replace(&format!("</h{level}>"), "</h3>")
        })
}

/// Plain text as markup: escaped, its web addresses made into links. Line breaks stay in the text
/// and show because the element that holds it keeps them.
pub fn from_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(start) = find_address(rest) {
        let (before, tail) = rest.split_at(start);
        let (address, after) = tail.split_at(address_len(tail));
        out.push_str(&escape(before));
        let shown = escape(address);
        out.push_str(&format!(
            "<a href=\"{shown}\" rel=\"noopener noreferrer nofollow\">{shown}</a>"
        ));
        rest = after;
    }
    out.push_str(&escape(rest));
    out
}

fn find_address(text: &str) -> Option<usize> {
    match (text.find("https://"), text.find("http://")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The address ends at white space, a quote or an angle bracket; punctuation that ends a sentence is
/// not part of it.
fn address_len(tail: &str) -> usize {
    let end = tail
        .find(|c: char| c.is_whitespace() || "<>\"'`".contains(c))
        .unwrap_or(tail.len());
    tail[..end]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}'])
        .len()
}
