//! From findings to the level of a message: the conjunction rule.
//!
//! An identifier alone is business mail, health words alone are a newsletter; together they are PHI where
//! the text ties the one to the other (phi.md §0.2 and §7). A record or member number in a care provider's
//! mail is PHI by itself, a strong number is with any health. Everything else is weighed in points: the
//! closest tie between a person and health (`bearing.rs`), what supports it (another tie, a way to reach
//! someone, a second word of health), and against it the kind of mail: an invoice, a ticket, an
//! invitation. At [`ENOUGH`] points it is likely. What the points decide, how the
//! text reads may decide otherwise (`felt`, docs/adr/0008). Invariant: another identifier never lowers a level, nor
//! another word of health one that rests on identifiers.

use std::collections::{BTreeMap, BTreeSet};

use model::PhiLevel;

use crate::FindingKind;
use crate::bearing::Bearing;
use crate::kind::Class;

/// What was counted, of a message or of one part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeSet<FindingKind>,
    /// Kinds that only a word with other meanings lifts, such as "visit" before a date.
    loose: BTreeSet<FindingKind>,
    terms: BTreeSet<Vec<u8>>,
    clinical: bool,
    bearing: Bearing,
}

/// Octets of a short mail, its subject and all.
const SHORT: usize = 450;

/// Kinds of mail of which one sign says it all, and of which one says nothing.
const FICTION: u8 = 13;
const ANIMALS: u8 = 14;

/// How a text has to read, in hundredths of a logit, to be likely where the rules saw less, and where there is no
/// word of health that the lists know; and to be less than the rules made it. Between them the rules decide.
const RAISES: i64 = 25;
const UNHEARD_OF: i64 = 100;
const LOWERS: i64 = -100;

/// Points at which health is tied to a person.
const ENOUGH: u8 = 4;

/// Numbers of things, which stand in business mail too: strong only where somebody is spoken of.
fn is_thing(kind: FindingKind) -> bool {
    use FindingKind as K;
    matches!(
        kind,
        K::Device | K::Account | K::UniqueId | K::Biometric | K::PaymentCard
    )
}

impl Tally {
    pub(crate) fn kind(&mut self, kind: FindingKind) {
        self.clinical |= kind.is_clinical();
        self.kinds.insert(kind);
    }

    pub(crate) fn loose_kind(&mut self, kind: FindingKind) {
        self.loose.insert(kind);
    }

    /// A health word by its listed form; `setting` words say less.
    pub(crate) fn term(&mut self, name: &[u8], setting: bool) {
        self.clinical |= !setting;
        if !self.terms.contains(name) {
            self.terms.insert(name.to_owned());
        }
    }

    pub(crate) fn terms(&self) -> u32 {
        u32::try_from(self.terms.len()).unwrap_or(u32::MAX)
    }

    /// What a part's sentences say of people.
    pub(crate) fn bearing(&mut self, bearing: &Bearing) {
        self.bearing.add(bearing);
    }

    pub(crate) fn level(&self) -> PhiLevel {
        if self.has(Class::A) {
            PhiLevel::Certain
        } else if self.is_sure() || (self.is_about_health() && self.points() >= ENOUGH) {
            PhiLevel::Likely
        } else if self.is_about_health() || self.has_provider() || self.has(Class::B) {
            PhiLevel::Weak
        } else {
            PhiLevel::None
        }
    }

    fn is_about_health(&self) -> bool {
        self.has_context() || (self.bearing.told && self.is_dense()) || self.apart() >= 3
    }

    fn has_provider(&self) -> bool {
        let provider = [FindingKind::Npi, FindingKind::Dea];
        provider.iter().any(|kind| self.kinds.contains(kind))
    }

    /// The level where it is also asked how the texts read, in hundredths of a logit.
    ///
    /// What identifiers make sure stays; words can only decide where words decided before.
    pub(crate) fn felt(&self, leaning: Option<i64>, is_judged: bool) -> PhiLevel {
        let level = self.level();
        let Some(leaning) = leaning else {
            return level;
        };
        let sure = level == PhiLevel::Certain || self.is_sure();
        let raises = if self.has_context() {
            RAISES
        } else {
            UNHEARD_OF
        };
        if leaning >= raises {
            level.max(PhiLevel::Likely)
        } else if sure || !is_judged || leaning > LOWERS {
            level
        } else {
            level.min(PhiLevel::Weak)
        }
    }

    /// A number of a person beside health, or beside care in mail of no kind that goes to many: whatever else is said.
    fn is_sure(&self) -> bool {
        let mut kinds = self.kinds.iter();
        let strong = kinds.any(|kind| kind.class() == Class::B && !is_thing(*kind));
        let around = self.is_about_health() || self.has_provider();
        strong && (self.clinical || (around && self.genre() < 2))
    }

    /// What the rules made of it, as signs that are learnt like words.
    pub(crate) fn signs(&self, give: &mut dyn FnMut(u64)) {
        const RULES: u64 = 100;
        let said = &self.bearing;
        let best = self.all_ties().into_iter().max().unwrap_or(0);
        let level = match self.level() {
            PhiLevel::None => 0,
            PhiLevel::Weak => 1,
            PhiLevel::Likely => 2,
            PhiLevel::Certain => 3,
        };
        let terms = u8::try_from(self.terms.len().min(6)).unwrap_or(6);
        let kinds = u8::try_from(self.kinds.len().min(6)).unwrap_or(6);
        let flags = [
            said.named,
            said.anchored,
            said.addressed,
            said.signed,
            self.clinical,
            self.has(Class::B),
            self.has(Class::A),
            said.told,
        ];
        let counts = [
            level,
            self.weighed().min(8),
            self.genre().min(3),
            terms,
            kinds,
            best,
            said.whole.voice.min(4),
            said.whole.many.min(4),
            said.whole.patient.min(2),
            said.tied,
            said.spoken.min(3),
            said.first.min(3),
            said.second.min(3),
            said.patient.min(2),
            said.aged.min(2),
            said.near,
        ];
        // Always there: what speaks for either before a word is read.
        give(crate::sense::mixed(RULES, 99, 0));
        let flags = flags.map(u8::from);
        for (at, value) in (0_u64..).zip(counts.into_iter().chain(flags)) {
            give(crate::sense::mixed(RULES, at, value.into()));
        }
    }

    /// Each way in which health is tied to a person, in points.
    fn all_ties(&self) -> [u8; 11] {
        let said = &self.bearing;
        let named = u8::from(said.named || said.addressed || said.signed);
        let told = |times: u8, points: u8| if times > 0 { points } else { 0 };
        let held = |holds: bool, points: u8| if holds { points } else { 0 };
        // Who "you" are, the text does not say without a name; to a patient see `level_to_patient`.
        let second = match (said.addressed, self.loose.is_empty()) {
            // Advertising greets by name, too.
            (true, _) if self.genre() < 2 => 3,
            (true, _) | (false, false) => 2,
            (false, true) => 1,
        };
        [
            said.tied,
            told(said.spoken, if said.spoken > 1 { 3 + named } else { 2 }),
            told(
                said.first,
                if said.first > 1 { 3 + named } else { 2 } + u8::from(said.introduced),
            ),
            told(said.second, second),
            told(said.patient, 2 + u8::from(said.patient > 1)),
            told(said.aged, 2),
            said.near,
            held(said.anchored && self.clinical, 3),
            held(self.has_numbered_person() && self.clinical, 3),
            // In mail that goes to many, a day of care is somebody's where somebody is spoken of.
            held(
                self.kinds.contains(&FindingKind::DateOfCare),
                if self.is_of_somebody() || (self.genre() == 0 && said.whole.many == 0) {
                    4
                } else {
                    2
                },
            ),
            self.apart(),
        ]
    }

    fn is_of_somebody(&self) -> bool {
        let said = &self.bearing;
        let spoken = [said.tied, said.spoken, said.first, said.patient, said.aged];
        said.named || said.addressed || self.has(Class::B) || spoken.iter().any(|times| *times > 0)
    }

    /// A number of somebody; one of a thing only where somebody is named.
    fn has_numbered_person(&self) -> bool {
        let named = self.bearing.named || self.bearing.tied > 0;
        self.kinds
            .iter()
            .any(|kind| kind.class() == Class::B && (named || !is_thing(*kind)))
    }

    /// Points of a letter that tells of one person in one sentence and of health in another.
    fn apart(&self) -> u8 {
        self.bearing.whole.points(self.bearing.octets)
    }

    /// The same for labels, which do not ask who it is; a number of class A says so by itself.
    pub(crate) fn ties(&self) -> u8 {
        let sure = if self.has(Class::A) || self.level() >= PhiLevel::Likely {
            ENOUGH
        } else {
            0
        };
        // A short letter to "you" is about its reader's care.
        let told = if self.bearing.second > 0 && self.is_dense() {
            3
        } else {
            0
        };
        self.weighed().max(sure).max(told)
    }

    /// Points of a message that says who it is about.
    fn points(&self) -> u8 {
        if self.has_identifier() {
            self.weighed()
        } else {
            0
        }
    }

    /// How much ties the health in a message to a person, against what kind of mail it is.
    fn weighed(&self) -> u8 {
        let said = &self.bearing;
        let ties = self.all_ties();
        let best = ties.iter().copied().max().unwrap_or(0);
        if best < 2 {
            return 0;
        }
        let more = independent(&ties);
        let ways = said.loose.len() + usize::from(self.kinds.contains(&FindingKind::DateOfBirth));
        // Orders, jobs and courses have days, addresses and telephones, too.
        let genre = self.genre();
        let ways = ways.min(if genre > 0 { 1 } else { 2 });
        let placed = genre == 0
            && self.has(Class::Faint)
            && said.tied.max(said.aged).max(said.patient).max(said.first) > 0;
        let support = u8::try_from(more.min(2) + ways).unwrap_or(4)
            + u8::from(!self.loose.is_empty())
            + u8::from(!self.loose.is_empty() && said.second > 0 && genre == 0)
            + u8::from(placed)
            + self.density(best);
        // The slightest tie of all asks for more where nobody is named.
        let of_nobody = best == 2 && !said.named && said.aged == 0 && said.patient == 0;
        let support = support.saturating_sub(u8::from(of_nobody));
        let most = if best >= 5 { 2 } else { 6 };
        (best + support).saturating_sub((genre + self.sparseness()).min(most))
    }

    /// A short mail with words of health is about them; where no patient is spoken of and little ties them to somebody, that it is
    /// short and that there are two says the same.
    fn density(&self, best: u8) -> u8 {
        let points = u8::from(self.terms.len() > 1) + u8::from(self.is_dense());
        let of_one = self.bearing.aged.max(self.bearing.patient) > 0;
        points.min(if best > 2 || of_one { 2 } else { 1 })
    }

    /// A short mail with a word of health is about it.
    fn is_dense(&self) -> bool {
        (1..=SHORT).contains(&self.bearing.octets)
    }

    /// A word of health in pages of other text is seldom what they are about.
    fn sparseness(&self) -> u8 {
        match self.bearing.octets / self.terms.len().max(1) {
            0..1_500 => 0,
            1_500..4_000 => 1,
            _ => 2,
        }
    }

    /// Anything at all that says who; a signature does, and so do two of a clinician, a place of care,
    /// a town and a day.
    fn has_identifier(&self) -> bool {
        let faint =
            self.count(Class::Faint) - usize::from(self.kinds.contains(&FindingKind::RelativeDate));
        let dated = usize::from(self.kinds.contains(&FindingKind::Date));
        let kinds = self.kinds.iter().chain(&self.loose);
        kinds
            .into_iter()
            .any(|kind| kind.class() > Class::Faint && *kind != FindingKind::Date)
            || faint + dated >= 2
            || self.bearing.named
            || self.bearing.signed
            || self.bearing.addressed
    }

    /// Kinds of mail that this one looks like; a kind with two signs counts twice.
    fn genre(&self) -> u8 {
        let mut signs: BTreeMap<u8, u8> = BTreeMap::new();
        for (kind, _) in &self.bearing.genre {
            let sum = signs.entry(*kind).or_default();
            *sum = (*sum + 1).min(2);
        }
        let weight = |(kind, n): (&u8, &u8)| match *kind {
            FICTION => 2,
            // One word of an animal stands in letters about people, too.
            ANIMALS if *n < 2 => 0,
            _ => *n,
        };
        signs
            .iter()
            .map(weight)
            .fold(0, |sum: u8, n| sum.saturating_add(n))
    }

    /// The level where a recipient is a patient: what is said about care is said about them.
    pub(crate) fn level_to_patient(&self) -> PhiLevel {
        let told =
            (self.bearing.second > 0 || self.bearing.addressed) && self.bearing.whole.health > 0;
        if self.has_context() || self.has(Class::Lifted) || told {
            self.level().max(PhiLevel::Likely)
        } else {
            self.level()
        }
    }

    /// Whether a subject line with this tally tells on the patient it is sent to: the address beside
    /// it is an identifier (45 CFR 164.514(b)(2)(i)(F)), so what ails someone is enough.
    pub(crate) fn tells_in_subject(&self) -> bool {
        self.clinical
            || self.has(Class::B)
            || self.kinds.contains(&FindingKind::PatientName)
            || self.level() >= PhiLevel::Likely
    }

    fn has_context(&self) -> bool {
        self.clinical || !self.terms.is_empty()
    }

    fn has(&self, class: Class) -> bool {
        self.count(class) > 0
    }

    fn count(&self, class: Class) -> usize {
        self.kinds
            .iter()
            .filter(|kind| kind.class() == class)
            .count()
    }
}

/// Ties beside the best one that say something of their own: a name in the same sentence as health, near to it
/// and in the same letter as it is one thing, told once more at most.
fn independent(ties: &[u8; 11]) -> usize {
    const GROUPS: [&[usize]; 5] = [&[0, 1, 6, 7, 10], &[2], &[3], &[4, 5], &[8, 9]];
    let held = |at: &&usize| ties[**at] >= 2;
    let counts = GROUPS.map(|group| group.iter().filter(held).count());
    let groups = counts.iter().filter(|count| **count > 0).count();
    let again = usize::from(counts.iter().any(|count| *count > 1));
    (groups + again).saturating_sub(1)
}

#[cfg(test)]
mod tests;
