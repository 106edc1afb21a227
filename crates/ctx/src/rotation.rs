//! Rotating the root key and organisation keys. Content is never re-encrypted: only keys are wrapped
//! again, in batches, so it can run while mail flows and be repeated after a crash.

use std::sync::Arc;

use model::{KeyVersionId, OrganisationId, Result};
use store::tables::{item_keys, organisations};

use crate::{Event, World};

/// How many keys were wrapped anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    pub keys: u64,
}

impl World {
    /// Wraps every organisation key under the vault's current root key. Afterwards the former root
    /// key opens nothing that is still stored.
    pub fn rewrap_organisation_keys(self: &Arc<Self>) -> Result<Rotated> {
        let fingerprint = self.vault.fingerprint();
        let mut count = 0;
        for id in self.organisations()? {
            let rows = self.store.read(move |tx| organisations::keys(tx, id))?;
            for row in rows
                .into_iter()
                .filter(|row| row.root_fingerprint != fingerprint)
            {
                let key = vault::unwrap_organisation_key(
                    self.vault.as_ref(),
                    id,
                    row.id,
                    &row.wrapped_key,
                )?;
                let wrapped = vault::wrap_organisation_key(
                    self.vault.as_ref(),
                    id,
                    row.id,
                    &key,
                    self.rng.as_ref(),
                )?;
                let (world, fingerprint) = (self.clone(), fingerprint.clone());
                self.store.write(move |tx| {
                    organisations::rewrap_key(tx, row.id, &wrapped, &fingerprint)?;
                    let event = Event::new("key.root_rotated")
                        .about(row.id)
                        .fact("root", &fingerprint);
                    world.system(id).record(tx, event).map(drop)
                })?;
                count += 1;
            }
        }
        Ok(Rotated { keys: count })
    }

    /// Gives the organisation a new key version and wraps every item's key under it.
    pub fn rotate_organisation_key(
        self: &Arc<Self>,
        organisation: OrganisationId,
    ) -> Result<Rotated> {
        self.add_version(organisation)?;
        self.rewrap_items(organisation)
    }

    /// The second half, repeatable: what a crash left is taken up again.
    pub fn rewrap_items(self: &Arc<Self>, organisation: OrganisationId) -> Result<Rotated> {
        let keys = self.keys(organisation)?;
        let mut count = 0;
        loop {
            let (world, keys) = (self.clone(), keys.clone());
            let batch = self.store.write(move |tx| {
                let outdated = item_keys::outdated(tx, organisation, keys.current())?;
                for (item, wrapped) in &outdated {
                    let key = keys.unwrap(item, wrapped)?;
                    let wrapped = keys.wrap(item, &key, world.rng.as_ref())?;
                    item_keys::rewrap(tx, item, keys.current(), &wrapped)?;
                }
                Ok(outdated.len() as u64)
            })?;
            count += batch;
            if batch == 0 {
                return Ok(Rotated { keys: count });
            }
        }
    }

    fn add_version(self: &Arc<Self>, organisation: OrganisationId) -> Result<()> {
        let (now, rng) = (self.now(), self.rng.as_ref());
        let version = KeyVersionId::mint(now, rng);
        let key = vault::random_key(rng);
        let wrapped =
            vault::wrap_organisation_key(self.vault.as_ref(), organisation, version, &key, rng)?;
        let fingerprint = self.vault.fingerprint();
        let world = self.clone();
        self.store.write(move |tx| {
            let position = organisations::keys(tx, organisation)?.len();
            organisations::insert_key(
                tx,
                &organisations::KeyRow {
                    id: version,
                    organisation,
                    position: u32::try_from(position).unwrap_or(u32::MAX),
                    wrapped_key: wrapped.clone(),
                    root_fingerprint: fingerprint.clone(),
                    created_at: now,
                },
            )?;
            let event = Event::new("key.organisation_rotated").about(version);
            world.system(organisation).record(tx, event).map(drop)
        })?;
        self.forget_keys(organisation);
        Ok(())
    }
}
