//! Everything the scheduler knows, and the moves an item can make through it.
//!
//! Invariants kept by every move: an item has exactly one timer; it is in the ready tree exactly
//! when its phase is ready; the running counts are those of the running items; a site is open for a
//! stream exactly when an item of that stream could start there but for the total limit.

use std::collections::{BTreeMap, BTreeSet};

use model::{DeliveryId, OrganisationId, Stream, Timestamp};

use crate::health::Health;
use crate::ready::{Place, Ready};
use crate::slab::Slab;
use crate::{Destination, Item, Settings};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Scheduled,
    Ready,
    Running,
    /// Running, and not to be repeated.
    Recalled,
}

pub(crate) struct Entry {
    pub item: Item,
    pub phase: Phase,
    pub site: u32,
    timer: Timestamp,
    arrival: u64,
}

impl Entry {
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Recalled)
    }
    fn place(&self) -> Place {
        Place {
            site: self.site,
            stream: self.item.stream,
            organisation: self.item.organisation,
            priority: self.item.priority,
            due: self.item.due,
            arrival: self.arrival,
        }
    }
}

/// One destination: its items in numbers, its health, whose turn was last.
pub(crate) struct Site {
    name: Destination,
    items: u32,
    ready: [u32; 2],
    running: [u32; 2],
    last_turn: [OrganisationId; 2],
    pub health: Health,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Site(u32),
    Item(u32),
}

/// Everything the scheduler knows.
pub struct State {
    pub(crate) settings: Settings,
    pub(crate) draining: bool,
    pub(crate) entries: Slab<Entry>,
    pub(crate) sites: Slab<Site>,
    pub(crate) timers: BTreeSet<(Timestamp, Owner)>,
    ids: BTreeMap<DeliveryId, u32>,
    names: BTreeMap<Destination, u32>,
    ready: Ready,
    running: [u32; 2],
    open: [BTreeSet<u32>; 2],
    last_site: [u32; 2],
    arrivals: u64,
}

/// How many items are in each phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub scheduled: usize,
    pub ready: usize,
    pub running: usize,
}

impl State {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            draining: false,
            entries: Slab::new(),
            sites: Slab::new(),
            timers: BTreeSet::new(),
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
            ready: Ready::new(),
            running: [0; 2],
            open: [BTreeSet::new(), BTreeSet::new()],
            last_site: [u32::MAX; 2],
            arrivals: 0,
        }
    }

    /// Items that have not settled.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub fn counts(&self) -> Counts {
        let (ready, running) = (
            self.ready.len(),
            (self.running[0] + self.running[1]) as usize,
        );
        Counts {
            scheduled: self.len() - ready - running,
            ready,
            running,
        }
    }
    /// When to call `step` with a `Tick` if nothing else happens before.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }
    /// An item that no attempt is running for.
    pub fn waiting(&self, id: DeliveryId) -> Option<&Item> {
        let entry = &self.entries[*self.ids.get(&id)?];
        (!entry.is_running()).then_some(&entry.item)
    }
    /// The fence of the attempt under way.
    pub fn running(&self, id: DeliveryId) -> Option<u64> {
        let entry = &self.entries[*self.ids.get(&id)?];
        entry.is_running().then_some(entry.item.fence)
    }
    /// Each destination with its waiting and running items, by name.
    pub fn destinations(&self) -> impl Iterator<Item = (&Destination, usize, usize)> {
        self.names.iter().filter_map(|(name, index)| {
            let site = &self.sites[*index];
            let running = site.running[0] + site.running[1];
            (site.items > 0).then_some((name, (site.items - running) as usize, running as usize))
        })
    }
    /// Until when a destination that did not answer is left alone.
    pub fn resting_until(&self, destination: &Destination) -> Option<Timestamp> {
        self.sites[*self.names.get(destination)?]
            .health
            .resting_until()
    }

    pub(crate) fn find(&self, id: DeliveryId) -> Option<u32> {
        self.ids.get(&id).copied()
    }

    /// Takes an item in, without a phase: `enter` must follow.
    pub(crate) fn insert(&mut self, mut item: Item) -> u32 {
        let site = self.intern(&item.destination);
        item.destination = self.sites[site].name.clone();
        self.sites[site].items += 1;
        let id = item.id;
        let arrival = self.arrivals;
        self.arrivals += 1;
        let slot = self.entries.insert(Entry {
            item,
            phase: Phase::Scheduled,
            site,
            timer: Timestamp::MAX,
            arrival,
        });
        self.ids.insert(id, slot);
        slot
    }

    fn intern(&mut self, name: &Destination) -> u32 {
        if let Some(site) = self.names.get(name) {
            return *site;
        }
        let site = self.sites.insert(Site {
            name: name.clone(),
            items: 0,
            ready: [0; 2],
            running: [0; 2],
            last_turn: [OrganisationId::from_bytes([0; 16]); 2],
            health: Health::new(self.settings.concurrency_per_destination.max(1)),
        });
        self.names.insert(name.clone(), site);
        site
    }

    /// Puts an item that is in no phase into one, to be looked at again at `timer`.
    pub(crate) fn enter(&mut self, slot: u32, phase: Phase, timer: Timestamp) {
        let entry = &mut self.entries[slot];
        entry.phase = phase;
        entry.timer = timer;
        self.timers.insert((timer, Owner::Item(slot)));
        let (site, stream) = (entry.site, entry.item.stream);
        match phase {
            Phase::Scheduled => {}
            Phase::Ready => {
                self.ready.insert(entry.place(), slot);
                self.sites[site].ready[stream as usize] += 1;
            }
            Phase::Running | Phase::Recalled => {
                self.sites[site].running[stream as usize] += 1;
                self.running[stream as usize] += 1;
            }
        }
        self.reopen(site);
    }

    /// Takes an item out of its phase: `enter` or `remove` must follow.
    pub(crate) fn leave(&mut self, slot: u32) {
        let entry = &self.entries[slot];
        self.timers.remove(&(entry.timer, Owner::Item(slot)));
        let (site, stream) = (entry.site, entry.item.stream);
        match entry.phase {
            Phase::Scheduled => {}
            Phase::Ready => {
                self.ready.remove(&entry.place());
                self.sites[site].ready[stream as usize] -= 1;
            }
            Phase::Running | Phase::Recalled => {
                self.sites[site].running[stream as usize] -= 1;
                self.running[stream as usize] -= 1;
            }
        }
        self.reopen(site);
    }

    /// Forgets an item that is in no phase.
    pub(crate) fn remove(&mut self, slot: u32) -> Item {
        let entry = self.entries.remove(slot);
        self.ids.remove(&entry.item.id);
        self.sites[entry.site].items -= 1;
        self.forget_if_idle(entry.site);
        entry.item
    }

    /// A resting site is remembered until its rest ends, even without items.
    pub(crate) fn forget_if_idle(&mut self, index: u32) {
        let site = &self.sites[index];
        if site.items == 0 && site.health.resting_until().is_none() {
            self.names.remove(&site.name);
            self.sites.remove(index);
        }
    }

    /// Sets whether a site can start something now, after anything it depends on changed.
    pub(crate) fn reopen(&mut self, index: u32) {
        let site = &self.sites[index];
        let window = site.health.window();
        let [transactional, marketing] = site.running;
        let room = transactional + marketing < window;
        let rooms = [room, room && marketing < marketing_share(window)];
        for (stream, room) in rooms.into_iter().enumerate() {
            if room && site.ready[stream] > 0 {
                self.open[stream].insert(index);
            } else {
                self.open[stream].remove(&index);
            }
        }
    }

    /// The item whose turn it is: transactional before marketing, sites and organisations in turn.
    pub(crate) fn take_turn(&mut self) -> Option<u32> {
        let total = self.settings.concurrency_total.max(1);
        let [transactional, marketing] = self.running;
        if transactional + marketing >= total {
            return None;
        }
        let site = self
            .next_open(Stream::Transactional)
            .map(|site| (site, Stream::Transactional));
        let (index, stream) = match site {
            Some(found) => found,
            None if marketing < marketing_share(total) => {
                (self.next_open(Stream::Marketing)?, Stream::Marketing)
            }
            None => return None,
        };
        let last = self.sites[index].last_turn[stream as usize];
        let slot = self.ready.find_next(index, stream, last)?;
        self.sites[index].last_turn[stream as usize] = self.entries[slot].item.organisation;
        self.last_site[stream as usize] = index;
        Some(slot)
    }

    fn next_open(&self, stream: Stream) -> Option<u32> {
        let open = &self.open[stream as usize];
        let after = self.last_site[stream as usize].wrapping_add(1); // u32::MAX, none yet, wraps to the first
        open.range(after..).next().or_else(|| open.first()).copied()
    }
}

/// How much of a limit marketing may fill, so that transactional mail finds a free place at once.
fn marketing_share(limit: u32) -> u32 {
    match limit {
        0 | 1 => limit,
        _ => limit - (limit / 4).max(1),
    }
}
