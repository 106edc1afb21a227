//! Fresh: what a stage has just made durable, kept so that the next stage need not read it back and
//! decrypt it.
//!
//! It decides nothing: a stage's own transaction still says whether its work is wanted, and a stage
//! that finds nothing here reads the database. Invariants: bounded in octets, the oldest goes first;
//! what is taken is gone.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) struct Fresh<K, V> {
    octets_max: usize,
    held: Mutex<Held<K, V>>,
}

struct Held<K, V> {
    items: BTreeMap<K, Item<V>>,
    /// By age: the number each item got when it came.
    ages: BTreeMap<u64, K>,
    next: u64,
    octets: usize,
}

struct Item<V> {
    value: V,
    octets: usize,
    age: u64,
}

impl<K: Ord + Copy, V> Fresh<K, V> {
    pub(crate) fn new(octets_max: usize) -> Self {
        let held = Held {
            items: BTreeMap::new(),
            ages: BTreeMap::new(),
            next: 0,
            octets: 0,
        };
        Self {
            octets_max,
            held: Mutex::new(held),
        }
    }

    /// Keeps it, unless it alone is too large; what is too much leaves, oldest first.
    pub(crate) fn put(&self, key: K, value: V, octets: usize) {
        if octets > self.octets_max {
            return;
        }
        let mut held = self.lock();
        held.remove(&key);
        while held.octets + octets > self.octets_max {
            let Some((_, oldest)) = held.ages.first_key_value() else {
                break;
            };
            let oldest = *oldest;
            held.remove(&oldest);
        }
        let age = held.next;
        held.next += 1;
        held.octets += octets;
        held.ages.insert(age, key);
        held.items.insert(key, Item { value, octets, age });
    }

    pub(crate) fn take(&self, key: &K) -> Option<V> {
        self.lock().remove(key)
    }

    fn lock(&self) -> MutexGuard<'_, Held<K, V>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Copy, V> Held<K, V> {
    fn remove(&mut self, key: &K) -> Option<V> {
        let item = self.items.remove(key)?;
        self.ages.remove(&item.age);
        self.octets -= item.octets;
        Some(item.value)
    }
}

#[cfg(test)]
mod tests;
