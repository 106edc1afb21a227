//! A great many at once: work comes in portions, and no portion breaks a promise.

use std::collections::BTreeSet;

use caduceus_queue::{Destination, Effect, Input, Item, Said, Settings, Settlement, State, step};
use model::{DeliveryId, Demand, OrganisationId, Outcome, Stream, Timestamp};

use crate::chance::Even;

const MANY: u64 = 25_000;

fn item(number: u64, due: i64, expires: i64) -> Item {
    Item {
        id: DeliveryId::from_bytes(u128::from(number).to_be_bytes()),
        organisation: OrganisationId::from_bytes([1; 16]),
        destination: Destination::new("one.example"),
        stream: Stream::Transactional,
        priority: 5,
        demand: Demand::VerifiedTls,
        due: Timestamp::from_secs(due),
        expires: Timestamp::from_secs(expires),
        attempts: 0,
        fence: 0,
        source: None,
        spared: false,
    }
}

fn filled(due: i64) -> (State, Vec<Effect>) {
    let mut state = State::new(Settings {
        concurrency_per_destination: 2,
        ..Settings::default()
    });
    let now = Timestamp::from_secs(0);
    let add = |number| {
        step(
            &mut state,
            now,
            &Even(0),
            Input::Add(item(number, due, 600)),
        )
    };
    let effects = (0..MANY).flat_map(add).collect();
    (state, effects)
}

/// Ticks as a caller does, until nothing is overdue; the longest step and all effects.
fn catch_up(state: &mut State, now: Timestamp) -> (usize, Vec<Effect>) {
    let (mut longest, mut all) = (0, Vec::new());
    while state.next_wake().is_some_and(|wake| wake <= now) {
        let effects = step(state, now, &Even(0), Input::Tick);
        longest = longest.max(effects.len());
        all.extend(effects);
    }
    (longest, all)
}

#[test]
fn all_expire_in_portions_and_none_starts_after_its_time() {
    let (mut state, started) = filled(0);
    assert_eq!(started.len(), 2);
    let Effect::Start { id, fence, .. } = started[0] else {
        panic!("an attempt was expected")
    };
    let now = Timestamp::from_secs(600);
    // a place gets free in the very step in which not everything overdue is settled yet
    let first = step(
        &mut state,
        now,
        &Even(0),
        Input::Finished {
            id,
            fence,
            outcome: Outcome::Accepted,
            said: Said::default(),
        },
    );
    let (longest, rest) = catch_up(&mut state, now);
    assert!(longest <= 10_000, "{longest} effects in one step");
    let all: Vec<Effect> = first.into_iter().chain(rest).collect();
    assert!(
        all.iter()
            .all(|effect| matches!(effect, Effect::Settle { .. }))
    );
    let expired: BTreeSet<DeliveryId> = all
        .iter()
        .filter_map(|effect| match effect {
            Effect::Settle {
                id,
                settlement: Settlement::Expired,
                ..
            } => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(expired.len() as u64, MANY - 2);
    assert_eq!(state.len(), 1, "one attempt is still under way");
}

#[test]
fn all_become_due_at_once() {
    let (mut state, started) = filled(60);
    assert!(started.is_empty());
    let (_, effects) = catch_up(&mut state, Timestamp::from_secs(60));
    assert_eq!(effects.len(), 2, "as many as the destination may have");
    assert_eq!(state.counts().ready as u64, MANY - 2);
}
