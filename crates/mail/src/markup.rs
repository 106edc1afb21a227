//! HTML's tags as browsers take them apart (HTML Living Standard §13.2.5): what readers of pages share.
//!
//! It builds no tree. Invariant: every character of a tag is in its name, an attribute, or between them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memchr_iter, memmem};

mod sheet;

pub use sheet::{Sheet, sheet};

/// A tag, and how many octets it takes.
pub struct Tag<'a> {
    /// Lower-case.
    pub name: String,
    pub closing: bool,
    /// Names and values as they stand; a name may stand twice.
    pub attributes: Vec<(&'a str, &'a str)>,
    pub octets: usize,
}

/// Takes the tags of one page apart, one after the other.
#[derive(Default)]
pub struct Tags {
    /// A tag never ended: looking for the end of each that follows would read the page again and again.
    unended: bool,
    /// Classes and ids that style sheets hide.
    hidden: BTreeSet<String>,
}

impl Tags {
    /// Tags of a page whose style sheets, wherever they stand, are known before its text.
    pub fn of(html: &str) -> Self {
        let mut tags = Self::default();
        let mut rest = html;
        while let Some(at) = find_tag(rest, "style") {
            rest = &rest[at..];
            let end = memmem::find(rest.as_bytes(), b"</").unwrap_or(rest.len());
            tags.hidden.extend(sheet(&rest[..end]).hides);
            rest = &rest[end..];
        }
        tags
    }

    /// Whether the element's own attributes, or a style sheet, keep what stands in it from the reader.
    pub fn hides(&self, tag: &Tag<'_>) -> bool {
        tag.hides()
            || !self.hidden.is_empty() && tag.marks().any(|mark| self.hidden.contains(&mark))
    }

    /// Reads the tag that `html` begins with: `<`, then a letter or `/`. None where no `>` follows.
    pub fn read<'a>(&mut self, html: &'a str) -> Option<Tag<'a>> {
        if !self.unended {
            let (tag, ended) = walk(html);
            if ended {
                return Some(tag);
            }
            self.unended = true;
        }
        // A quote that never closes: the first `>` then.
        let end = memchr(b'>', html.as_bytes())?;
        let (tag, _) = walk(&html[..end]);
        Some(Tag {
            octets: end + 1,
            ..tag
        })
    }
}

/// The tag, and whether its end was met.
fn walk(html: &str) -> (Tag<'_>, bool) {
    let closing = html[1..].starts_with('/');
    let from = 1 + usize::from(closing);
    let name = until(html, from, |b| {
        b.is_ascii_whitespace() || matches!(b, b'/' | b'>')
    });
    let mut tag = Tag {
        name: html[from..name].to_ascii_lowercase(),
        closing,
        attributes: Vec::new(),
        octets: html.len(),
    };
    let mut at = name;
    loop {
        at = until(html, at, |b| !b.is_ascii_whitespace() && b != b'/');
        match html.as_bytes().get(at) {
            None => return (tag, false),
            Some(b'>') => {
                tag.octets = at + 1;
                return (tag, true);
            }
            Some(_) => {
                let (name, value, end) = attribute(html, at);
                tag.attributes.push((name, value));
                at = end;
            }
        }
    }
}

/// Name, value and end of the attribute at `at`.
fn attribute(html: &str, at: usize) -> (&str, &str, usize) {
    // A `=` that begins a name belongs to it.
    let first = at + html[at..].chars().next().map_or(0, char::len_utf8);
    let end = until(html, first, |b| {
        b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'=')
    });
    let name = &html[at..end];
    let equals = until(html, end, |b| !b.is_ascii_whitespace());
    if html.as_bytes().get(equals) != Some(&b'=') {
        return (name, "", end);
    }
    let value = until(html, equals + 1, |b| !b.is_ascii_whitespace());
    match html.as_bytes().get(value) {
        Some(quote @ (b'"' | b'\'')) => {
            let rest = &html[value + 1..];
            let octets = memchr(*quote, rest.as_bytes()).unwrap_or(rest.len());
            (name, &rest[..octets], html.len().min(value + octets + 2))
        }
        _ => {
            let end = until(html, value, |b| b.is_ascii_whitespace() || b == b'>');
            (name, &html[value..end], end)
        }
    }
}

fn until(html: &str, from: usize, stops: impl Fn(u8) -> bool) -> usize {
    let rest = &html.as_bytes()[from..];
    from + rest.iter().position(|b| stops(*b)).unwrap_or(rest.len())
}

impl Tag<'_> {
    /// The first attribute of that name, its entities undone.
    pub fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut all = self.attributes.iter();
        let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(unescape(found.1))
    }

    /// Its classes and its id, as selectors name them.
    fn marks(&self) -> impl Iterator<Item = String> {
        let classes = self.value("class").unwrap_or_default();
        let classes: Vec<String> = classes
            .split_ascii_whitespace()
            .map(|c| format!(".{c}"))
            .collect();
        let id = self.value("id").map(|id| format!("#{}", id.trim()));
        classes.into_iter().chain(id)
    }

    fn hides(&self) -> bool {
        let bare = self
            .attributes
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("hidden"));
        bare || self.style().is_some_and(|style| hides(&style))
    }

    /// Whether what stands in it is shown from right to left, letter by letter.
    pub fn turns(&self) -> bool {
        let dir = || {
            self.value("dir")
                .is_some_and(|dir| dir.trim().eq_ignore_ascii_case("rtl"))
        };
        self.name == "bdo" && dir()
            || self
                .style()
                .is_some_and(|style| style.contains("-override"))
    }

    fn style(&self) -> Option<String> {
        Some(compact(&self.value("style")?))
    }
}

/// Declarations without white space, in small letters, each ended.
fn compact(declarations: &str) -> String {
    let letters = declarations.chars().filter(|c| !c.is_ascii_whitespace());
    letters.collect::<String>().to_ascii_lowercase() + ";"
}

fn hides(style: &str) -> bool {
    let always = [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "opacity:0;",
        "mso-hide:all",
        "max-height:0",
        "text-indent:-9",
        "left:-9",
    ];
    let white = ["color:#fff;", "color:#ffffff", "color:white"];
    always.iter().any(|rule| style.contains(rule))
        || !style.contains("background") && white.iter().any(|rule| style.contains(rule))
}

/// Where a tag of that name begins.
fn find_tag(html: &str, name: &str) -> Option<usize> {
    let octets = html.as_bytes();
    memchr_iter(b'<', octets).find(|at| {
        let word = octets.get(at + 1..at + 1 + name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    })
}

/// Elements that have no end.
pub fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "input"
            | "meta"
            | "link"
            | "area"
            | "base"
            | "col"
            | "embed"
            | "source"
            | "wbr"
    )
}

/// Attributes that lead somewhere.
pub fn leads(attribute: &str) -> bool {
    let leading = [
        "href",
        "src",
        "action",
        "formaction",
        "background",
        "poster",
        "data",
        "cite",
        "longdesc",
        "srcset",
        "ping",
        "xlink:href",
    ];
    leading
        .iter()
        .any(|known| attribute.eq_ignore_ascii_case(known))
}

/// Attributes in which words stand that no reader is shown.
pub fn carries(attribute: &str) -> bool {
    let carrying = ["content", "summary", "label", "abbr", "download", "srcdoc"];
    let is = |known: &&str| attribute.eq_ignore_ascii_case(known);
    carrying.iter().any(is) || !LAYOUT.split(' ').any(|known| is(&known))
}

/// Attributes of mail that say how something looks or works. One that nobody knows can only be there for its words,
/// and a style sheet can show them (`content: attr(x)`).
const LAYOUT: &str = "abbr align alink allowfullscreen alt async autocomplete autofocus axis bgcolor border \
    bordercolor bottommargin cellpadding cellspacing char charset checked class clear color cols colspan compact \
    controls coords crossorigin datetime defer dir disabled enctype face for frame frameborder headers height hidden \
    href hreflang hspace http-equiv id integrity ismap label lang language leftmargin link loading marginheight \
    marginwidth max maxlength media method min multiple name nohref noresize noshade nowrap pattern placeholder \
    preserveaspectratio readonly rel required rev rightmargin role rows rowspan rules scope scrolling selected shape \
    size sizes span spellcheck src srcset start step style summary tabindex target text title topmargin translate \
    type usemap valign value version viewbox vlink vspace width wrap xml:lang xml:space xmlns xmlns:m xmlns:o \
    xmlns:v xmlns:w d fill stroke stroke-width points x y x1 x2 y1 y2 cx cy r rx ry transform";

/// Text with its entities undone.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = entity(rest, &mut out).unwrap_or(0);
        if used == 0 {
            out.push('&');
        }
        rest = &rest[used.max(1)..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Writes the entity that `rest` begins with; how many octets it takes, none where it is none.
pub fn entity(rest: &str, out: &mut String) -> Option<usize> {
    let body = rest[1..]
        .bytes()
        .take(32)
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'#')
        .count();
    let token = &rest[1..=body];
    let closed = rest.as_bytes().get(body + 1) == Some(&b';');
    if let Some(number) = token.strip_prefix('#') {
        let (letter, digits) = numbered(number)?;
        out.push(if letter == '\u{a0}' { ' ' } else { letter });
        let used = token.len() - number.len() + 1 + digits;
        return Some(used + usize::from(rest.as_bytes().get(used) == Some(&b';')));
    }
    if closed && named(token, out) {
        return Some(body + 2);
    }
    // The names of HTML 2 end where they end, with a semicolon or without.
    let known = (2..=token.len().min(6))
        .rev()
        .map(|octets| &token[..octets]);
    let known = known
        .into_iter()
        .find(|name| OPEN.split(' ').any(|open| open == *name))?;
    named(known, out).then_some(known.len() + 1)
}

fn named(name: &str, out: &mut String) -> bool {
    let at = out.len();
    let token = format!("&{name};");
    add_html_token(out, token.as_bytes(), false);
    if out[at..] == token {
        out.truncate(at);
        return false;
    }
    if &out[at..] == "\u{a0}" {
        out.truncate(at);
        out.push(' ');
    }
    true
}

/// The letter, and the octets of its number.
fn numbered(number: &str) -> Option<(char, usize)> {
    let (digits, base, before) = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => (hexadecimal, 16, 1),
        None => (number, 10, 0),
    };
    let octets = digits
        .bytes()
        .take_while(|b| char::from(*b).is_digit(base))
        .count();
    let code = u32::from_str_radix(&digits[..octets], base);
    let letter = match code {
        // What Windows calls by these numbers (HTML Living Standard §13.2.5.80).
        Ok(code @ 0x80..=0x9f) => windows(code),
        Ok(code) => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
        Err(_) if octets > 0 => char::REPLACEMENT_CHARACTER,
        Err(_) => return None,
    };
    Some((letter, before + octets))
}

fn windows(code: u32) -> char {
    const LETTERS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let nth = usize::try_from(code - 0x80).unwrap_or(0);
    LETTERS
        .chars()
        .nth(nth)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Names that need no semicolon (HTML Living Standard §13.5).
const OPEN: &str = "AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT \
    Iacute Icirc Igrave Iuml LT Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG THORN Uacute Ucirc Ugrave \
    Uuml Yacute aacute acirc acute aelig agrave amp aring atilde auml brvbar ccedil cedil cent copy curren deg \
    divide eacute ecirc egrave eth euml frac12 frac14 frac34 gt iacute icirc iexcl igrave iquest iuml laquo lt \
    macr micro middot nbsp not ntilde oacute ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot \
    raquo reg sect shy sup1 sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml yacute yen yuml";

#[cfg(test)]
mod tests;
