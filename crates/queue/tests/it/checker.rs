//! What must hold after every step, told apart from how the scheduler does it.

use std::collections::BTreeMap;

use caduceus_queue::{Effect, Input, Item, Settings, Settlement, State, step};
use model::seams::Rng;
use model::{DeliveryId, Outcome, Stream, Timestamp};

#[derive(Clone)]
struct Known {
    item: Item,
    /// Fence and lease end of the attempt under way.
    running: Option<(u64, Timestamp)>,
    recalled: bool,
}

/// A scheduler whose every effect is checked against a plain list of items.
pub struct Checked {
    pub state: State,
    pub now: Timestamp,
    settings: Settings,
    live: BTreeMap<DeliveryId, Known>,
    pub settled: BTreeMap<DeliveryId, Settlement>,
    pub added: usize,
    draining: bool,
}

impl Checked {
    pub fn new(settings: Settings) -> Self {
        Self {
            state: State::new(settings),
            now: Timestamp::from_secs(1_000_000),
            settings,
            live: BTreeMap::new(),
            settled: BTreeMap::new(),
            added: 0,
            draining: false,
        }
    }
    pub fn running(&self) -> Vec<(DeliveryId, u64)> {
        self.live
            .iter()
            .filter_map(|(id, known)| known.running.map(|(fence, _)| (*id, fence)))
            .collect()
    }
    pub fn ids(&self) -> Vec<DeliveryId> {
        self.live.keys().copied().collect()
    }

    pub fn input(&mut self, chance: &dyn Rng, input: Input) -> Vec<Effect> {
        let stale = self.is_stale(&input);
        self.note(&input);
        let effects = step(&mut self.state, self.now, chance, input.clone());
        for effect in &effects {
            self.check(*effect, &input, stale);
        }
        self.check_whole();
        effects
    }

    fn is_stale(&self, input: &Input) -> bool {
        match input {
            Input::Finished { id, fence, .. } => self
                .live
                .get(id)
                .and_then(|known| known.running)
                .is_none_or(|(current, _)| current != *fence),
            _ => false,
        }
    }

    fn note(&mut self, input: &Input) {
        match input {
            Input::Add(item) if !self.live.contains_key(&item.id) => {
                let mut item = item.clone();
                item.expires = item
                    .expires
                    .min(item.due.max(self.now).plus(self.settings.lifetime));
                self.live.insert(
                    item.id,
                    Known {
                        item,
                        running: None,
                        recalled: false,
                    },
                );
                self.added += 1;
            }
            Input::Cancel(id) => {
                if let Some(known) = self.live.get_mut(id) {
                    known.recalled = true;
                }
            }
            Input::Drain => self.draining = true,
            _ => {}
        }
    }

    fn check(&mut self, effect: Effect, input: &Input, stale: bool) {
        match effect {
            Effect::Start { id, fence, attempt } => self.check_start(id, fence, attempt),
            Effect::Resolve(_) | Effect::Release { .. } | Effect::Park { .. } => {
                panic!("nothing is asked or given away where every destination stands for itself")
            }
            Effect::Defer {
                id,
                fence,
                due,
                attempts,
                ambiguous,
            } => {
                let known = self.live.get_mut(&id).expect("a deferred item is live");
                let (running, lease_end) =
                    known.running.take().expect("only an attempt is deferred");
                assert_eq!(running, fence);
                assert!(!known.recalled, "a recalled item is not tried again");
                assert!(due > self.now && due <= known.item.expires);
                assert!(attempts == known.item.attempts || attempts == known.item.attempts + 1);
                let by_answer =
                    matches!(input, Input::Finished { id: of, .. } if *of == id) && !stale;
                let by_loss =
                    matches!(input, Input::LeaseLost(of) if *of == id) || lease_end <= self.now;
                assert!(by_answer || by_loss, "no reason to defer");
                if let (true, Input::Finished { outcome, .. }) = (by_answer, input) {
                    assert_eq!(ambiguous, *outcome == Outcome::Ambiguous);
                    assert!(*outcome != Outcome::OurFault || attempts == known.item.attempts);
                } else {
                    assert!(ambiguous, "a lost attempt may have been taken");
                }
                known.item.attempts = attempts;
                known.item.due = due;
            }
            Effect::Settle {
                id,
                fence,
                settlement,
            } => {
                let known = self.live.remove(&id).expect("an item settles once");
                assert_eq!(known.item.fence, fence);
                match settlement {
                    Settlement::Expired => assert!(known.item.expires <= self.now),
                    Settlement::Cancelled => assert!(known.recalled),
                    _ => assert!(
                        !stale && matches!(input, Input::Finished { id: of, .. } if *of == id)
                    ),
                }
                self.settled.insert(id, settlement);
            }
        }
    }

    fn check_start(&mut self, id: DeliveryId, fence: u64, attempt: u32) {
        assert!(!self.draining, "nothing starts during a drain");
        let known = self.live.get(&id).expect("a started item is live");
        assert!(known.running.is_none(), "two attempts at once");
        assert!(fence > known.item.fence, "a fence came back");
        assert_eq!(attempt, known.item.attempts + 1);
        assert!(known.item.due <= self.now && self.now < known.item.expires);
        assert!(!known.recalled);
        let resting = self.state.resting_until(&known.item.destination);
        assert!(resting.is_none(), "a resting destination is left alone");
        if known.item.stream == Stream::Marketing {
            let overtaken = self.live.values().any(|other| {
                other.running.is_none()
                    && other.item.stream == Stream::Transactional
                    && other.item.destination == known.item.destination
                    && other.item.due <= self.now
            });
            assert!(
                !overtaken,
                "marketing started before transactional mail to the same place"
            );
        }
        let lease_end = self.now.plus(self.settings.lease);
        let known = self.live.get_mut(&id).expect("it was there a moment ago");
        known.item.fence = fence;
        known.running = Some((fence, lease_end));
    }

    fn check_whole(&self) {
        assert_eq!(self.state.len(), self.live.len());
        assert_eq!(
            self.added,
            self.live.len() + self.settled.len(),
            "conservation"
        );
        let mut per_destination = BTreeMap::<_, u32>::new();
        for (id, known) in &self.live {
            assert_eq!(
                self.state.running(*id),
                known.running.map(|(fence, _)| fence)
            );
            match known.running {
                Some((_, lease_end)) => {
                    assert!(lease_end > self.now, "an attempt outstayed its lease");
                    *per_destination.entry(&known.item.destination).or_default() += 1;
                }
                None => {
                    assert!(
                        known.item.expires > self.now,
                        "an item outstayed its expiry"
                    );
                    assert_eq!(
                        self.state.waiting(*id).map(|item| item.due),
                        Some(known.item.due)
                    );
                }
            }
        }
        assert!(
            per_destination
                .values()
                .all(|n| *n <= self.settings.concurrency_per_destination)
        );
        assert!(per_destination.values().sum::<u32>() <= self.settings.concurrency_total);
        assert!(
            self.state.next_wake().is_none_or(|wake| wake > self.now),
            "left something undone"
        );
        assert!(
            self.live.is_empty() || self.state.next_wake().is_some(),
            "nothing would wake it"
        );
    }
}
