//! Several schedulers as nodes that keep a provider's limits together, as `flow` has them do: each by its
//! share, and all by one count where attempts begin.

use std::time::Duration;

use caduceus_queue::{Input, Share, take_shared};
use model::{DeliveryId, Outcome, RefusalScope, Timestamp};
use proptest::prelude::*;

use crate::chance::Seeded;
use crate::routed::Desk;

/// Of `crate::routed`'s big provider.
const CONNECTIONS: usize = 4;
const PER_MINUTE: usize = 60;

/// Nodes, and what the database says of them together.
struct Nodes {
    desks: Vec<Desk>,
    living: Vec<bool>,
    full_at: [Timestamp; 2],
    /// What was marked as begun: node, delivery, fence.
    on_the_wire: Vec<(usize, DeliveryId, u64)>,
    begun: Vec<Timestamp>,
    numbers: u64,
}

impl Nodes {
    fn new(count: usize) -> Self {
        Self {
            desks: (0..count).map(|_| Desk::new(1)).collect(),
            living: vec![true; count],
            full_at: [Timestamp::from_micros(i64::MIN); 2],
            on_the_wire: Vec::new(),
            begun: Vec::new(),
            numbers: 0,
        }
    }

    /// A node beats: it learns who lives. The others find out at their own next beat.
    fn beat(&mut self, at: usize) {
        let number = |n: usize| u32::try_from(n).expect("few");
        let before = self.living[..at].iter().filter(|lives| **lives).count();
        let all = self.living.iter().filter(|lives| **lives).count();
        let share = Share::new(number(before), number(all));
        self.desks[at].input(Input::Shared(share));
    }

    fn add(&mut self, at: usize) {
        self.numbers += 1;
        let name = format!("d{}.example", self.numbers % 3);
        self.desks[at].add(&name);
        self.desks[at].resolve_all();
    }

    /// What a node wants to begin is marked where limits allow it.
    fn begin(&mut self, at: usize) {
        let desk = &mut self.desks[at];
        for (id, fence) in desk.running.clone() {
            let known = |(node, of, mark): &(usize, DeliveryId, u64)| {
                (*node, *of, *mark) == (at, id, fence)
            };
            if self.on_the_wire.iter().any(known) {
                continue;
            }
            let limits = desk.state.bound_of(id).expect("it has a lane").limits;
            let until = if self.on_the_wire.len() >= CONNECTIONS {
                Err(desk.now.plus(Duration::from_secs(1)))
            } else {
                take_shared(&limits, self.full_at, desk.now)
            };
            match until {
                Ok(full_at) => {
                    self.full_at = full_at;
                    self.on_the_wire.push((at, id, fence));
                    self.begun.push(desk.now);
                }
                Err(until) => {
                    desk.running.retain(|(running, _)| *running != id);
                    desk.input(Input::Crowded { id, fence, until });
                }
            }
        }
    }

    fn finish(&mut self, which: usize, outcome: Outcome) {
        let (at, id, _) = self.on_the_wire.remove(which);
        self.desks[at].finish(id, outcome);
    }

    fn pass(&mut self, millis: u64) {
        let now = self.desks[0].now.plus(Duration::from_millis(millis));
        for desk in &mut self.desks {
            desk.now = now;
            desk.input(Input::Tick);
        }
    }

    fn check(&self) {
        assert!(self.on_the_wire.len() <= CONNECTIONS, "connections");
        for from in &self.begun {
            let until = from.plus(Duration::from_secs(60));
            let minute = self.begun.iter().filter(|at| (*from..until).contains(at));
            let burst = PER_MINUTE / 10 + 1;
            assert!(minute.count() <= PER_MINUTE + burst, "rate");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whoever joins, dies or believes what of the others: the sum over all nodes is within the limit.
    #[test]
    fn all_nodes_together_keep_the_limits(seed in any::<u64>(), count in 1usize..6) {
        let chance = Seeded::new(seed);
        let mut nodes = Nodes::new(count);
        let any = |below: usize| chance.below(below as u64) as usize;
        for _ in 0..400 {
            let at = any(count);
            match any(8) {
                0 => nodes.living[at] = !nodes.living[at],
                1 => nodes.beat(at),
                2 | 3 => nodes.add(at),
                4 if !nodes.on_the_wire.is_empty() => {
                    let which = any(nodes.on_the_wire.len());
                    let outcome = match any(4) {
                        0 => Outcome::Deferred(RefusalScope::Recipient),
                        _ => Outcome::Accepted,
                    };
                    nodes.finish(which, outcome);
                }
                5 => nodes.pass(chance.below(3_000)),
                _ => nodes.begin(at),
            }
        }
        nodes.check();
    }

    /// Shares are no reason to stay: everything leaves.
    #[test]
    fn nodes_that_share_a_provider_deliver_everything(count in 1usize..=CONNECTIONS) {
        let mut nodes = Nodes::new(count);
        (0..count).for_each(|at| nodes.beat(at));
        for n in 0..80 {
            nodes.add(n % count);
        }
        while nodes.desks.iter().any(|desk| !desk.state.is_empty()) {
            (0..count).for_each(|at| nodes.begin(at));
            prop_assert!(nodes.on_the_wire.len() <= CONNECTIONS);
            while !nodes.on_the_wire.is_empty() {
                nodes.finish(0, Outcome::Accepted);
            }
            nodes.pass(100);
        }
        nodes.check();
    }
}
