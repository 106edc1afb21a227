//! One random key per item (a message, a profile): made before the transaction, wrapped, stored in
//! `item_keys`. Destroying that row destroys the item.

use std::sync::Arc;

use model::{KeyVersionId, OrganisationId, Result};
use store::Tx;
use store::tables::item_keys;
use vault::OpenedKey;

use crate::World;

/// A new item's key, not stored yet.
pub struct ItemKey {
    item: [u8; 16],
    organisation: OrganisationId,
    version: KeyVersionId,
    wrapped: Vec<u8>,
    opened: Arc<OpenedKey>,
}

impl ItemKey {
    pub fn opened(&self) -> &OpenedKey {
        &self.opened
    }
    /// For who works on with the item after it was stored.
    pub fn shared(&self) -> Arc<OpenedKey> {
        self.opened.clone()
    }
    /// Belongs in the transaction that stores what it seals.
    pub fn insert(&self, tx: &mut Tx<'_>) -> Result<()> {
        item_keys::insert(
            tx,
            &self.item,
            self.organisation,
            self.version,
            &self.wrapped,
        )
    }
}

impl World {
    pub fn new_item_key(&self, organisation: OrganisationId, item: [u8; 16]) -> Result<ItemKey> {
        let keys = self.keys(organisation)?;
        let key = vault::random_key(self.rng.as_ref());
        let wrapped = keys.wrap(&item, &key, self.rng.as_ref())?;
        Ok(ItemKey {
            item,
            organisation,
            version: keys.current(),
            wrapped,
            opened: Arc::new(OpenedKey::new(&key)),
        })
    }

    /// # Errors
    /// `key_destroyed` when the item was shredded.
    pub fn item_key(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        item: &[u8; 16],
    ) -> Result<OpenedKey> {
        let wrapped = item_keys::load(tx, item, organisation)?;
        let keys = self.keys_in(tx, organisation)?;
        match keys.unwrap(item, &wrapped) {
            Ok(key) => Ok(OpenedKey::new(&key)),
            // Another node rotated the organisation's key: its new version is not in memory here.
            Err(error) if error.code() == model::Code::KeyWrong => {
                self.forget_keys(organisation);
                Ok(OpenedKey::new(
                    &self.keys_in(tx, organisation)?.unwrap(item, &wrapped)?,
                ))
            }
            Err(error) => Err(error),
        }
    }
}
