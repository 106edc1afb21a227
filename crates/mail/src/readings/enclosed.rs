//! Files that stand in a text as letters: uuencode, base64, yEnc.
//!
//! Armour whose content is what it says it is (a certificate, a key, a signature) stays as it stands.

use std::ops::Range;

use super::{Enclosed, Readings};

/// Lines of base64 that are taken for a file, and octets of each.
const LINES_MIN: usize = 4;
const LINE_OCTETS_MIN: usize = 24;
/// Shorter lines are where they say a text.
const SHORT_OCTETS_MIN: usize = 4;
/// A run of base64 without any line end that is.
const RUN_OCTETS_MIN: usize = 240;

struct Line<'a> {
    start: usize,
    text: &'a str,
    /// With the marks of quotation that stand before it.
    whole: &'a str,
}

pub(super) fn read(text: &str, readings: &mut Readings) {
    let mut lines = Lines { text, at: 0 };
    let mut block = Block::default();
    while let Some(line) = lines.next() {
        let said = line.text;
        if said.starts_with("-----BEGIN ") {
            block.end(text, readings);
            armour(&mut lines, readings);
        } else if said.starts_with("=ybegin ") {
            readings.doubt = Some("encoded");
        } else if let Some(name) = opening(said) {
            block.end(text, readings);
            uuencoded(&line, name, &mut lines, readings);
        } else if is_coded(said) && block.takes(said.len()) {
            block.add(&line);
        } else {
            block.end(text, readings);
            if is_coded(said) && said.len() >= SHORT_OCTETS_MIN {
                block.add(&line);
            } else if said.len() >= RUN_OCTETS_MIN {
                runs(&line, readings);
            }
        }
    }
    block.end(text, readings);
}

/// Lines without the marks of quotation that stand before them.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.at >= self.text.len() {
            return None;
        }
        let rest = &self.text[self.at..];
        let octets = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |n| n + 1);
        let line = rest[..octets].trim_end();
        let own = match line.starts_with('>') {
            true => line.trim_start_matches(['>', ' ']),
            false => line,
        };
        let start = self.at + line.len() - own.len();
        self.at += octets;
        Some(Line {
            start,
            text: own,
            whole: line,
        })
    }
}

/// Lines of base64, all of one length but the last.
#[derive(Default)]
struct Block {
    places: Vec<Range<usize>>,
    width: usize,
    closed: bool,
}

impl Block {
    fn takes(&self, octets: usize) -> bool {
        !self.places.is_empty() && !self.closed && octets <= self.width
    }

    fn add(&mut self, line: &Line<'_>) {
        let octets = line.text.len();
        if self.places.is_empty() {
            self.width = octets;
        }
        self.closed = octets < self.width;
        self.places.push(line.start..line.start + octets);
    }

    fn end(&mut self, text: &str, readings: &mut Readings) {
        let block = std::mem::take(self);
        let (Some(first), Some(last)) = (block.places.first(), block.places.last()) else {
            return;
        };
        let place = first.start..last.end;
        if block.places.len() < LINES_MIN {
            if place.len() >= RUN_OCTETS_MIN {
                for one in block.places {
                    let line = Line {
                        start: one.start,
                        text: &text[one.clone()],
                        whole: &text[one],
                    };
                    runs(&line, readings);
                }
            }
            return;
        }
        let coded: String = block.places.into_iter().map(|place| &text[place]).collect();
        if block.width < LINE_OCTETS_MIN && super::coded::said(&coded).is_none() {
            return;
        }
        add(&coded, place, readings);
    }
}

/// Runs of base64 inside a line.
fn runs(line: &Line<'_>, readings: &mut Readings) {
    let octets = line.text.as_bytes();
    let mut start = 0;
    for at in 0..=octets.len() {
        if octets.get(at).is_some_and(|b| in_alphabet(*b)) {
            continue;
        }
        if at - start >= RUN_OCTETS_MIN {
            let place = line.start + start..line.start + at;
            add(&line.text[start..at], place, readings);
        }
        start = at + 1;
    }
}

fn add(coded: &str, place: Range<usize>, readings: &mut Readings) {
    if !is_mixed(coded) {
        return;
    }
    let (octets, broken) = super::base64(coded.as_bytes());
    if broken || octets.is_empty() {
        readings.doubt = Some("encoded");
        return;
    }
    put(octets, place, "", readings);
}

/// The letters are read no more. Words that only look like letters of a file make none that is text throughout:
/// anything else counts as not read, besides what is found in it.
fn put(octets: Vec<u8>, place: Range<usize>, name: &str, readings: &mut Readings) {
    let odd = |c: char| c.is_control() && !c.is_ascii_whitespace();
    let is_text = std::str::from_utf8(&octets).is_ok_and(|text| !text.contains(odd));
    if !is_text {
        readings.doubt = Some("encoded");
    }
    readings.add_file(Enclosed {
        place: Some(place),
        name: name.to_owned(),
        content_type: String::new(),
        octets,
    });
}

fn is_coded(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(in_alphabet)
}

pub(super) fn in_alphabet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

/// Chance uses capitals, small letters and digits alike; names, rules and numbers do not.
fn is_mixed(coded: &str) -> bool {
    let count = |is: fn(&u8) -> bool| coded.bytes().filter(is).count();
    let tenth = coded.len() / 10;
    count(u8::is_ascii_uppercase) > tenth
        && count(u8::is_ascii_lowercase) > tenth
        && count(u8::is_ascii_digit) > coded.len() / 50
}

/// Its lines, up to one that is none. OpenPGP begins with a packet (RFC 9580 §4.2), certificates and keys are
/// one SEQUENCE; anything else was only dressed so.
fn armour(lines: &mut Lines<'_>, readings: &mut Readings) {
    let mut coded = String::new();
    let mut place: Option<Range<usize>> = None;
    loop {
        let before = lines.at;
        let Some(line) = lines.next() else { break };
        let is_head = coded.is_empty() && (line.text.is_empty() || line.text.contains(": "));
        if is_head || line.text.starts_with('=') {
            continue;
        }
        if !is_coded(line.text) {
            lines.at = before;
            break;
        }
        coded.push_str(line.text);
        let end = line.start + line.text.len();
        place = Some(place.map_or(line.start, |place| place.start)..end);
    }
    let Some(place) = place else { return };
    let (octets, _) = super::base64(coded.as_bytes());
    let is_packet = octets.first().is_some_and(|first| first & 0x80 != 0);
    if !is_packet && !is_sequence(&octets) {
        add(&coded, place, readings);
    }
}

/// One value of DER that ends where the octets end.
fn is_sequence(octets: &[u8]) -> bool {
    let length = match octets {
        [0x30, length @ 0..=0x7f, rest @ ..] => rest.len().checked_sub(usize::from(*length)),
        [0x30, 0x81, length, rest @ ..] => rest.len().checked_sub(usize::from(*length)),
        [0x30, 0x82, a, b, rest @ ..] => {
            let length = u16::from_be_bytes([*a, *b]);
            rest.len().checked_sub(usize::from(length))
        }
        [0x30, 0x83, a, b, c, rest @ ..] => {
            let length = u32::from_be_bytes([0, *a, *b, *c]);
            rest.len()
                .checked_sub(usize::try_from(length).unwrap_or(usize::MAX))
        }
        _ => None,
    };
    length == Some(0)
}

/// The name in `begin 644 name`.
fn opening(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("begin")?;
    let rest = rest
        .strip_prefix("-base64")
        .unwrap_or(rest)
        .strip_prefix(' ')?;
    let (mode, name) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_mode = matches!(mode.len(), 3 | 4) && mode.bytes().all(|b| matches!(b, b'0'..=b'7'));
    is_mode.then_some(name)
}

/// POSIX `uuencode`, both of its forms, up to the line that ends it.
fn uuencoded(opening: &Line<'_>, name: &str, lines: &mut Lines<'_>, readings: &mut Readings) {
    let is_base64 = opening.text.starts_with("begin-base64");
    let is_quoted = opening.text.len() < opening.whole.len();
    let (mut octets, mut end) = (Vec::new(), opening.start);
    while lines.at < lines.text.len() {
        let before = lines.at;
        let Some(line) = lines.next() else { break };
        // A mark of quotation is a length, too.
        let said = match is_quoted {
            true => line.text,
            false => line.whole,
        };
        let ends = matches!(said, "end" | "====" | "`");
        let read = match is_base64 {
            true => is_coded(said).then(|| super::base64(said.as_bytes()).0),
            false => uu_line(said),
        };
        match read {
            _ if ends => {}
            Some(read) => octets.extend(read),
            // What follows is no part of it.
            None => {
                lines.at = before;
                break;
            }
        }
        end = line.start + line.text.len();
        if said == "end" || said == "====" {
            break;
        }
    }
    if octets.is_empty() {
        return;
    }
    put(octets, opening.start..end, name, readings);
}

/// A length, then four letters for three octets; blanks at the end may be gone.
fn uu_line(line: &str) -> Option<Vec<u8>> {
    let value = |b: &u8| (b' '..=b'`').contains(b).then(|| (b - b' ') & 0x3f);
    let (first, rest) = line.as_bytes().split_first()?;
    let count = usize::from(value(first)?);
    let needed = count.div_ceil(3) * 4;
    if count == 0 || rest.len() > needed + 2 || rest.len() + 8 < needed {
        return None;
    }
    let mut six: Vec<u8> = rest.iter().map(value).collect::<Option<_>>()?;
    six.resize(needed, 0);
    let mut octets = Vec::with_capacity(needed);
    for four in six.chunks_exact(4) {
        let bits = four
            .iter()
            .fold(0_u32, |bits, six| bits << 6 | u32::from(*six));
        octets.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    octets.truncate(count);
    Some(octets)
}
