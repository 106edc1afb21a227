//! What goes in and comes out: items, inputs, effects.
//!
//! An item carries ids, times and a destination, never an address or content.

use std::sync::Arc;

use model::{
    DeliveryId, Demand, Domain, OrderId, OrganisationId, Outcome, RefusalScope, Stream, Timestamp,
};

use crate::{Order, RuleId, Share, SourceId};

/// Where a delivery goes: the recipient's domain in lower case, shared by all that go there.
///
/// A patient's own domain can identify, so its `Debug` says only that it is one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination(Arc<str>);

impl Destination {
    pub fn new(name: &str) -> Self {
        Self(name.to_ascii_lowercase().into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub(crate) fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
}
impl From<&Domain> for Destination {
    fn from(domain: &Domain) -> Self {
        Self::new(domain.as_str())
    }
}
impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Destination(..)")
    }
}

/// One delivery to one recipient, as the scheduler needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: DeliveryId,
    pub organisation: OrganisationId,
    pub destination: Destination,
    pub stream: Stream,
    /// 0 starts first, 9 last, inside one organisation's turn.
    pub priority: u8,
    pub demand: Demand,
    /// Not before this moment.
    pub due: Timestamp,
    /// No attempt starts at or after this moment.
    pub expires: Timestamp,
    /// Attempts so far that count against the recipient; they set the next delay.
    pub attempts: u32,
    /// The fence of the latest attempt, 0 before the first. Each start raises it by one.
    pub fence: u64,
    /// The source it left by before: a retry keeps it.
    pub source: Option<SourceId>,
    /// No order ends it: a report, or a code that someone waits for.
    pub spared: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A delivery to make. An id that is here already is left as it is.
    Add(Item),
    /// An attempt ended. Ignored unless `fence` is that of the attempt under way.
    Finished {
        id: DeliveryId,
        fence: u64,
        outcome: Outcome,
        said: Said,
    },
    /// The attempt that was to begin did not: the day's share of its new source is used up.
    Exhausted {
        id: DeliveryId,
        fence: u64,
        until: Timestamp,
    },
    /// The attempt that was to begin did not: all nodes together do as much there as they may.
    Crowded {
        id: DeliveryId,
        fence: u64,
        until: Timestamp,
    },
    /// How many nodes live, and which of them this one is.
    Shared(Share),
    /// DNS told the MX hosts of a destination; none when it has none or nobody could tell.
    Resolved {
        destination: Destination,
        hosts: Vec<String>,
    },
    /// Whether others wait for room: then what is held by an order gives its own.
    Pressed(bool),
    /// Whoever runs attempts has room for so many; see [`crate::State::start_when_asked`].
    Ask(usize),
    /// All orders of administrators that are in force.
    Orders(Vec<Order>),
    /// Someone recalled it. An attempt under way is not interrupted, but it is not repeated.
    Cancel(DeliveryId),
    /// Time passed.
    Tick,
    /// Shutdown: start nothing new. What runs may finish; expiry goes on.
    Drain,
    /// Whoever ran the attempt is gone. What it achieved is unknown.
    LeaseLost(DeliveryId),
}

/// What the reply said beyond the outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The rule of its provider that it matched.
    pub rule: Option<RuleId>,
    pub advice: Option<Advice>,
}

/// What a reply asks for, where that is more than "later" or "no". `docs/shaping.md` has the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A first attempt is told to come again: minutes later, by the same way.
    Greylisted,
    /// The mailbox is full: hours later.
    QuotaWait,
    /// This source is not wanted there: by another one of the pool, where there is one.
    Elsewhere,
    /// It speaks of the recipients' domain alone, not of the servers that it shares with others.
    DomainOnly,
}

/// What to do about it. Effects are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin an attempt. `attempt` counts from 1 and repeats after one that did not count against
    /// the recipient; `fence` never repeats.
    Start {
        id: DeliveryId,
        fence: u64,
        attempt: u32,
    },
    /// The end; the item is forgotten. `fence` is that of the latest attempt.
    Settle {
        id: DeliveryId,
        fence: u64,
        settlement: Settlement,
    },
    /// An attempt ended without a result: next one at `due`. `ambiguous`: the peer may have taken it.
    Defer {
        id: DeliveryId,
        fence: u64,
        due: Timestamp,
        attempts: u32,
        ambiguous: bool,
    },
    /// Ask DNS for the MX hosts of this destination, by [`crate::State::destination`]; the answer is an
    /// input.
    Resolve(u32),
    /// There is no room for it here: it waits elsewhere, until `due` at least; it is forgotten here.
    Park {
        id: DeliveryId,
        fence: u64,
        due: Timestamp,
    },
    /// Another node is to take it, by order; it is forgotten here.
    Release {
        id: DeliveryId,
        fence: u64,
        order: OrderId,
    },
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    Delivered,
    /// No host offered the demanded protection; nothing was sent.
    ToPortal,
    Bounced(RefusalScope),
    Expired,
    Cancelled,
}
