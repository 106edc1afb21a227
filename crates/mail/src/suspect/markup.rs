//! Tags of HTML and SVG, as far as phishing uses them: links with the text they show, forms, scripts.
//!
//! A scanner of tags and not a parser of documents: what is broken is read as far as it goes, and
//! elements that do not nest are read all the same. Invariant: one pass, and bounded output.

use mail_parser::decoders::html::html_to_text;
use memchr::{memchr, memmem};

/// Links looked at in one message.
pub(super) const LINKS_MAX: usize = 2_000;
/// What a link shows is cut here: an address is not longer.
const SHOWN_OCTETS_MAX: usize = 2_048;

/// A link as it stands: entities decoded, nothing else.
pub(super) struct Link {
    pub(super) target: String,
    /// The text between the tags; empty where the target is not shown by a text.
    pub(super) shown: String,
}

#[derive(Default)]
pub(super) struct Markup {
    pub(super) links: Vec<Link>,
    /// A field of type password, or a form with a field for one.
    pub(super) asks_password: bool,
    pub(super) has_script: bool,
}

pub(super) fn read(html: &str) -> Markup {
    let mut markup = Markup::default();
    let mut quotes = Quotes::Believed;
    let mut at = 0;
    while let Some(n) = memchr(b'<', &html.as_bytes()[at..]) {
        let open = at + n;
        let Some(tag) = Tag::at(&html[open..], &mut quotes) else {
            at = open + 1;
            continue;
        };
        at = open + tag.octets;
        markup.take(&tag, &html[at..]);
    }
    markup
}

/// Whether quotes of attributes are looked for. One that never closes was looked for to the end; from
/// there on each tag ends at the next `>`, so that a thousand of them cost no thousand searches.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    Believed,
    Broken,
}

impl Markup {
    fn take(&mut self, tag: &Tag<'_>, after: &str) {
        match tag.name.as_str() {
            "script" => self.has_script = true,
            "input"
                if tag
                    .value("type")
                    .is_some_and(|t| t.eq_ignore_ascii_case("password")) =>
            {
                self.asks_password = true;
            }
            _ => {}
        }
        // Every attribute that runs a program has such a name: onload, onclick, onerror.
        if tag.attributes().any(|(name, _)| is_handler(name)) {
            self.has_script = true;
        }
        let target = match tag.name.as_str() {
            "a" | "area" | "base" => tag.value("href").or_else(|| tag.value("xlink:href")),
            "form" => tag.value("action"),
            "iframe" | "embed" => tag.value("src"),
            "object" => tag.value("data"),
            "meta" => tag.value("content").as_deref().and_then(refresh),
            _ => None,
        };
        let Some(target) = target else { return };
        if self.links.len() < LINKS_MAX {
            let shown = if tag.name == "a" {
                shown(after)
            } else {
                String::new()
            };
            self.links.push(Link { target, shown });
        }
    }
}

fn is_handler(name: &str) -> bool {
    name.len() > 4
        && name
            .get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("on"))
        && name.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The address in `<meta http-equiv=refresh content="0; url=…">`.
fn refresh(content: &str) -> Option<String> {
    let lower = content.to_ascii_lowercase();
    let at = lower.find("url=")?;
    let url = content[at + 4..].trim().trim_matches(['"', '\'']);
    Some(url.to_owned())
}

/// The text up to the closing tag.
fn shown(after: &str) -> String {
    let mut end = after.len().min(SHOWN_OCTETS_MAX);
    while !after.is_char_boundary(end) {
        end -= 1;
    }
    let window = &after[..end];
    let close = memmem::find(window.to_ascii_lowercase().as_bytes(), b"</a").unwrap_or(end);
    html_to_text(&window[..close]).trim().to_owned()
}

struct Tag<'a> {
    name: String,
    inside: &'a str,
    octets: usize,
}

impl<'a> Tag<'a> {
    /// The opening tag that begins here.
    fn at(html: &'a str, quotes: &mut Quotes) -> Option<Self> {
        let inner = &html[1..];
        let name_octets = inner
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b':')
            .count();
        if !inner.as_bytes().first()?.is_ascii_alphabetic() {
            return None;
        }
        let end = end_of(inner.as_bytes(), quotes);
        let name = &inner[..name_octets];
        Some(Self {
            // Prefixes of SVG and Office stand before the same names.
            name: name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase(),
            inside: inner.get(name_octets..end).unwrap_or(""),
            octets: (end + 2).min(html.len()),
        })
    }

    /// Names as written and values as written, without their quotes.
    fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = self.inside;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let octets = rest
                .bytes()
                .take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'/'))
                .count();
            let octets = if octets == 0 && !rest.is_empty() {
                1
            } else {
                octets
            };
            if rest.is_empty() || !rest.is_char_boundary(octets) {
                return None;
            }
            let (name, after) = rest.split_at(octets);
            let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let value = value.trim_ascii_start();
            let (value, after) = match value.as_bytes().first() {
                Some(quote @ (b'"' | b'\'')) => {
                    let inner = &value[1..];
                    let end = memchr(*quote, inner.as_bytes()).unwrap_or(inner.len());
                    (&inner[..end], inner.get(end + 1..).unwrap_or(""))
                }
                _ => {
                    let end = value
                        .find(|c: char| c.is_ascii_whitespace())
                        .unwrap_or(value.len());
                    value.split_at(end)
                }
            };
            rest = after;
            Some((name, value))
        })
    }

    /// The first attribute of that name, as browsers take it, its entities decoded.
    fn value(&self, name: &str) -> Option<String> {
        let (_, value) = self
            .attributes()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        if !value.contains('&') {
            return Some(value.to_owned());
        }
        Some(html_to_text(&value.replace('<', "&lt;")))
    }
}

/// Octets up to the `>` that is not inside a quoted value.
fn end_of(tag: &[u8], quotes: &mut Quotes) -> usize {
    let mut quote = None;
    let mut last = b' ';
    for (i, &octet) in tag.iter().enumerate() {
        if *quotes == Quotes::Broken {
            break;
        }
        match (quote, octet) {
            (None, b'>') => return i,
            // A quote opens only where a value begins; elsewhere it is an apostrophe.
            (None, b'"' | b'\'') if last == b'=' => quote = Some(octet),
            (Some(open), octet) if octet == open => quote = None,
            _ => {}
        }
        if !octet.is_ascii_whitespace() {
            last = octet;
        }
    }
    *quotes = Quotes::Broken;
    memchr(b'>', tag).unwrap_or(tag.len())
}
