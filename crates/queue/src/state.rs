//! Everything the scheduler knows, and the moves an item can make through it.
//!
//! Invariants kept by every move: an item has exactly one timer; it is in the ready tree exactly
//! when its phase is ready, and in the lobby exactly when it waits there; the running counts are
//! those of the running items; what is ready or running has a lane.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{DeliveryId, Timestamp};

use crate::lanes::{Change, Group, GroupName, Lane};
use crate::orders::{Facts, Orders};
use crate::ready::{Place, Ready};
use crate::routes::{DomainRow, Lobby};
use crate::slab::Slab;
use crate::{Destination, Effect, Item, Routing, Settings, Share, SourceId};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Scheduled,
    /// Due, and its destination is being asked for or left alone.
    Lobby,
    Ready,
    Running,
    /// Running, and not to be repeated.
    Recalled,
}

/// Not bound to any lane yet.
pub(crate) const NO_LANE: u32 = u32::MAX;

pub(crate) struct Entry {
    pub item: Item,
    pub phase: Phase,
    /// Kept from starting by an order.
    pub held: bool,
    pub domain: u32,
    pub lane: u32,
    /// Sources that were not wanted at its provider, a bit each.
    pub turned_off: u32,
    timer: Timestamp,
    arrival: u64,
}

impl Entry {
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Recalled)
    }
    fn place(&self) -> Place {
        Place {
            lane: self.lane,
            stream: self.item.stream,
            organisation: self.item.organisation,
            priority: self.item.priority,
            due: self.item.due,
            arrival: self.arrival,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Lane(u32),
    Group(u32),
    Domain(u32),
    Item(u32),
}

/// Everything the scheduler knows.
pub struct State {
    pub(crate) settings: Settings,
    pub(crate) routing: Routing,
    pub(crate) draining: bool,
    /// How many may start in this step; none where whatever can start does.
    pub(crate) asked: Option<usize>,
    /// Others wait for room.
    pub(crate) pressed: bool,
    /// This node's part of what all nodes together may do.
    pub(crate) share: Share,
    pub(crate) entries: Slab<Entry>,
    pub(crate) domains: Slab<DomainRow>,
    pub(crate) lanes: Slab<Lane>,
    pub(crate) groups: Slab<Group>,
    pub(crate) timers: BTreeSet<(Timestamp, Owner)>,
    pub(crate) domain_names: BTreeMap<Destination, u32>,
    pub(crate) lane_names: BTreeMap<(SourceId, Arc<str>), u32>,
    pub(crate) group_names: BTreeMap<GroupName, u32>,
    pub(crate) lobby: Lobby,
    pub(crate) ready: Ready,
    pub(crate) running: [u32; 2],
    /// Groups that can start something of a stream, and which one was last.
    pub(crate) open: [BTreeSet<u32>; 2],
    pub(crate) last_group: [u32; 2],
    /// Mail that leaves by other sources, of a source at a provider, until then.
    pub(crate) elsewhere: BTreeMap<GroupName, Timestamp>,
    pub(crate) orders: Orders,
    /// Everything that waits is looked at again, from this slot on.
    pub(crate) review_from: Option<u32>,
    /// Effects of moves, put behind those of the step.
    pub(crate) pending: Vec<Effect>,
    ids: BTreeMap<DeliveryId, u32>,
    held: usize,
    arrivals: u64,
}

/// How many items are in each phase. `held` ones are among the scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub scheduled: usize,
    pub ready: usize,
    pub running: usize,
}

impl State {
    /// Each destination stands for itself, with one source and no provider's limits.
    pub fn new(settings: Settings) -> Self {
        Self::routed(settings, Routing::direct())
    }

    /// From now on attempts start only as [`crate::Input::Ask`] has room for: the turn is given when the
    /// attempt begins, so nothing that came later and goes first finds it taken.
    pub fn start_when_asked(mut self) -> Self {
        self.asked = Some(0);
        self
    }

    pub fn routed(settings: Settings, routing: Routing) -> Self {
        Self {
            settings,
            routing,
            draining: false,
            asked: None,
            pressed: false,
            share: Share::WHOLE,
            entries: Slab::new(),
            domains: Slab::new(),
            lanes: Slab::new(),
            groups: Slab::new(),
            timers: BTreeSet::new(),
            domain_names: BTreeMap::new(),
            lane_names: BTreeMap::new(),
            group_names: BTreeMap::new(),
            lobby: Lobby::new(),
            ready: Ready::new(),
            running: [0; 2],
            open: [BTreeSet::new(), BTreeSet::new()],
            last_group: [u32::MAX; 2],
            elsewhere: BTreeMap::new(),
            orders: Orders::default(),
            review_from: None,
            pending: Vec::new(),
            ids: BTreeMap::new(),
            held: 0,
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
    pub fn routing(&self) -> &Routing {
        &self.routing
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
    /// Items that an order keeps from starting.
    pub fn held(&self) -> usize {
        self.held
    }
    /// When to call `step` with a `Tick` if nothing else happens before.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let starts = self.asked.is_some() && !self.draining && self.has_turn();
        match self.review_from {
            Some(_) => Some(Timestamp::from_micros(i64::MIN)),
            None if starts => Some(Timestamp::from_micros(i64::MIN)),
            None => self.timers.first().map(|(at, _)| *at),
        }
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
    /// The lane of an attempt under way: its source and provider.
    pub fn lane_of(&self, id: DeliveryId) -> Option<(SourceId, crate::ProviderId)> {
        let lane = self.entries[*self.ids.get(&id)?].lane;
        let lane = self.lanes.find(lane)?;
        Some((lane.source, lane.provider))
    }
    /// The destination that an effect names.
    pub fn destination(&self, number: u32) -> Option<&Destination> {
        self.domains.find(number).map(|row| &row.name)
    }

    pub(crate) fn find(&self, id: DeliveryId) -> Option<u32> {
        self.ids.get(&id).copied()
    }

    /// Takes an item in, without a phase: `enter` must follow.
    pub(crate) fn insert(&mut self, mut item: Item) -> u32 {
        let domain = self.intern_domain(&item.destination);
        item.destination = self.domains[domain].name.clone();
        self.domains[domain].items += 1;
        let id = item.id;
        let arrival = self.arrivals;
        self.arrivals += 1;
        let slot = self.entries.insert(Entry {
            item,
            phase: Phase::Scheduled,
            held: false,
            domain,
            lane: NO_LANE,
            turned_off: 0,
            timer: Timestamp::MAX,
            arrival,
        });
        self.ids.insert(id, slot);
        slot
    }

    /// Puts an item that is in no phase into one, to be looked at again at `timer`.
    pub(crate) fn enter(&mut self, slot: u32, phase: Phase, timer: Timestamp) {
        let entry = &mut self.entries[slot];
        entry.phase = phase;
        entry.timer = timer;
        self.timers.insert((timer, Owner::Item(slot)));
        let (domain, lane, stream) = (entry.domain, entry.lane, entry.item.stream);
        match phase {
            Phase::Scheduled => {}
            Phase::Lobby => {
                self.lobby.insert((domain, slot));
            }
            Phase::Ready => {
                self.ready.insert(entry.place(), slot);
                self.lanes[lane].ready[stream as usize] += 1;
                self.reopen(lane);
            }
            Phase::Running | Phase::Recalled => {
                self.count_running(lane, stream, Change::OneMore);
                self.reopen(lane);
            }
        }
    }

    /// Takes an item out of its phase: `enter` or `remove` must follow.
    pub(crate) fn leave(&mut self, slot: u32) {
        let entry = &mut self.entries[slot];
        self.timers.remove(&(entry.timer, Owner::Item(slot)));
        if std::mem::take(&mut entry.held) {
            self.held -= 1;
        }
        let (domain, lane, stream) = (entry.domain, entry.lane, entry.item.stream);
        match entry.phase {
            Phase::Scheduled => {}
            Phase::Lobby => {
                self.lobby.remove(&(domain, slot));
            }
            Phase::Ready => {
                let place = entry.place();
                self.ready.remove(&place);
                self.lanes[lane].ready[stream as usize] -= 1;
                self.reopen(lane);
            }
            Phase::Running | Phase::Recalled => {
                self.count_running(lane, stream, Change::OneLess);
                self.reopen(lane);
            }
        }
    }

    /// Scheduled because of an order, until then.
    pub(crate) fn hold(&mut self, slot: u32, until: Timestamp) {
        self.held += 1;
        self.entries[slot].held = true;
        self.enter(slot, Phase::Scheduled, until);
    }

    /// Forgets an item that is in no phase.
    pub(crate) fn remove(&mut self, slot: u32) -> Item {
        let entry = self.entries.remove(slot);
        self.ids.remove(&entry.item.id);
        self.domains[entry.domain].items -= 1;
        if entry.lane != NO_LANE {
            self.lanes[entry.lane].items -= 1;
            self.forget_lane_if_idle(entry.lane);
        }
        self.forget_domain_if_idle(entry.domain);
        entry.item
    }

    /// Whether an order ends it, as far as that can be told of one that is not here.
    pub fn is_ended(&self, item: &Item, now: Timestamp) -> bool {
        let facts = Facts {
            id: item.id,
            organisation: item.organisation,
            stream: item.stream,
            destination: &item.destination,
            provider: None,
            source: item.source,
            spared: item.spared,
        };
        self.orders.ends(&facts, now).is_some()
    }

    /// What orders may ask about an item.
    pub(crate) fn facts(&self, slot: u32) -> Facts<'_> {
        let entry = &self.entries[slot];
        let lane = self.lanes.find(entry.lane);
        Facts {
            id: entry.item.id,
            organisation: entry.item.organisation,
            stream: entry.item.stream,
            destination: &entry.item.destination,
            provider: lane.map(|lane| lane.provider),
            source: lane.map(|lane| lane.source),
            spared: entry.item.spared,
        }
    }
}
