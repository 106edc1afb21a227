//! The way of a message, from any origin to its proof.
//!
//! ```text
//!  draft/      Draft                  parsed, limits checked, sender authorised, purpose known
//!  accept.rs   Draft    → Accepted    scanned, sealed at rest; idempotency        ┐ commit 1
//!  decide.rs   Accepted → Decided     per recipient, pure, with trace             ┘ → 202 / 250
//!  seal.rs     Decided  → Sealed      letters and notices, DKIM                   ┐ commit 2
//!  enqueue.rs  Sealed   → Queued      one delivery per recipient                  ┘
//!  deliver.rs  queue::step → Job      no transaction held on the wire
//!  settle.rs   Outcome  → Settled | Deferred                                        commit 3
//!  after/      audit log, reports, fallback to the portal: fed by the outbox
//!  portal/     notice → code → visit → read, download, reply
//!  view/       what API and console show: lists, one message, events, content, proof, audit log
//! ```
//!
//! A stage is a type with private fields and one constructor: its stage. Invariant: nothing is
//! enqueued that was not sealed, nothing sealed that was not decided, nothing decided that was not
//! accepted durably.

mod accept;
pub mod after;
mod content;
mod decide;
mod deliver;
pub mod draft;
mod enqueue;
mod envelope;
mod fresh;
mod notice;
mod pack;
pub mod portal;
mod scan;
mod seal;
mod settings;
mod settle;
mod signing;
pub mod view;

use std::sync::{Arc, LazyLock};

use ctx::{Kept, World};
use fresh::Fresh;
use model::{AppId, MessageId, OrganisationId, Result};

pub use accept::{Preview, PreviewRecipient, Receipt, ReceiptRecipient};
pub use deliver::{Dispatcher, Job, OutLetter, QueueRow};
pub use draft::{Draft, DraftFile, DraftRecipient, Letter};
pub use settings::Settings;

/// Everything the use cases share. Cheap to clone.
#[derive(Clone)]
pub struct Flow {
    inner: Arc<Inner>,
}

struct Inner {
    world: Arc<World>,
    settings: Settings,
    rules: policy::Rules,
    signing: signing::Keys,
    dispatcher: Dispatcher,
    /// Between commit 1 and commit 2.
    accepted: Fresh<MessageId, content::Opened>,
    senders: Kept<AppId, Arc<str>>,
    own_settings: Kept<OrganisationId, Arc<decide::OwnSettings>>,
    bell: tokio::sync::Notify,
}

impl Flow {
    pub fn new(world: Arc<World>, settings: Settings) -> Self {
        let inner = Arc::new_cyclic(|weak| Inner {
            dispatcher: Dispatcher::new(world.clone(), &settings, weak.clone()),
            world,
            settings,
            rules: policy::Rules::standard(),
            signing: signing::Keys::default(),
            accepted: Fresh::new(model::limits::FRESH_OCTETS_MAX),
            senders: Kept::default(),
            own_settings: Kept::default(),
            bell: tokio::sync::Notify::new(),
        });
        Self { inner }
    }

    pub fn world(&self) -> &Arc<World> {
        &self.inner.world
    }
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.inner.dispatcher
    }

    /// Waits until there may be work after a commit: sealing, reports, fallback, audit entries.
    pub async fn work_rung(&self) {
        self.inner.bell.notified().await;
    }

    /// Does what committed state asks for: seals and enqueues, reports, falls back. Gives how much it
    /// did; 0 means nothing is left. Everything it needs is in the database, so it also recovers.
    ///
    /// # Errors
    /// The database's; nothing is lost, call it again later.
    pub fn work(&self) -> Result<usize> {
        after::run_outbox(self)
    }

    /// Forgets what has a keeping time and is past it: idempotency keys.
    pub fn tidy(&self) -> Result<()> {
        let before = self.world().now().minus(model::limits::IDEMPOTENCY_KEEP);
        self.world()
            .store
            .write(move |tx| store::tables::idempotency::forget_before(tx, before).map(drop))
    }

    /// Sets the gauges that operators watch: what waits, and whether everything accepted is accounted
    /// for (`conservation_off_by` must be 0).
    ///
    /// # Errors
    /// The store's.
    pub fn measure(&self) -> Result<()> {
        let (mut off_by, mut pending) = (0, 0);
        for organisation in self.world().organisations()? {
            let seen = self.overview(&self.world().system(organisation))?;
            off_by += seen.off_by.abs();
            pending += seen.ledger_pending;
        }
        metrics::gauge!("conservation_off_by").set(off_by as f64);
        metrics::gauge!("ledger_pending_entries").set(pending as f64);
        metrics::gauge!("scheduled_count").set(self.dispatcher().waiting() as f64);
        Ok(())
    }

    pub(crate) fn ring(&self) {
        self.inner.bell.notify_one();
    }
    pub(crate) fn scanner(&self) -> &phi::Scanner {
        // Constants of the program, compiled once a process.
        static SCANNER: LazyLock<phi::Scanner> = LazyLock::new(phi::Scanner::new);
        &SCANNER
    }
    pub(crate) fn rules(&self) -> &policy::Rules {
        &self.inner.rules
    }
    pub(crate) fn accepted(&self) -> &Fresh<MessageId, content::Opened> {
        &self.inner.accepted
    }
    pub(crate) fn senders(&self) -> &Kept<AppId, Arc<str>> {
        &self.inner.senders
    }
    pub(crate) fn own_settings(&self) -> &Kept<OrganisationId, Arc<decide::OwnSettings>> {
        &self.inner.own_settings
    }
    pub(crate) fn signing(&self) -> &signing::Keys {
        &self.inner.signing
    }
}
