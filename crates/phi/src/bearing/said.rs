//! Of whom a sentence of health speaks, by its small words: its writer, its reader, someone named
//! elsewhere, a patient, a given name alone.
//!
//! Invariant: it reads one sentence, and at most [`NEAR`] bytes before it.

use std::ops::Range;

use super::cues::{Cue, words};
use super::general;
use super::role;
use super::talk;
use super::{Mark, NEAR, Reader, Weight};
use crate::lexicon::Tag;
use crate::names::Listed;

impl Reader<'_> {
    /// Of whom a sentence speaks.
    pub(super) fn said(&self, range: &Range<usize>, marks: &[Mark]) -> Said {
        let mut said = Said::default();
        let mut before = Cue::default();
        let mut article = false;
        let mut subject = false;
        let (mut narrates, mut reads, mut supposes) = (false, false, false);
        let text = &self.given.text[range.clone()];
        let advice = general::is_advice(self.given.cues, text);
        for word in words(text) {
            let cue = self.given.cues.of(word.strip_suffix(b"'s").unwrap_or(word));
            said.first |=
                cue.is(Cue::OWN) || (narrates && (cue.is(Cue::FEELING) || word.ends_with(b"ed")));
            let reader = cue.is(Cue::SECOND) || (reads && cue.is(Cue::PREDICATE));
            said.second |= reader
                && !advice
                && self.is_cared_for(word, marks)
                && (reads || self.is_own_care(word, marks));
            // A "sleep study" is no study, nor a patch beside donepezil one of software.
            said.topic |= cue.is(Cue::TOPIC) && !is_health(marks, self.place(word));
            let possessed = before.is(Cue::OWN | Cue::THIRD | Cue::SECOND);
            // "Dad" is the writer's, "the dad" is not.
            let named = word[0].is_ascii_uppercase() && word.len() > 2;
            let theirs = self.of_staff.binary_search(&self.place(word)).is_ok();
            said.third |=
                (cue.is(Cue::THIRD) && !theirs) || (cue.is(Cue::KIN) && (possessed || named));
            // "patient names" are nobody's; "the patient", "patient has" are somebody's.
            said.patient |= (subject && cue.is(Cue::PREDICATE))
                || (cue.is(Cue::PATIENT)
                    && (article || word.len() <= 2)
                    && !general::is_adjective(
                        self.given.cues,
                        &text[self.place(word) - range.start + word.len()..],
                    ));
            subject = cue.is(Cue::PATIENT) && !supposes;
            article = is_article(word)
                && !(supposes && word.len() <= 3 && !word.eq_ignore_ascii_case(b"the"));
            supposes |= talk::supposes(word);
            narrates = cue.is(Cue::FIRST);
            reads = cue.is(Cue::READER);
            before = cue;
        }
        let low = range.start.saturating_sub(1);
        let keys = self.given.words.keys_from(low..range.end).iter();
        said.aged = keys
            .into_iter()
            .any(|key| key.tag == Tag::Age && follows_number(self.given.text, key.range.start));
        said
    }

    fn place(&self, word: &[u8]) -> usize {
        word.as_ptr() as usize - self.given.text.as_ptr() as usize
    }

    /// Nobody else and nothing that happens stands between: not "your team can see the results".
    fn is_own_care(&self, word: &[u8], marks: &[Mark]) -> bool {
        const LINKS: &[&[u8]] = &[b"about", b"in", b"sobre", b"en"];
        let end = self.place(word) + word.len();
        let mark = marks
            .iter()
            .find(|mark| mark.weight != Weight::Setting && mark.range.start >= end);
        mark.is_some_and(|mark| {
            !words(&self.given.text[end..mark.range.start]).any(|word| {
                let cue = self.given.cues.of(word);
                cue.is(Cue::PREDICATE | Cue::MANY | Cue::STAFF)
                    || LINKS.iter().any(|link| link.eq_ignore_ascii_case(word))
            })
        })
    }

    /// "Your test results", "you are due for a flu shot"; not "your clinic".
    fn is_cared_for(&self, word: &[u8], marks: &[Mark]) -> bool {
        let end = self.place(word) + word.len();
        marks.iter().any(|mark| {
            mark.weight != Weight::Setting
                && mark.range.start >= end
                && mark.range.start <= end + 35
        })
    }

    /// "Peter's peanut allergy", "Monica stopped metformin": a given name alone, and what happens to it.
    pub(super) fn is_given_tied(&self, range: &Range<usize>, marks: &[Mark]) -> bool {
        let mut before = None;
        words(&self.given.text[range.clone()]).any(|word| {
            if self.is_headed(word) {
                return true;
            }
            let owned: Option<&[u8]> = before.take();
            let told = match owned {
                Some(name) if name.ends_with(b"'s") => {
                    !is_illness(word) && self.is_cared_for(name, marks)
                }
                Some(_) => self.given.cues.of(word).is(Cue::PREDICATE),
                None => false,
            };
            let name = word.strip_suffix(b"'s").unwrap_or(word);
            let given = name.len() > 2
                && name[0].is_ascii_uppercase()
                && name[1..].iter().all(u8::is_ascii_lowercase)
                && self.given.people.first(name) == Listed::Name;
            before = given.then_some(word);
            told
        })
    }

    /// "Weller: NPO for scope": a family name at the head of a note.
    fn is_headed(&self, word: &[u8]) -> bool {
        let start = self.place(word);
        let text = self.given.text;
        text[start + word.len()..].starts_with(b": ")
            && !role::is_greeting(&text[..start])
            && word[0].is_ascii_uppercase()
            && self.given.people.last(word) == Listed::Name
            && !self.given.people.is_stopped(word)
    }

    /// Whether a given name alone stands in these sentences or shortly before: "Monica's diary … her A1c".
    pub(super) fn is_given(&self, range: &Range<usize>) -> bool {
        let low = range.start.saturating_sub(NEAR);
        let text = &self.given.text[low..range.end];
        words(text).any(|word| {
            let word = word.strip_suffix(b"'s").unwrap_or(word);
            word.len() > 2
                && word[0].is_ascii_uppercase()
                && self.given.people.first(word) == Listed::Name
        })
    }
}

/// Of whom a sentence speaks.
#[derive(Default)]
pub(super) struct Said {
    pub first: bool,
    pub second: bool,
    pub third: bool,
    pub patient: bool,
    pub aged: bool,
    pub topic: bool,
}

fn is_article(word: &[u8]) -> bool {
    const ARTICLES: &[&[u8]] = &[
        b"the", b"a", b"this", b"our", b"my", b"your", b"la", b"el", b"un", b"una", b"esta",
        b"este", b"shared", b"same",
    ];
    ARTICLES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}

/// "Wilson's disease" is nobody's.
fn is_illness(word: &[u8]) -> bool {
    const ILLNESSES: &[&[u8]] = &[
        b"disease",
        b"syndrome",
        b"palsy",
        b"esophagus",
        b"lymphoma",
        b"sign",
        b"law",
        b"day",
        b"thyroiditis",
        b"tumor",
        b"sarcoma",
    ];
    ILLNESSES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}

fn is_health(marks: &[Mark], at: usize) -> bool {
    let clinical = marks.iter().any(|mark| mark.weight == Weight::Clinical);
    marks.iter().any(|mark| {
        mark.range.contains(&at)
            && (mark.weight == Weight::Clinical || (clinical && mark.weight == Weight::Care))
    })
}

/// "58 y/o", "34-year-old".
fn follows_number(text: &[u8], at: usize) -> bool {
    let before = text[at.saturating_sub(2)..at]
        .iter()
        .rev()
        .find(|b| !matches!(b, b' ' | b'-'));
    before.is_some_and(u8::is_ascii_digit)
}
