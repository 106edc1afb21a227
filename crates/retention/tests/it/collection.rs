//! The shipped pack beside the collection it was made of, `tests/data/rows.csv`: every row is there, with
//! its words, its citation and its years, and nothing is in force.

use std::collections::BTreeMap;

use caduceus_retention::{
    Class, Confidence, Effect, Jurisdiction, Keep, Period, Profile, Provider, Rule, RuleState,
    Rules, Zone, pack,
};

struct Row {
    jurisdiction: String,
    record: String,
    years: String,
    minor: String,
    citation: String,
    url: String,
    confidence: String,
}

fn rows() -> Vec<Row> {
    let text = include_str!("../data/rows.csv");
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: [String; 8] = fields(line).try_into().expect(line);
            let [
                jurisdiction,
                record,
                years,
                _,
                minor,
                citation,
                url,
                confidence,
            ] = fields;
            Row {
                jurisdiction,
                record,
                years,
                minor,
                citation,
                url,
                confidence,
            }
        })
        .collect()
}

/// RFC 4180, one line a record.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for character in line.trim_end().chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().expect("one").push(other),
        }
    }
    fields
}

fn of_row<'a>(rules: &'a Rules, row: &Row) -> Vec<&'a Rule> {
    rules
        .all()
        .filter(|rule| {
            rule.jurisdiction.word() == row.jurisdiction
                && rule.record == row.record
                && rule.citation == row.citation
        })
        .collect()
}

fn shipped() -> Rules {
    pack::shipped().expect("the shipped pack")
}

#[test]
fn every_row_is_a_rule_with_its_citation() {
    let (rules, rows) = (shipped(), rows());
    assert_eq!(rows.len(), 144);
    let mut taken = 0;
    for row in &rows {
        let rules = of_row(&rules, row);
        taken += rules.len();
        let place = format!("{} {}", row.jurisdiction, row.record);
        assert!(!rules.is_empty(), "{place}: not in the pack");
        for rule in &rules {
            assert_eq!(rule.url, row.url, "{place}");
            let confidence = match rule.confidence {
                Confidence::High => "high",
                Confidence::Medium => "medium",
                Confidence::Low => "low",
            };
            assert_eq!(confidence, row.confidence, "{place}");
            assert_eq!(rule.version, 1, "{place}");
        }
        let keep = match row.years.as_str() {
            "permanent" => Keep::Permanent,
            "" if rules[0].effect == Effect::Ceiling => Keep::For(Period::default()),
            "" => Keep::Permanent,
            years => Keep::For(Period::years(years.parse().expect("years"))),
        };
        assert!(
            rules.iter().any(|rule| rule.keep == keep),
            "{place}: not {keep}"
        );
        if row.years.is_empty() {
            assert!(!rules[0].note.is_empty(), "{place}: no period and no note");
        }
        let is_told = ![
            "none",
            "n/a",
            "permanent",
            "rule makes no",
            "same",
            "see act",
            "age of majority is 21",
        ]
        .iter()
        .any(|start| row.minor.starts_with(start));
        let is_expressed = rules
            .iter()
            .any(|rule| rule.minor.is_some() || !rule.note.is_empty());
        assert!(!is_told || is_expressed, "{place}: minors: {}", row.minor);
    }
    assert_eq!(taken, rules.all().count(), "a rule of no row");
}

#[test]
fn rows_without_minors_have_none() {
    let rules = shipped();
    for row in rows().iter().filter(|row| row.minor.starts_with("none")) {
        for rule in of_row(&rules, row) {
            assert_eq!(rule.minor, None, "{}", rule.id);
        }
    }
}

#[test]
fn nothing_is_enabled_and_unsure_rules_are_disabled() {
    let mut counts = BTreeMap::new();
    for rule in shipped().all() {
        let expected = match rule.confidence {
            Confidence::High => RuleState::Draft,
            Confidence::Medium | Confidence::Low => RuleState::Disabled,
        };
        assert_eq!(rule.state, expected, "{}", rule.id);
        *counts.entry(rule.confidence).or_insert(0) += 1;
    }
    assert!(counts[&Confidence::High] >= 66, "{counts:?}");
    let by_row = |word: &str| rows().iter().filter(|row| row.confidence == word).count();
    assert_eq!(
        (by_row("high"), by_row("medium"), by_row("low")),
        (66, 53, 25)
    );
}

#[test]
fn every_state_and_the_district_are_there() {
    let rules = shipped();
    let states: std::collections::BTreeSet<&str> = rules
        .all()
        .filter(|rule| rule.jurisdiction.is_state())
        .map(|rule| rule.jurisdiction.word())
        .collect();
    assert_eq!(states.len(), 51);
}

#[test]
fn rules_are_the_same_as_json_and_toml() {
    for rule in shipped().all() {
        let json = serde_json::to_string(rule).expect("JSON");
        assert_eq!(*rule, serde_json::from_str::<Rule>(&json).expect("a rule"));
        let toml = toml::to_string(rule).expect("TOML");
        assert_eq!(*rule, toml::from_str::<Rule>(&toml).expect("a rule"));
    }
}

#[test]
fn a_profile_says_which_rules_there_are_to_approve() {
    let rules = shipped();
    let profile = Profile {
        states: [Jurisdiction::parse("US-NJ").expect("a state")].into(),
        provider_types: [Provider::Physician].into(),
        programmes: [].into(),
        zone: Zone::UTC,
    };
    let ids: Vec<&str> = profile
        .rules(&rules)
        .iter()
        .map(|rule| rule.id.as_str())
        .collect();
    assert_eq!(ids, ["us-nj-physician"]);
    let nowhere = Profile {
        states: [].into(),
        ..profile
    };
    assert!(nowhere.rules(&rules).is_empty());
}

#[test]
fn well_known_words_are_read_as_they_are_written() {
    for class in Class::WELL_KNOWN {
        assert_eq!(Class::parse(class.word()).as_ref(), Some(class));
    }
    for word in [
        "x_",
        "X_choir",
        "choir",
        "x_Choir",
        "x choir",
        &"x_".repeat(40),
    ] {
        assert_eq!(Class::parse(word), None, "{word}");
    }
    assert_eq!(Class::parse("x_choir").expect("a word").word(), "x_choir");
}
