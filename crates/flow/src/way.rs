//! Ways out: the sources of an installation with what the wire needs to know of them, and the one
//! that was chosen for an attempt.
//!
//! The scheduler knows sources by weight and name (`queue::Sources`), the edge by address and EHLO
//! name; this is where the two meet.

use std::sync::Arc;

use model::seams::Egress;
use model::{Domain, Result, Secret};
use queue::{ProviderId, Routing, SourceId};
use seal::dkim::Signer;

/// From where an attempt leaves, and how much one connection may carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// None: under our own host name, from whatever address the system chooses.
    pub egress: Option<Arc<Egress>>,
    /// Messages for one connection, where the provider wants fewer than we would send.
    pub messages_max: Option<u32>,
    /// The provider's word, for counting.
    pub provider: Arc<str>,
    /// The source's name, for counting.
    pub source: Arc<str>,
}

/// The key by which a source signs what leaves by it, beside the author's domain (`docs/adr/0005`).
pub struct SourceKey(pub(crate) Signer);

impl SourceKey {
    /// # Errors
    /// `stored_data_invalid` when it is neither an RSA key of 2048 bits or more nor an Ed25519 key.
    pub fn new(domain: &Domain, selector: &str, pkcs8_der: &Secret<Vec<u8>>) -> Result<Self> {
        let rsa = Signer::rsa(domain, selector, pkcs8_der);
        rsa.or_else(|_| Signer::ed25519(domain, selector, pkcs8_der))
            .map(Self)
    }
}

impl std::fmt::Debug for SourceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SourceKey({})", self.0.dns_name())
    }
}

/// All ways out.
#[derive(Clone, Debug)]
pub struct Ways {
    routing: Routing,
    /// In the order of the sources; empty when there is only the way out that needs no configuration.
    egresses: Vec<Arc<Egress>>,
    /// In the same order; a source may have none.
    keys: Vec<Option<Arc<SourceKey>>>,
}

impl Ways {
    /// No lookups, no provider's limits, one source: every destination stands for itself.
    pub fn direct() -> Self {
        Self {
            routing: Routing::direct(),
            egresses: Vec::new(),
            keys: Vec::new(),
        }
    }
    /// `egresses` in the order of the sources; a source without one uses our host name.
    pub fn new(routing: Routing, egresses: Vec<Arc<Egress>>) -> Self {
        Self {
            routing,
            egresses,
            keys: Vec::new(),
        }
    }
    /// Keys in the order of the sources.
    pub fn signing_with(self, keys: Vec<Option<Arc<SourceKey>>>) -> Self {
        Self { keys, ..self }
    }
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    pub(crate) fn key(&self, source: SourceId) -> Option<&SourceKey> {
        self.keys.get(source.position())?.as_deref()
    }

    pub(crate) fn way(&self, (source, provider): (SourceId, ProviderId)) -> Way {
        let limits = self.routing.shaping.limits(provider);
        Way {
            egress: self.egresses.get(source.position()).cloned(),
            messages_max: limits.messages_per_connection,
            provider: self.routing.shaping.word(provider).into(),
            source: self.routing.sources.name(source).into(),
        }
    }
}
