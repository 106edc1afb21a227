//! Places below a state: streets, towns, postal codes, and places of care.
//!
//! All begin at a word with a capital, so that text is walked once. A place of care says by whom, not
//! who; it is found for the inventory and for redaction, and confirms nothing. Invariant: candidates
//! come sorted and apart.

use crate::FindingKind;
use crate::candidate::{Candidate, apart};
use crate::lexicon::{Key, Tag, Words};
use crate::names::Capitals;

mod gazetteer;
mod street;

pub(crate) use gazetteer::Gazetteer;

pub(crate) fn read(
    text: &[u8],
    capitals: &Capitals,
    words: &Words,
    gazetteer: &Gazetteer,
) -> Vec<Candidate> {
    let seen = Seen {
        text,
        capitals,
        words,
        gazetteer,
    };
    let mut found: Vec<Candidate> = words
        .keys
        .iter()
        .filter_map(|key| match key.tag {
            Tag::Facility => seen.facility(key),
            Tag::System => seen.system(key),
            Tag::Zip => seen.zip(key),
            _ => None,
        })
        .collect();
    for at in 0..capitals.len() {
        found.extend(street::read(text, capitals, at));
        found.extend(seen.saint(at));
        found.extend(seen.town(at));
        found.extend(seen.cared_at(at));
    }
    apart(found)
}

struct Seen<'a> {
    text: &'a [u8],
    capitals: &'a Capitals,
    words: &'a Words,
    gazetteer: &'a Gazetteer,
}

/// Words with a capital that begin a sentence or a line before a place of care, and are no part of
/// its name.
const NOT_ITS_NAME: &[&[u8]] = &[
    b"the",
    b"our",
    b"your",
    b"this",
    b"that",
    b"a",
    b"an",
    b"at",
    b"in",
    b"from",
    b"to",
    b"and",
    b"for",
    b"of",
    b"with",
    b"no",
    b"is",
    b"are",
    b"any",
    b"all",
    b"my",
    b"his",
    b"her",
    b"their",
    b"its",
    b"mental",
    b"public",
    b"behavioral",
    b"home",
    b"good",
    b"better",
    b"global",
    b"world",
    b"national",
    b"digital",
    b"electronic",
    b"personal",
    b"protected",
    b"occupational",
    b"oral",
    b"health",
    b"medical",
    b"dental",
    b"emergency",
    b"internal",
    b"physical",
    b"sports",
    b"nuclear",
    b"please",
    b"dear",
    b"re",
    b"local",
    b"patient",
    b"patients",
    b"new",
    b"free",
    b"primary",
    b"urgent",
    b"specialty",
    b"outpatient",
    b"inpatient",
    b"federal",
    b"state",
    b"head",
    b"main",
    b"front",
    b"back",
    b"corporate",
    b"doctor",
    b"both",
    b"contact",
    b"call",
    b"visit",
    b"general",
    b"el",
    b"la",
];

impl Seen<'_> {
    fn word(&self, at: usize) -> &[u8] {
        &self.text[self.capitals.range(at)]
    }

    /// "St. Mary's Hospital", "Seattle clinic", "University of Utah Health", "Hospital of Saint Raphael".
    fn facility(&self, key: &Key) -> Option<Candidate> {
        let capital = self.text[key.range.start].is_ascii_uppercase();
        let word = self.text[key.range.clone()].to_ascii_lowercase();
        // These mean much else unless written as part of a name.
        let needs_capital = !matches!(
            word.as_slice(),
            b"hospital"
                | b"clinic"
                | b"medical center"
                | b"med center"
                | b"med ctr"
                | b"health center"
                | b"medical clinic"
                | b"urgent care"
                | b"nursing home"
                | b"clinica"
        );
        if needs_capital && !capital {
            return None;
        }
        let ends = self.facility_end(key);
        let start = self.facility_start(key.range.start);
        match start {
            Some(start) => Some(Candidate::keyed(FindingKind::Facility, start..ends)),
            None if capital && ends > key.range.end => {
                let whole = matches!(
                    word.as_slice(),
                    b"hospital"
                        | b"clinica"
                        | b"centro medico"
                        | b"hospital general"
                        | b"children's"
                        | b"clinic"
                        | b"centro de salud"
                );
                whole.then(|| Candidate::keyed(FindingKind::Facility, key.range.start..ends))
            }
            None => None,
        }
    }

    /// Where the words with capitals before a place begin; `None` when none is its name's.
    fn facility_start(&self, head: usize) -> Option<usize> {
        let mut at = self.capitals.from(head);
        let mut start = head;
        let mut named = None;
        for _ in 0..6 {
            at = at.checked_sub(1)?;
            let range = self.capitals.range(at);
            if range.end > head {
                return None;
            }
            let end = if self.text[range.end..].starts_with(b"'s") {
                range.end + 2
            } else {
                range.end
            };
            let gap = &self.text[end.min(start)..start];
            let joined = matches!(
                gap,
                b" " | b"-"
                    | b". "
                    | b" & "
                    | b" and "
                    | b" of "
                    | b" of the "
                    | b" for "
                    | b"/"
                    | b""
                    | b" de "
                    | b" de la "
                    | b"' "
            );
            let word = self.word(at).to_ascii_lowercase();
            if !joined {
                break;
            }
            start = range.start;
            if NOT_ITS_NAME.contains(&word.as_slice()) {
                if matches!(
                    word.as_slice(),
                    b"the"
                        | b"our"
                        | b"your"
                        | b"at"
                        | b"in"
                        | b"from"
                        | b"to"
                        | b"and"
                        | b"dear"
                        | b"please"
                        | b"this"
                ) {
                    break;
                }
            } else {
                named = Some(range.start);
            }
            if at == 0 {
                break;
            }
        }
        named
    }

    /// On over " of …", and over further words of its name or the town after a comma.
    fn facility_end(&self, key: &Key) -> usize {
        let mut end = key.range.end;
        let links: [&[u8]; 8] = [
            b" of ",
            b" for ",
            b" at ",
            b" de ",
            b" del ",
            b" ",
            b" of the ",
            b" de la ",
        ];
        for _ in 0..4 {
            let at = self.capitals.from(end);
            let range = self.capitals.range(at);
            let Some(gap) = self.text.get(end..range.start) else {
                break;
            };
            let word = self.word(at);
            let goes_on =
                links.contains(&gap) && word.len() > 1 && !is_calendar(word) && !self.breaks(word);
            if !goes_on {
                break;
            }
            end = range.end;
        }
        end
    }

    /// Words that begin something else behind a place.
    fn breaks(&self, word: &[u8]) -> bool {
        const OTHERS: &[&[u8]] = &[
            b"dr",
            b"mr",
            b"mrs",
            b"ms",
            b"mrn",
            b"dob",
            b"ssn",
            b"i",
            b"he",
            b"she",
            b"the",
            b"we",
            b"you",
            b"please",
            b"patient",
            b"id",
            b"phone",
            b"fax",
            b"email",
            b"re",
            b"and",
            b"insurance",
        ];
        OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other))
    }

    /// A known health system; its short names need their place in a sentence.
    fn system(&self, key: &Key) -> Option<Candidate> {
        let name = &self.text[key.range.clone()];
        let long = name.contains(&b' ')
            || name.contains(&b'-')
            || name.len() >= 9
            || name.starts_with(b"UC");
        let placed = self.is_after(
            key.range.start,
            &[b"at ", b"from ", b"to ", b"by ", b"with ", b"in "],
        );
        (long || placed).then(|| {
            let end = self.facility_end(key);
            Candidate::keyed(FindingKind::Facility, key.range.start..end)
        })
    }

    /// "at St. Vincent's".
    fn saint(&self, at: usize) -> Option<Candidate> {
        let range = self.capitals.range(at);
        let saint = matches!(self.word(at), b"St" | b"Saint" | b"Mt" | b"Mount");
        let end = self.capitals.range(at + 1).end;
        if !saint || !self.capitals.runs_on(self.text, at) {
            return None;
        }
        let possessed = self.text[end..].starts_with(b"'s");
        let placed = self.is_after(range.start, &[b"at ", b"from ", b"to ", b"by "]);
        let end = if possessed { end + 2 } else { end };
        (possessed || placed).then(|| Candidate::new(FindingKind::Facility, range.start..end))
    }

    /// "seen at Lakeview", "treated at the Riverside": what care is given at.
    fn cared_at(&self, at: usize) -> Option<Candidate> {
        let range = self.capitals.range(at);
        if !self.is_after(range.start, &[b" at ", b" at the "]) || is_calendar(self.word(at)) {
            return None;
        }
        let care = self.words.near(Tag::Care, &range, 45, 0)
            || self.words.near(Tag::CareLoose, &range, 45, 0);
        let mut last = at;
        while last < at + 3
            && self.capitals.runs_on(self.text, last)
            && !is_calendar(self.word(last + 1))
        {
            last += 1;
        }
        let whole = range.start..self.possessed(self.capitals.range(last).end);
        let word = self.word(at);
        let name = word.len() > 2 && !self.breaks(word) && !matches!(word, b"Dr" | b"Noon");
        (care && name).then(|| Candidate::new(FindingKind::Facility, whole))
    }

    fn possessed(&self, end: usize) -> usize {
        if self.text[end..].starts_with(b"'s") {
            end + 2
        } else {
            end
        }
    }

    /// "Denver, CO 80202", "in Chicago", "Marin County".
    fn town(&self, at: usize) -> Option<Candidate> {
        let range = self.capitals.range(at);
        let mut last = at;
        let mut listed = None;
        loop {
            let end = self.capitals.range(last).end;
            let name = &self.text[range.start..end];
            if self.gazetteer.is_town(name) {
                listed = Some((end, self.gazetteer.is_only_town(name)));
            }
            if let Some(end) = self.state_behind(last) {
                let known = self.gazetteer.is_town(name);
                if known || self.may_be_town(at, end) {
                    let whole = range.start..end;
                    return Some(Candidate::keyed(kind_of(&self.text[whole.clone()]), whole));
                }
            }
            let county = self.capitals.runs_on(self.text, last)
                && matches!(self.word(last + 1), b"County" | b"Parish");
            if county && self.is_after(range.start, &[b"in ", b"of ", b"from ", b"the "]) {
                return Some(Candidate::new(
                    FindingKind::Place,
                    range.start..self.capitals.range(last + 1).end,
                ));
            }
            if last == at + 2 || !self.capitals.runs_on(self.text, last) {
                break;
            }
            last += 1;
        }
        let (end, only) = listed?;
        let placed = self.is_after(
            range.start,
            &[
                b"in ", b"from ", b"near ", b"of ", b"to ", b"at ", b"en ", b"de ", b", ",
            ],
        );
        // "Boston Scientific", "Dallas Smith" go on with another name.
        let goes_on = self.text[end..].starts_with(b" ")
            && self.text.get(end + 1).is_some_and(u8::is_ascii_uppercase);
        ((only && placed) || ((only || placed) && !goes_on))
            .then(|| Candidate::new(FindingKind::Place, range.start..end))
    }

    /// Where a state, and the postal code behind it, ends: ", CO 80202".
    fn state_behind(&self, town: usize) -> Option<usize> {
        let from = self.capitals.range(town).end;
        let state = self.capitals.range(town + 1);
        if !matches!(self.text.get(from..state.start), Some(b", " | b" " | b",")) {
            return None;
        }
        let comma = self.text[from] == b',';
        let two = self.capitals.range(town + 2).end;
        let end = if self.gazetteer.is_state(&self.text[state.clone()]) {
            state.end
        } else if state.start < two && self.gazetteer.is_state(&self.text[state.start..two]) {
            two
        } else {
            return None;
        };
        let code = zip_at(self.text, end + 1).filter(|_| self.text.get(end) == Some(&b' '));
        match code {
            Some(code) => Some(code),
            None if comma => Some(end),
            None => None,
        }
    }

    /// Unlisted towns: "Smith, MD" is no town, nor is "Thanks, PA".
    fn may_be_town(&self, at: usize, end: usize) -> bool {
        let coded = self.text[end - 1].is_ascii_digit();
        let placed = self.is_after(
            self.capitals.range(at).start,
            &[b"in ", b"from ", b"of ", b"near ", b"to ", b", "],
        );
        coded || placed
    }

    fn zip(&self, key: &Key) -> Option<Candidate> {
        let marks = self.text[key.range.end..]
            .iter()
            .take(6)
            .take_while(|b| b" :=#is\t".contains(b))
            .count();
        let start = key.range.end + marks;
        zip_at(self.text, start)
            .map(|end| Candidate::keyed(kind_of(&self.text[start..end]), start..end))
    }

    fn is_after(&self, start: usize, endings: &[&[u8]]) -> bool {
        let before = &self.text[start.saturating_sub(8)..start];
        endings.iter().any(|ending| {
            before.len() >= ending.len()
                && before[before.len() - ending.len()..].eq_ignore_ascii_case(ending)
        })
    }
}

/// Areas of fewer than 20,000 people by the census of 2000, as the Office for Civil Rights lists them
/// for 45 CFR 164.514(b)(2)(i)(B): of all others the first three digits may stay.
const RESTRICTED: [&[u8; 3]; 17] = [
    b"036", b"059", b"063", b"102", b"203", b"556", b"692", b"790", b"821", b"823", b"830", b"831",
    b"878", b"879", b"884", b"890", b"893",
];

/// What a place with its postal code is.
fn kind_of(place: &[u8]) -> FindingKind {
    let code = place
        .iter()
        .position(u8::is_ascii_digit)
        .map(|at| &place[at..]);
    let restricted = code.is_some_and(|code| {
        RESTRICTED
            .iter()
            .any(|area| code.starts_with(area.as_slice()))
    });
    if restricted {
        FindingKind::RestrictedZip
    } else {
        FindingKind::Place
    }
}

/// The end of a postal code of five or nine digits.
fn zip_at(text: &[u8], start: usize) -> Option<usize> {
    let digits = |from: usize, most: usize| {
        text.get(from..).map_or(0, |rest| {
            rest.iter()
                .take(most)
                .take_while(|b| b.is_ascii_digit())
                .count()
        })
    };
    if digits(start, 6) != 5 {
        return None;
    }
    let plus = text.get(start + 5) == Some(&b'-') && digits(start + 6, 5) == 4;
    Some(if plus { start + 10 } else { start + 5 })
}

fn is_calendar(word: &[u8]) -> bool {
    const STEMS: &[&[u8]] = &[
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec", b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun",
    ];
    const WHOLE: &[&[u8]] = &[
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
        b"monday",
        b"tuesday",
        b"wednesday",
        b"thursday",
        b"friday",
        b"saturday",
        b"sunday",
    ];
    STEMS
        .iter()
        .chain(WHOLE)
        .any(|name| word.eq_ignore_ascii_case(name))
        || word.eq_ignore_ascii_case(b"sept")
}
