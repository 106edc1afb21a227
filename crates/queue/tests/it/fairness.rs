//! Turns: between the organisations of one destination, and between destinations.

use std::collections::BTreeMap;
use std::time::Duration;

use caduceus_queue::{Destination, Effect, Input, Item, Said, Settings, State, step};
use model::{DeliveryId, Demand, OrganisationId, Outcome, Stream, Timestamp};
use proptest::prelude::*;

use crate::chance::Even;

fn item(number: u64, organisation: u8, destination: &str) -> Item {
    Item {
        id: DeliveryId::from_bytes(u128::from(number).to_be_bytes()),
        organisation: OrganisationId::from_bytes([organisation; 16]),
        destination: Destination::new(destination),
        stream: Stream::Transactional,
        priority: 5,
        demand: Demand::VerifiedTls,
        due: Timestamp::from_secs(0),
        expires: Timestamp::from_secs(3_600),
        attempts: 0,
        fence: 0,
        source: None,
        spared: false,
    }
}

/// Adds everything, then answers each attempt at once; the items in the order they started.
fn order_of_starts(settings: Settings, items: Vec<Item>) -> Vec<DeliveryId> {
    let mut state = State::new(settings);
    let mut order = Vec::new();
    let mut under_way = std::collections::VecDeque::new();
    let mut note = |effects: Vec<Effect>, under_way: &mut std::collections::VecDeque<_>| {
        for effect in effects {
            if let Effect::Start { id, fence, .. } = effect {
                order.push(id);
                under_way.push_back((id, fence));
            }
        }
    };
    let now = Timestamp::from_secs(1);
    for item in items {
        note(
            step(&mut state, now, &Even(0), Input::Add(item)),
            &mut under_way,
        );
    }
    while let Some((id, fence)) = under_way.pop_front() {
        note(
            step(
                &mut state,
                now,
                &Even(0),
                Input::Finished {
                    id,
                    fence,
                    outcome: Outcome::Accepted,
                    said: Said::default(),
                },
            ),
            &mut under_way,
        );
    }
    assert!(state.is_empty());
    order
}

/// After any prefix, those who still have something waiting were served equally often, give or take
/// one. What ran before the others came is left out.
fn assert_equal_turns<K: Ord + Clone>(order: &[K]) {
    let mut left = BTreeMap::<K, usize>::new();
    for key in order {
        *left.entry(key.clone()).or_default() += 1;
    }
    let mut served: BTreeMap<K, usize> = left.keys().map(|key| (key.clone(), 0)).collect();
    for key in order {
        *served.entry(key.clone()).or_default() += 1;
        *left.entry(key.clone()).or_default() -= 1;
        let waiting: Vec<usize> = served
            .iter()
            .filter(|(key, _)| left[*key] > 0)
            .map(|(_, n)| *n)
            .collect();
        let most = served[key];
        assert!(
            waiting.iter().all(|n| most <= n + 1),
            "someone was passed over twice"
        );
    }
}

proptest! {
    #[test]
    fn organisations_share_a_destination_equally(sizes in prop::collection::vec(1u64..30, 2..6)) {
        let mut items = vec![item(0, 200, "one.example")]; // keeps the only place while the rest is added
        let mut owner = BTreeMap::new();
        for (organisation, size) in (1u8..).zip(&sizes) {
            for _ in 0..*size {
                let item = item(items.len() as u64, organisation, "one.example");
                owner.insert(item.id, organisation);
                items.push(item);
            }
        }
        let settings = Settings { concurrency_per_destination: 1, ..Settings::default() };
        let order: Vec<u8> = order_of_starts(settings, items).into_iter().filter_map(|id| owner.get(&id).copied()).collect();
        assert_equal_turns(&order);
    }

    #[test]
    fn destinations_share_the_total_equally(sizes in prop::collection::vec(1u64..30, 2..6)) {
        let mut items = vec![item(0, 1, "holder.example")];
        let mut place = BTreeMap::new();
        for (number, size) in sizes.iter().enumerate() {
            for _ in 0..*size {
                let item = item(items.len() as u64, 1, &format!("d{number}.example"));
                place.insert(item.id, number);
                items.push(item);
            }
        }
        let settings = Settings { concurrency_total: 1, ..Settings::default() };
        let order: Vec<usize> = order_of_starts(settings, items).into_iter().filter_map(|id| place.get(&id).copied()).collect();
        assert_equal_turns(&order);
    }
}

#[test]
fn a_dead_destination_costs_few_attempts_however_much_waits_for_it() {
    let mut state = State::new(Settings::default());
    let mut now = Timestamp::from_secs(0);
    let mut attempts = 0;
    for number in 0..5_000 {
        let mut item = item(number, (number % 7) as u8, "dead.example");
        item.expires = Timestamp::from_secs(86_400);
        let mut todo: Vec<Effect> = step(&mut state, now, &Even(0), Input::Add(item));
        while let Some(effect) = todo.pop() {
            if let Effect::Start { id, fence, .. } = effect {
                attempts += 1;
                let outcome = Outcome::Deferred(model::RefusalScope::Domain);
                todo.extend(step(
                    &mut state,
                    now,
                    &Even(0),
                    Input::Finished {
                        id,
                        fence,
                        outcome,
                        said: Said::default(),
                    },
                ));
            }
        }
    }
    assert_eq!(attempts, 5, "it rests after five failures");
    let until = Timestamp::from_secs(86_399);
    while let Some(wake) = state.next_wake().filter(|wake| *wake <= until) {
        now = wake;
        for effect in step(&mut state, now, &Even(0), Input::Tick) {
            if let Effect::Start { id, fence, .. } = effect {
                attempts += 1;
                let outcome = Outcome::Deferred(model::RefusalScope::Domain);
                step(
                    &mut state,
                    now.plus(Duration::from_secs(1)),
                    &Even(0),
                    Input::Finished {
                        id,
                        fence,
                        outcome,
                        said: Said::default(),
                    },
                );
            }
        }
    }
    assert!(
        attempts < 60,
        "{attempts} attempts in a day at a destination that never answers"
    );
    assert_eq!(state.len(), 5_000);
}
