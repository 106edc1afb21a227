//! Rotation of DKIM keys: nothing is signed with a key that DNS does not show, and no key goes before
//! its time.

use std::time::Duration;

use model::{Code, Domain};
use people::KeyState;
use people::health::{Finding, Report, Verdict};

use crate::house::House;

fn states(house: &House, name: &Domain) -> Vec<(String, &'static str)> {
    let view = house
        .people
        .domain_health(&house.system, name)
        .expect("a domain");
    let mut keys: Vec<_> = view
        .keys
        .into_iter()
        .map(|k| (k.selector, k.state.word()))
        .collect();
    keys.sort();
    keys
}

fn count(house: &House) -> usize {
    let entries = house.entries();
    entries
        .iter()
        .filter(|kind| *kind == "domain.health_changed")
        .count()
}

/// What a check would report when DNS shows these selectors.
fn seen(house: &House, name: &Domain, visible: &[&str]) {
    let subject = house
        .people
        .domain_subject(&house.system, name)
        .expect("a domain");
    let finding = |key: &people::health::KeyFacts| {
        let shown = visible.contains(&key.selector.as_str());
        let verdict = match (key.state, shown) {
            (KeyState::Prepared, true) => Verdict::DkimReady,
            (KeyState::Prepared, false) => Verdict::DkimWaits,
            (KeyState::Active, true) => Verdict::DkimOk,
            (KeyState::Active, false) => Verdict::DkimMissing,
            (_, true) => Verdict::DkimKept,
            (_, false) => Verdict::DkimRemovedEarly,
        };
        Finding {
            verdict,
            about: key.selector.clone(),
            seen: Vec::new(),
            publish: None,
        }
    };
    let report = Report {
        domain: name.as_str().to_owned(),
        at: house.people.world().now(),
        findings: subject.keys.iter().map(finding).collect(),
    };
    house.people.keep_report(&subject, &report).expect("kept");
}

sim::both_engines! {
    fn a_key_signs_only_once_dns_shows_it(store) {
        let house = House::open(store);
        let name = Domain::parse("clinic.example")?;
        house.people.add_domain(&house.system, &name)?;
        let first: Vec<String> = states(&house, &name).into_iter().map(|(s, _)| s).collect();
        house.clock.advance(Duration::from_secs(86_400));
        let made = house.people.rotate_domain_keys(&house.system, &name)?;
        let next: Vec<&str> = made.iter().map(|k| k.selector.as_str()).collect();
        assert!(made.iter().all(|k| k.record.value.contains("p=") && k.state == KeyState::Prepared));
        let again = house.people.rotate_domain_keys(&house.system, &name);
        assert_eq!(again.err().map(|e| e.code()), Some(Code::StateConflict), "one pair at a time");

        let old: Vec<&str> = first.iter().map(String::as_str).collect();
        seen(&house, &name, &old);
        seen(&house, &name, &[&old[..], &next[..1]].concat());
        assert_eq!(states(&house, &name).iter().filter(|(_, s)| *s == "prepared").count(), 2, "both or none");

        seen(&house, &name, &[&old[..], &next[..]].concat());
        for (selector, state) in states(&house, &name) {
            assert_eq!(state, if first.contains(&selector) { "retiring" } else { "active" });
        }
        house.clock.advance(Duration::from_secs(13 * 86_400));
        seen(&house, &name, &next);
        assert_eq!(states(&house, &name).iter().filter(|(_, s)| *s == "retiring").count(), 2);
        house.clock.advance(Duration::from_secs(86_400));
        seen(&house, &name, &next);
        assert_eq!(states(&house, &name).iter().filter(|(_, s)| *s == "retired").count(), 2);
        house.people.rotate_domain_keys(&house.system, &name)?;
    }

    fn only_danger_signs_with_what_dns_does_not_show(store) {
        let house = House::open(store);
        let name = Domain::parse("clinic.example")?;
        house.people.add_domain(&house.system, &name)?;
        let nothing = house.people.danger_activate_unpublished(&house.system, &name);
        assert_eq!(nothing.err().map(|e| e.code()), Some(Code::StateConflict));
        house.people.rotate_domain_keys(&house.system, &name)?;
        house.people.danger_activate_unpublished(&house.system, &name)?;
        let words: Vec<_> = states(&house, &name).into_iter().map(|(_, s)| s).collect();
        assert_eq!(words.iter().filter(|w| **w == "active").count(), 2);
        assert_eq!(words.iter().filter(|w| **w == "retiring").count(), 2);
    }

    fn a_change_of_health_is_recorded_once(store) {
        let house = House::open(store);
        let name = Domain::parse("clinic.example")?;
        house.people.add_domain(&house.system, &name)?;
        assert_eq!(house.people.due_subjects()?.len(), 1, "never looked at");
        seen(&house, &name, &[]);
        assert_eq!(house.people.due_subjects()?.len(), 0);
        assert_eq!(count(&house), 1);
        seen(&house, &name, &[]);
        assert_eq!(count(&house), 1, "no news");
        house.clock.advance(Duration::from_secs(1));
        house.people.ask_domain_check(&house.system, &name)?;
        assert_eq!(house.people.due_subjects()?.len(), 1, "somebody asked");
        assert!(house.people.domain_health(&house.system, &name)?.asked);
        let all: Vec<String> = states(&house, &name).into_iter().map(|(s, _)| s).collect();
        seen(&house, &name, &all.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(count(&house), 2, "mended");
        assert!(!house.people.domain_health(&house.system, &name)?.asked);
        house.clock.advance(Duration::from_secs(86_400));
        assert_eq!(house.people.due_subjects()?.len(), 1, "a day later");
    }
}
