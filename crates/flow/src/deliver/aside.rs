//! Deliveries whose own data cannot be read: a seal that does not open, a row that makes no sense.
//!
//! Trying again gives the same, so they are set aside, on record, and stand in nobody's way; `doctor`
//! and the gauge `deliveries_set_aside` tell of them. Invariant: a delivery that is aside is held by no
//! node; the next start of a node tries it again, as ambiguous, because somebody may have mended it.

use std::sync::Arc;

use ctx::{Event, World};
use model::{Code, DeliveryId, Error, Result};
use store::Tx;
use store::tables::deliveries;

use super::{Dispatcher, Tracked};
use crate::settle::Settling;

/// Whether the fault is in this one delivery's data and stays.
pub(super) fn is_hopeless(error: &Error) -> bool {
    matches!(error.code(), Code::SealBroken | Code::StoredDataInvalid)
}

impl Dispatcher {
    /// In place of an end that cannot be stored.
    pub(super) fn set_aside(&self, end: &Settling, error: &Error) -> Result<()> {
        let (id, tracked, code) = (end.delivery(), end.tracked(), error.code());
        let world = self.world.clone();
        self.world
            .store
            .write(move |tx| mark(&world, tx, id, tracked, code))?;
        self.forget(id);
        Ok(())
    }

    /// How many there are on the whole installation.
    ///
    /// # Errors
    /// The store's.
    pub fn set_aside_count(&self) -> Result<u64> {
        self.world.store.read(deliveries::aside_count)
    }
}

pub(super) fn mark(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    id: DeliveryId,
    tracked: Tracked,
    code: Code,
) -> Result<()> {
    if !deliveries::set_aside(tx, id, world.node)? {
        return Ok(());
    }
    tracing::error!(delivery = %id, %code, "a delivery cannot be read and was set aside");
    let event = Event::new("delivery.set_aside")
        .message(tracked.message)
        .recipient(tracked.recipient)
        .about(id)
        .fact("role", tracked.role.word())
        .fact("code", code);
    world
        .system(tracked.organisation)
        .record(tx, event)
        .map(drop)
}
