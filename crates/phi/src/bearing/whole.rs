//! A letter as a whole: who is spoken of, where the name stands in one sentence and the illness in another.
//!
//! Finds names that no list has by what is said of them ("Makaio can dress", "for Yaretzi", and then
//! "she"), and counts the words that speak of one person and those that speak of many. Invariant: it
//! reads nothing longer than [`LETTER`].

use std::collections::BTreeSet;
use std::ops::Range;

use super::cues::{Cue, words};
use super::general;
use super::role::{self, Role, Roles};
use super::talk::{Talk, supposes};
use super::{NEAR, Reader};
use crate::FindingKind;
use crate::candidate::Candidate;

/// Octets of a letter; what is longer names people that no list has among much else.
const LETTER: usize = 2_000;
/// Octets of a note, in which a name needs no "she" behind it.
const SHORT: usize = 450;
/// Octets for which a letter has to have one slight word of health.
const OCTETS_OF_HEALTH: usize = 200;
/// Slight words that are counted.
const SLIGHT: usize = 64;
/// Words of one name.
const NAME_WORDS: usize = 3;

/// What a part says of one or of many, wherever in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    /// "She", "his", "my mother", "Denies pain."
    pub voice: u8,
    /// "Patients", "everyone".
    pub many: u8,
    /// "The patient", "our client".
    pub patient: u8,
    /// Words of health outside of talk about subjects: two for a clinical one, one for a slight one.
    pub health: u8,
    /// The closest that a name is told of.
    pub told: u8,
}

impl Whole {
    pub(crate) fn add(&mut self, other: Self) {
        self.voice = self.voice.saturating_add(other.voice);
        self.many = self.many.saturating_add(other.many);
        self.patient = self.patient.saturating_add(other.patient);
        self.health = self.health.saturating_add(other.health);
        self.told = self.told.max(other.told);
    }

    /// How far all of it together, so long, ties health to somebody.
    pub(crate) fn points(self, octets: usize) -> u8 {
        if octets > LETTER || !is_dense(usize::from(self.health), octets) {
            return 0;
        }
        let person = self.voice.min(3) + self.told.min(2) + 2 * self.patient.min(1);
        let person = person.saturating_sub(self.many);
        match (person, self.health) {
            (4.., 4..) => 4,
            (3.., 3..) | (4.., 2..) => 3,
            (2.., 6..) if self.voice > 0 || self.patient > 0 => 3,
            (2.., 2..) => 2,
            _ => 0,
        }
    }
}

/// Words that may be one name.
struct Run {
    range: Range<usize>,
    words: usize,
}

/// Where words of one person stand.
pub(super) struct Voice {
    places: Vec<usize>,
    /// Words of a third person that are the staff's.
    pub(super) of_staff: Vec<usize>,
    whole: Whole,
}

impl Voice {
    /// Whether someone is spoken of shortly behind a place.
    fn follows(&self, at: usize) -> bool {
        let next = self.places.partition_point(|place| *place < at);
        self.places
            .get(next)
            .is_some_and(|place| *place < at + NEAR)
    }
}

impl<'a> Reader<'a> {
    /// Counts the words that speak of one person and of many.
    pub(super) fn voice(&self) -> Voice {
        let text: &'a [u8] = self.given.text;
        let mut voice = Voice {
            places: Vec::new(),
            of_staff: Vec::new(),
            whole: Whole::default(),
        };
        if text.len() > LETTER || !self.is_of_health() {
            return voice;
        }
        let mut before = Cue::default();
        let (mut end, mut leads) = (0, false);
        let mut talk = Talk::default();
        for word in words(text) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let cue = self.given.cues.of(word.strip_suffix(b"'s").unwrap_or(word));
            let opens = text[end..start].iter().any(|b| b".!?\n:;".contains(b)) || end == 0;
            talk.goes_on(&text[end..start], opens);
            // "Coach, Ezekiel passed out": who is called is not talked of.
            let called = text.get(start + word.len()) == Some(&b',')
                && (opens || role::is_greeting(&text[..start]));
            let heard = if called { Cue::default() } else { cue };
            let theirs = talk.is_of_staff(heard, self.role_at(start));
            voice.of_staff.extend(theirs.then_some(start));
            let speaks = (cue.is(Cue::THIRD) && !theirs)
                || (cue.is(Cue::KIN) && before.is(Cue::OWN | Cue::THIRD | Cue::SECOND))
                || (cue.is(Cue::DROPPED) && (opens || leads));
            // "Ya no come", "no quiere".
            leads = matches!(word, b"ya" | b"Ya" | b"no" | b"No" | b"y");
            let many = cue.is(Cue::MANY);
            let patient = cue.is(Cue::PATIENT)
                && before.is(Cue::ONE)
                && !talk.supposes
                && !general::is_adjective(self.given.cues, &text[start + word.len()..]);
            talk.supposes |= supposes(word);
            before = cue;
            end = start + word.len();
            if !(speaks || many || patient) || self.given.blocks.is_quiet(start) {
                continue;
            }
            let whole = &mut voice.whole;
            if speaks {
                whole.voice = whole.voice.saturating_add(1);
                voice.places.push(start);
            }
            whole.many = whole.many.saturating_add(u8::from(many));
            whole.patient = whole.patient.saturating_add(u8::from(patient));
        }
        voice
    }

    /// Who the name is that starts at a place.
    fn role_at(&self, at: usize) -> Option<Role> {
        let next = self.people.partition_point(|(name, _)| name.start < at);
        let (name, role) = self.people.get(next)?;
        (name.start == at).then_some(*role)
    }

    /// Names that no list has and that something is said of; they join the people.
    pub(super) fn mentions(&mut self, roles: &Roles<'_>, voice: &Voice) {
        let mut found = Vec::new();
        let mut covered = 0;
        let text: &'a [u8] = self.given.text;
        if !self.is_letter_of_health() {
            return;
        }
        for word in words(text) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let theirs = self.closing.contains(&start) || self.attending.contains(bare(word));
            if start < covered || theirs || !self.is_plain(word) || self.is_known(start) {
                continue;
            }
            let run = self.run(start, start + bare(word).len());
            covered = run.range.end;
            if role::opens_sentence(&text[..start]) && run.words == 1 && is_ordinary(word) {
                continue;
            }
            let kin = self.is_kins(run.range.end);
            if introduces(&text[..start]) && !kin {
                self.bearing.signed = true;
                self.bearing.introduced = true;
                self.told.push(run.range);
                continue;
            }
            if kin || self.is_of_kin(start) {
                let (anchored, relation) = (true, 3);
                found.push((run.range, Role::Person { anchored, relation }));
                continue;
            }
            let candidate = Candidate::new(FindingKind::Name, run.range.clone());
            if let Role::Person { relation, anchored } = roles.of(&candidate)
                && self.is_somebody(&run, relation, voice)
            {
                let relation = relation.max(2);
                found.push((run.range, Role::Person { anchored, relation }));
            }
        }
        let names = found.iter().map(|(range, _)| range.clone());
        self.told
            .extend(names.filter(|range| !is_where(&text[..range.start])));
        self.told.sort_by_key(|range| range.start);
        self.people.extend(found);
        self.people.sort_by_key(|(range, _)| range.start);
    }

    /// Names that were told of, wherever else they stand in the part, by place.
    pub(super) fn told_again(&self) -> Vec<Range<usize>> {
        let text = self.given.text;
        let names: BTreeSet<&[u8]> = self
            .told
            .iter()
            .flat_map(|range| words(&text[range.clone()]))
            .collect();
        if names.is_empty() {
            return Vec::new();
        }
        let mut told = self.told.clone();
        for word in words(text) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let word = bare(word);
            let known = self.told.partition_point(|range| range.end <= start);
            let covered = self
                .told
                .get(known)
                .is_some_and(|range| range.start <= start);
            if names.contains(word) && !covered && !self.is_known(start) {
                told.push(start..start + word.len());
            }
        }
        told.sort_by_key(|range| range.start);
        told
    }

    fn is_of_health(&self) -> bool {
        !self.given.terms.is_empty() || !self.given.words.slight.is_empty()
    }

    /// Short, or with a word of health for every few lines.
    fn is_letter_of_health(&self) -> bool {
        let given = self.given;
        if given.text.len() > LETTER || !self.is_of_health() {
            return false;
        }
        let clinical = given.terms.iter().filter(|term| !term.setting);
        let clinical: BTreeSet<usize> = clinical.map(|term| term.entry).collect();
        let slight = given.words.slight.iter().map(|(_, entry)| *entry);
        let slight: BTreeSet<usize> = slight.take(SLIGHT).collect();
        let health = 2 * clinical.len() + slight.len();
        is_dense(health, given.text.len())
    }

    /// What is said of one and of many in all of it.
    pub(super) fn whole(&mut self, voice: &Voice) {
        let told = self.people.iter().map(|(_, role)| match role {
            Role::Person { anchored: true, .. } => 2,
            Role::Person { relation, .. } => *relation,
            _ => 0,
        });
        self.bearing.whole = Whole {
            told: told.max().unwrap_or(0),
            health: self.bearing.whole.health,
            ..voice.whole
        };
    }

    /// Whether a run of words is somebody's name, by how it is told of.
    fn is_somebody(&self, name: &Run, relation: u8, voice: &Voice) -> bool {
        let text = self.given.text;
        let range = &name.range;
        let line_start = memchr::memrchr(b'\n', &text[..range.start]).map_or(0, |at| at + 1);
        let rest =
            memchr::memchr(b'\n', &text[range.end..]).map_or(text.len(), |at| range.end + at);
        let behind = &text[range.end..rest];
        // "Coach," and a name under a letter.
        let alone = range.start == line_start && !behind.iter().any(u8::is_ascii_alphanumeric);
        let quiet = self.given.blocks.is_quiet(range.start)
            || self.given.blocks.is_envelope(text, range.start);
        if alone || quiet {
            return false;
        }
        let opens = role::opens_sentence(&text[..range.start]);
        let follows = voice.follows(range.end);
        // "Makaio can dress but he cannot play."
        let subject =
            follows && is_subject(behind) && !(opens && is_ordinary(&text[range.clone()]));
        let many = name.words > 1;
        let short = self.given.text.len() <= SHORT && !self.has_genre;
        let line = &text[line_start..range.start];
        is_in_room(behind)
            || (alone_in(line) && self.is_headed_by(name, &text[range.end..rest]))
            || is_at_bed(&text[line_start..range.start])
            || subject
            || match relation {
                3 => follows || (short && many),
                2 => (follows && (many || !opens)) || (short && many && !opens && is_led(line)),
                _ => false,
            }
    }

    /// "Mi hijo Beto", "my niece Persephone".
    fn is_of_kin(&self, at: usize) -> bool {
        let before = &self.given.text[at.saturating_sub(30)..at];
        let mut back = words(before).rev();
        let mut is = |cue: Cue| {
            back.next()
                .is_some_and(|word| self.given.cues.of(word).is(cue))
        };
        before.ends_with(b" ") && is(Cue::KIN) && is(Cue::OWN | Cue::SECOND)
    }

    /// "Evander: transfers with one helper, neglects his left side": a note and whose it is.
    fn is_headed_by(&self, name: &Run, behind: &[u8]) -> bool {
        let told = behind.starts_with(b": ") && name.words <= 2;
        told && words(behind)
            .take(40)
            .any(|word| self.given.cues.of(word).is(Cue::THIRD))
    }

    /// "Aurelio's mother": he is the one.
    fn is_kins(&self, at: usize) -> bool {
        let behind = self.given.text[at..].strip_prefix(b"'s ");
        let next = behind.and_then(|rest| words(&rest[..rest.len().min(20)]).next());
        next.is_some_and(|word| self.given.cues.of(word).is(Cue::KIN))
    }

    /// The end of the name that goes on behind a word, and how many words it has.
    fn run(&self, start: usize, from: usize) -> Run {
        let text = self.given.text;
        let (mut end, mut count) = (from, 1);
        while count < NAME_WORDS && text.get(end) == Some(&b' ') {
            let Some(next) = words(&text[end + 1..text.len().min(end + 40)]).next() else {
                break;
            };
            if text[end + 1..].as_ptr() != next.as_ptr() || !self.is_plain(next) {
                break;
            }
            end += 1 + bare(next).len();
            count += 1;
        }
        // "Al-Balushi", "Okonjo-Wells".
        while text.get(end) == Some(&b'-') && text.get(end + 1).is_some_and(u8::is_ascii_uppercase)
        {
            end += 1;
            end += text[end..]
                .iter()
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
        }
        Run {
            range: start..end,
            words: count,
        }
    }

    /// Written as names are, and no other word's.
    fn is_plain(&self, word: &[u8]) -> bool {
        let word = bare(word);
        word.len() >= 3
            && word[0].is_ascii_uppercase()
            && word[1..]
                .iter()
                .all(|b| b.is_ascii_lowercase() || *b == b'\'')
            && !is_shortened(word)
            && !self.given.people.is_ordinary(word)
            && self.given.cues.of(word) == Cue::default()
    }

    /// Whether a place has a meaning already: of an identifier or a word of health.
    fn is_known(&self, at: usize) -> bool {
        let given = self.given;
        let next = given.kept.partition_point(|c| c.range.end <= at);
        let term = given
            .words
            .terms
            .partition_point(|term| term.range.end <= at);
        let slight = given
            .words
            .slight
            .partition_point(|(range, _)| range.start < at);
        given.kept.get(next).is_some_and(|c| c.range.start <= at)
            || given
                .words
                .terms
                .get(term)
                .is_some_and(|term| term.range.start <= at)
            || given
                .words
                .slight
                .get(slight)
                .is_some_and(|(range, _)| range.start == at)
    }
}

fn bare(word: &[u8]) -> &[u8] {
    word.strip_suffix(b"'s").unwrap_or(word)
}

/// "I'll", "We've".
fn is_shortened(word: &[u8]) -> bool {
    const ENDS: &[&[u8]] = &[b"'ll", b"'ve", b"'re", b"'d", b"'t", b"'m"];
    ENDS.iter().any(|end| word.ends_with(end))
}

/// Whether so much health is what so long a letter is about.
fn is_dense(health: usize, octets: usize) -> bool {
    octets <= SHORT || health * OCTETS_OF_HEALTH >= octets
}

/// "It's Oluwaseyi", "soy Itzel": its writer.
fn introduces(before: &[u8]) -> bool {
    const INTRODUCED: &[&[u8]] = &[
        b"it's ",
        b"this is ",
        b"i'm ",
        b"i am ",
        b"name is ",
        b"soy ",
        b"llamo ",
        b"habla ",
        b"le escribe ",
    ];
    let last = before[before.len().saturating_sub(12)..].to_ascii_lowercase();
    INTRODUCED.iter().any(|known| last.ends_with(known))
}

/// A name that its sentence goes on from in small letters, and not over "and" or "of".
fn is_subject(behind: &[u8]) -> bool {
    const JOINED: &[&[u8]] = &[
        b"and", b"or", b"of", b"y", b"de", b"for", b"the", b"to", b"in",
    ];
    let own = behind.strip_prefix(b"'s").unwrap_or(behind);
    let next = own
        .strip_prefix(b" ")
        .and_then(|rest| words(rest).next().filter(|word| rest.starts_with(word)));
    next.is_some_and(|word| word[0].is_ascii_lowercase() && !JOINED.contains(&word))
}

/// ", room 12": only who lies there is told of so.
fn is_in_room(behind: &[u8]) -> bool {
    const ROOMS: &[&[u8]] = &[
        b", room ",
        b", rm ",
        b", bed ",
        b" in room ",
        b" in bed ",
        b" (room ",
        b" (bed ",
        b" (rm ",
        b", cuarto ",
        b", cama ",
        b" room ",
    ];
    let start = behind[..behind.len().min(10)].to_ascii_lowercase();
    let room = ROOMS.iter().find(|room| start.starts_with(room));
    room.is_some_and(|room| behind.get(room.len()).is_some_and(u8::is_ascii_digit))
}

/// "Cama 8, ", "Bed 12: ", "Baby girl ": only who lies there is told of so.
fn is_at_bed(before: &[u8]) -> bool {
    const BEDS: &[&[u8]] = &[
        b"bed",
        b"room",
        b"rm",
        b"cama",
        b"cuarto",
        b"hab",
        b"habitacion",
    ];
    let last = &before[before.len().saturating_sub(24)..];
    let plain = last.trim_ascii_end();
    let plain = plain
        .strip_suffix(b",")
        .or(plain.strip_suffix(b":"))
        .unwrap_or(plain);
    if is_bed(plain.trim_ascii_start()) {
        return true;
    }
    let digits = plain
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let mut back = words(&plain[..plain.len() - digits]).rev();
    let is = |word: Option<&[u8]>, known: &[&[u8]]| {
        word.is_some_and(|word| known.iter().any(|one| one.eq_ignore_ascii_case(word)))
    };
    let (one, two) = (back.next(), back.next());
    ((1..=4).contains(&digits) && is(one, BEDS))
        || (is(one, &[b"girl", b"boy"]) && is(two, &[b"baby"]))
}

/// "12A", "7W-12": the number of a bed, alone before a name or behind a full stop.
fn is_bed(before: &[u8]) -> bool {
    let token = before
        .rsplit(|b| b" .".contains(b))
        .next()
        .unwrap_or_default();
    let rest = &before[..before.len() - token.len()];
    let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = token.iter().filter(|b| b.is_ascii_uppercase()).count();
    let shaped = token.first().is_some_and(u8::is_ascii_digit)
        && (2..=4).contains(&digits)
        && (1..=2).contains(&letters)
        && token.len() <= digits + letters + 1;
    let opens = rest
        .trim_ascii_end()
        .last()
        .is_none_or(|b| b".:;".contains(b));
    shaped && opens
}

/// "Admitted to Cedar Sinai", "seen in San Fran": a place, whatever is said of it.
fn is_where(before: &[u8]) -> bool {
    const WHERE: &[&[u8]] = &[b"at", b"in", b"to", b"en", b"near", b"from", b"desde"];
    let last = &before[before.len().saturating_sub(8)..];
    words(last)
        .next_back()
        .is_some_and(|word| WHERE.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// "Balance for Tsering Lhamo": words that people stand behind, and places do not.
fn is_led(before: &[u8]) -> bool {
    const LEADING: &[&[u8]] = &[
        b"for",
        b"about",
        b"regarding",
        b"re",
        b"have",
        b"para",
        b"sobre",
    ];
    words(before)
        .next_back()
        .is_some_and(|word| LEADING.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// Nothing stands before it in its line.
fn alone_in(before: &[u8]) -> bool {
    before.iter().all(|b| b"> *-\t".contains(b))
}

/// Ends as verbs and nouns at the head of a sentence do.
fn is_ordinary(word: &[u8]) -> bool {
    const ENDS: &[&[u8]] = &[
        b"ing", b"ed", b"ly", b"tion", b"ment", b"ness", b"ity", b"ous", b"able", b"ies", b"ers",
        b"cion", b"dad", b"mente", b"amos", b"emos", b"imos", b"ando", b"iendo",
    ];
    ENDS.iter().any(|end| word.ends_with(end))
}
