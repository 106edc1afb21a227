//! Mailboxes in one file: `From ` lines, messages between them, in every dialect that is about.
//!
//! A line begins a message when it is made like one: a date in it, and an empty line before or a header field
//! after it; or one word, an empty line before and a header field after. Any other `From ` line is text.
//! `Content-Length` is believed only where the file ends or a message begins right there. One `>` of a line
//! `>From `, `>>From ` … is taken away (mboxrd; what mboxo did to a line that had been `>From ` cannot be told),
//! unless a believed `Content-Length` covers a bare `From ` line (mboxcl2). The last empty line before a `From `
//! line and at the end is the container's.
//!
//! Invariant: no more than one message is in memory, and of one over its limit only the beginning.

use std::io::{self, Read};
use std::rc::Rc;

use memchr::memmem;

use super::found::{Found, Place, Problem};
use super::run::Run;
use super::{IMPORT_FROM_LINE_OCTETS_MAX, headers, moment, single};

const STEP: usize = 64 * 1024;
/// A line that begins a message, and the beginning of the line after it.
const LOOK_AHEAD: usize = IMPORT_FROM_LINE_OCTETS_MAX + 128;

pub struct Mbox {
    window: Window,
    place: Place,
    number: u64,
    run: Rc<Run>,
}

/// What of the file is in memory.
struct Window {
    read: Box<dyn Read>,
    octets: Vec<u8>,
    /// Before it stands what was given already.
    start: usize,
    ended: bool,
    failed: Option<io::Error>,
}

/// Where a message ends.
struct End {
    at: usize,
    /// By its `Content-Length`.
    announced: bool,
}

impl Mbox {
    pub fn new(read: Box<dyn Read>, place: Place, run: &Rc<Run>) -> Self {
        let window = Window {
            read,
            octets: Vec::new(),
            start: 0,
            ended: false,
            failed: None,
        };
        Self {
            window,
            place,
            number: 0,
            run: run.clone(),
        }
    }

    /// The `From ` line, taken off the window.
    fn separator(&mut self) -> String {
        self.window.fill(LOOK_AHEAD);
        let octets = self.window.octets();
        let end = memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1);
        let line = String::from_utf8_lossy(&octets[..end])
            .trim_end()
            .to_owned();
        self.window.drop_front(end);
        line
    }

    /// Where the message at the front of the window ends; `None` where it is over the limit.
    fn end(&mut self) -> Option<End> {
        if let Some(at) = self.announced_end() {
            return Some(End {
                at,
                announced: true,
            });
        }
        self.window.fill(LOOK_AHEAD);
        if is_separator(self.window.octets(), 0) {
            return Some(End {
                at: 0,
                announced: false,
            });
        }
        let most = usize::try_from(self.run.limits.message).unwrap_or(usize::MAX);
        let mut from = 0;
        loop {
            match memmem::find(&self.window.octets()[from..], b"\nFrom ") {
                Some(found) => {
                    let line = from + found + 1;
                    self.window.fill(line + LOOK_AHEAD);
                    if is_separator(self.window.octets(), line) {
                        return Some(End {
                            at: line,
                            announced: false,
                        });
                    }
                    from = line;
                }
                None if self.window.ended => {
                    let at = self.window.octets().len();
                    return (at <= most.saturating_add(2)).then_some(End {
                        at,
                        announced: false,
                    });
                }
                None if self.window.octets().len() > most.saturating_add(STEP) => return None,
                None => {
                    from = self.window.octets().len().saturating_sub(6);
                    self.window.fill(self.window.octets().len() + STEP);
                }
            }
        }
    }

    /// Where `Content-Length` says that the message ends, if it is to be believed.
    fn announced_end(&mut self) -> Option<usize> {
        self.window.fill(STEP);
        let beginning = self.window.octets().len().min(STEP);
        let start = headers::body_start(&self.window.octets()[..beginning]);
        let length: usize = headers::field(&self.window.octets()[..start], "Content-Length")?
            .parse()
            .ok()?;
        let at = start.checked_add(length)?;
        if at as u64 > self.run.limits.message {
            return None;
        }
        self.window.fill(at + LOOK_AHEAD);
        let rest = self.window.octets().get(at..)?;
        let blank = rest
            .iter()
            .take(4)
            .take_while(|octet| matches!(octet, b'\n' | b'\r'))
            .count();
        let ends = blank == rest.len() && self.window.ended;
        let is_line_start = blank > 0 || self.window.octets()[..at].ends_with(b"\n");
        (ends || is_line_start && is_separator(self.window.octets(), at + blank)).then_some(at)
    }

    /// Goes to the next `From ` line after a message that is too large.
    fn skip(&mut self) {
        loop {
            if let Some(found) = memmem::find(self.window.octets(), b"\nFrom ") {
                self.window.fill(found + 1 + LOOK_AHEAD);
                let is_end = is_separator(self.window.octets(), found + 1);
                self.window.drop_front(found + 1);
                if is_end {
                    return;
                }
                continue;
            }
            if self.window.ended {
                self.window.clear();
                return;
            }
            let kept = self.window.octets().len().saturating_sub(6);
            self.window.drop_front(kept);
            self.window.fill(STEP);
        }
    }

    fn message(&mut self, line: &str, end: &End, place: Place) -> Found {
        let raw = &self.window.octets()[..end.at];
        let bare = end.announced && memmem::find(raw, b"\nFrom ").is_some();
        let raw = if end.announced {
            raw
        } else {
            without_blank_line(raw)
        };
        let octets = if bare { raw.to_vec() } else { unquoted(raw) };
        let is_last = end.at == self.window.octets().len() && self.window.ended;
        let mut found = single::of(octets, place);
        found.received_at = moment::of_from_line(line);
        if found.octets.is_empty() {
            found.problems.push(Problem::Empty);
        } else if found.octets.len() as u64 > self.run.limits.message {
            found = Found::problem(Problem::MessageTooLarge, found.place);
        } else if is_last && !end.announced && announces_more(&found.octets) {
            found.problems.push(Problem::Truncated);
        }
        self.window.drop_front(end.at);
        if end.announced {
            self.window.drop_blank();
        }
        found
    }
}

impl Iterator for Mbox {
    type Item = Found;
    fn next(&mut self) -> Option<Found> {
        if self.number == 0 {
            self.window.fill(LOOK_AHEAD);
            if self.window.octets().starts_with(b"\xef\xbb\xbf") {
                self.window.drop_front(3);
            }
            self.window.drop_blank();
        }
        let place = self.place.at(self.number + 1);
        if self.window.fill(1) == 0 {
            let error = self.window.failed.take()?;
            return Some(Found::problem(Problem::from(&error), place));
        }
        self.number += 1;
        let line = self.separator();
        let Some(end) = self.end() else {
            self.skip();
            return Some(Found::problem(Problem::MessageTooLarge, place));
        };
        let mut found = self.message(&line, &end, place);
        if self.window.octets().is_empty()
            && let Some(error) = self.window.failed.take()
        {
            found.problems.push(Problem::from(&error));
        }
        Some(found)
    }
}

impl Window {
    /// Has `wanted` octets in memory, or all that are left; says how many.
    fn fill(&mut self, wanted: usize) -> usize {
        while self.octets().len() < wanted && !self.ended {
            let more = (wanted - self.octets().len()).max(STEP) as u64;
            match self.read.by_ref().take(more).read_to_end(&mut self.octets) {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error);
                }
            }
        }
        self.octets().len()
    }
    fn octets(&self) -> &[u8] {
        &self.octets[self.start..]
    }
    /// Octets are moved only where as many are dropped, so that what is long in memory is not moved for each
    /// short message.
    fn drop_front(&mut self, octets: usize) {
        self.start += octets;
        if self.start >= self.octets.len() - self.start {
            self.octets.drain(..self.start);
            self.start = 0;
        }
    }
    fn clear(&mut self) {
        self.drop_front(self.octets().len());
    }
    fn drop_blank(&mut self) {
        let blank = |octets: &[u8]| {
            octets
                .iter()
                .take_while(|octet| octet.is_ascii_whitespace())
                .count()
        };
        loop {
            self.drop_front(blank(self.octets()));
            if !self.octets().is_empty() || self.fill(1) == 0 {
                return;
            }
        }
    }
}

/// Whether the line at `at` begins a message.
pub fn is_separator(octets: &[u8], at: usize) -> bool {
    let rest = &octets[at.min(octets.len())..];
    if !rest.starts_with(b"From ") {
        return false;
    }
    let looked = &rest[..rest.len().min(IMPORT_FROM_LINE_OCTETS_MAX)];
    let end = match memchr::memchr(b'\n', looked) {
        Some(end) => end,
        None if looked.len() < IMPORT_FROM_LINE_OCTETS_MAX => looked.len(),
        None => return false,
    };
    let after = &rest[(end + 1).min(rest.len())..];
    let has_field = headers::is_field(after) || after.starts_with(b">From ");
    let has_blank = at == 0 || octets[..at].ends_with(b"\n\n") || octets[..at].ends_with(b"\n\r\n");
    let line = String::from_utf8_lossy(&rest[5..end]);
    if moment::of_from_line(&line).is_some() {
        return has_blank || has_field;
    }
    has_blank && has_field && line.split_ascii_whitespace().count() == 1
}

/// The last empty line belongs to the container.
fn without_blank_line(raw: &[u8]) -> &[u8] {
    let shorter = raw
        .strip_suffix(b"\r\n")
        .or_else(|| raw.strip_suffix(b"\n"));
    match shorter {
        Some(shorter) if shorter.is_empty() || shorter.ends_with(b"\n") => shorter,
        _ => raw,
    }
}

/// One `>` less in each line `>From `, `>>From ` …
fn unquoted(raw: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(raw.len());
    let mut copied = 0;
    for found in memmem::find_iter(raw, b">From ") {
        let quotes = raw[..found]
            .iter()
            .rev()
            .take_while(|octet| **octet == b'>')
            .count();
        let line = found - quotes;
        if line == 0 || raw[line - 1] == b'\n' {
            octets.extend_from_slice(&raw[copied..found]);
            copied = found + 1;
        }
    }
    octets.extend_from_slice(&raw[copied..]);
    octets
}

/// Whether a message says that it is longer than it is.
fn announces_more(message: &[u8]) -> bool {
    let length =
        headers::field(message, "Content-Length").and_then(|length| length.parse::<usize>().ok());
    let has = message.len() - headers::body_start(message);
    // Lines that the container ends in another way count for nothing.
    length.is_some_and(|length| length > has.saturating_mul(2).saturating_add(2))
}
