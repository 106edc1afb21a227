//! One rule, one item: the day that the rule ends on, step by step.
//!
//! Which rules are asked, and what several of them mean together, is [`due`](crate::due())'s.
//! Invariants: a day that is not on record is never made up; a floor is never counted from a day before
//! the item existed, since feeds of anchors run late (records §2.3, trap 5).

mod minor;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::rule::{AtDeath, Combine, Keep, Of, WhileOpen};
use crate::{Anchor, Day, Effect, Item, Known, Rule, RuleRef, Step};

/// How a rule was counted for one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoning {
    pub rule: RuleRef,
    pub citation: String,
    pub effect: Effect,
    pub steps: Vec<Step>,
    pub end: End,
}

/// Where a rule ends for an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// At the end of this day.
    On(Day),
    Never,
    Unknown {
        missing: BTreeSet<Anchor>,
        /// Whatever they turn out to be, not before the end of this day.
        not_before: Option<Day>,
    },
}

/// Counts `rule` for `item`, made on the day `created`, where one is of age at `majority`.
pub(crate) fn reckon(rule: &Rule, item: &Item, created: Day, majority: u8) -> Reckoning {
    let mut count = Count {
        rule,
        item,
        created,
        majority,
        steps: Vec::new(),
        missing: BTreeSet::new(),
    };
    let end = count.end();
    Reckoning {
        rule: rule.reference(),
        citation: rule.citation.clone(),
        effect: rule.effect,
        steps: count.steps,
        end,
    }
}

struct Count<'a> {
    rule: &'a Rule,
    item: &'a Item,
    created: Day,
    majority: u8,
    steps: Vec<Step>,
    missing: BTreeSet<Anchor>,
}

/// What the period is counted from.
#[derive(Clone, Copy)]
struct Start {
    /// As on record.
    anchor: Day,
    /// Not before the item.
    day: Day,
}

impl Count<'_> {
    fn end(&mut self) -> End {
        let Keep::For(period) = self.rule.keep else {
            self.steps.push(Step::Permanent);
            return End::Never;
        };
        let start = self.start();
        let own = start.map(|start| {
            let day = start.day.plus(period);
            self.steps.push(Step::Counted {
                from: start.day,
                period,
                day,
            });
            day
        });
        let (own, by_death) = self.with_death(own, start);
        let both = self.with_minor(own, start, by_death);
        let whole = self
            .rule
            .while_open
            .iter()
            .fold(both, |end, open| self.with_open(end, open, start));
        match whole {
            Some(day) if self.missing.is_empty() => End::On(day),
            bound => End::Unknown {
                missing: std::mem::take(&mut self.missing),
                not_before: bound,
            },
        }
    }

    fn start(&mut self) -> Option<Start> {
        let mut latest: Option<Day> = None;
        let mut absent = BTreeSet::new();
        for anchor in &self.rule.from {
            match self.item.known(anchor, self.created) {
                Some(Known::On(day)) => {
                    self.steps.push(Step::Anchored {
                        anchor: anchor.clone(),
                        day,
                    });
                    latest = latest.max(Some(day));
                }
                Some(Known::Never) if self.rule.of == Of::Latest => {
                    self.steps.push(Step::NoSuchDay {
                        anchor: anchor.clone(),
                    });
                }
                _ => {
                    absent.insert(anchor.clone());
                }
            }
        }
        if latest.is_none() && absent.is_empty() {
            absent.extend(self.rule.from.iter().cloned());
        }
        if latest.is_none() || self.rule.of == Of::Latest {
            self.miss(absent);
        }
        latest.map(|anchor| self.moved(anchor))
    }

    fn moved(&mut self, anchor: Day) -> Start {
        let mut day = anchor;
        if self.rule.is_floor() && day < self.created {
            day = self.created;
            self.steps.push(Step::NotBeforeCreation { day });
        }
        if self.rule.from_year_end {
            day = day.year_end();
            self.steps.push(Step::YearEnd { day });
        }
        Start { anchor, day }
    }

    fn miss(&mut self, anchors: BTreeSet<Anchor>) {
        for anchor in anchors {
            self.steps.push(Step::Missing {
                anchor: anchor.clone(),
            });
            self.missing.insert(anchor);
        }
    }

    /// The end, and whether the patient's death replaced the rule's own period.
    fn with_death(&mut self, own: Option<Day>, start: Option<Start>) -> (Option<Day>, bool) {
        let (Some(rule), Some(died)) = (self.rule.death, self.day(&Anchor::Death)) else {
            return (own, false);
        };
        let by_then = start.is_some_and(|start| died <= start.anchor);
        if rule.combine == AtDeath::InsteadAtAnchor && !by_then {
            return (own, false);
        }
        let from = died.max(self.created);
        let day = from.plus(rule.keep);
        self.steps.push(Step::AfterDeath {
            died,
            period: rule.keep,
            day,
        });
        match rule.combine {
            AtDeath::Longer => (self.longest(own, Some(day)), false),
            AtDeath::Instead | AtDeath::InsteadAtAnchor => (own.map(|_| day), true),
        }
    }

    fn with_minor(
        &mut self,
        own: Option<Day>,
        start: Option<Start>,
        by_death: bool,
    ) -> Option<Day> {
        let Some(rule) = self.rule.minor else {
            return own;
        };
        let minor = self.minor(&rule, start);
        match rule.combine {
            Combine::Longer => self.longest(own, minor),
            Combine::First if by_death => own,
            Combine::First => match (own, minor) {
                (Some(own), Some(minor)) => {
                    let day = own.min(minor);
                    self.steps.push(Step::First { day });
                    Some(day)
                }
                // With the birth date missing, the minor's part could be the first.
                _ if !self.missing.is_empty() => None,
                (own, _) => own,
            },
        }
    }

    fn with_open(
        &mut self,
        end: Option<Day>,
        open: &WhileOpen,
        start: Option<Start>,
    ) -> Option<Day> {
        let Some(opened) = self.day(&open.matter.opened()) else {
            return end;
        };
        self.steps.push(Step::Opened {
            matter: open.matter,
            day: opened,
        });
        let cap = open
            .cap
            .and_then(|cap| start.map(|start| (cap, start.day, start.day.plus(cap))));
        let closed = self.day(&open.matter.closed());
        let day = match (closed, cap) {
            (Some(closed), _) => {
                let day = closed.max(self.created).plus(open.then);
                self.steps.push(Step::Closed {
                    matter: open.matter,
                    closed,
                    period: open.then,
                    day,
                });
                cap.map_or(day, |(cap, from, most)| self.capped(day, cap, from, most))
            }
            (None, Some((cap, from, most))) => self.capped(Day::last(), cap, from, most),
            (None, None) => {
                self.miss(BTreeSet::from([open.matter.closed()]));
                return end;
            }
        };
        self.longest(end, Some(day))
    }

    fn capped(&mut self, day: Day, period: crate::Period, from: Day, most: Day) -> Day {
        if day <= most {
            return day;
        }
        self.steps.push(Step::Capped {
            from,
            period,
            day: most,
        });
        most
    }

    fn longest(&mut self, one: Option<Day>, other: Option<Day>) -> Option<Day> {
        if let (Some(one), Some(other)) = (one, other) {
            self.steps.push(Step::Longest {
                day: one.max(other),
            });
        }
        one.max(other)
    }

    fn day(&self, anchor: &Anchor) -> Option<Day> {
        self.item.known(anchor, self.created).and_then(Known::day)
    }
}
