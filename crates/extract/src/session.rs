//! The reading of one file: what was found so far, and what is left of the limits.
//!
//! Every reader works on a session and returns nothing: it says texts, losses and marks. Files
//! inside files come back through [`Session::nested`]. Invariant: no text beyond the limit, no
//! depth beyond the limit, and no loss is forgotten.

use mail::readings::{Readings, readings};

use crate::budget::Budget;
use crate::carry;
use crate::extracted::{Because, Extracted, Mark, Text, TextForm, Unreadable};
use crate::extractor::Claim;
use crate::kind::{self, FileKind};
use crate::limits::{Limits, PLACE_CHARS_MAX, PLACE_NAME_CHARS_MAX, TEXTS_MAX, UNREADABLE_MAX};

pub(crate) struct Session<'l> {
    pub(crate) limits: &'l Limits,
    pub(crate) budget: Budget,
    depth: u32,
    out: Extracted,
}

/// Whether a reader of the file is shown a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Yes,
    Hidden,
}

/// Reads a file and all inside it.
pub(crate) fn read(file: &[u8], claim: &Claim<'_>, limits: &Limits) -> Extracted {
    if file.len() as u64 > limits.input {
        return Extracted::unread(FileKind::of(file), Because::LimitInput);
    }
    let mut session = Session::new(limits);
    session.out.kind = session.file("", file, claim);
    session.out
}

impl<'l> Session<'l> {
    fn new(limits: &'l Limits) -> Self {
        let mut out = Extracted::unread(FileKind::Unknown, Because::Crash);
        out.unreadable.clear();
        Self {
            limits,
            budget: Budget::of(limits),
            depth: 0,
            out,
        }
    }

    /// A file inside the one at `place`.
    pub(crate) fn nested(&mut self, place: &str, file: &[u8], claim: &Claim<'_>) {
        if self.depth >= self.limits.depth {
            return self.lost(place, Because::LimitDepth);
        }
        self.depth += 1;
        self.file(place, file, claim);
        self.depth -= 1;
    }

    pub(crate) fn say(&mut self, place: &str, form: TextForm, text: &str) {
        self.text(place, form, text, Shown::Yes);
    }

    pub(crate) fn text(&mut self, place: &str, form: TextForm, text: &str, shown: Shown) {
        let text = text.trim_matches(['\n', '\r', ' ', '\0', '\u{feff}']);
        if text.trim().is_empty() {
            return;
        }
        let more = match form {
            TextForm::Prose | TextForm::Table | TextForm::Calendar | TextForm::Card => {
                readings(text)
            }
            _ => Readings::default(),
        };
        self.put(place, form, &more.blanked(text), shown);
        self.more(place, more);
    }

    /// A text that comes with what else it says.
    pub(crate) fn read_text(&mut self, place: &str, text: &str, more: Readings) {
        self.put(place, TextForm::Prose, &more.blanked(text), Shown::Yes);
        self.more(place, more);
    }

    /// What else a text says, and the files that stand in it.
    pub(crate) fn more(&mut self, place: &str, more: Readings) {
        for text in more.texts.iter().chain(&more.told) {
            self.put(place, TextForm::Prose, text, Shown::Hidden);
        }
        if more.doubt.is_some() {
            self.lost(place, Because::Encoded);
        }
        for file in more.enclosed {
            let name = if file.name.is_empty() {
                "enclosed"
            } else {
                &file.name
            };
            let at = inside(place, name);
            let counted = self.budget.entry();
            if self.or_lost(&at, counted).is_none() {
                return;
            }
            let claim = Claim {
                name: &file.name,
                content_type: &file.content_type,
            };
            self.nested(&at, &file.octets, &claim);
        }
    }

    fn put(&mut self, place: &str, form: TextForm, text: &str, shown: Shown) {
        let text = text.trim_matches(['\n', '\r', ' ', '\0', '\u{feff}']);
        if text.trim().is_empty() {
            return;
        }
        if self.out.texts.len() >= TEXTS_MAX {
            return self.lost(place, Because::LimitText);
        }
        let room = usize::try_from(self.budget.text).unwrap_or(usize::MAX);
        let kept = &text[..text.floor_char_boundary(room.min(text.len()))];
        if kept.len() < text.len() {
            self.lost(place, Because::LimitText);
        }
        self.budget.text -= kept.len() as u64;
        if kept.is_empty() {
            return;
        }
        self.out.texts.push(Text {
            place: place.to_owned(),
            form,
            text: kept.to_owned(),
            hidden: shown == Shown::Hidden,
        });
    }

    pub(crate) fn lost(&mut self, place: &str, because: Because) {
        let lost = Unreadable {
            place: place.to_owned(),
            because,
        };
        if self.out.unreadable.len() < UNREADABLE_MAX && !self.out.unreadable.contains(&lost) {
            self.out.unreadable.push(lost);
        }
    }

    /// The value, or the loss of it.
    pub(crate) fn or_lost<T>(&mut self, place: &str, got: Result<T, Because>) -> Option<T> {
        got.map_err(|because| self.lost(place, because)).ok()
    }

    pub(crate) fn mark(&mut self, mark: Mark) {
        if !self.out.marks.contains(&mark) {
            self.out.marks.push(mark);
        }
    }

    /// One more page, slide or sheet; `false` when there are too many.
    pub(crate) fn page(&mut self, place: &str) -> bool {
        let counted = self.budget.page();
        let counted = self.or_lost(place, counted).is_some();
        self.out.pages += u32::from(counted);
        counted
    }

    /// Octets that unpacking has produced.
    pub(crate) fn unpacked(&mut self, octets: usize) {
        let octets = octets as u64;
        self.budget.expanded = self.budget.expanded.saturating_sub(octets);
        self.out.octets_out += octets;
    }

    fn file(&mut self, place: &str, file: &[u8], claim: &Claim<'_>) -> FileKind {
        // What an archive or a compound file really is shows when it is read.
        let kind = carry::read(self, place, kind::claimed(file, claim), file, claim);
        for mark in kind::marks(kind, claim) {
            self.mark(mark);
        }
        kind
    }
}

/// The place of something inside another: its name without control characters, not too long.
pub(crate) fn inside(place: &str, name: &str) -> String {
    let clean = name
        .chars()
        .filter(|c| !c.is_control())
        .take(PLACE_NAME_CHARS_MAX);
    let name: String = clean.collect();
    if place.is_empty() {
        return name;
    }
    let whole = place
        .chars()
        .chain(std::iter::once('/'))
        .chain(name.chars());
    whole.take(PLACE_CHARS_MAX).collect()
}
