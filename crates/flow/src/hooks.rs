//! Webhooks: who hears of events, what waits to be told, what an answer means.
//!
//! Not here: sockets and signatures, which are `connect`'s. Invariants: an event and its deliveries
//! are one commit (`ctx` writes both); what leaves holds ids, words, codes, counts and times; a
//! delivery ends delivered or dead, and dead ones can be put back.

mod answer;
mod change;
mod deliveries;
mod job;
mod manage;
mod target;

use model::{EventId, MessageId, Mode, RecipientId, Secret, Stream, Timestamp, WebhookId};
pub use store::tables::webhook_deliveries::{Range, State as DeliveryState};
pub use store::tables::webhooks::State as HookState;

pub use answer::{Answered, LADDER, TRIES_MAX};
pub use change::HookChange;
pub use job::HookJob;

/// A webhook to be made.
#[derive(Default)]
pub struct NewHook {
    /// `https://…`
    pub url: String,
    /// Words of [`model::events::told`]; empty: every kind.
    pub kinds: Vec<String>,
    /// `None`: every stream.
    pub stream: Option<Stream>,
    /// People choose; software gets its key's.
    pub mode: Option<Mode>,
    pub description: String,
}

/// A webhook at the one moment its secret is visible.
pub struct HookSecret {
    pub id: WebhookId,
    /// `whsec_…`
    pub shown_once: Secret<String>,
}

/// For who manages it: the address may hold a token, so there is no `Debug`.
#[derive(Clone)]
pub struct HookView {
    pub id: WebhookId,
    /// The app whose messages it hears of; `None`: all of the organisation's.
    pub app: Option<String>,
    pub url: String,
    /// Empty: every kind.
    pub kinds: Vec<String>,
    pub stream: Option<Stream>,
    pub mode: Mode,
    pub description: String,
    pub state: HookState,
    /// `forbidden`, `gone`, `failing`: what stopped it, when no person did.
    pub because: Option<String>,
    pub old_secret_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub failing_since: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// How many deliveries are in each state, of those that are still kept.
    pub counts: Vec<(DeliveryState, u64)>,
}

#[derive(Clone)]
pub struct HookDelivery {
    pub event: EventId,
    pub sequence: u64,
    pub kind: String,
    pub message: Option<MessageId>,
    pub recipient: Option<RecipientId>,
    pub state: DeliveryState,
    pub tries: u32,
    /// The last answer's status, and why there was none the last time there was none.
    pub answer: Option<u16>,
    pub fault: Option<String>,
    pub created_at: Timestamp,
    /// When it is sent next; `None` when it has ended.
    pub due_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

pub struct HookDeliveries {
    pub rows: Vec<HookDelivery>,
    /// Pass it as `before` for older ones.
    pub next: Option<u64>,
}
