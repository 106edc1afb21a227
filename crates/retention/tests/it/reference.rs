//! A second engine that computes no dates: it asks of a day whether a period is over on it, by comparing
//! year, month and date, and of all rules whether each says yes. Birthdays are found by walking days.
//!
//! It is slow and shares no arithmetic and no structure with the crate: there the latest day is computed,
//! here a formula is asked before and after the day that was told.

use caduceus_retention::{
    Anchor, AtDeath, Combine, Day, Effect, Item, Keep, Known, Matter, Minor, Of, Period, Profile,
    Rule,
};

pub struct Reference<'a> {
    pub item: &'a Item,
    pub profile: &'a Profile,
    pub created: Day,
    pub today: Day,
}

/// Whether what began on `from` and lasts for `period` is over when `day` ends.
fn over(from: Day, period: Period, day: Day) -> bool {
    let months = |day: Day| i64::from(day.year()) * 12 + i64::from(day.month());
    let lasts = i64::from(period.years) * 12 + i64::from(period.months);
    if period.days == 0 {
        return (months(day) - lasts, day.date()) >= (months(from), from.date());
    }
    assert_eq!(lasts, 0, "drawn periods have days or months");
    let mut walked = from;
    for _ in 0..period.days {
        walked = walked.next();
    }
    walked <= day
}

/// The first day on which somebody born on `birth` is `age`, found by walking.
fn birthday(birth: Day, age: u8) -> Day {
    let mut day = Day::new(birth.year() + i32::from(age), 1, 1).expect("a day");
    while !over(birth, Period::years(u16::from(age)), day) {
        day = day.next();
    }
    day
}

impl Reference<'_> {
    fn day(&self, anchor: &Anchor) -> Option<Day> {
        match self.known(anchor) {
            Some(Known::On(day)) => Some(day),
            _ => None,
        }
    }
    fn known(&self, anchor: &Anchor) -> Option<Known> {
        if *anchor == Anchor::Creation {
            return Some(Known::On(self.created));
        }
        self.item.anchors.get(anchor).copied()
    }
    fn majority(&self, rule: &Rule) -> u8 {
        let of = |word: &str| match word {
            "US-AL" => 19,
            "US-MS" => 21,
            _ => 18,
        };
        match rule.jurisdiction.word() {
            "US-FED" => self
                .profile
                .states
                .iter()
                .map(|s| of(s.word()))
                .max()
                .unwrap_or(18),
            word => of(word),
        }
    }

    pub fn applies(&self, rule: &Rule) -> bool {
        let here = rule.jurisdiction.word() == "US-FED"
            || self.profile.states.contains(&rule.jurisdiction);
        let unclassified = self.item.classes.is_empty();
        let class = rule.classes.iter().any(|class| {
            self.item.classes.contains(class)
                || (unclassified && ["clinical", "image"].contains(&class.word()))
        });
        let law = rule.effective_from.is_none_or(|from| from <= self.today)
            && rule.effective_to.is_none_or(|to| self.created <= to);
        let when = rule
            .when
            .as_ref()
            .is_none_or(|a| self.known(a) != Some(Known::Never));
        let unless = rule.unless.as_ref().is_none_or(|a| self.day(a).is_none());
        rule.is_enabled() && here && class && law && when && unless
    }

    /// Whether a day that the rule needs is not on record.
    pub fn lacks(&self, rule: &Rule) -> bool {
        if rule.keep == Keep::Permanent {
            return false;
        }
        let known = rule
            .from
            .iter()
            .filter_map(|anchor| self.day(anchor))
            .count();
        let silent = rule
            .from
            .iter()
            .filter(|anchor| self.known(anchor).is_none())
            .count();
        let base = known == 0 || (rule.of == Of::Latest && silent > 0);
        let birth = rule.minor.is_some()
            && self.known(&Anchor::Birth).is_none()
            && !self.item.patient_was_adult;
        let open = rule.while_open.iter().any(|open| {
            let (opened, closed) = events(open.matter);
            let capped = open.cap.is_some() && known > 0;
            self.day(&opened).is_some() && self.day(&closed).is_none() && !capped
        });
        base || birth || open
    }

    /// Whether nothing of the rule stands against destroying after the end of `day`.
    pub fn is_over(&self, rule: &Rule, day: Day) -> bool {
        let Keep::For(keep) = rule.keep else {
            return false;
        };
        let raw = rule
            .from
            .iter()
            .filter_map(|anchor| self.day(anchor))
            .max()
            .expect("a base");
        let mut base = raw;
        if rule.effect == Effect::Floor && base < self.created {
            base = self.created;
        }
        if rule.from_year_end {
            base = Day::new(base.year(), 12, 31).expect("a day");
        }
        let mut own = over(base, keep, day);
        let mut replaced = false;
        if let (Some(death), Some(died)) = (rule.death, self.day(&Anchor::Death)) {
            let gone = over(died.max(self.created), death.keep, day);
            match death.combine {
                AtDeath::Longer => own = own && gone,
                AtDeath::InsteadAtAnchor if died > raw => {}
                _ => (own, replaced) = (gone, true),
            }
        }
        let mut whole = own;
        if let Some(minor) = &rule.minor
            && let Some(grown) = self.minor_over(rule, minor, base, day)
        {
            whole = match minor.combine {
                Combine::Longer => own && grown,
                Combine::First if replaced => own,
                Combine::First => own || grown,
            };
        }
        for open in &rule.while_open {
            let (opened, closed) = events(open.matter);
            if self.day(&opened).is_none() {
                continue;
            }
            let after = self
                .day(&closed)
                .is_some_and(|closed| over(closed.max(self.created), open.then, day));
            let capped = open.cap.is_some_and(|cap| over(base, cap, day));
            whole = whole && (after || capped);
        }
        whole
    }

    /// `None` where the rule has nothing to say of this patient as a minor.
    fn minor_over(&self, rule: &Rule, minor: &Minor, base: Day, day: Day) -> Option<bool> {
        let birth = self.day(&Anchor::Birth)?;
        let grown = birthday(birth, minor.under.unwrap_or(self.majority(rule)));
        if self.created >= grown || (minor.combine == Combine::First && base >= grown) {
            return None;
        }
        let of_age = birthday(birth, self.majority(rule));
        let begins = match self.day(&Anchor::Death) {
            Some(died) if minor.or_death && died < of_age => died,
            _ => of_age,
        };
        let parts = [
            minor.until_age.map(|age| birthday(birth, age) <= day),
            minor.after_majority.map(|period| over(begins, period, day)),
            minor.keep.map(|period| over(base, period, day)),
        ];
        let all = parts.into_iter().flatten().all(|part| part);
        Some(all || minor.cap.is_some_and(|cap| over(base, cap, day)))
    }
}

fn events(matter: Matter) -> (Anchor, Anchor) {
    match matter {
        Matter::Litigation => (Anchor::LitigationNotice, Anchor::LitigationResolved),
        Matter::Audit => (Anchor::AuditOpened, Anchor::AuditCompleted),
        other => panic!("{other:?} is not drawn"),
    }
}
