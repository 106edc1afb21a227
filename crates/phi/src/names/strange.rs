//! Names that the lists do not have: people come from everywhere.
//!
//! A family name that is listed carries a given name that is not; two that are not need a place where only
//! a person stands, and health beside them. Invariant: nothing here makes a name of a word that is stopped.

use super::{Listed, Name, Seen};
use crate::lexicon::Tag;

/// Bytes within which health, or a number of a patient, has to stand.
const NEAR: usize = 160;

/// Words that begin a town's name.
const PLACING: &[&[u8]] = &[
    b"San", b"Santa", b"Saint", b"Los", b"Las", b"New", b"Fort", b"Port", b"Lake", b"Mount",
    b"Palo", b"Baton", b"Little", b"Grand", b"Cape", b"Camp",
];
/// What stands before someone: "for Halima Warsame".
const BEFORE: &[&[u8]] = &[
    b" for ",
    b" about ",
    b" regarding ",
    b"re: ",
    b" treating ",
    b" saw ",
    b" de ",
    b" para ",
    b"soy ",
    b"llamo ",
    b" sending ",
    b"remito a ",
    b" of ",
    b" on ",
    b" with ",
    b" sobre ",
    b"i am ",
    b" from ",
    b" con ",
    b" name is ",
    b" called ",
];
/// What stands behind someone.
const BEHIND: &[&[u8]] = &[
    b"'s ",
    b" has ",
    b" is ",
    b" was ",
    b" had ",
    b" who ",
    b" will ",
    b" needs ",
    b" takes ",
    b" reports ",
    b" denies ",
    b" complains ",
    b" underwent ",
    b" called ",
    b" came ",
    b" tiene ",
    b" fue ",
    b" toma ",
    b" vino ",
    b" necesita ",
    b", a ",
    b" (dob",
    b", dob",
    b" dob",
    b" (born",
    b", born",
    b", mrn",
    b" (mrn",
    b", ssn",
    b" (ssn",
    b", member",
    b", nac",
    b" (nac",
    b", claim",
    b" cannot ",
    b" (license",
    b" started ",
    b" stopped ",
];

impl Seen<'_> {
    /// A name of which the lists have half or nothing.
    pub(super) fn strange(&self, at: usize) -> Option<Name> {
        self.foreign(at)
            .or_else(|| self.placed(at))
            .or_else(|| self.abbreviated(at))
            .or_else(|| self.filed(at))
    }

    /// A given name that no list has, before a family name that one has: "Chukwuemeka Kowalczyk".
    fn foreign(&self, at: usize) -> Option<Name> {
        let next = self.word(at + 1);
        if !self.is_plain(at) || !self.runs_on(at) || self.opens(at) || !self.is_plain(at + 1) {
            return None;
        }
        // "Grove Avenue Partners": what goes on is no one's name.
        let goes_on = self.runs_on(at + 1)
            && !self.is_initial(at + 2)
            && self.people.last(self.word(at + 2)) == Listed::No;
        (self.people.last(next) == Listed::Name && !goes_on).then_some(pair(at))
    }

    /// Two words that no list has, where only a person stands.
    fn placed(&self, at: usize) -> Option<Name> {
        let whole = self.is_plain(at)
            && self.is_plain(at + 1)
            && matches!(self.capitals.gap(self.text, at), Some(b" "))
            && !self.opens(at);
        (whole && self.is_where_people_stand(at, at + 1) && self.is_about_care(at))
            .then_some(pair(at))
    }

    /// "Wanjiku O., room 5": a given name and an initial, at the head of a line or where people stand.
    fn abbreviated(&self, at: usize) -> Option<Name> {
        let whole = self.is_plain(at)
            && self.word(at).len() > 3
            && self.is_initial(at + 1)
            && self.is_dotted(at + 1)
            && matches!(self.capitals.gap(self.text, at), Some(b" "));
        let start = self.capitals.range(at).start;
        let heads = start == 0 || matches!(self.text[start - 1], b'\n' | b'\t');
        (whole && (heads || self.is_where_people_stand(at, at + 1)) && self.is_about_care(at))
            .then_some(pair(at))
    }

    /// "Kealoha, Helen" at the end of a line: as files are named.
    fn filed(&self, at: usize) -> Option<Name> {
        let comma = matches!(self.capitals.gap(self.text, at), Some(b", "));
        let given = self.people.first(self.word(at + 1)) == Listed::Name;
        let end = self.capitals.range(at + 1).end;
        let ends = matches!(self.text.get(end), None | Some(b'\n' | b'\r'));
        let greets = self.people.first(self.word(at)) == Listed::Name;
        (comma && given && ends && !greets && self.is_plain(at)).then_some(pair(at))
    }

    /// A word as names are written, and no other word's.
    fn is_plain(&self, at: usize) -> bool {
        let word = self.word(at);
        let small = word.iter().skip(1).any(u8::is_ascii_lowercase);
        word.len() >= 3 && small && !self.people.is_stopped(word) && !PLACING.contains(&word)
    }

    fn is_where_people_stand(&self, first: usize, last: usize) -> bool {
        let (one, other) = (self.capitals.range(first), self.capitals.range(last));
        let before = self.text[one.start.saturating_sub(12)..one.start].to_ascii_lowercase();
        let behind = &self.text[other.end..(other.end + 12).min(self.text.len())];
        let behind = behind.to_ascii_lowercase();
        let led = one.start == 0
            || self.text[one.start - 1] == b'\n'
            || BEFORE.iter().any(|word| before.ends_with(word));
        let told = BEHIND.iter().any(|word| behind.starts_with(word));
        let marked =
            behind.first().is_none_or(|b| b",.;:(\n\t".contains(b)) || behind.starts_with(b" (");
        led && (told || marked)
            || told && behind.contains(&b'(')
            || told && behind.starts_with(b", ")
    }

    /// Whether health, a birth or a patient's number stands near.
    fn is_about_care(&self, at: usize) -> bool {
        let place = self.capitals.range(at);
        let (low, high) = (place.start.saturating_sub(NEAR), place.end + NEAR);
        let first = self
            .words
            .terms
            .partition_point(|term| term.range.start < low);
        let own = |range: &std::ops::Range<usize>| {
            range.start < self.capitals.range(at + 1).end && range.end > place.start
        };
        let mut terms = self.words.terms[first..]
            .iter()
            .take_while(|term| term.range.start < high);
        let told = |tag: Tag| matches!(tag, Tag::Birth | Tag::Mrn | Tag::Member | Tag::Ssn);
        terms.any(|term| !term.setting && !own(&term.range))
            || self
                .words
                .keys_from(low..high)
                .iter()
                .any(|key| told(key.tag))
    }

    /// Whether a word begins its sentence or line and ends as verbs and adjectives do.
    fn opens(&self, at: usize) -> bool {
        let start = self.capitals.range(at).start;
        let before = self.text[..start].iter().rev().find(|b| **b != b' ');
        let opens =
            before.is_none_or(|b| matches!(b, b'\n' | b'.' | b'!' | b'?' | b'>' | b'*' | b'\r'));
        let word = self.word(at).to_ascii_lowercase();
        let ordinary = [
            &b"ing"[..],
            b"ed",
            b"ly",
            b"tion",
            b"ment",
            b"ness",
            b"ity",
            b"ous",
            b"able",
            b"ies",
        ]
        .iter()
        .any(|end| word.ends_with(end));
        opens && (ordinary || word.len() < 4)
    }
}

fn pair(at: usize) -> Name {
    Name {
        first: at,
        last: at + 1,
        title: None,
        sure: false,
    }
}
