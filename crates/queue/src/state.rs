//! The state and its one transition.

use model::seams::Rng;
use model::{DeliveryId, Timestamp};

use crate::{Destination, Effect, Input, Item, Settings};

/// Everything the scheduler knows.
pub struct State {
    settings: Settings,
    items: std::collections::BTreeMap<DeliveryId, Item>,
}

impl State {
    pub fn new(settings: Settings) -> Self {
        Self { settings, items: Default::default() }
    }
    /// Items that have not settled.
    pub fn len(&self) -> usize {
        self.items.len()
    }
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
    /// When to call `step` with a `Tick` if nothing else happens before.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.items.values().map(|item| item.due).min()
    }
    /// An item that no attempt is running for.
    pub fn waiting(&self, id: DeliveryId) -> Option<&Item> {
        self.items.get(&id)
    }
    /// Each destination with its waiting and running items, by name.
    pub fn destinations(&self) -> impl Iterator<Item = (&Destination, usize, usize)> {
        self.items.values().map(|item| (&item.destination, 1, 0))
    }
}

/// Takes one input and says what to do.
pub fn step(state: &mut State, now: Timestamp, chance: &dyn Rng, input: Input) -> Vec<Effect> {
    let _ = (state.settings, now, chance, input);
    Vec::new()
}
