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
//!  correspondents.rs what is on record about recipients: asked at commit 1
//!  detectors.rs an organisation's own detectors: asked by the scan
//!  keys.rs     certificates and OpenPGP keys of recipients: asked at commit 1 and by sealing
//!  suppression/ addresses that get no more mail: asked at commit 1 and before each attempt
//!  after/      audit log, reports, fallback to the portal: fed by the outbox
//!  risk/       sending that is unusual: counted at commit 1, asked before it
//!  archive.rs  what a message says, for who keeps and finds it
//!  capture.rs  what did not go through us: a record, with nobody to be sent anything
//!  tidy.rs     what has a keeping time and is past it
//!  held.rs     what somebody releases or rejects
//!  feedback.rs what people say about what detection found
//!  inbound/    mail that comes in: door → bounce, report, complaint, answer, letter to staff
//!  hooks/      webhooks: who hears of events, and what waits to be told
//!  portal/     notice → code → visit → read, download, reply
//!  view/       what API and console show: lists, one message, events, content, proof, audit log
//! ```
//!
//! `submit.rs` runs the first of them: commits 1 and 2 are one where sealing succeeds before the
//! answer; where it does not, the outbox asks for commit 2.
//!
//! A stage is a type with private fields and one constructor: its stage. Invariant: nothing is
//! enqueued that was not sealed, nothing sealed that was not decided, nothing decided that was not
//! accepted durably.

mod accept;
pub mod after;
pub mod archive;
mod besides;
pub mod capture;
mod clock;
mod content;
pub mod correspondents;
mod decide;
mod deliver;
pub mod detectors;
pub mod draft;
mod enqueue;
mod envelope;
pub mod feedback;
mod fresh;
mod held;
pub mod hooks;
pub mod inbound;
pub mod inspect;
pub mod keys;
mod measure;
mod notice;
pub mod options;
pub mod orders;
mod pack;
pub mod portal;
pub mod registry;
pub mod risk;
pub mod rules;
mod scan;
mod seal;
mod settings;
mod settle;
mod signing;
mod submit;
pub mod suppression;
mod tidy;
pub mod transport;
pub mod triggers;
mod unsubscribe;
pub mod view;
mod way;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use ctx::{Kept, World};
use fresh::Fresh;
use model::{AppId, Domain, MessageId, OrganisationId, Result, Timestamp};

pub use accept::{Preview, PreviewRecipient, Receipt, ReceiptRecipient};
pub use besides::Besides;
pub use deliver::{Dispatcher, Job, OutLetter};
pub use draft::{Draft, DraftFile, DraftRecipient, Letter};
pub use envelope::Transport;
pub use held::{Review, Reviewed, checked as checked_reason};
pub use measure::Conservation;
pub use settings::Settings;
pub use submit::Submitting;
pub use unsubscribe::Unsubscribing;
pub use way::{SourceKey, Way, Ways};

/// Everything the use cases share. Cheap to clone.
#[derive(Clone)]
pub struct Flow {
    inner: Arc<Inner>,
}

struct Inner {
    world: Arc<World>,
    settings: Settings,
    signing: signing::Keys,
    policies: transport::Policies,
    dispatcher: Dispatcher,
    /// Between commit 1 and commit 2, where they are two.
    accepted: Fresh<MessageId, content::Opened>,
    senders: Kept<AppId, Arc<str>>,
    owners: Kept<Domain, OrganisationId>,
    own_settings: Kept<OrganisationId, Arc<decide::OwnSettings>>,
    known: decide::Known,
    registry: registry::Held,
    rules: rules::Read,
    detectors: detectors::Read,
    familiar: inbound::FamiliarKept,
    lookups: keys::Lookups,
    watch: risk::Watch,
    bell: tokio::sync::Notify,
    /// See [`Flow::tidy`].
    turns: AtomicU64,
    measured: measure::Pace,
    /// Up to when deliveries were looked at for delays to tell.
    delays_told: Mutex<Option<Timestamp>>,
}

impl Flow {
    pub fn new(world: Arc<World>, settings: Settings) -> Self {
        let inner = Arc::new_cyclic(|weak| Inner {
            dispatcher: Dispatcher::new(world.clone(), &settings, weak.clone()),
            world,
            settings,
            signing: signing::Keys::default(),
            policies: transport::Policies::default(),
            accepted: Fresh::new(model::limits::FRESH_OCTETS_MAX),
            senders: Kept::default(),
            owners: Kept::default(),
            own_settings: Kept::default(),
            known: decide::Known::default(),
            registry: registry::Held::default(),
            rules: rules::Read::default(),
            detectors: detectors::Read::default(),
            familiar: inbound::FamiliarKept::default(),
            lookups: keys::Lookups::default(),
            watch: risk::Watch::default(),
            bell: tokio::sync::Notify::new(),
            turns: AtomicU64::new(0),
            measured: measure::Pace::default(),
            delays_told: Mutex::default(),
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

    pub(crate) fn ring(&self) {
        self.inner.bell.notify_one();
    }
    pub(crate) fn extractor(&self) -> &dyn extract::Extractor {
        self.settings().extractor.as_ref()
    }
    pub(crate) fn accepted(&self) -> &Fresh<MessageId, content::Opened> {
        &self.inner.accepted
    }
    pub(crate) fn sender_names(&self) -> &Kept<AppId, Arc<str>> {
        &self.inner.senders
    }
    pub(crate) fn owners(&self) -> &Kept<Domain, OrganisationId> {
        &self.inner.owners
    }
    pub(crate) fn own_settings(&self) -> &Kept<OrganisationId, Arc<decide::OwnSettings>> {
        &self.inner.own_settings
    }
    pub(crate) fn policies(&self) -> &transport::Policies {
        &self.inner.policies
    }
    pub(crate) fn registry_held(&self) -> &registry::Held {
        &self.inner.registry
    }
    pub(crate) fn rules_read(&self) -> &rules::Read {
        &self.inner.rules
    }
    pub(crate) fn detectors_read(&self) -> &detectors::Read {
        &self.inner.detectors
    }
    pub(crate) fn watch(&self) -> &risk::Watch {
        &self.inner.watch
    }
    pub(crate) fn familiar(&self) -> &inbound::FamiliarKept {
        &self.inner.familiar
    }
    pub(crate) fn lookups(&self) -> &keys::Lookups {
        &self.inner.lookups
    }
    pub(crate) fn known(&self) -> &decide::Known {
        &self.inner.known
    }
    pub(crate) fn measured(&self) -> &measure::Pace {
        &self.inner.measured
    }
    pub(crate) fn signing(&self) -> &signing::Keys {
        &self.inner.signing
    }
}
