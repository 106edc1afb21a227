//! What an installation tells the flow about itself.

use std::sync::Arc;
use std::time::Duration;

use model::{Address, Domain, limits};

use crate::Ways;

#[derive(Clone)]
pub struct Settings {
    /// Our name in EHLO, Received and Message-ID: a domain name.
    pub hostname: String,
    /// Where the portal is reached, without trailing slash: `https://mail.clinic.example`.
    pub portal_url: String,
    pub queue: queue::Settings,
    /// Deliveries that a node holds in memory; the rest waits in the database. At least 4 are.
    pub in_memory_max: usize,
    /// Suppressed addresses in one export that is one answer.
    pub suppression_export_rows_max: usize,
    /// Sources, pools and what providers take.
    pub ways: Ways,
    /// How long a letter may wait for its delivery.
    pub lifetime: Duration,
    /// zstd level of stored content; 1 is quick.
    pub compression: i32,
    /// Threads that seal; 1 runs on the caller.
    pub seal_threads: usize,
    /// Seal while accepting, so that one commit does for both; else, and where that fails, the outbox
    /// asks for it.
    pub seal_at_once: bool,
    /// Sending domains whose mail an administrator declared free of PHI: it asks for no more than
    /// opportunistic TLS, unless something is found in it.
    pub declared_free: Vec<Domain>,
    /// Who takes the text out of files.
    pub extractor: Arc<dyn extract::Extractor>,
    /// How mail comes in; `None` when this installation takes none.
    pub inbound: Option<crate::inbound::InboundSettings>,
}

impl Settings {
    pub fn new(hostname: impl Into<String>, portal_url: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into(),
            portal_url: portal_url.into(),
            queue: queue::Settings::default(),
            in_memory_max: limits::DELIVERIES_IN_MEMORY_MAX,
            suppression_export_rows_max: limits::SUPPRESSION_EXPORT_ROWS_MAX,
            ways: Ways::direct(),
            lifetime: limits::DELIVERY_LIFETIME,
            compression: 1,
            seal_threads: 4,
            seal_at_once: true,
            declared_free: Vec::new(),
            extractor: Arc::new(extract::InProcess(extract::Limits::default())),
            inbound: None,
        }
    }

    /// Whether all of them write from a domain that was declared free of PHI.
    pub(crate) fn are_declared_free<'a>(
        &self,
        mut authors: impl Iterator<Item = &'a Address>,
    ) -> bool {
        !self.declared_free.is_empty()
            && authors.all(|author| self.declared_free.contains(author.domain()))
    }
}
