//! What other rules would change, on items small enough to count by hand.

use caduceus_retention::{
    Item, Profile, Rule, Rules, SIMULATION_EXAMPLES_MAX, Simulation, pack, simulate,
};

use crate::cases::enable;
use crate::facts;

fn rules(ids: &[&str]) -> Rules {
    let shipped = pack::shipped().expect("the shipped pack");
    let chosen = shipped
        .all()
        .filter(|rule| ids.contains(&rule.id.as_str()))
        .map(enable);
    Rules::new(chosen, shipped.majorities().clone()).expect("rules")
}

fn with(rules: &Rules, change: impl Fn(&mut Rule)) -> Rules {
    let changed = rules.all().cloned().map(|mut rule| {
        change(&mut rule);
        rule
    });
    Rules::new(changed, rules.majorities().clone()).expect("rules")
}

fn profile(states: &[&str]) -> Profile {
    let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
    facts::profile(
        &states,
        &["hospital".to_owned()],
        &[].into(),
        "America/Chicago",
    )
}

/// Discharges of 2015, 2016 and 2019, and one that nobody knows.
fn items() -> Vec<(&'static str, Item)> {
    let zone = profile(&[]).zone;
    let item = |facts: &str| facts::item(facts, zone);
    vec![
        (
            "a",
            item("class clinical; made 2015-01-01; adult; discharge 2015-01-01"),
        ),
        (
            "b",
            item("class clinical; made 2016-01-01; adult; discharge 2016-01-01"),
        ),
        (
            "c",
            item("class clinical; made 2019-01-01; adult; discharge 2019-01-01"),
        ),
        ("d", item("class clinical; made 2015-01-01; adult")),
    ]
}

fn run(old: (&Rules, &Profile), new: (&Rules, &Profile)) -> Simulation {
    let items = items();
    let now = facts::moment("2022-06-01", old.1.zone);
    simulate(old, new, items.iter().map(|(id, item)| (*id, item)), now)
}

#[test]
fn the_same_rules_change_nothing() {
    let (rules, profile) = (rules(&["us-ny-hospital"]), profile(&["US-NY"]));
    let same = run((&rules, &profile), (&rules, &profile));
    let nothing = Simulation {
        total: 4,
        ..Simulation::default()
    };
    assert_eq!(same, nothing);
}

/// Six years from discharge: a until 2021-01-01, b until 2022-01-01, c until 2025-01-01. Three: c alone is
/// newly due, since 2022-01-01.
#[test]
fn a_shorter_period_makes_due() {
    let (old, profile) = (rules(&["us-ny-hospital"]), profile(&["US-NY"]));
    let new = with(&old, |rule| {
        rule.keep = caduceus_retention::Keep::parse("3 years").expect("a period");
    });
    let told = run((&old, &profile), (&new, &profile));
    assert_eq!(told.newly_due.examples, ["c"]);
    assert_eq!(told.kept_shorter.examples, ["a", "b", "c"]);
    assert_eq!((told.changed, told.kept_longer.count), (3, 0));
    let back = run((&new, &profile), (&old, &profile));
    assert_eq!(back.no_longer_due.examples, ["c"]);
    assert_eq!(back.kept_longer.examples, ["a", "b", "c"]);
}

/// New Jersey asks ten years; in Ohio no rule speaks.
#[test]
fn another_state_keeps_longer_and_a_silent_one_blocks() {
    let (old, new) = (
        rules(&["us-ny-hospital"]),
        rules(&["us-ny-hospital", "us-nj-hospital"]),
    );
    let (one, two, silent) = (
        profile(&["US-NY"]),
        profile(&["US-NY", "US-NJ"]),
        profile(&["US-NY", "US-OH"]),
    );
    let told = run((&old, &one), (&new, &two));
    assert_eq!(told.kept_longer.examples, ["a", "b", "c"]);
    assert_eq!(told.no_longer_due.examples, ["a", "b"]);
    let told = run((&old, &one), (&old, &silent));
    assert_eq!(told.newly_unknown.examples, ["a", "b", "c"]);
    let told = run((&old, &silent), (&old, &one));
    assert_eq!(told.no_longer_unknown.examples, ["a", "b", "c"]);
    assert_eq!(told.newly_due.examples, ["a", "b"]);
}

#[test]
fn a_ceiling_below_a_floor_is_told() {
    let (old, profile) = (rules(&["us-ny-hospital"]), profile(&["US-NY"]));
    let ceiling = pack::read(
        "made.toml",
        "[[rule]]\nid = \"org-ceiling\"\njurisdiction = \"ORG\"\nclasses = [\"clinical\"]\nrecord = \"made\"\n\
         effect = \"ceiling\"\nkeep = \"4 years\"\nfrom = [\"discharge\"]\ncitation = \"made\"\nconfidence = \"high\"\n",
    )
    .expect("a rule");
    let rules = old.all().cloned().chain(ceiling.iter().map(enable));
    let new = Rules::new(rules, old.majorities().clone()).expect("rules");
    let told = run((&old, &profile), (&new, &profile));
    assert_eq!(told.newly_in_conflict.examples, ["c"]);
    // a and b are over: now they are to be destroyed by a day, and nothing about their keeping changed
    assert_eq!(
        (told.changed, told.kept_shorter.count, told.newly_due.count),
        (3, 0, 0)
    );
}

#[test]
fn examples_are_few_and_counts_are_whole() {
    let (old, profile) = (rules(&["us-ny-hospital"]), profile(&["US-NY"]));
    let none = rules(&[]);
    let item = &items()[0].1;
    let ids: Vec<String> = (0..50).map(|n| format!("item-{n}")).collect();
    let now = facts::moment("2022-06-01", profile.zone);
    let told = simulate(
        (&old, &profile),
        (&none, &profile),
        ids.iter().map(|id| (id.as_str(), item)),
        now,
    );
    assert_eq!(told.newly_unknown.count, 50);
    assert_eq!(told.newly_unknown.examples.len(), SIMULATION_EXAMPLES_MAX);
    assert_eq!(told.newly_unknown.examples[0], "item-0");
}
