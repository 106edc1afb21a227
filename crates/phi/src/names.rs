//! Names of people, by what stands in or beside them: a title, a role, a listed given name with a
//! family name or an initial, a form's field.
//!
//! It does not guess: a capitalised pair that nothing anchors is no name (a registry finds those that
//! are patients'). Invariant: a name never reaches over the end of a line, and never into a place.

use std::ops::Range;

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::lexicon::{Tag, Words};

mod capitals;
mod people;
mod strange;

pub(crate) use capitals::Capitals;
pub(crate) use people::{Listed, People};

pub(crate) fn read(
    text: &[u8],
    capitals: &Capitals,
    words: &Words,
    people: &People,
    places: &[Candidate],
) -> Vec<Candidate> {
    let seen = Seen {
        text,
        capitals,
        words,
        people,
    };
    let mut found: Vec<Candidate> = Vec::new();
    let mut at = 0;
    while at < capitals.len() {
        match seen
            .name(at)
            .filter(|name| !is_taken(places, &name.words(capitals)))
        {
            Some(name) => {
                found.push(seen.candidate(&name));
                at = name.last + 1;
            }
            None => at += 1,
        }
    }
    let fields = words.keys.iter().filter(|key| key.tag == Tag::NameField);
    found.extend(fields.filter_map(|key| seen.field(&key.range)));
    found
}

/// Whether a place of care or a street has these words.
fn is_taken(places: &[Candidate], words: &Range<usize>) -> bool {
    let next = places.partition_point(|place| place.range.end <= words.start);
    places.get(next).is_some_and(|place| {
        !matches!(place.kind, FindingKind::Place | FindingKind::RestrictedZip)
            && place.range.start < words.end
    })
}

struct Seen<'a> {
    text: &'a [u8],
    capitals: &'a Capitals,
    words: &'a Words,
    people: &'a People,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Title {
    Clinician,
    Person,
}

/// From word to word of the capitals, and what was written before.
struct Name {
    first: usize,
    last: usize,
    title: Option<Title>,
    sure: bool,
}

impl Name {
    fn words(&self, capitals: &Capitals) -> Range<usize> {
        capitals.range(self.first).start..capitals.range(self.last).end
    }
}

impl Seen<'_> {
    fn word(&self, at: usize) -> &[u8] {
        &self.text[self.capitals.range(at)]
    }

    fn is_initial(&self, at: usize) -> bool {
        self.capitals.range(at).len() == 1
    }

    fn is_dotted(&self, at: usize) -> bool {
        self.text.get(self.capitals.range(at).end) == Some(&b'.')
    }

    /// Whether the next word goes on with this name, over the small words inside of it.
    fn runs_on(&self, at: usize) -> bool {
        const PARTICLES: &[&[u8]] = &[
            b" de ",
            b" de la ",
            b" de los ",
            b" de las ",
            b" del ",
            b" van ",
            b" van der ",
            b" von ",
            b" bin ",
            b" y ",
        ];
        self.capitals.runs_on(self.text, at)
            || self
                .capitals
                .gap(self.text, at)
                .is_some_and(|gap| PARTICLES.contains(&gap))
    }

    /// A word that can be part of a name.
    fn can_be(&self, at: usize) -> bool {
        let word = self.word(at);
        let acronym = word.len() > 1 && word.len() <= 4 && word.iter().all(u8::is_ascii_uppercase);
        let known =
            self.people.last(word) == Listed::Name || self.people.first(word) == Listed::Name;
        !word.is_empty() && (known || (!self.people.is_stopped(word) && !acronym))
    }

    fn name(&self, at: usize) -> Option<Name> {
        if let Some(title) = title(self.word(at)) {
            return self.titled(at, title);
        }
        self.given(at)
            .or_else(|| self.turned(at))
            .or_else(|| self.initialled(at))
            .or_else(|| self.strange(at))
    }

    /// "Mr. James T.", "Dr. Harris", "Sra. María de la Cruz".
    fn titled(&self, at: usize, title: Title) -> Option<Name> {
        if !self.capitals.runs_on(self.text, at)
            && !matches!(self.capitals.gap(self.text, at), Some(b"."))
        {
            return None;
        }
        let mut last = at;
        while last < at + 4
            && self.runs_on(last)
            && (self.can_be(last + 1) || self.is_initial(last + 1))
        {
            last += 1;
        }
        // "Dr. A" is no one yet.
        let whole = (at + 1..=last).any(|word| !self.is_initial(word));
        (last > at && whole).then_some(Name {
            first: at,
            last,
            title: Some(title),
            sure: true,
        })
    }

    /// A listed given name and what goes on with it.
    fn given(&self, at: usize) -> Option<Name> {
        let first = self.people.first(self.word(at));
        if first == Listed::No || !self.runs_on(at) {
            return None;
        }
        let mut last = at;
        let mut sure = false;
        while last < at + 4 && self.runs_on(last) {
            let next = last + 1;
            let initial = self.is_initial(next) && (self.is_dotted(next) || self.ends(next));
            let goes_on = initial || self.follows(first, last == at, next);
            if !goes_on {
                break;
            }
            sure |= !initial && self.people.last(self.word(next)) == Listed::Name;
            last = next;
        }
        // "Mark B." is someone; "Will B" and "May Clinic" are not.
        let initialled = last == at + 1 && self.is_initial(last) && self.is_dotted(last);
        let holds = last > at && (first == Listed::Name || sure || initialled);
        (holds && !self.shouts_unknown(at, last)).then_some(Name {
            first: at,
            last,
            title: None,
            sure,
        })
    }

    /// Whether a word can go on with a name whose given name is so sure.
    fn follows(&self, first: Listed, directly: bool, next: usize) -> bool {
        let word = self.word(next);
        if self.is_initial(next) {
            return false;
        }
        match (self.people.last(word), first) {
            (Listed::Name, _) => true,
            (Listed::Word, Listed::Name) => {
                // "Grace Price" ends there, "Grace Price List" is none.
                !self.people.is_stopped(word)
                    || (directly && !self.capitals.runs_on(self.text, next))
            }
            (Listed::No, Listed::Name) if directly => self.can_be(next),
            (Listed::No, _) => self.people.first(word) == Listed::Name,
            _ => false,
        }
    }

    /// "MARY UNKNOWN": in capitals both have to be listed.
    fn shouts_unknown(&self, at: usize, last: usize) -> bool {
        let shouts =
            |at: usize| self.word(at).len() > 1 && self.word(at).iter().all(u8::is_ascii_uppercase);
        shouts(at)
            && !(self.people.first(self.word(at)) == Listed::Name
                && (at + 1..=last).all(|word| {
                    self.is_initial(word) || self.people.last(self.word(word)) != Listed::No
                }))
    }

    /// An initial without its full stop, where the name ends: "Sarah P, seen".
    fn ends(&self, at: usize) -> bool {
        let end = self.capitals.range(at).end;
        let mark = self.text.get(end).copied().unwrap_or(b' ');
        self.word(at) != b"I"
            && self.word(at) != b"A"
            && (!mark.is_ascii_alphanumeric() && !matches!(mark, b'-' | b'+' | b'&' | b'/' | b'\''))
    }

    /// "Lopez, Ana M."
    fn turned(&self, at: usize) -> Option<Name> {
        let family = self.people.last(self.word(at));
        let given = self.people.first(self.word(at + 1));
        let comma = matches!(self.capitals.gap(self.text, at), Some(b", "));
        // "Hi Laura, Meredith Chu's" names two.
        let other = self.runs_on(at + 1)
            && !self.is_initial(at + 2)
            && self.people.last(self.word(at + 2)) != Listed::No;
        if family != Listed::Name || given != Listed::Name || !comma || other {
            return None;
        }
        let more = self.runs_on(at + 1) && self.is_initial(at + 2);
        Some(Name {
            first: at,
            last: at + 1 + usize::from(more),
            title: None,
            sure: true,
        })
    }

    /// "J. Hernandez".
    fn initialled(&self, at: usize) -> Option<Name> {
        let holds = self.is_initial(at)
            && self.is_dotted(at)
            && self.runs_on(at)
            && self.people.last(self.word(at + 1)) == Listed::Name
            && !self.people.is_stopped(self.word(at + 1));
        holds.then_some(Name {
            first: at,
            last: at + 1,
            title: None,
            sure: true,
        })
    }

    /// What stands in a form's field for names: "Patient: Xochitl Quispe".
    fn field(&self, key: &Range<usize>) -> Option<Candidate> {
        let rest = &self.text[key.end..];
        let marks = rest
            .iter()
            .take(6)
            .take_while(|b| b" :=\t*".contains(b))
            .count();
        if !rest[..marks]
            .iter()
            .any(|b| matches!(b, b':' | b'=' | b'\t'))
        {
            return None;
        }
        let at = self.capitals.from(key.end + marks);
        if self.capitals.range(at).start != key.end + marks || !self.can_be(at) {
            return None;
        }
        let mut last = at;
        while last < at + 4 {
            let comma = last == at && matches!(self.capitals.gap(self.text, last), Some(b", "));
            let goes_on = (self.runs_on(last) || comma)
                && (self.can_be(last + 1) || self.is_initial(last + 1));
            if !goes_on {
                break;
            }
            last += 1;
        }
        let listed = self.people.first(self.word(at)) == Listed::Name
            || self.people.last(self.word(at)) == Listed::Name;
        let range = self.capitals.range(at).start..self.capitals.range(last).end;
        (last > at || listed).then(|| Candidate::keyed(FindingKind::PatientName, range))
    }

    fn candidate(&self, name: &Name) -> Candidate {
        let range = name.words(self.capitals);
        let kind = self.kind(name, &range);
        Candidate {
            checked: name.sure,
            keyed: name.title.is_some() || kind != FindingKind::Name,
            ..Candidate::new(kind, range)
        }
    }

    /// Whose name it is, by the words before and behind it.
    fn kind(&self, name: &Name, range: &Range<usize>) -> FindingKind {
        let before = |tag: Tag| {
            let low = range.start.saturating_sub(28);
            self.words.keys_from(low..range.start).iter().any(|key| {
                key.tag == tag && key.range.end <= range.start && range.start - key.range.end <= 3
            })
        };
        let high = (range.end + 14).min(self.text.len());
        let behind = self.text[range.end..high].to_ascii_lowercase();
        let behind = behind.trim_ascii_start();
        let starts = |list: &[&[u8]]| list.iter().any(|word| behind.starts_with(word));
        let clinician = is_credentialled(&self.text[range.end..high]);
        let person = starts(PERSON_BEHIND)
            || behind
                .strip_prefix(b", ")
                .or(behind.strip_prefix(b"("))
                .is_some_and(|rest| {
                    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                    let unit = rest[digits..].trim_ascii_start();
                    (1..=3).contains(&digits)
                        && (unit.starts_with(b"-y")
                            || unit.starts_with(b"y")
                            || unit.starts_with(b",")
                            || unit.starts_with(b"m"))
                });
        if name.title == Some(Title::Clinician) || clinician || before(Tag::Clinician) {
            FindingKind::ProviderName
        } else if person || before(Tag::Person) {
            FindingKind::PatientName
        } else {
            FindingKind::Name
        }
    }
}

/// Letters that follow a clinician's name, behind a comma.
const CREDENTIALS: &[&[u8]] = &[
    b"md", b"do", b"rn", b"np", b"pa", b"pa-c", b"dds", b"dmd", b"phd", b"lcsw", b"dpm", b"pharmd",
    b"dnp", b"psyd", b"od", b"fnp", b"fnp-c", b"lpn", b"cnm", b"pt", b"dpt", b"ot", b"otr", b"slp",
    b"lmft", b"lpc", b"msw", b"lmsw", b"crna", b"aud", b"dc", b"cma", b"rdn", b"rd", b"arnp",
    b"aprn", b"msn", b"bsn", b"facp", b"facs", b"ccc-slp", b"rph", b"m.d", b"d.o", b"r.n", b"ph.d",
    b"facc", b"lmhc", b"bcba", b"cns", b"lvn", b"emt", b"mft", b"rdh", b"mbbs", b"esq", b"np-c",
];

/// Whether credentials begin a text: ", MD", " MD", ", PA-C".
fn is_credentialled(behind: &[u8]) -> bool {
    let comma = behind.starts_with(b",");
    let rest = behind
        .strip_prefix(b",")
        .unwrap_or(behind)
        .trim_ascii_start();
    let end = rest
        .iter()
        .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'.'))
        .count();
    let word = &rest[..end];
    let word = word.strip_suffix(b".").unwrap_or(word);
    // "Gold MD" is one, "Gold do" and "Gold, a pt" are not.
    let large = word.iter().all(|b| !b.is_ascii_lowercase()) || word.contains(&b'.');
    let known = CREDENTIALS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word));
    known && (large || (comma && word.first().is_some_and(u8::is_ascii_uppercase)))
}

/// What follows a patient's.
const PERSON_BEHIND: &[&[u8]] = &[
    b"(dob",
    b", dob",
    b"dob",
    b"(mrn",
    b", mrn",
    b"mrn",
    b"(ssn",
    b", ssn",
    b"(age",
    b", age",
    b"(born",
    b", born",
    b"(m,",
    b"(f,",
    b"(patient",
    b", patient",
    b", a patient",
    b"(pt",
    b"f.nac",
    b"(fecha",
    b", nacid",
];

fn title(word: &[u8]) -> Option<Title> {
    const PERSON: &[&[u8]] = &[
        b"mr", b"mrs", b"ms", b"miss", b"mx", b"sr", b"sra", b"srta", b"senor", b"senora", b"don",
        b"dona",
    ];
    const CLINICIAN: &[&[u8]] = &[
        b"dr", b"doctor", b"dra", b"prof", b"nurse", b"doctora", b"rn", b"lic",
    ];
    if word.len() > 7 {
        return None;
    }
    let is = |list: &[&[u8]]| list.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(CLINICIAN) {
        Some(Title::Clinician)
    } else if is(PERSON) {
        Some(Title::Person)
    } else {
        None
    }
}
