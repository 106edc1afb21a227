//! What else a text may say, for detectors alone: what a reader makes of it that its letters do not.
//!
//! Numbered letters, links with their percent signs, words spelled letter by letter, text that is shown
//! from right to left, files written as letters. None of it is ever shown or sent: it only adds to what
//! is found. Invariant: each reading is made in one pass over its text, and together they are no longer
//! than a small multiple of it.

use std::borrow::Cow;
use std::ops::Range;

use crate::message::Encoding;

mod coded;
mod dictated;
mod enclosed;
mod escapes;
mod glued;
mod links;
mod parted;
mod spelled;
mod turned;

pub use escapes::undone;
pub use links::{Link, link};
pub use turned::{BACK, TURN, every_line};

/// Files that one text may hold; more are not read.
const ENCLOSED_MAX: usize = 20;
/// Around what reads otherwise: the words that say what it is (phi.md §2).
const AROUND_OCTETS: usize = 400;

/// Other readings of one text.
#[derive(Default)]
pub struct Readings {
    /// What the text itself may say.
    pub texts: Vec<String>,
    /// What stands beside the text, which does not hold it: comments, links, style sheets.
    pub told: Vec<String>,
    pub enclosed: Vec<Enclosed>,
    /// Why something in it could not be read, as a stable word.
    pub doubt: Option<&'static str>,
}

/// A file that stands in a text.
pub struct Enclosed {
    /// Where it stands in the text; none where the text does not show it.
    pub place: Option<Range<usize>>,
    pub name: String,
    /// As declared, lower-case, without parameters.
    pub content_type: String,
    pub octets: Vec<u8>,
}

/// What base64 holds (RFC 2045 §6.8), read as far as it goes, and whether it was broken.
pub fn base64(coded: &[u8]) -> (Vec<u8>, bool) {
    crate::message::decoded(coded, Encoding::Base64)
}

/// What quoted-printable holds (RFC 2045 §6.7), read as far as it goes.
pub fn quoted_printable(coded: &[u8]) -> Vec<u8> {
    crate::message::decoded(coded, Encoding::QuotedPrintable).0
}

/// Other readings of `text`; none for most.
pub fn readings(text: &str) -> Readings {
    let mut readings = Readings::default();
    enclosed::read(text, &mut readings);
    readings.add_texts(text);
    readings
}

impl Readings {
    /// What stands beside a text: itself, and what else it may say.
    pub fn add_told(&mut self, told: &str) {
        if told.trim().is_empty() {
            return;
        }
        let more = readings(told);
        self.told.push(more.blanked(told).into_owned());
        self.told.extend(more.texts);
        self.doubt = self.doubt.or(more.doubt);
        for file in more.enclosed {
            self.add_file(Enclosed {
                place: None,
                ..file
            });
        }
    }

    /// The same octets as somebody else may read them.
    pub(crate) fn add_other(&mut self, other: String) {
        let more = readings(&other);
        self.texts.extend(more.texts);
        self.doubt = self.doubt.or(more.doubt);
        for file in more.enclosed {
            self.add_file(Enclosed {
                place: None,
                ..file
            });
        }
        self.texts.push(other);
    }

    /// The text without the files that stand in it: blanks are in their places.
    pub fn blanked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let places = self.enclosed.iter().filter_map(|file| file.place.clone());
        let mut octets = None;
        for place in places {
            let octets = octets.get_or_insert_with(|| text.as_bytes().to_vec());
            if let Some(held) = octets.get_mut(place) {
                held.fill(b' ');
            }
        }
        match octets {
            Some(octets) => Cow::Owned(String::from_utf8_lossy(&octets).into_owned()),
            None => Cow::Borrowed(text),
        }
    }

    pub fn append(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.told.extend(other.told);
        self.doubt = self.doubt.or(other.doubt);
        for file in other.enclosed {
            self.add_file(file);
        }
    }

    pub fn add_file(&mut self, file: Enclosed) {
        if self.enclosed.len() < ENCLOSED_MAX {
            self.enclosed.push(file);
        } else {
            self.doubt = Some("encoded");
        }
    }

    /// One reading builds on the other: a link may spell what a script would number.
    fn add_texts(&mut self, text: &str) {
        let steps = [
            coded::changed,
            escapes::of_pages,
            escapes::changed,
            links::changed,
            // Percent signs of percent signs.
            links::changed,
            parted::changed,
            turned::changed,
            spelled::changed,
            glued::changed,
            dictated::changed,
        ];
        let mut last: Option<String> = None;
        for step in steps {
            if let Some(changed) = step(last.as_deref().unwrap_or(text)) {
                self.texts.push(changed.around());
                last = Some(changed.text);
            }
        }
    }
}

/// A text of which parts read otherwise.
struct Changed {
    text: String,
    /// Octets in `text` that do, in order.
    at: Vec<Range<usize>>,
}

impl Changed {
    fn with_room(octets: usize) -> Self {
        Self {
            text: String::with_capacity(octets),
            at: Vec::new(),
        }
    }

    fn put(&mut self, letter: char) {
        let start = self.text.len();
        self.text.push(letter);
        self.at.push(start..self.text.len());
    }

    fn put_str(&mut self, words: &str) {
        let start = self.text.len();
        self.text.push_str(words);
        self.at.push(start..self.text.len());
    }

    fn if_any(self) -> Option<Self> {
        (!self.at.is_empty()).then_some(self)
    }

    /// What changed, with the words around it.
    fn around(&self) -> String {
        let mut out = String::new();
        let mut open: Option<Range<usize>> = None;
        for at in &self.at {
            let from = self
                .text
                .floor_char_boundary(at.start.saturating_sub(AROUND_OCTETS));
            let to = self
                .text
                .ceil_char_boundary(at.end.saturating_add(AROUND_OCTETS));
            match &mut open {
                Some(range) if from <= range.end => range.end = to,
                _ => {
                    self.cut(open.take(), &mut out);
                    open = Some(from..to);
                }
            }
        }
        self.cut(open, &mut out);
        out
    }

    fn cut(&self, range: Option<Range<usize>>, out: &mut String) {
        let Some(range) = range else { return };
        let room = |at: usize| self.text[at..].bytes().take(AROUND_OCTETS);
        let gap = |at: usize| room(at).position(|b| b.is_ascii_whitespace()).unwrap_or(0);
        // A word that is cut may look like another one.
        let start = match range.start {
            0 => 0,
            at => at + gap(at),
        };
        let end = range.end + gap(range.end);
        out.push_str(&self.text[start.min(end)..end]);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests;
