//! What a rule says of a minor's record: until an age, so long after majority, or a length of its own.

use std::collections::BTreeSet;

use super::{Count, Start};
use crate::rule::{Combine, Minor};
use crate::{Anchor, Day, Known, Period, Step};

impl Count<'_> {
    /// The end of the minor's part; `None` where the patient was of age, or where something is missing.
    pub(super) fn minor(&mut self, rule: &Minor, start: Option<Start>) -> Option<Day> {
        let birth = match self.item.known(&Anchor::Birth, self.created) {
            Some(Known::On(birth)) => birth,
            Some(Known::Never) => return None,
            None if self.item.patient_was_adult => {
                self.steps.push(Step::AdultOnRecord);
                return None;
            }
            None => {
                self.miss(BTreeSet::from([Anchor::Birth]));
                return None;
            }
        };
        let age = rule.under.unwrap_or(self.majority);
        let of_age = birthday(birth, age);
        // A minor when the item was made; for a rule that may shorten, at its anchor too.
        let was_minor = self.created < of_age
            && (rule.combine == Combine::Longer || start.is_none_or(|start| start.day < of_age));
        if !was_minor {
            self.steps.push(Step::Adult {
                birth,
                age,
                day: of_age,
            });
            return None;
        }
        let day = self.minor_end(rule, birth, start)?;
        match (rule.cap, start) {
            (Some(cap), Some(start)) => Some(self.capped(day, cap, start.day, start.day.plus(cap))),
            _ => Some(day),
        }
    }

    fn minor_end(&mut self, rule: &Minor, birth: Day, start: Option<Start>) -> Option<Day> {
        let by_age = rule.until_age.map(|age| {
            let day = birthday(birth, age);
            self.steps.push(Step::UntilAge { birth, age, day });
            day
        });
        let by_majority = rule
            .after_majority
            .map(|period| self.after_majority(rule, birth, period));
        let by_length = rule.keep.zip(start).map(|(period, start)| {
            let (from, day) = (start.day, start.day.plus(period));
            self.steps.push(Step::MinorKept { from, period, day });
            day
        });
        by_age.max(by_majority).max(by_length)
    }

    fn after_majority(&mut self, rule: &Minor, birth: Day, period: Period) -> Day {
        let of_age = birthday(birth, self.majority);
        let died = self.day(&Anchor::Death).filter(|died| *died < of_age);
        match died.filter(|_| rule.or_death) {
            Some(died) => {
                let day = died.plus(period);
                self.steps.push(Step::AfterDeath { died, period, day });
                day
            }
            None => {
                let day = of_age.plus(period);
                self.steps.push(Step::AfterMajority {
                    birth,
                    age: self.majority,
                    period,
                    day,
                });
                day
            }
        }
    }
}

/// Who is born on 29 February comes of age on 1 March of a year without one.
fn birthday(birth: Day, age: u8) -> Day {
    birth.plus(Period::years(u16::from(age)))
}
