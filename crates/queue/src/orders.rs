//! What administrators ordered: hold, bounce, expire, send by another source, hand to another node.
//!
//! An order says whom it covers and until when; the scheduler looks at it whenever an item would
//! become ready, and once at everything that waits when the list changes. Who may order what, and
//! why, is written down by `flow`. Invariant: an order never interrupts an attempt under way.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{DeliveryId, OrderId, OrganisationId, Stream, Timestamp};

use crate::{Destination, ProviderId, SourceId, State};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub scope: Scope,
    pub act: Act,
    /// It covers what comes until then.
    pub until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing of it starts.
    Hold,
    /// It leaves by this source from now on.
    Rebind(SourceId),
    /// Its waiting here is over.
    End(Ending),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As refused by us; its sender hears of it.
    Bounce,
    /// As if its time were over.
    Expire,
    /// Another node takes it.
    Transfer,
}

/// Everything that is given must fit; what is left out fits all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub organisation: Option<OrganisationId>,
    pub stream: Option<Stream>,
    pub provider: Option<ProviderId>,
    pub destination: Option<Destination>,
    pub source: Option<SourceId>,
    /// Those of one message.
    pub deliveries: Option<Arc<BTreeSet<DeliveryId>>>,
}

/// What an order would reach if it were given now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    pub waiting: usize,
    /// Under way: no order interrupts these.
    pub running: usize,
}

/// What an order may ask about an item.
pub(crate) struct Facts<'a> {
    pub id: DeliveryId,
    pub organisation: OrganisationId,
    pub stream: Stream,
    pub destination: &'a Destination,
    /// Known once the item had a lane.
    pub provider: Option<ProviderId>,
    pub source: Option<SourceId>,
    pub spared: bool,
}

/// The orders in force.
#[derive(Default)]
pub(crate) struct Orders(Vec<Order>);

impl Orders {
    /// False when these are the ones already.
    pub fn replace(&mut self, orders: Vec<Order>) -> bool {
        let changed = self.0 != orders;
        self.0 = orders;
        changed
    }

    /// The source that it is bound to by order.
    pub fn rebound(&self, facts: &Facts<'_>, now: Timestamp) -> Option<SourceId> {
        self.covering(facts, now).find_map(|order| match order.act {
            Act::Rebind(source) => Some(source),
            _ => None,
        })
    }

    /// How its waiting ends.
    pub fn ends(&self, facts: &Facts<'_>, now: Timestamp) -> Option<(OrderId, Ending)> {
        if facts.spared {
            return None;
        }
        self.covering(facts, now).find_map(|order| match order.act {
            Act::End(ending) => Some((order.id, ending)),
            _ => None,
        })
    }

    /// Until when it may not start.
    pub fn held_until(&self, facts: &Facts<'_>, now: Timestamp) -> Option<Timestamp> {
        let holds = self
            .covering(facts, now)
            .filter(|order| order.act == Act::Hold);
        holds.map(|order| order.until).max()
    }

    fn covering(&self, facts: &Facts<'_>, now: Timestamp) -> impl Iterator<Item = &Order> {
        self.0
            .iter()
            .filter(move |order| order.until > now && order.scope.covers(facts))
    }
}

impl State {
    /// Counts what an order would reach; looks at every item once.
    pub fn covered(&self, scope: &Scope, act: Act) -> Covered {
        let mut covered = Covered::default();
        for (slot, entry) in self.entries.iter() {
            let facts = self.facts(slot);
            let spared = facts.spared && matches!(act, Act::End(_));
            if spared || !scope.covers(&facts) {
                continue;
            }
            match entry.is_running() {
                true => covered.running += 1,
                false => covered.waiting += 1,
            }
        }
        covered
    }
}

impl Scope {
    fn covers(&self, facts: &Facts<'_>) -> bool {
        self.organisation.is_none_or(|of| of == facts.organisation)
            && self.stream.is_none_or(|stream| stream == facts.stream)
            && self.provider.is_none_or(|p| facts.provider == Some(p))
            && self.source.is_none_or(|s| facts.source == Some(s))
            && self
                .destination
                .as_ref()
                .is_none_or(|to| to == facts.destination)
            && self
                .deliveries
                .as_ref()
                .is_none_or(|these| these.contains(&facts.id))
    }
}
