//! Random histories: adds, answers true and stale, losses, recalls, time in small and great steps.

use std::time::Duration;

use caduceus_queue::{Destination, Effect, Input, Item, RetryCurve, Said, Settings, Settlement};
use model::{DeliveryId, Demand, OrganisationId, Outcome, RefusalScope, Stream, Timestamp};
use proptest::prelude::*;

use crate::chance::Seeded;
use crate::checker::Checked;

fn settings(chance: &Seeded) -> Settings {
    Settings {
        concurrency_per_destination: 1 + chance.below(5) as u32,
        concurrency_total: 1 + chance.below(12) as u32,
        retry: RetryCurve::default(),
        lifetime: Duration::from_secs(3_600 * (1 + chance.below(48))),
        lease: Duration::from_secs(60 + chance.below(1_800)),
        ready_per_lane_max: 1_000,
    }
}

fn item(chance: &Seeded, number: u64, now: Timestamp) -> Item {
    let mut organisation = [0; 16];
    organisation[0] = chance.below(4) as u8;
    let due = match chance.below(3) {
        0 => now.plus(Duration::from_secs(chance.below(20_000))),
        1 => now.minus(Duration::from_secs(chance.below(1_000))),
        _ => now,
    };
    Item {
        id: DeliveryId::from_bytes(u128::from(number).to_be_bytes()),
        organisation: OrganisationId::from_bytes(organisation),
        destination: Destination::new(&format!("d{}.example", chance.below(4))),
        stream: if chance.below(3) == 0 {
            Stream::Marketing
        } else {
            Stream::Transactional
        },
        priority: chance.below(10) as u8,
        demand: if chance.below(2) == 0 {
            Demand::VerifiedTls
        } else {
            Demand::Opportunistic
        },
        due,
        expires: now.plus(Duration::from_secs(chance.below(100_000))),
        attempts: chance.below(3) as u32,
        fence: chance.below(9),
        source: None,
        spared: false,
    }
}

fn outcome(chance: &Seeded) -> Outcome {
    let scopes = [
        RefusalScope::Recipient,
        RefusalScope::Domain,
        RefusalScope::Content,
        RefusalScope::Us,
    ];
    let scope = scopes[chance.below(4) as usize];
    match chance.below(12) {
        0..=3 => Outcome::Accepted,
        4..=7 => Outcome::Deferred(scope),
        8 => Outcome::Refused(scope),
        9 => Outcome::Ambiguous,
        10 => Outcome::BelowDemand,
        _ => Outcome::OurFault,
    }
}

fn pick<T: Copy>(chance: &Seeded, from: &[T]) -> Option<T> {
    from.get(chance.below(from.len() as u64) as usize).copied()
}

/// One random thing happens.
fn happen(world: &mut Checked, chance: &Seeded, numbers: &mut u64) {
    let input = match chance.below(20) {
        0..=5 => {
            *numbers += 1;
            Some(Input::Add(item(chance, *numbers, world.now)))
        }
        6..=12 => pick(chance, &world.running()).map(|(id, fence)| Input::Finished {
            id,
            fence,
            outcome: outcome(chance),
            said: Said::default(),
        }),
        13 => pick(chance, &world.ids()).map(|id| Input::Finished {
            id,
            fence: chance.below(12),
            outcome: outcome(chance),
            said: Said::default(),
        }),
        14 => pick(chance, &world.ids()).map(Input::Cancel),
        15 => pick(chance, &world.ids()).map(Input::LeaseLost),
        16 => pick(chance, &world.ids()).map(|id| {
            let mut again = item(chance, 0, world.now);
            again.id = id;
            Input::Add(again)
        }),
        17 => {
            world.now = world.now.plus(Duration::from_secs(chance.below(30)));
            Some(Input::Tick)
        }
        18 => {
            world.now = world
                .state
                .next_wake()
                .map_or(world.now, |wake| wake.max(world.now));
            Some(Input::Tick)
        }
        _ => {
            world.now = world.now.plus(Duration::from_secs(chance.below(4_000)));
            Some(Input::Tick)
        }
    };
    if let Some(input) = input {
        world.input(chance, input);
    }
}

/// Nobody reports any more: time alone must end everything.
fn run_out(world: &mut Checked, chance: &Seeded) {
    let last_possible = world.now.plus(Duration::from_secs(400_000));
    while let Some(wake) = world.state.next_wake() {
        world.now = world.now.max(wake);
        assert!(world.now < last_possible, "an item outlives every bound");
        world.input(chance, Input::Tick);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever happens, every add ends in one settlement and every rule of the checker holds.
    #[test]
    fn any_history_conserves_every_item(seed in any::<u64>(), length in 1usize..250, drain in any::<bool>()) {
        let chance = Seeded::new(seed);
        let mut world = Checked::new(settings(&chance));
        let mut numbers = 0;
        for _ in 0..length {
            happen(&mut world, &chance, &mut numbers);
        }
        if drain {
            world.input(&chance, Input::Drain);
        }
        run_out(&mut world, &chance);
        prop_assert_eq!(world.settled.len(), world.added);
        prop_assert!(world.state.is_empty());
    }

    /// The same history gives the same effects.
    #[test]
    fn the_scheduler_is_deterministic(seed in any::<u64>()) {
        let story = || {
            let chance = Seeded::new(seed);
            let mut world = Checked::new(settings(&chance));
            let mut numbers = 0;
            let mut all = Vec::new();
            for _ in 0..80 {
                happen(&mut world, &chance, &mut numbers);
                all.extend(world.input(&chance, Input::Tick));
            }
            (all, world.settled)
        };
        prop_assert_eq!(story(), story());
    }

    /// Peers that answer in the end get everything: no item is starved into its expiry.
    #[test]
    fn with_patient_workers_everything_is_delivered(seed in any::<u64>(), count in 1u64..120) {
        let chance = Seeded::new(seed);
        let mut world = Checked::new(Settings { lease: Duration::from_secs(900), lifetime: Duration::from_secs(200_000), ..settings(&chance) });
        for number in 0..count {
            let mut item = item(&chance, number, world.now);
            item.expires = Timestamp::MAX;
            world.input(&chance, Input::Add(item));
        }
        while !world.state.is_empty() {
            let (id, fence) = match pick(&chance, &world.running()) {
                Some(running) => running,
                None => {
                    world.now = world.state.next_wake().expect("what waits has a wake");
                    world.input(&chance, Input::Tick);
                    continue;
                }
            };
            let outcome = match chance.below(4) {
                0 => Outcome::Deferred(RefusalScope::Recipient),
                1 => Outcome::Deferred(RefusalScope::Us),
                _ => Outcome::Accepted,
            };
            world.now = world.now.plus(Duration::from_millis(200));
            world.input(&chance, Input::Finished { id, fence, outcome, said: Said::default() });
        }
        prop_assert!(world.settled.values().all(|s| *s == Settlement::Delivered));
    }

    /// Every place is used: with peers that always answer, nothing that could start waits.
    #[test]
    fn no_place_stays_free_while_mail_waits(seed in any::<u64>(), count in 1u64..60) {
        let chance = Seeded::new(seed);
        let settings = settings(&chance);
        let mut world = Checked::new(settings);
        let mut started = 0;
        for number in 0..count {
            let mut item = item(&chance, number, world.now);
            (item.due, item.expires, item.stream) = (world.now, Timestamp::MAX, Stream::Transactional);
            item.destination = Destination::new("one.example");
            let effects = world.input(&chance, Input::Add(item));
            started += effects.iter().filter(|e| matches!(e, Effect::Start { .. })).count();
        }
        let places = settings.concurrency_per_destination.min(settings.concurrency_total);
        prop_assert_eq!(started as u64, count.min(u64::from(places)));
    }
}
