//! Switching and removing: also what can be done to a detector that cannot be read any more.
//!
//! Invariant: what is switched off or removed needs neither its key nor what it looks for; the reason is on record
//! either way, sealed by the detector's key where it is there, else by one of the request's own.

use ctx::{Ctx, Event};
use model::{Code, DetectorId, Error, Result};
use store::Tx;
use store::tables::detectors as table;
use vault::OpenedKey;

use super::{DetectorState, Written, force, is_of_data, manages, seal};
use crate::Flow;
use crate::envelope::open_json;

impl Flow {
    /// Switches it on or off, and leaves it as it is.
    ///
    /// # Errors
    /// `not_found`; `field_missing` or `field_invalid` at `/reason`; to switch on, `state_conflict` for what cannot
    /// be read any more and `field_invalid` at `/detectors` where those that are on cannot be used with it.
    pub fn switch_detector(
        &self,
        ctx: &Ctx,
        id: DetectorId,
        state: DetectorState,
        reason: &str,
    ) -> Result<()> {
        manages(ctx)?;
        let (ctx2, reason) = (ctx.clone(), crate::held::checked(reason)?);
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let mut row = table::load(tx, id, ctx2.organisation())?;
            let left = Left::of(&ctx2, tx, &row, &reason)?;
            if let (Some(key), Some(written)) = (&left.key, &left.written) {
                row.sealed_spec = seal(&ctx2, id, key, written)?;
            } else if state == DetectorState::On {
                return Err(Error::new(Code::StateConflict)
                    .advising("It cannot be read any more. Change it or remove it."));
            }
            row.state = state;
            ctx2.actor().clone_into(&mut row.author);
            row.updated_at = ctx2.now();
            table::update(tx, &row)?;
            if state == DetectorState::On && !force::usable(&ctx2, tx)? {
                return Err(Error::new(Code::FieldInvalid).at("/detectors").advising(
                    "With those that are on it cannot be used. Switch another one off.",
                ));
            }
            left.noted(&ctx2, tx, "detector.changed", &row, &reason)
        })
    }

    /// What it looks for is destroyed; its key stays, since the reasons in the audit log are read by it.
    ///
    /// # Errors
    /// `not_found`; `field_missing` or `field_invalid` at `/reason`.
    pub fn remove_detector(&self, ctx: &Ctx, id: DetectorId, reason: &str) -> Result<()> {
        manages(ctx)?;
        let (ctx2, reason) = (ctx.clone(), crate::held::checked(reason)?);
        self.world().store.write(move |tx| {
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let row = table::load(tx, id, ctx2.organisation())?;
            let left = Left::of(&ctx2, tx, &row, &reason)?;
            table::remove(tx, id, ctx2.organisation())?;
            left.noted(&ctx2, tx, "detector.removed", &row, &reason)
        })
    }
}

/// What can still be read of a detector.
struct Left {
    key: Option<OpenedKey>,
    /// Under the new reason.
    written: Option<Written>,
}

impl Left {
    fn of(ctx: &Ctx, tx: &mut Tx<'_>, row: &table::Detector, reason: &str) -> Result<Self> {
        let item = row.id.as_bytes();
        let key = readable(ctx.world().item_key(tx, row.organisation, item))?;
        let place = ("detectors", "sealed_spec", item);
        let written = key
            .as_ref()
            .map(|key| readable(open_json::<Written>(&row.sealed_spec, key, place)));
        let written = written.transpose()?.flatten().map(|written| Written {
            reason: reason.to_owned(),
            ..written
        });
        Ok(Self { key, written })
    }

    fn noted(
        &self,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        kind: &'static str,
        row: &table::Detector,
        reason: &str,
    ) -> Result<()> {
        let payload = match &self.written {
            Some(written) => serde_json::to_vec(written),
            None => serde_json::to_vec(&serde_json::json!({ "reason": reason })),
        };
        let payload = payload.map_err(|e| Error::new(Code::Internal).because(e))?;
        if let Some(key) = &self.key {
            return noted(ctx, tx, Event::new(kind), row, (payload, key));
        }
        let (world, request) = (ctx.world(), ctx.request());
        let key = world.new_item_key(ctx.organisation(), *request.as_bytes())?;
        key.insert(tx)?;
        let event = Event::new(kind).about(request);
        noted(ctx, tx, event, row, (payload, key.opened()))
    }
}

/// A new version of all detectors, on record.
pub(super) fn noted<'a>(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    event: Event<'a>,
    row: &table::Detector,
    (payload, key): (Vec<u8>, &'a OpenedKey),
) -> Result<()> {
    let version = table::changed(tx, ctx.organisation(), ctx.now())?;
    let event = event
        .about(row.id)
        .fact("name", &row.name)
        .fact("kind", &row.kind)
        .fact("class", &row.class)
        .fact("state", row.state.word())
        .fact("version", version)
        .payload(payload, key);
    ctx.record(tx, event).map(drop)
}

fn readable<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if is_of_data(error.code()) => Ok(None),
        Err(error) => Err(error),
    }
}
