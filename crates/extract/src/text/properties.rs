//! Properties of calendars and cards (RFC 5545, RFC 6350, and vCard 2.1 before them): a line each, folded,
//! and encoded as they say.
//!
//! Invariant: a value that is no text is a file inside the file.

use mail::readings::{Link, base64, link, quoted_printable};

use crate::extractor::Claim;
use crate::session::{Session, inside};
use crate::text;

/// The text with its lines whole, values decoded and escaped line ends undone.
pub(super) fn read(session: &mut Session<'_>, place: &str, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in lines(text) {
        let (head, value) = split(&line).unwrap_or((line.as_str(), ""));
        match octets(head, value) {
            None => out.push_str(&unescaped(&line)),
            Some(octets) => {
                out.push_str(head);
                out.push_str(": ");
                said(session, place, head, &octets, &mut out);
            }
        }
        out.push('\n');
    }
    out
}

/// Lines that go on with white space, or, where they say that they are quoted-printable, behind `=`.
fn lines(text: &str) -> Vec<String> {
    let unified = text.replace("\r\n", "\n");
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in unified.split('\n') {
        match lines.last_mut() {
            Some(last) if goes_on => last.push_str(line),
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(&line[1..]),
            _ => lines.push(line.to_owned()),
        }
        goes_on = false;
        if let Some(last) = lines.last_mut()
            && last.ends_with('=')
            && split(last).is_some_and(|(head, _)| is_quoted_printable(head))
        {
            last.pop();
            goes_on = true;
        }
    }
    lines
}

/// Name with its parameters, and value; a colon inside quotes parts nothing.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = line.bytes().position(|octet| {
        quoted ^= octet == b'"';
        octet == b':' && !quoted
    })?;
    Some((&line[..at], &line[at + 1..]))
}

/// What a value holds that its letters do not show.
fn octets(head: &str, value: &str) -> Option<Vec<u8>> {
    if is_quoted_printable(head) {
        return Some(quoted_printable(value.as_bytes()));
    }
    if says(head, &["b", "base64"]) {
        return Some(base64(value.as_bytes()).0);
    }
    let data = value
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    match data.then(|| link(value)) {
        Some(Link::File(file)) => Some(file.octets),
        _ => None,
    }
}

fn said(session: &mut Session<'_>, place: &str, head: &str, octets: &[u8], out: &mut String) {
    if octets.is_empty() {
        return;
    }
    if text::start(octets).is_some() {
        let charset = parameters(head).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
        out.push_str(&text::decode(octets, charset.map(|(_, value)| value)));
        return;
    }
    let counted = session.budget.entry();
    if session.or_lost(place, counted).is_none() {
        return;
    }
    let name = head.split(';').next().unwrap_or_default();
    let claim = Claim {
        name: "",
        content_type: "",
    };
    session.nested(&inside(place, name), octets, &claim);
}

fn is_quoted_printable(head: &str) -> bool {
    says(head, &["quoted-printable", "q"])
}

/// Whether an encoding is named, with its parameter's name or, as in vCard 2.1, without.
fn says(head: &str, encodings: &[&str]) -> bool {
    parameters(head).any(|(name, value)| {
        let named = name.is_empty() && value.len() > 1 || name.eq_ignore_ascii_case("encoding");
        named
            && encodings
                .iter()
                .any(|known| value.eq_ignore_ascii_case(known))
    })
}

fn parameters(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.split(';').skip(1).map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or(("", parameter));
        (name.trim(), value.trim().trim_matches('"'))
    })
}

fn unescaped(line: &str) -> String {
    line.replace("\\n", "\n")
        .replace("\\N", "\n")
        .replace("\\,", ",")
        .replace("\\;", ";")
}
