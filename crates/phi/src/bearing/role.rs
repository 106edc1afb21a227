//! Who a name in a mail is: the one who is cared for, who is written to, whom to turn to, a clinician.
//!
//! By the words beside it, in its own sentence. A name that nothing places may be a patient's: its
//! sentence decides (`bearing.rs`). Invariant: a name that words make a patient's is never less.

use std::ops::Range;

use super::cues::{Cue, Cues, words};
use super::unit::{self, Layout};
use crate::FindingKind;
use crate::candidate::Candidate;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Clinician,
    /// Someone to turn to, or who speaks for an organisation.
    Office,
    /// "Dear Ms. Okafor,"
    Addressee,
    Person {
        /// Words or a form's field make it a patient's.
        anchored: bool,
        /// How far its sentence says something of it: 3 what happens to it, 2 that something is for it, 1
        /// that it stands in a list, 0 nothing.
        relation: u8,
    },
}

pub(super) struct Roles<'a> {
    pub text: &'a [u8],
    pub cues: &'a Cues,
    /// Sorted by place.
    pub candidates: &'a [Candidate],
    pub layout: Layout,
}

impl Roles<'_> {
    pub(super) fn of(&self, name: &Candidate) -> Role {
        let range = &name.range;
        let sentence = unit::around(self.text, range.start, self.layout);
        let before = &self.text[sentence.start.min(range.start)..range.start];
        let behind = &self.text[range.end..sentence.end.max(range.end).min(range.end + 160)];
        let anchored = name.kind == FindingKind::PatientName;
        let told = self.is_told_in_brackets(behind);
        let person = Role::Person {
            anchored: anchored || self.is_titled(range),
            relation: if told {
                2
            } else {
                self.relation(before, behind)
            },
        };
        if name.kind == FindingKind::ProviderName {
            Role::Clinician
        } else if anchored || told {
            person
        } else if is_greeting(before) && !self.is_told(behind) {
            Role::Addressee
        } else if self.is_office(range, before, behind) {
            Role::Office
        } else {
            person
        }
    }

    /// "Ana Ruiz (ana@mail.example) cannot open …": the brackets say how to reach her, the rest what
    /// happens to her.
    fn is_told_in_brackets(&self, behind: &[u8]) -> bool {
        let close = behind
            .starts_with(b" (")
            .then(|| memchr::memchr(b')', behind))
            .flatten();
        close.is_some_and(|close| {
            words(&behind[close..])
                .next()
                .is_some_and(|word| self.cues.of(word).is(Cue::PREDICATE))
        })
    }

    /// "Hi, Saoirse will miss school": greeted is somebody else.
    fn is_told(&self, behind: &[u8]) -> bool {
        behind.starts_with(b" ")
            && words(behind)
                .next()
                .is_some_and(|word| self.cues.of(word).is(Cue::PREDICATE))
    }

    fn is_titled(&self, range: &Range<usize>) -> bool {
        const TITLES: &[&[u8]] = &[
            b"mr", b"mrs", b"ms", b"miss", b"sr", b"sra", b"srta", b"senor", b"senora", b"don",
            b"dona",
        ];
        let last = words(&self.text[range.start.saturating_sub(8)..range.start]).next_back();
        let first = words(&self.text[range.clone()]).next();
        let is = |word: Option<&[u8]>| {
            word.is_some_and(|word| TITLES.iter().any(|title| title.eq_ignore_ascii_case(word)))
        };
        is(first) || is(last)
    }

    fn is_office(&self, range: &Range<usize>, before: &[u8], behind: &[u8]) -> bool {
        let office = |word: &[u8]| {
            // "it" is everywhere, the department is not.
            self.cues.of(word).is(Cue::OFFICE)
                && !(word.eq_ignore_ascii_case(b"it") && word != b"IT")
        };
        let led = words(before).rev().take(3).any(office) && !is_sought(before);
        let gap = behind
            .iter()
            .take_while(|b| !b.is_ascii_alphanumeric())
            .count();
        let aside = behind[..gap].iter().any(|b| b",-(/\n|".contains(b));
        // A committee's chair follows the name, a dialysis chair the dialysis.
        let seat = |word: &[u8]| word.eq_ignore_ascii_case(b"chair");
        let mut tail = words(&behind[gap..]).take(3);
        let tailed = aside
            && (tail.next().is_some_and(office) || tail.any(|word| office(word) && !seat(word)));
        let mut next = words(behind);
        let (one, two) = (next.next(), next.next());
        let says =
            |word: Option<&[u8]>| word.is_some_and(|word| self.cues.of(word).is(Cue::SPEAKING));
        // "Script for Bartholomew Nye says": the script does.
        let object = words(before)
            .next_back()
            .is_some_and(|word| LINKS.iter().any(|link| link.eq_ignore_ascii_case(word)));
        let speaks = gap <= 1 && !object && (says(one) || (one.is_some_and(is_will) && says(two)));
        // "Coach, Ruairi's ankle" is the coach's letter, not the coach's ankle.
        let titled = before
            .strip_suffix(b" ")
            .and_then(|led| words(led).next_back().filter(|word| led.ends_with(word)))
            .is_some_and(|word| self.cues.of(word).is(Cue::STAFF));
        led || titled
            || self.is_employed(behind)
            || tailed
            || speaks
            || self.is_reached_at(range, behind, gap)
    }

    /// "Starts on Monday in dialysis as a tech".
    fn is_employed(&self, behind: &[u8]) -> bool {
        let mut rest = words(behind).skip_while(|word| *word != b"as" && *word != b"como");
        rest.next().is_some()
            && rest
                .take(3)
                .any(|word| self.cues.of(word).is(Cue::STAFF | Cue::OFFICE))
    }

    /// "Joan Ritter, 901-555-0147", "Tim, x4410".
    fn is_reached_at(&self, range: &Range<usize>, behind: &[u8], gap: usize) -> bool {
        let next = self
            .candidates
            .partition_point(|c| c.range.start < range.end);
        let reached = self.candidates.get(next).is_some_and(|c| {
            let apart = &self.text[range.end..c.range.start];
            let ways = matches!(
                c.kind,
                FindingKind::Phone | FindingKind::Fax | FindingKind::Email
            );
            ways && apart.len() <= 12
                && apart.iter().filter(|b| b.is_ascii_alphabetic()).count() <= 4
        });
        let short = &behind[gap..];
        let extension =
            short.len() > 1 && matches!(short[0], b'x' | b'X') && short[1].is_ascii_digit();
        let digits = short.iter().take_while(|b| b.is_ascii_digit()).count();
        let local = digits == 3
            && short.get(3) == Some(&b'-')
            && short[4..].iter().take_while(|b| b.is_ascii_digit()).count() == 4;
        // "Call her at 303-555-0144, her strep came back": hers is the strep.
        let owns = words(behind).any(|word| matches!(word, b"her" | b"his"));
        let inside = words(behind)
            .take(8)
            .any(|word| matches!(word, b"ext" | b"extension"));
        (reached && !owns) || extension || local || inside
    }

    /// How far what stands around a name says something of its bearer.
    fn relation(&self, before: &[u8], behind: &[u8]) -> u8 {
        let gap = behind
            .iter()
            .take_while(|b| !b.is_ascii_alphanumeric())
            .count();
        let rest = &behind[gap..];
        // "Ana Reyes May 3": a month.
        let told =
            |word: &[u8]| word[0].is_ascii_lowercase() && self.cues.of(word).is(Cue::PREDICATE);
        let predicate = words(rest).next().is_some_and(told);
        let possessed = behind.starts_with(b"'s ") || behind.starts_with(b"' ");
        let aged = gap > 0 && is_age(rest);
        if possessed || aged || (predicate && gap <= 2) {
            return 3;
        }
        let leads = before.iter().all(|b| !b.is_ascii_alphabetic());
        let listed = behind[..gap].iter().any(|b| b"-:,(\t|".contains(b));
        let towards = words(before)
            .next_back()
            .is_some_and(|word| self.cues.of(word).is(Cue::TOWARDS));
        // "Vince Carbone from the warehouse will start".
        let later = words(rest).take(5).any(told);
        match (leads && listed, towards, listed || later) {
            (true, ..) | (_, true, _) => 2,
            (_, _, true) => 1,
            _ => 0,
        }
    }
}

/// What joins a thing to whose it is.
const LINKS: &[&[u8]] = &[b"for", b"of", b"de", b"para", b"on", b"about", b"sobre"];

/// "Trying to reach Mr. Straub": he is not whom to turn to.
fn is_sought(before: &[u8]) -> bool {
    const SOUGHT: &[&[u8]] = &[
        b"to reach ",
        b"to contact ",
        b"t reach ",
        b"not reach ",
        b"not contact ",
        b"t contact ",
    ];
    const TRIED: &[&[u8]] = &[
        b"trying",
        b"tried",
        b"unable",
        b"not",
        b"couldn't",
        b"can't",
        b"cannot",
        b"able",
    ];
    let last = &before[before.len().saturating_sub(40)..];
    let sought = SOUGHT
        .iter()
        .any(|end| memchr::memmem::find(last, end).is_some());
    sought && words(last).any(|word| TRIED.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// "61, breast cancer", "58 y/o", not "9 Pine Road".
fn is_age(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &text[digits..];
    (1..=3).contains(&digits)
        && (matches!(
            rest.first(),
            None | Some(b',' | b';' | b')' | b'.' | b'y' | b'Y' | b'M' | b'F')
        ) || [&b" y"[..], b" m,", b" f,", b" an", b"-y"]
            .iter()
            .any(|unit| rest.starts_with(unit)))
}

/// Whether nothing but blanks and marks of quoting stand between a sentence's end and here.
pub(super) fn opens_sentence(before: &[u8]) -> bool {
    let last = before.iter().rev().find(|b| !b"> *-\"(".contains(b));
    last.is_none_or(|b| b".!?\n\r:;".contains(b))
}

fn is_will(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"will")
}

/// "Hi Jason," and not "Hi all,".
pub(super) fn greets_someone(line: &[u8]) -> bool {
    const SALUTES: &[&[u8]] = &[
        b"hi",
        b"hello",
        b"dear",
        b"hola",
        b"estimado",
        b"estimada",
        b"querido",
        b"querida",
        b"hey",
    ];
    const MANY: &[&[u8]] = &[
        b"all",
        b"team",
        b"everyone",
        b"everybody",
        b"there",
        b"folks",
        b"colleagues",
        b"colleague",
        b"sir",
        b"madam",
        b"customer",
        b"customers",
        b"members",
        b"member",
        b"staff",
        b"friends",
        b"friend",
        b"provider",
        b"providers",
        b"doctor",
        b"dr",
        b"doctora",
        b"dra",
        b"cliente",
        b"clientes",
        b"todos",
        b"equipo",
        b"colegas",
        b"user",
        b"subscriber",
        b"valued",
        b"reader",
        b"readers",
        b"neighbor",
        b"homeowner",
        b"list",
        b"parents",
        b"families",
        b"editor",
        b"applicant",
        b"candidate",
    ];
    let mut its = words(line.get(..60).unwrap_or(line));
    let salutes = its
        .next()
        .is_some_and(|word| SALUTES.iter().any(|known| known.eq_ignore_ascii_case(word)));
    salutes
        && its.next().is_some_and(|word| {
            word[0].is_ascii_uppercase()
                && word.len() > 1
                && !MANY.iter().any(|known| known.eq_ignore_ascii_case(word))
        })
}

/// Nothing but a greeting stands before it in its line.
pub(super) fn is_greeting(before: &[u8]) -> bool {
    const GREETINGS: &[&[u8]] = &[
        b"hi",
        b"hello",
        b"dear",
        b"hey",
        b"morning",
        b"afternoon",
        b"evening",
        b"hola",
        b"estimado",
        b"estimada",
        b"querido",
        b"querida",
        b"dias",
        b"tardes",
        b"good",
        b"buenos",
        b"buenas",
        b"apreciado",
        b"apreciada",
        b"senor",
        b"senora",
        b"sr",
        b"sra",
        b"ms",
        b"mr",
        b"mrs",
        b"dr",
        b"dra",
        b"and",
        b"y",
    ];
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let mut seen = false;
    for word in words(line) {
        if !GREETINGS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
        {
            return false;
        }
        seen |= !matches!(word.len(), 0..=2) || word.eq_ignore_ascii_case(b"hi");
    }
    seen
}
