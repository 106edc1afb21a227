//! What holds of all rules, items and holds, over drawn worlds.
//!
//! A failure prints its seed; `RETENTION_SEED=n cargo nextest run -p caduceus-retention -E 'test(PROPERTY)'`
//! plays that one alone. `RETENTION_SEEDS=n` plays so many of each.

use caduceus_retention::{
    Anchor, Day, Effect, Gap, Hold, Item, Of, Profile, Rule, Rules, Verdict, due, held_by, simulate,
};
use model::Timestamp;

use crate::draw::{Draw, majority, profile, zone};
use crate::reference::Reference;

struct World {
    rules: Vec<Rule>,
    item: Item,
    holds: Vec<Hold>,
    profile: Profile,
    now: Timestamp,
}

impl World {
    fn new(draw: &mut Draw) -> Self {
        let mut rules: Vec<Rule> = (0..1 + draw.below(5))
            .map(|n| draw.rule(n as usize))
            .collect();
        let profile = profile(draw);
        // A plain rule of each state, most times, so that worlds without a gap are many.
        for (at, state) in profile.states.iter().enumerate() {
            if draw.one_in(5) {
                continue;
            }
            let mut plain = draw.rule(90 + at);
            plain.jurisdiction = state.clone();
            plain.effect = Effect::Floor;
            plain.when = None;
            plain.unless = None;
            plain.effective_from = None;
            plain.effective_to = None;
            plain.classes = caduceus_retention::Class::WELL_KNOWN
                .iter()
                .cloned()
                .collect();
            rules.push(plain);
        }
        let mut item = draw.item();
        let holds = (0..draw.below(3))
            .map(|n| draw.hold(n as usize, &mut item))
            .collect();
        let now = draw.moment();
        Self {
            rules,
            item,
            holds,
            profile,
            now,
        }
    }
    fn rules(&self) -> Rules {
        Rules::new(self.rules.iter().cloned(), majority()).expect("drawn rules")
    }
    fn ask(&self, holds: &[Hold]) -> Verdict {
        due(&self.item, &self.rules(), holds, &self.profile, self.now).verdict
    }
}

fn each(seeds: u64, check: impl Fn(&mut Draw)) {
    if let Some(seed) = std::env::var("RETENTION_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
    {
        return check(&mut Draw::new(seed));
    }
    let seeds = std::env::var("RETENTION_SEEDS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(seeds);
    for seed in 0..seeds {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check(&mut Draw::new(seed));
        }));
        assert!(outcome.is_ok(), "RETENTION_SEED={seed} fails");
    }
}

fn day_of(verdict: &Verdict) -> Option<Day> {
    match verdict {
        Verdict::NotDue { kept_through } | Verdict::Due { kept_through, .. } => Some(*kept_through),
        Verdict::Conflict { kept_through, .. } => *kept_through,
        _ => None,
    }
}

fn gaps(verdict: &Verdict) -> &[Gap] {
    match verdict {
        Verdict::Unknown { gaps, .. } => gaps,
        _ => &[],
    }
}

#[test]
fn the_slow_reference_agrees() {
    let seen = std::cell::Cell::new([0u32; 6]);
    each(20_000, |draw| {
        let world = World::new(draw);
        let verdict = world.ask(&[]);
        let reference = Reference {
            item: &world.item,
            profile: &world.profile,
            created: zone().day_of(world.item.created),
            today: zone().day_of(world.now),
        };
        let applying: Vec<&Rule> = world
            .rules
            .iter()
            .filter(|r| reference.applies(r))
            .collect();
        let (floors, ceilings): (Vec<&Rule>, Vec<&Rule>) = applying
            .iter()
            .copied()
            .partition(|rule| rule.effect == Effect::Floor);
        let permanent = floors
            .iter()
            .any(|rule| rule.keep == caduceus_retention::Keep::Permanent);
        let ceilings: Vec<&Rule> = ceilings
            .into_iter()
            .filter(|r| !reference.lacks(r))
            .collect();
        let lacks = floors.iter().any(|rule| reference.lacks(rule));
        let all_over = |day: Day| floors.iter().all(|rule| reference.is_over(rule, day));
        let any_ceiling = |day: Day| ceilings.iter().any(|rule| reference.is_over(rule, day));
        let mut counts = seen.get();
        match &verdict {
            Verdict::Never => assert!(permanent && ceilings.is_empty()),
            Verdict::Unknown { gaps, .. } => {
                assert!(!permanent && (lacks || !gaps.is_empty()));
            }
            Verdict::Conflict {
                kept_through: None, ..
            } => assert!(permanent && !ceilings.is_empty()),
            Verdict::Held { .. } => panic!("no holds were asked"),
            Verdict::NotDue { .. } | Verdict::Due { .. } | Verdict::Conflict { .. } => {
                assert!(!permanent && !lacks && !floors.is_empty());
                let day = day_of(&verdict).expect("a day");
                assert!(all_over(day), "{verdict:?} is too early");
                let before = previous(day);
                assert!(
                    !all_over(before),
                    "{verdict:?} is too late: {before} {floors:#?}"
                );
                for _ in 0..5 {
                    let other = draw.day(1996, 2070);
                    assert_eq!(all_over(other), day <= other, "{verdict:?} on {other}");
                }
                let is_past = zone().end_of(day) <= world.now;
                assert_eq!(verdict.is_due(), is_past);
                let is_conflict = matches!(verdict, Verdict::Conflict { .. });
                assert_eq!(is_conflict, !is_past && any_ceiling(before));
            }
        }
        let at = match verdict {
            Verdict::NotDue { .. } => 0,
            Verdict::Due { .. } => 1,
            Verdict::Never => 2,
            Verdict::Unknown { .. } => 3,
            Verdict::Conflict { .. } => 4,
            Verdict::Held { .. } => 5,
        };
        counts[at] += 1;
        seen.set(counts);
    });
    if std::env::var_os("RETENTION_SEED").is_none() {
        let counts = seen.get();
        assert!(
            counts[..5].iter().all(|count| *count > 50),
            "{counts:?}: worlds are too alike"
        );
    }
}

fn previous(day: Day) -> Day {
    let mut earlier = Day::new(day.year() - 1, 12, 1).expect("a day");
    while earlier.next() < day {
        earlier = earlier.next();
    }
    earlier
}

#[test]
fn another_rule_never_makes_due_earlier() {
    each(20_000, |draw| {
        let mut world = World::new(draw);
        let before = world.ask(&[]);
        let mut another = draw.rule(50);
        if draw.one_in(3) {
            // a later version of a rule that is there
            (another.id, another.version) = (draw.of(&world.rules).id, 2);
        }
        world.rules.push(another);
        let after = world.ask(&[]);
        if gaps(&before).is_empty() {
            assert!(before.is_due() || !after.is_due(), "{before:?} {after:?}");
        }
        if let (Some(was), Some(is)) = (day_of(&before), day_of(&after)) {
            assert!(was <= is, "{before:?} {after:?}");
        }
    });
}

#[test]
fn another_hold_never_destroys() {
    each(10_000, |draw| {
        let mut world = World::new(draw);
        let before = world.ask(&world.holds);
        let hold = draw.hold(50, &mut world.item);
        let binds =
            !held_by(&world.item, std::slice::from_ref(&hold), zone(), world.now).is_empty();
        world.holds.push(hold);
        let after = world.ask(&world.holds);
        assert!(before.is_due() || !after.is_due(), "{before:?} {after:?}");
        assert!(!(binds && after.is_due()), "{after:?}");
        if !binds {
            assert_eq!(before, after);
        }
    });
}

#[test]
fn the_order_of_rules_and_holds_changes_nothing() {
    each(5_000, |draw| {
        let mut world = World::new(draw);
        let ask = |world: &World| {
            due(
                &world.item,
                &world.rules(),
                &world.holds,
                &world.profile,
                world.now,
            )
        };
        let before = ask(&world);
        draw.shuffle(&mut world.rules);
        draw.shuffle(&mut world.holds);
        for rule in &mut world.rules {
            draw.shuffle(&mut rule.from);
        }
        let after = ask(&world);
        assert_eq!(before.verdict, after.verdict);
        assert_eq!(before.explanation.won, after.explanation.won);
        let ends = |answer: &caduceus_retention::Answer| {
            let rules = answer.explanation.rules.iter();
            rules
                .map(|rule| (rule.rule.clone(), rule.end.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(ends(&before), ends(&after));
    });
}

#[test]
fn what_lacks_an_anchor_is_never_due() {
    each(20_000, |draw| {
        let world = World::new(draw);
        let rules = world.rules();
        let answer = due(&world.item, &rules, &[], &world.profile, world.now);
        if !answer.verdict.is_due() {
            return;
        }
        for reckoning in &answer.explanation.rules {
            let rule = rules.find(&reckoning.rule).expect("it applied");
            if rule.effect == Effect::Ceiling {
                continue;
            }
            let mut needed: Vec<Anchor> = match rule.of {
                Of::Latest => rule.from.clone(),
                Of::LatestKnown => Vec::new(),
            };
            if rule.minor.is_some() && !world.item.patient_was_adult {
                needed.push(Anchor::Birth);
            }
            for anchor in needed.iter().filter(|anchor| **anchor != Anchor::Creation) {
                let mut item = world.item.clone();
                item.anchors.remove(anchor);
                let verdict = due(&item, &rules, &[], &world.profile, world.now).verdict;
                assert!(!verdict.is_due(), "due without {anchor}: {verdict:?}");
            }
        }
    });
}

/// A later visit, discharge or service never makes anything due earlier, but for rules on patients who
/// were discharged by death, where a later discharge can be that.
#[test]
fn a_later_visit_moves_the_clock_forward() {
    each(20_000, |draw| {
        let mut world = World::new(draw);
        for rule in &mut world.rules {
            rule.death = None;
        }
        let before = world.ask(&[]);
        let anchor = draw.of(&[
            Anchor::Discharge,
            Anchor::LastService,
            Anchor::LastEncounter,
        ]);
        let Some(caduceus_retention::Known::On(day)) = world.item.anchors.get(&anchor).copied()
        else {
            return;
        };
        let later = draw.day(day.year() + 1, day.year() + 12);
        world
            .item
            .anchors
            .insert(anchor, caduceus_retention::Known::On(later));
        let after = world.ask(&[]);
        assert!(before.is_due() || !after.is_due(), "{before:?} {after:?}");
        if let (Some(was), Some(is)) = (day_of(&before), day_of(&after)) {
            assert!(was <= is, "{before:?} {after:?}");
        }
    });
}

#[test]
fn a_simulation_counts_what_asking_twice_shows() {
    each(500, |draw| {
        let worlds: Vec<World> = (0..30).map(|_| World::new(draw)).collect();
        let first = &worlds[0];
        let mut more = World::new(draw).rules;
        more.extend(first.rules.iter().cloned().map(|mut rule| {
            rule.id.push_str("-old");
            rule
        }));
        let (old, new) = (
            first.rules(),
            Rules::new(more, majority()).expect("drawn rules"),
        );
        let ids: Vec<String> = (0..worlds.len()).map(|n| format!("item-{n}")).collect();
        let items = ids
            .iter()
            .map(String::as_str)
            .zip(worlds.iter().map(|world| &world.item));
        let simulation = simulate(
            (&old, &first.profile),
            (&new, &first.profile),
            items.clone(),
            first.now,
        );
        let asked: Vec<(Verdict, Verdict)> = items
            .map(|(_, item)| {
                let ask = |rules| due(item, rules, &[], &first.profile, first.now).verdict;
                (ask(&old), ask(&new))
            })
            .collect();
        let count = |is: &dyn Fn(&Verdict, &Verdict) -> bool| {
            asked.iter().filter(|(was, now)| is(was, now)).count() as u64
        };
        assert_eq!(simulation.total, 30);
        assert_eq!(simulation.changed, count(&|was, is| was != is));
        assert_eq!(
            simulation.newly_due.count,
            count(&|was, is| !was.is_due() && is.is_due())
        );
        let is_unknown = |verdict: &Verdict| matches!(verdict, Verdict::Unknown { .. });
        assert_eq!(
            simulation.newly_unknown.count,
            count(&|was, is| !is_unknown(was) && is_unknown(is))
        );
        let longer = simulation.kept_longer.count;
        assert!(longer <= simulation.changed);
        assert_eq!(simulation.kept_longer.examples.len() as u64, longer.min(20));
    });
}

/// Whoever keeps the words of sentences knows all codes there are.
#[test]
fn sentences_have_the_codes_that_are_listed() {
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    each(20_000, |draw| {
        let world = World::new(draw);
        let holds = if draw.one_in(2) {
            &world.holds[..]
        } else {
            &[]
        };
        let mut profile = world.profile.clone();
        if draw.one_in(50) {
            profile.states.clear();
        }
        let answer = due(&world.item, &world.rules(), holds, &profile, world.now);
        let mut told = answer.verdict.sentences();
        told.extend(
            answer
                .explanation
                .sentences()
                .into_iter()
                .flat_map(|(_, steps)| steps),
        );
        seen.borrow_mut()
            .extend(told.into_iter().map(|sentence| sentence.code));
    });
    if std::env::var_os("RETENTION_SEED").is_none() {
        let listed = caduceus_retention::SENTENCE_CODES
            .iter()
            .map(|code| (*code).to_owned());
        assert_eq!(seen.into_inner(), listed.collect());
    }
}
