//! Rules, items and holds drawn from a seed. Small worlds, so that clauses meet often.

use std::collections::{BTreeMap, BTreeSet};

use caduceus_retention::{
    Anchor, Approval, AtDeath, Class, Combine, Confidence, Day, Death, Effect, Hold, HoldQuery,
    HoldState, Item, Jurisdiction, Keep, Known, Matter, Minor, Of, Period, Profile, Provider,
    QueryOutcome, Rule, RuleState, WhileOpen, Zone,
};
use model::Timestamp;

/// SplitMix64.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
    pub fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }
    fn maybe<T>(&mut self, many: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(many).then(|| make(self))
    }
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at as u64 + 1) as usize);
        }
    }

    /// Days that do not exist every year come often.
    pub fn day(&mut self, from: i32, to: i32) -> Day {
        let year = from + self.below((to - from + 1) as u64) as i32;
        let (month, date) = match self.below(4) {
            0 => (2, 29),
            1 => self.of(&[(1, 31), (12, 31), (1, 1), (2, 28), (3, 1), (8, 31)]),
            _ => (1 + self.below(12) as u32, 1 + self.below(28) as u32),
        };
        Day::new(year, month, date)
            .or_else(|| Day::new(year, 3, 1))
            .expect("a day")
    }
    fn period(&mut self) -> Period {
        match self.below(8) {
            0 => Period {
                years: 0,
                months: 1 + self.below(30) as u16,
                days: 0,
            },
            1 => Period {
                years: 0,
                months: 0,
                days: self.below(400) as u16,
            },
            _ => Period::years(1 + self.below(15) as u16),
        }
    }

    pub fn rule(&mut self, number: usize) -> Rule {
        let is_floor = !self.one_in(10);
        let is_permanent = is_floor && self.one_in(40);
        let has_clauses = is_floor && !is_permanent;
        let mut rule = Rule {
            id: format!("rule-{number}"),
            version: 1,
            jurisdiction: Jurisdiction::parse(self.of(&["US-FED", "US-MS", "US-AL", "US-TX"]))
                .expect("one"),
            providers: BTreeSet::new(),
            programmes: BTreeSet::new(),
            classes: [self.of(&CLASSES), self.of(&CLASSES)].into(),
            record: "made".into(),
            effect: if is_floor {
                Effect::Floor
            } else {
                Effect::Ceiling
            },
            keep: Keep::For(self.period()),
            from: vec![self.of(&BASES)],
            of: self.of(&[Of::Latest, Of::LatestKnown]),
            from_year_end: self.one_in(10),
            when: self.maybe(20, |draw| draw.of(&BASES)),
            unless: self.maybe(20, |draw| draw.of(&BASES)),
            minor: None,
            death: None,
            while_open: Vec::new(),
            citation: "made".into(),
            url: String::new(),
            effective_from: self.maybe(10, |draw| draw.day(2010, 2030)),
            effective_to: None,
            verified_on: None,
            source_sha256: None,
            confidence: Confidence::High,
            state: RuleState::Enabled(approval()),
            shorter_approved: None,
            note: String::new(),
        };
        if self.one_in(3) {
            rule.from.push(self.of(&BASES));
        }
        if rule.effective_from.is_none() {
            rule.effective_to = self.maybe(10, |draw| draw.day(2000, 2015));
        }
        if self.one_in(20) {
            rule.state = RuleState::Draft;
        }
        if is_permanent {
            (rule.keep, rule.from) = (Keep::Permanent, Vec::new());
        }
        if has_clauses {
            rule.minor = self.maybe(2, Self::minor);
            rule.death = self.maybe(3, |draw| Death {
                keep: draw.period(),
                combine: draw.of(&[AtDeath::Longer, AtDeath::Instead, AtDeath::InsteadAtAnchor]),
            });
            rule.while_open.extend(self.maybe(3, Self::open));
        }
        rule
    }
    fn minor(&mut self) -> Minor {
        let mut minor = Minor {
            until_age: self.maybe(3, |draw| 16 + draw.below(15) as u8),
            after_majority: self.maybe(3, Self::period),
            keep: self.maybe(3, Self::period),
            combine: self.of(&[Combine::Longer, Combine::Longer, Combine::First]),
            under: self.maybe(5, |draw| 17 + draw.below(7) as u8),
            or_death: self.one_in(4),
            cap: self.maybe(4, Self::period),
        };
        if minor.until_age.is_none() && minor.after_majority.is_none() && minor.keep.is_none() {
            minor.until_age = Some(21);
        }
        minor
    }
    fn open(&mut self) -> WhileOpen {
        WhileOpen {
            matter: self.of(&[Matter::Litigation, Matter::Audit]),
            then: self.period(),
            cap: self.maybe(2, Self::period),
        }
    }

    pub fn item(&mut self) -> Item {
        let mut classes: BTreeSet<Class> = BTreeSet::new();
        for _ in 0..self.below(3) {
            classes.insert(self.of(&CLASSES));
        }
        let created = self.day(1998, 2015);
        let mut anchors = BTreeMap::new();
        for anchor in &BASES[1..] {
            let known = match self.below(12) {
                0 => continue,
                1 => Known::Never,
                _ => Known::On(self.day(1996, 2018)),
            };
            anchors.insert(anchor.clone(), known);
        }
        if !self.one_in(8) {
            let birth = self.day(1975, 2014);
            anchors.insert(Anchor::Birth, Known::On(birth));
        }
        for anchor in EVENTS {
            if self.one_in(3) {
                anchors.insert(anchor, Known::On(self.day(2000, 2025)));
            }
        }
        Item {
            classes,
            created: zone()
                .end_of(created)
                .minus(std::time::Duration::from_secs(3_600)),
            anchors,
            patient_was_adult: self.one_in(6),
            custodians: ["ann", "bob"]
                .into_iter()
                .filter(|_| self.one_in(2))
                .map(str::to_owned)
                .collect(),
            queries: BTreeMap::new(),
        }
    }

    pub fn hold(&mut self, number: usize, item: &mut Item) -> Hold {
        let id = format!("hold-{number}");
        if self.one_in(2) {
            let said = self.of(&[
                QueryOutcome::Matches,
                QueryOutcome::DoesNot,
                QueryOutcome::CannotRead,
            ]);
            item.queries.insert(id.clone(), said);
        }
        Hold {
            matter: "made".into(),
            custodians: self.maybe(2, |_| "ann".to_owned()).into_iter().collect(),
            from: self.maybe(3, |draw| draw.day(2000, 2010)),
            to: self.maybe(3, |draw| draw.day(2005, 2015)),
            classes: self
                .maybe(3, |draw| draw.of(&CLASSES))
                .into_iter()
                .collect(),
            query: self.of(&[HoldQuery::None, HoldQuery::Words]),
            state: match self.one_in(3) {
                true => HoldState::Released {
                    binds_until: self.moment(),
                },
                false => HoldState::Active,
            },
            over_ceiling: self.maybe(2, |_| approval()),
            id,
        }
    }

    pub fn moment(&mut self) -> Timestamp {
        let day = self.day(2005, 2045);
        zone()
            .end_of(day)
            .minus(std::time::Duration::from_secs(self.below(100_000)))
    }
}

const CLASSES: [Class; 4] = [
    Class::Clinical,
    Class::Billing,
    Class::Image,
    Class::Routine,
];
const BASES: [Anchor; 4] = [
    Anchor::Creation,
    Anchor::Discharge,
    Anchor::LastService,
    Anchor::LastEncounter,
];
const EVENTS: [Anchor; 5] = [
    Anchor::Death,
    Anchor::LitigationNotice,
    Anchor::LitigationResolved,
    Anchor::AuditOpened,
    Anchor::AuditCompleted,
];

pub fn zone() -> Zone {
    Zone::parse("America/Chicago").expect("a zone")
}

pub fn approval() -> Approval {
    Approval {
        by: "A. Counsel".into(),
        on: Day::new(2024, 1, 2).expect("a day"),
    }
}

pub fn majority() -> BTreeMap<Jurisdiction, u8> {
    let of = |state| Jurisdiction::parse(state).expect("a state");
    [(of("US-AL"), 19), (of("US-MS"), 21)].into()
}

/// One state is enough for a clinical item; the others' rules are then not asked.
pub fn profile(draw: &mut Draw) -> Profile {
    let states = match draw.below(3) {
        0 => vec!["US-MS", "US-TX"],
        1 => vec!["US-AL"],
        _ => vec!["US-TX"],
    };
    Profile {
        states: states
            .into_iter()
            .map(|state| Jurisdiction::parse(state).expect("a state"))
            .collect(),
        provider_types: [Provider::Hospital].into(),
        programmes: BTreeSet::new(),
        zone: zone(),
    }
}
