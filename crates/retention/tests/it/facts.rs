//! Items, holds and profiles out of the words of cases.

use std::collections::BTreeSet;

use caduceus_retention::{
    Anchor, Approval, Class, Day, Hold, HoldQuery, HoldState, Item, Jurisdiction, Known, Profile,
    Programme, Provider, QueryOutcome, Zone,
};
use model::Timestamp;

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap_or_else(|| panic!("{text:?} is no day"))
}

/// A moment as it stands, or noon of a day.
pub fn moment(text: &str, zone: Zone) -> Timestamp {
    match Day::parse(text) {
        Some(day) => zone
            .end_of(day)
            .minus(std::time::Duration::from_secs(12 * 3_600)),
        None => Timestamp::parse_rfc3339(text).unwrap_or_else(|| panic!("{text:?} is no moment")),
    }
}

pub fn profile(
    states: &[String],
    types: &[String],
    programmes: &BTreeSet<String>,
    zone: &str,
) -> Profile {
    Profile {
        states: states
            .iter()
            .map(|word| Jurisdiction::parse(word).unwrap_or_else(|| panic!("{word}")))
            .filter(Jurisdiction::is_state)
            .collect(),
        provider_types: types
            .iter()
            .map(|word| Provider::parse(word).unwrap_or_else(|| panic!("{word}")))
            .collect(),
        programmes: programmes
            .iter()
            .map(|word| Programme::parse(word).unwrap_or_else(|| panic!("{word}")))
            .collect(),
        zone: Zone::parse(zone).unwrap_or_else(|| panic!("{zone}")),
    }
}

pub fn item(facts: &str, zone: Zone) -> Item {
    let mut item = Item {
        classes: BTreeSet::new(),
        created: Timestamp::from_secs(0),
        anchors: std::collections::BTreeMap::new(),
        patient_was_adult: false,
        custodians: BTreeSet::new(),
        queries: std::collections::BTreeMap::new(),
    };
    for fact in facts
        .split(';')
        .map(str::trim)
        .filter(|fact| !fact.is_empty())
    {
        let words: Vec<&str> = fact.split_whitespace().collect();
        match words.as_slice() {
            ["class", class] => {
                item.classes
                    .insert(Class::parse(class).unwrap_or_else(|| panic!("{class}")));
            }
            ["made", when] => item.created = moment(when, zone),
            ["adult"] => item.patient_was_adult = true,
            ["custodian", who] => {
                item.custodians.insert((*who).to_owned());
            }
            ["query", hold, said] => {
                item.queries.insert((*hold).to_owned(), outcome(said));
            }
            [anchor, when] => {
                let anchor = Anchor::parse(anchor).unwrap_or_else(|| panic!("{anchor}"));
                let known = Known::parse(when).unwrap_or_else(|| panic!("{when}"));
                item.anchors.insert(anchor, known);
            }
            _ => panic!("{fact:?} is no fact"),
        }
    }
    item
}

fn outcome(word: &str) -> QueryOutcome {
    match word {
        "matches" => QueryOutcome::Matches,
        "does_not" => QueryOutcome::DoesNot,
        "cannot_read" => QueryOutcome::CannotRead,
        _ => panic!("{word:?} is no outcome"),
    }
}

pub fn hold(text: &str) -> Hold {
    let mut words = text.split_whitespace();
    let id = words.next().expect("a hold has an id").to_owned();
    let mut hold = Hold {
        matter: format!("matter of {id}"),
        id,
        custodians: BTreeSet::new(),
        from: None,
        to: None,
        classes: BTreeSet::new(),
        query: HoldQuery::None,
        state: HoldState::Active,
        over_ceiling: None,
    };
    while let Some(word) = words.next() {
        let mut next = || words.next().expect("a value");
        match word {
            "custodian" => {
                hold.custodians.insert(next().to_owned());
            }
            "from" => hold.from = Some(day(next())),
            "to" => hold.to = Some(day(next())),
            "class" => {
                hold.classes.insert(Class::parse(next()).expect("a class"));
            }
            "query" => hold.query = HoldQuery::Words,
            "released-until" => {
                hold.state = HoldState::Released {
                    binds_until: Timestamp::parse_rfc3339(next()).expect("a moment"),
                }
            }
            "over-ceiling" => {
                hold.over_ceiling = Some(Approval {
                    by: "A. Counsel".into(),
                    on: day("2024-01-02"),
                })
            }
            _ => panic!("{word:?} is no part of a hold"),
        }
    }
    hold
}
