//! Whom the health in a text is about: a person, or the trade, the staff and the public.
//!
//! Words of health stand in most mail of a clinic and beside most names of its people. What makes them
//! PHI is that a sentence ties them to someone: to a name, to "she" after a name, to "my", to "your
//! appointment". Each such tie is weighed here; what kind of mail the whole is (a newsletter, an
//! invoice, a ticket) is weighed against it in `verdict.rs`. Invariant: no tie is ever taken away by
//! another one.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::FindingKind;
use crate::block::Blocks;
use crate::candidate::Candidate;
use crate::lexicon::{Tag, Term, Words};
use crate::names::People;
use crate::part::Form;

mod closing;
mod cues;
mod general;
mod role;
mod said;
mod talk;
mod unit;
mod whole;

use cues::words;
pub(crate) use cues::{Cue, Cues, number};
use role::{Role, Roles};
use unit::Layout;
pub(crate) use whole::Whole;

/// How far from a sentence a name is near.
const NEAR: usize = 250;

/// Lines at the beginning of a text in which someone is greeted.
const LINES_GREETED: usize = 8;

/// Kinds of mail that their subject names: news, jobs, meetings, events, the press, advertising, the public.
const TOLD_IN_FRONT: &[u8] = &[1, 4, 5, 6, 7, 11, 12];

/// What ties health to people in what was read so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bearing {
    /// Points of the closest tie between a name and health in one sentence.
    pub tied: u8,
    /// Sentences that speak of "her", "my mother" and health.
    pub spoken: u8,
    /// Sentences that speak of their writer and health, and the most words of health in one of them.
    pub first: u8,
    /// Sentences that speak of their reader and care.
    pub second: u8,
    /// Sentences that speak of one patient and health.
    pub patient: u8,
    /// Sentences that speak of someone of an age and health.
    pub aged: u8,
    /// Points of a name that something happened to, shortly before or behind health.
    pub near: u8,
    /// Slight words of health say of somebody together what one clinical word says.
    pub told: bool,
    /// What is said of one person and of many in all of it.
    pub whole: Whole,
    /// Names of people who may be patients.
    pub named: bool,
    /// Names that words make a patient's.
    pub anchored: bool,
    /// A letter to someone by name.
    pub addressed: bool,
    /// Signed by name: who says "I" is no stranger.
    pub signed: bool,
    /// Its writer says who writes: "it's Ottilie".
    pub introduced: bool,
    /// Telephones, addresses and days that are not an office's.
    pub loose: BTreeSet<FindingKind>,
    /// Length of what was read.
    pub octets: usize,
    /// Signs of a kind of mail that goes to many, by kind and sign.
    pub genre: BTreeSet<(u8, u32)>,
}

impl Bearing {
    pub(crate) fn add(&mut self, other: &Self) {
        let more = |a: &mut u8, b: u8| *a = a.saturating_add(b);
        self.tied = self.tied.max(other.tied);
        more(&mut self.spoken, other.spoken);
        more(&mut self.first, other.first);
        more(&mut self.second, other.second);
        more(&mut self.patient, other.patient);
        more(&mut self.aged, other.aged);
        self.near = self.near.max(other.near);
        self.told |= other.told;
        self.whole.add(other.whole);
        self.named |= other.named;
        self.anchored |= other.anchored;
        self.addressed |= other.addressed;
        self.signed |= other.signed;
        self.introduced |= other.introduced;
        self.octets += other.octets;
        self.loose.extend(&other.loose);
        self.genre.extend(&other.genre);
    }
}

/// What one part gives.
pub(crate) struct Given<'a> {
    pub text: &'a [u8],
    pub words: &'a Words,
    /// Those that count.
    pub terms: &'a [&'a Term],
    /// Those that count, by place.
    pub kept: &'a [Candidate],
    /// Whether a name stands in a signature.
    pub signed: bool,
    pub is_subject: bool,
    pub blocks: &'a Blocks,
    pub form: Form,
    pub cues: &'a Cues,
    pub people: &'a People,
}

/// A word or a measurement of health and what it weighs.
#[derive(Clone)]
struct Mark {
    range: Range<usize>,
    weight: Weight,
    entry: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Clinical,
    /// What happens in care, or where it hurts: needs company.
    Care,
    /// Of the trade.
    Setting,
}

/// What ties health to people in a part, and the names that only what is said of their bearers tells.
pub(crate) fn read(given: &Given<'_>) -> (Bearing, Vec<Range<usize>>) {
    let layout = match given.form {
        Form::Prose | Form::Hidden => Layout::Prose,
        _ => Layout::Lines,
    };
    let roles = Roles {
        text: given.text,
        cues: given.cues,
        candidates: given.kept,
        layout,
    };
    let people: Vec<(Range<usize>, Role)> = given
        .kept
        .iter()
        .filter(|c| c.kind.is_name())
        .map(|c| (c.range.clone(), roles.of(c)))
        .collect();
    let mut reader = Reader {
        given,
        layout,
        people,
        of_staff: Vec::new(),
        told: Vec::new(),
        closing: 0..0,
        attending: BTreeSet::new(),
        has_genre: given
            .words
            .keys
            .iter()
            .any(|key| matches!(key.tag, Tag::Genre(_))),
        bearing: Bearing {
            signed: given.signed,
            octets: given.text.len(),
            ..Bearing::default()
        },
    };
    reader.house();
    let mut voice = reader.voice();
    reader.of_staff = std::mem::take(&mut voice.of_staff);
    reader.mentions(&roles, &voice);
    reader.names();
    reader.units();
    reader.whole(&voice);
    reader.loose();
    reader.genre();
    let told = reader.told_again();
    (reader.bearing, told)
}

struct Reader<'a> {
    given: &'a Given<'a>,
    layout: Layout,
    /// By place.
    people: Vec<(Range<usize>, Role)>,
    /// Places of words such as "she" that are the staff's.
    of_staff: Vec<usize>,
    /// Names that no list has and that something is said of, by place.
    told: Vec<Range<usize>>,
    /// Where the letter is signed, and who sat in the meeting that it tells of.
    closing: Range<usize>,
    attending: BTreeSet<Vec<u8>>,
    /// Whether a word shows that it goes to many.
    has_genre: bool,
    bearing: Bearing,
}

impl Reader<'_> {
    fn names(&mut self) {
        for (_, role) in &self.people {
            match role {
                Role::Person { .. } => self.bearing.named = true,
                Role::Addressee => self.bearing.addressed = true,
                Role::Clinician | Role::Office => {}
            }
        }
        self.bearing.anchored = self
            .given
            .kept
            .iter()
            .any(|c| c.kind == FindingKind::PatientName);
        self.bearing.addressed |= self
            .given
            .text
            .split(|b| *b == b'\n')
            .take(LINES_GREETED)
            .any(role::greets_someone);
    }

    /// Each sentence with a word of health, once.
    fn units(&mut self) {
        let given = self.given;
        let marks = self.marks();
        let mut spoken: BTreeSet<usize> = BTreeSet::new();
        let mut at = 0;
        while at < marks.len() {
            let unit = unit::around(self.given.text, marks[at].range.start, self.layout);
            let end = unit.end.max(marks[at].range.end);
            let in_unit = marks[at..]
                .iter()
                .take_while(|m| m.range.start < end)
                .count();
            let sentence = unit.start..end;
            let class = !self.names_somebody(&sentence);
            let mut its = marks[at..at + in_unit].to_vec();
            for mark in &mut its {
                if general::is_nobodys(given.cues, given.text, &sentence, &mark.range, class) {
                    mark.weight = Weight::Setting;
                }
            }
            let its = &its[..];
            if !self.unit(unit.start..end, its) {
                let health = &mut self.bearing.whole.health;
                for mark in its.iter().filter(|mark| spoken.insert(mark.entry)) {
                    let more = match mark.weight {
                        Weight::Clinical => 2,
                        Weight::Care => 1,
                        Weight::Setting => 0,
                    };
                    *health = health.saturating_add(more);
                }
            }
            at += in_unit;
        }
    }

    fn marks(&self) -> Vec<Mark> {
        let given = self.given;
        let terms = given.terms.iter().map(|term| Mark {
            range: term.range.clone(),
            weight: if term.setting {
                Weight::Setting
            } else {
                Weight::Clinical
            },
            entry: term.entry,
        });
        let slight = given.words.slight.iter().map(|(range, entry)| Mark {
            range: range.clone(),
            weight: Weight::Care,
            entry: *entry,
        });
        let slight = slight.filter(|mark| !given.blocks.is_quiet(mark.range.start));
        let measured = given
            .kept
            .iter()
            .filter(|c| c.kind.is_clinical())
            .map(|c| Mark {
                range: c.range.clone(),
                weight: Weight::Clinical,
                entry: usize::MAX - c.range.start,
            });
        let mut marks: Vec<Mark> = terms.chain(slight).chain(measured).collect();
        marks.sort_by_key(|mark| mark.range.start);
        marks
    }

    /// "In patients over 70, particularly for Jane R.", "guidelines for a 50-year-old, seen on March 3":
    /// a class, and one of it.
    fn names_somebody(&self, sentence: &Range<usize>) -> bool {
        let given = self.given;
        let keys = given.words.keys_from(sentence.clone()).iter();
        let aged = keys.into_iter().any(|key| key.tag == Tag::Age);
        let next = given
            .kept
            .partition_point(|c| c.range.start < sentence.start);
        let seen = given.kept[next..]
            .iter()
            .take_while(|c| c.range.start < sentence.end)
            .any(|c| c.kind == FindingKind::DateOfCare);
        let first = self
            .people
            .partition_point(|(name, _)| name.start < sentence.start);
        let mut named = self.people[first..]
            .iter()
            .take_while(|(name, _)| name.start < sentence.end);
        aged || seen || named.any(|(_, role)| matches!(role, Role::Person { .. }))
    }

    /// One sentence; answers whether it talks about a subject rather than a person.
    fn unit(&mut self, range: Range<usize>, marks: &[Mark]) -> bool {
        let distinct = |clinical: bool| {
            let its = marks
                .iter()
                .filter(|m| (m.weight == Weight::Clinical) == clinical);
            let entries: BTreeSet<usize> = its.map(|m| m.entry).collect();
            u8::try_from(entries.len().min(3)).unwrap_or(3)
        };
        let (clinical, slight) = (distinct(true), distinct(false));
        let health = (2 * clinical + slight.min(2)).min(4);
        let said = self.said(&range, marks);
        let cared = marks.iter().any(|m| m.weight == Weight::Care);
        let reached = || {
            let first = self
                .given
                .kept
                .partition_point(|c| c.range.start < range.start);
            let its = self.given.kept[first..].iter();
            its.take_while(|c| c.range.start < range.end)
                .any(|c| matches!(c.kind, FindingKind::Phone | FindingKind::Fax))
        };
        // A line of a directory has a name, a ward and a telephone.
        if clinical > 0 || (cared && !reached()) {
            self.tie(&range, health, clinical > 0, said.topic);
        }
        if clinical > 0 && !said.topic && self.is_given_tied(&range, marks) {
            self.bearing.tied = self.bearing.tied.max(3);
            self.bearing.named = true;
        }
        let told = clinical > 0 || slight >= 2;
        self.bearing.told |= told && (said.first || said.third || self.bearing.tied >= 3);
        let weighs = |holds: bool| u8::from(holds && !said.topic);
        let add = |sum: &mut u8, more: u8| *sum = sum.saturating_add(more);
        let much = if health >= 3 { 2 } else { 1 };
        add(&mut self.bearing.spoken, weighs(said.third && told) * much);
        add(&mut self.bearing.first, weighs(said.first && told) * much);
        add(&mut self.bearing.second, weighs(said.second));
        add(&mut self.bearing.patient, weighs(said.patient && told));
        add(&mut self.bearing.aged, u8::from(said.aged && clinical > 0));
        if told && !said.topic {
            self.near(&range);
        }
        if said.third && told && !said.topic {
            self.bearing.named |= self.is_given(&range);
        }
        said.topic
    }

    /// A name that something happened to, in the sentences before and behind.
    fn near(&mut self, range: &Range<usize>) {
        let low = range.start.saturating_sub(NEAR);
        let first = self.people.partition_point(|(name, _)| name.start < low);
        let around = self.people[first..]
            .iter()
            .take_while(|(name, _)| name.start < range.end + NEAR);
        let points = around.map(|(_, role)| match role {
            // A title says that it is a person, not whose the health is.
            Role::Person {
                anchored: true,
                relation,
            } => (*relation).max(2),
            Role::Person { relation, .. } => *relation,
            _ => 0,
        });
        self.bearing.near = points.fold(self.bearing.near, u8::max);
    }

    /// The closest tie between a name of this sentence and its health.
    fn tie(&mut self, range: &Range<usize>, health: u8, clinical: bool, topic: bool) {
        let first = self
            .people
            .partition_point(|(name, _)| name.start < range.start);
        for (_, role) in self.people[first..]
            .iter()
            .take_while(|(name, _)| name.start < range.end)
        {
            let Role::Person { anchored, relation } = *role else {
                continue;
            };
            let points = health + relation.min(2) + u8::from(anchored);
            let most = match (clinical, anchored) {
                (true, _) => 8,
                (false, true) => 4,
                (false, false) => 3,
            };
            let points = points.min(most);
            let points = match (topic && !anchored, relation) {
                (true, 0 | 1) => points.saturating_sub(3),
                (true, _) => points.saturating_sub(1),
                (false, _) => points,
            };
            self.bearing.tied = self.bearing.tied.max(points);
        }
    }

    /// What a mail says of how to reach someone, unless an office's.
    fn loose(&mut self) {
        use FindingKind as K;
        for candidate in self.given.kept {
            let way = matches!(
                candidate.kind,
                K::Phone
                    | K::Email
                    | K::Street
                    | K::Date
                    | K::Url
                    | K::IpAddress
                    | K::Age
                    | K::Vin
                    | K::Plate
            );
            let start = candidate.range.start;
            if way && !self.given.blocks.is_signature(start) && !self.is_an_offices(candidate) {
                self.bearing.loose.insert(candidate.kind);
            }
        }
    }

    /// Free of charge, or beside words that call on the public.
    fn is_an_offices(&self, candidate: &Candidate) -> bool {
        let range = &candidate.range;
        let digits: Vec<u8> = self.given.text[range.clone()]
            .iter()
            .copied()
            .filter(u8::is_ascii_digit)
            .collect();
        let digits = digits.strip_prefix(b"1").unwrap_or(&digits);
        let free = candidate.kind == FindingKind::Phone
            && digits.len() == 10
            && digits[0] == b'8'
            && digits[1] == digits[2];
        let sentence = unit::around(self.given.text, range.start, self.layout);
        let before = &self.given.text[sentence.start.min(range.start)..range.start];
        let office = words(before).rev().take(5).any(|word| {
            self.given.cues.of(word).is(Cue::OFFICE) && !word.eq_ignore_ascii_case(b"it")
        });
        free || (office && candidate.kind != FindingKind::Date)
    }

    fn genre(&mut self) {
        for key in &self.given.words.keys {
            if let Tag::Genre(kind) = key.tag {
                self.bearing.genre.insert((kind, key.entry));
                // What is said in front says what all of it is.
                if self.given.is_subject && TOLD_IN_FRONT.contains(&kind) {
                    self.bearing.genre.insert((kind, u32::MAX));
                }
            }
        }
    }
}
