//! The words of a text that begin with a capital letter: what names and places are made of.
//!
//! Only ASCII capitals begin a word; accents are folded before. Invariant: words stand in order and
//! do not overlap.

use std::ops::Range;

pub(crate) struct Capital {
    pub range: Range<usize>,
}

pub(crate) struct Capitals {
    words: Vec<Capital>,
}

impl Capitals {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut words = Vec::new();
        let mut at = 0;
        while at < text.len() {
            if !text[at].is_ascii_uppercase() {
                at += 1;
                continue;
            }
            let free = at == 0 || !is_joined(text[at - 1]);
            let end = end(text, at);
            let code = text
                .get(end)
                .is_some_and(|b| b.is_ascii_digit() || *b == b'_');
            if free && !code {
                words.push(Capital {
                    range: at..unpossessed(text, at, end),
                });
            }
            at = end.max(at + 1);
        }
        Self { words }
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    pub(crate) fn range(&self, at: usize) -> Range<usize> {
        self.words.get(at).map_or(0..0, |word| word.range.clone())
    }

    /// The first word that begins at or behind a place.
    pub(crate) fn from(&self, place: usize) -> usize {
        self.words.partition_point(|word| word.range.start < place)
    }

    /// The bytes between a word and the next one; `None` when there is none or it is far.
    pub(crate) fn gap<'t>(&self, text: &'t [u8], at: usize) -> Option<&'t [u8]> {
        let next = self.words.get(at + 1)?;
        let gap = self.words[at].range.end..next.range.start;
        (gap.len() <= 12).then(|| &text[gap])
    }

    /// Whether the next word belongs to the same name: a blank apart, or a full stop and a blank after
    /// an abbreviation.
    pub(crate) fn runs_on(&self, text: &[u8], at: usize) -> bool {
        let short = self.range(at).len() <= 3;
        match self.gap(text, at) {
            Some(b" ") => true,
            Some(b". ") => short,
            Some(b".") => self.range(at).len() == 1,
            _ => false,
        }
    }
}

fn is_joined(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80 || b == b'_'
}

/// Letters, and an apostrophe or hyphen between letters.
fn end(text: &[u8], start: usize) -> usize {
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80;
    let mut at = start;
    while let Some(b) = text.get(at) {
        let bridge = matches!(b, b'\'' | b'-') && text.get(at + 1).is_some_and(letter);
        if !letter(b) && !bridge {
            break;
        }
        at += 1;
    }
    at
}

/// Without the ending of a possessive.
fn unpossessed(text: &[u8], start: usize, end: usize) -> usize {
    let word = &text[start..end];
    if word.len() > 3 && (word.ends_with(b"'s") || word.ends_with(b"'S")) {
        end - 2
    } else {
        end
    }
}
