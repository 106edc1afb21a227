//! What the program stands on: database, root key, clock, chance. Built once, shared by all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use model::seams::{Clock, Rng, Vault};
use model::{EventId, Mode, NodeId, OrganisationId, Result, Timestamp};
use policy::access::{Engine, Principal, PrincipalKind};
use store::tables::{organisations, webhooks};
use store::{Store, Tx};
use vault::OrganisationKey;

use crate::{Ctx, Kept, Seat};

/// The seams a process runs on.
pub struct Parts {
    pub store: Store,
    pub vault: Arc<dyn Vault>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

pub struct World {
    pub store: Store,
    pub vault: Arc<dyn Vault>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub node: NodeId,
    access: &'static Engine,
    keys: Mutex<HashMap<OrganisationId, Arc<OrganisationKey>>>,
    /// Whether an organisation has webhooks.
    heard: Kept<OrganisationId, bool>,
    /// The latest event of this process.
    told: Mutex<EventId>,
}

impl World {
    /// Fails when the access policies do not load; every organisation's key is proven to open.
    ///
    /// # Errors
    /// `key_wrong` when the root key is not the one the stored organisation keys were wrapped by.
    pub fn open(parts: Parts) -> Result<Arc<Self>> {
        let node = NodeId::mint(parts.clock.now(), parts.rng.as_ref());
        let world = Arc::new(Self {
            store: parts.store,
            vault: parts.vault,
            clock: parts.clock,
            rng: parts.rng,
            node,
            access: engine()?,
            keys: Mutex::new(HashMap::new()),
            heard: Kept::default(),
            told: Mutex::new(EventId::from_bytes([0; 16])),
        });
        for organisation in world.organisations()? {
            world.keys(organisation)?;
        }
        Ok(world)
    }

    /// Events of one moment keep the order in which they were recorded.
    pub(crate) fn next_event(&self, now: Timestamp) -> EventId {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = EventId::mint(now, self.rng.as_ref());
        let same = fresh.minted_at() == told.minted_at();
        *told = if same { told.next() } else { fresh };
        *told
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn organisations(&self) -> Result<Vec<OrganisationId>> {
        self.store
            .read(|tx| Ok(organisations::list(tx)?.into_iter().map(|o| o.id).collect()))
    }

    /// The organisation's key, unwrapped once and kept in memory. Inside a transaction use
    /// [`Self::keys_in`]: a transaction cannot wait for another.
    pub fn keys(&self, organisation: OrganisationId) -> Result<Arc<OrganisationKey>> {
        if let Some(found) = self.cached().get(&organisation) {
            return Ok(found.clone());
        }
        let rows = self
            .store
            .read(move |tx| organisations::keys(tx, organisation))?;
        self.unwrap_versions(organisation, &rows)
    }

    /// The same, read by the transaction at hand when it is not in memory yet.
    pub fn keys_in(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
    ) -> Result<Arc<OrganisationKey>> {
        if let Some(found) = self.cached().get(&organisation) {
            return Ok(found.clone());
        }
        let rows = organisations::keys(tx, organisation)?;
        self.unwrap_versions(organisation, &rows)
    }

    /// Whether events may have someone to be told to. Where nobody can know without asking, they may.
    pub(crate) fn has_webhooks(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
    ) -> Result<bool> {
        if self.store.settings_version().is_none() {
            return Ok(true);
        }
        let read = || webhooks::any(tx, organisation).map(Some);
        Ok(self
            .heard
            .find(&self.store, organisation, read)?
            .unwrap_or(true))
    }

    fn unwrap_versions(
        &self,
        organisation: OrganisationId,
        rows: &[organisations::KeyRow],
    ) -> Result<Arc<OrganisationKey>> {
        if rows.is_empty() {
            return Err(model::Code::NotFound.into());
        }
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            let key = vault::unwrap_organisation_key(
                self.vault.as_ref(),
                organisation,
                row.id,
                &row.wrapped_key,
            )?;
            versions.push((row.id, key));
        }
        let keys = Arc::new(OrganisationKey::new(organisation, versions));
        self.cached().insert(organisation, keys.clone());
        Ok(keys)
    }

    /// The program itself acting for an organisation: workers, command line on the server.
    pub fn system(self: &Arc<Self>, organisation: OrganisationId) -> Ctx {
        let principal = Principal {
            id: "system".to_owned(),
            organisation,
            kind: PrincipalKind::System,
            second_factor: false,
        };
        Ctx::seat(
            self,
            Seat {
                principal,
                mode: Mode::Live,
                session: None,
            },
        )
    }

    pub(crate) fn access(&self) -> &Engine {
        self.access
    }

    pub(crate) fn forget_keys(&self, organisation: OrganisationId) {
        self.cached().remove(&organisation);
    }

    fn cached(&self) -> std::sync::MutexGuard<'_, HashMap<OrganisationId, Arc<OrganisationKey>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The access policies are part of the program: read and validated once a process.
fn engine() -> Result<&'static Engine> {
    static KEPT: OnceLock<Engine> = OnceLock::new();
    match KEPT.get() {
        Some(kept) => Ok(kept),
        None => {
            let new = Engine::new()?;
            Ok(KEPT.get_or_init(|| new))
        }
    }
}
