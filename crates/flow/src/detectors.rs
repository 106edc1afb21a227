//! An organisation's own detectors: its record numbers, its words, its expressions; added, changed, tried, switched
//! off and removed by an officer, with a reason.
//!
//! Names are shown beside what was found and stand in the audit log; what a detector looks for may be words of a
//! project and is sealed, in its row and in the payload of its events. Invariant: a change counts from the next
//! message on, under a version of its own; a version that cannot be used leaves nothing clean.

mod force;
mod learned;
mod spec;
mod switch;
mod tried;

use std::sync::Arc;

use ctx::{Action, Ctx, Event, World};
use model::{Code, DetectorId, Error, Result, Timestamp, limits};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::detectors as table;
pub use store::tables::detectors::DetectorState;

use crate::Flow;
use crate::envelope::{open_json, seal_json};
use crate::view::cursor;

pub(crate) use force::{Force, Read, in_force};
pub use learned::Learned;
pub use phi::{CheckDigit, LearnError, Looks, PatternClass as HitClass};
pub use spec::{Compiled, Detector, HotWords, Near, Spec};
pub use tried::{Found, Tried};

/// A detector on record.
pub struct DetectorView {
    pub id: DetectorId,
    pub detector: Detector,
    /// False for what cannot be read any more: nothing is clean while it is switched on.
    pub usable: bool,
    /// Why it was changed last.
    pub reason: String,
    /// Who changed it last.
    pub author: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub struct DetectorPage {
    pub rows: Vec<DetectorView>,
    pub next: Option<String>,
    /// Of all detectors together.
    pub version: u64,
}

/// Which detectors.
#[derive(Clone, Debug, Default)]
pub struct DetectorFilter {
    pub state: Option<DetectorState>,
    /// Stands in the name, in any case.
    pub word: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    spec: Spec,
    confidence: u8,
    hot_words: Option<HotWords>,
    reason: String,
}

impl Flow {
    /// Newest first.
    pub fn detectors(
        &self,
        ctx: &Ctx,
        filter: &DetectorFilter,
        after: Option<&str>,
        rows: usize,
    ) -> Result<DetectorPage> {
        ctx.allow(Action::DetectorRead, &ctx.own("detector"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, DetectorId::from_bytes(id)));
        let (world, organisation, filter) =
            (self.world().clone(), ctx.organisation(), filter.clone());
        let (mut found, version) = self.world().store.read(move |tx| {
            let which = (filter.state, filter.word.as_str());
            let found = table::list(tx, organisation, which, before, rows + 1)?;
            let views = found.into_iter().map(|row| view(&world, tx, row));
            let views = views.collect::<Result<Vec<_>>>()?;
            Ok((views, table::version(tx, organisation)?))
        })?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.created_at, last.id.as_bytes()));
        Ok(DetectorPage {
            rows: found,
            next,
            version,
        })
    }

    /// # Errors
    /// `not_found`.
    pub fn detector(&self, ctx: &Ctx, id: DetectorId) -> Result<DetectorView> {
        ctx.allow(Action::DetectorRead, &ctx.own("detector"))?;
        let (world, organisation) = (self.world().clone(), ctx.organisation());
        self.world().store.read(move |tx| {
            let row = table::load(tx, id, organisation)?;
            view(&world, tx, row)
        })
    }

    /// # Errors
    /// `field_invalid` or `field_missing` at the field; `state_conflict` at `/name` for a name that another one has;
    /// `field_invalid` at `/detectors` beyond the limit, or where all together would be too large to read mail by.
    pub fn add_detector(&self, ctx: &Ctx, new: &Detector, reason: &str) -> Result<DetectorId> {
        let (ctx2, new, reason) = self.asked(ctx, new, reason)?;
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let (organisation, now) = (ctx2.organisation(), ctx2.now());
            free(tx, &ctx2, &new, None)?;
            if table::count(tx, organisation)? >= limits::PATTERNS_MAX as u64 {
                return Err(Error::new(Code::FieldInvalid).at("/detectors"));
            }
            force::fits(&ctx2, tx, &new, None)?;
            let id = DetectorId::mint(now, ctx2.world().rng.as_ref());
            let key = ctx2.world().new_item_key(organisation, *id.as_bytes())?;
            let written = new.written(&reason);
            key.insert(tx)?;
            let sealed = seal(&ctx2, id, key.opened(), &written)?;
            let row = row(&ctx2, id, &new, now, sealed);
            table::insert(tx, &row)?;
            changed(&ctx2, tx, "detector.added", &row, key.opened(), &written)?;
            Ok(id)
        })
    }

    /// Puts another in its place, switched on or off as it says.
    ///
    /// # Errors
    /// As [`Flow::add_detector`], and `not_found`.
    pub fn change_detector(
        &self,
        ctx: &Ctx,
        id: DetectorId,
        new: &Detector,
        reason: &str,
    ) -> Result<()> {
        let (ctx2, new, reason) = self.asked(ctx, new, reason)?;
        self.world().store.write(move |tx| {
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let organisation = ctx2.organisation();
            let held = table::load(tx, id, organisation)?;
            free(tx, &ctx2, &new, Some(id))?;
            force::fits(&ctx2, tx, &new, Some(id))?;
            let key = ctx2.world().item_key(tx, organisation, id.as_bytes())?;
            let written = new.written(&reason);
            let sealed = seal(&ctx2, id, &key, &written)?;
            let row = row(&ctx2, id, &new, held.created_at, sealed);
            table::update(tx, &row)?;
            changed(&ctx2, tx, "detector.changed", &row, &key, &written)
        })
    }

    fn asked(&self, ctx: &Ctx, new: &Detector, reason: &str) -> Result<(Ctx, Detector, String)> {
        manages(ctx)?;
        let new = new.checked()?;
        Ok((ctx.clone(), new, crate::held::checked(reason)?))
    }
}

/// All mail is read by what is set: a test key sets nothing.
fn manages(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::DetectorManage, &ctx.own("detector"))?;
    crate::view::live_only(ctx)
}

/// # Errors
/// `state_conflict` at `/name` where another detector has the name.
fn free(tx: &mut Tx<'_>, ctx: &Ctx, new: &Detector, own: Option<DetectorId>) -> Result<()> {
    match table::named(tx, ctx.organisation(), &new.name)? {
        Some(id) if Some(id) != own => Err(Error::new(Code::StateConflict).at("/name").advising(
            "Another detector has this name. Choose another one, or change that detector.",
        )),
        _ => Ok(()),
    }
}

/// A new version of all detectors, on record with what this one looks for.
fn changed(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    kind: &'static str,
    row: &table::Detector,
    key: &vault::OpenedKey,
    written: &Written,
) -> Result<()> {
    let payload = serde_json::to_vec(written).map_err(|e| Error::new(Code::Internal).because(e))?;
    switch::noted(ctx, tx, Event::new(kind), row, (payload, key))
}

fn row(
    ctx: &Ctx,
    id: DetectorId,
    new: &Detector,
    created_at: Timestamp,
    sealed_spec: Vec<u8>,
) -> table::Detector {
    table::Detector {
        id,
        organisation: ctx.organisation(),
        name: new.name.clone(),
        kind: new.spec.word().to_owned(),
        class: new.class.word().to_owned(),
        state: new.state,
        sealed_spec,
        author: ctx.actor().to_owned(),
        created_at,
        updated_at: ctx.now(),
    }
}

fn seal(ctx: &Ctx, id: DetectorId, key: &vault::OpenedKey, written: &Written) -> Result<Vec<u8>> {
    let place = ("detectors", "sealed_spec", id.as_bytes());
    seal_json(written, key, place, ctx.world().rng.as_ref())
}

/// What cannot be opened or read shows as a detector that looks for nothing, so that it can be replaced or removed.
fn view(world: &Arc<World>, tx: &mut Tx<'_>, row: table::Detector) -> Result<DetectorView> {
    let written = match opened(world, tx, &row) {
        Ok(written) => Some(written),
        Err(error) if is_of_data(error.code()) => None,
        Err(error) => return Err(error),
    };
    let (class, usable) = (HitClass::from_word(&row.class), written.is_some());
    let written = written.unwrap_or_else(|| Written {
        spec: Spec::Words(Vec::new()),
        confidence: 65,
        hot_words: None,
        reason: String::new(),
    });
    Ok(DetectorView {
        id: row.id,
        detector: Detector {
            name: row.name,
            class: class.ok_or_else(|| Error::new(Code::StoredDataInvalid))?,
            state: row.state,
            spec: written.spec,
            confidence: written.confidence,
            hot_words: written.hot_words,
        },
        usable,
        reason: written.reason,
        author: row.author,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn opened(world: &Arc<World>, tx: &mut Tx<'_>, row: &table::Detector) -> Result<Written> {
    let key = world.item_key(tx, row.organisation, row.id.as_bytes())?;
    let place = ("detectors", "sealed_spec", row.id.as_bytes());
    open_json(&row.sealed_spec, &key, place)
}

/// What no repeat mends, other than what the database or the keys' place answer.
pub(crate) const fn is_of_data(code: Code) -> bool {
    matches!(
        code,
        Code::StoredDataInvalid | Code::SealBroken | Code::KeyDestroyed | Code::FieldInvalid
    )
}
