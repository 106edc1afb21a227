//! Imports: an older archive into records, as an order that survives a crash.
//!
//! Messages are taken in the order in which the readers give them, a batch a commit; how far it is stands in that
//! same commit, so a message is counted once and taken once. Whoever runs an order again goes on where it stopped.
//! Invariant: what the readers gave is a record, known already, or on the list of what could not be read.

use std::fs::File;
use std::path::{Path, PathBuf};

use ctx::{Action, Ctx, Event};
use flow::capture::{Capture, Taken};
use flow::view::cursor;
use model::{
    Address, ArchiveImportId, Code, Error, ImportState, Origin, Result, Timestamp, limits,
};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::imports as table;
use vault::OpenedKey;

use crate::Records;
use crate::holds::Listed;
use crate::import::{Found, Import, Limits};
use crate::keeping::sealed::{open, seal};

pub use store::tables::imports::Counts;

const SOURCE: (&str, &str) = ("imports", "sealed_source");
const PLACE: (&str, &str) = ("import_problems", "sealed_place");

/// Messages, and octets of them, of one commit.
const BATCH: usize = 64;
const BATCH_OCTETS: usize = 16 * 1024 * 1024;

/// What is imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// A file or a folder of this server.
    pub path: PathBuf,
    /// Whose mailbox it was: an address of theirs.
    pub custodian: Option<String>,
}

/// An import as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportView {
    pub id: ArchiveImportId,
    pub order: Order,
    pub actor: String,
    pub state: ImportState,
    pub counts: Counts,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// What could not be read, or not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    pub number: u64,
    /// Stable words, as the readers have them.
    pub words: Vec<String>,
    pub place: Place,
}

/// Where it stood: names of files and folders may name patients, and are sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    pub folder: String,
    pub number: u64,
}

impl Records {
    /// Writes an order down. Nothing is read yet.
    ///
    /// # Errors
    /// `action_forbidden`; `field_invalid` at `/path` where nothing can be opened, at `/custodian` for what is no
    /// address.
    pub fn begin_import(&self, ctx: &Ctx, order: &Order) -> Result<ArchiveImportId> {
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        custodian(order)?;
        opened(&order.path)?;
        let id = ArchiveImportId::mint(ctx.now(), ctx.world().rng.as_ref());
        let of = ctx.organisation();
        let key = ctx.world().new_item_key(of, *id.as_bytes())?;
        let row = table::Import {
            id,
            organisation: of,
            actor: ctx.actor().to_owned(),
            sealed_source: seal(ctx, key.opened(), SOURCE, id.as_bytes(), order)?,
            state: ImportState::Running,
            counts: Counts::default(),
            created_at: ctx.now(),
            changed_at: ctx.now(),
        };
        let (ctx2, payload) = (ctx.clone(), written(order)?);
        ctx.world().store.write(move |tx| {
            key.insert(tx)?;
            table::insert(tx, &row)?;
            let event = Event::new("archive.import_begun").about(id);
            ctx2.record(tx, event.payload(payload.clone(), key.opened()))?;
            Ok(id)
        })
    }

    /// Takes what is left of an order, until its end or until somebody cancels it; `told` hears after every commit.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `field_invalid` at `/path` where nothing can be opened any more; the store's:
    /// then what was told is durable, and the order goes on from there.
    pub fn run_import(
        &self,
        ctx: &Ctx,
        id: ArchiveImportId,
        told: &mut dyn FnMut(&Counts),
    ) -> Result<ImportView> {
        let view = self.import(ctx, id)?;
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        if view.state != ImportState::Running {
            return Ok(view);
        }
        let mut step = Step {
            records: self,
            ctx,
            id,
            custodian: custodian(&view.order)?,
            counts: view.counts,
        };
        let mut left = opened(&view.order.path)?;
        let passed = usize::try_from(view.counts.taken).unwrap_or(usize::MAX);
        left.by_ref().take(passed).for_each(drop);
        let mut batch = Vec::new();
        let mut octets = 0;
        for found in left {
            octets += found.octets.len();
            batch.push(found);
            if batch.len() >= BATCH || octets >= BATCH_OCTETS {
                octets = 0;
                if !step.take(std::mem::take(&mut batch))? {
                    return self.import(ctx, id);
                }
                told(&step.counts);
            }
        }
        if batch.is_empty() || step.take(batch)? {
            told(&step.counts);
            self.end(ctx, id, ImportState::Done)?;
        }
        self.import(ctx, id)
    }

    /// What an order would come to: nothing is stored.
    ///
    /// # Errors
    /// As [`Records::begin_import`].
    pub fn try_import(&self, ctx: &Ctx, order: &Order) -> Result<Counts> {
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        let owner = custodian(order)?;
        let mut counts = Counts::default();
        let mut seen = std::collections::HashSet::new();
        for found in opened(&order.path)? {
            counts.taken += 1;
            if found.octets.is_empty() {
                counts.failures += 1;
                continue;
            }
            let first = seen.insert(found.key());
            let octets = found.octets.len() as u64;
            let new = self
                .flow
                .would_capture(ctx, &[capture(found, owner.as_ref())])?;
            match first && new.first() == Some(&true) {
                true => {
                    counts.messages += 1;
                    counts.octets += octets;
                }
                false => counts.duplicates += 1,
            }
        }
        Ok(counts)
    }

    /// What was taken stays; the rest is left.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `state_conflict` when it is over.
    pub fn cancel_import(&self, ctx: &Ctx, id: ArchiveImportId) -> Result<()> {
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        self.end(ctx, id, ImportState::Cancelled)
    }

    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn import(&self, ctx: &Ctx, id: ArchiveImportId) -> Result<ImportView> {
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        let ctx2 = ctx.clone();
        ctx.world().store.read(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            view(&ctx2, tx, row)
        })
    }

    /// Newest first.
    ///
    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn imports(
        &self,
        ctx: &Ctx,
        after: Option<&str>,
        rows: usize,
    ) -> Result<Listed<ImportView>> {
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, ArchiveImportId::from_bytes(id)));
        let ctx2 = ctx.clone();
        let found = ctx.world().store.read(move |tx| {
            let found = table::list(tx, ctx2.organisation(), before, rows + 1)?;
            let views = found.into_iter().map(|row| view(&ctx2, tx, row));
            views.collect::<Result<Vec<_>>>()
        })?;
        Ok(Listed::of(found, rows, |last| {
            cursor::encode(last.created_at, last.id.as_bytes())
        }))
    }

    /// What could not be read, or not whole, behind a number, in order.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn import_problems(
        &self,
        ctx: &Ctx,
        id: ArchiveImportId,
        after: u64,
        rows: usize,
    ) -> Result<Vec<ImportProblem>> {
        ctx.allow(Action::ArchiveImport, &ctx.own("archive"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let ctx2 = ctx.clone();
        ctx.world().store.read(move |tx| {
            let of = ctx2.organisation();
            let key = ctx2.world().item_key(tx, of, id.as_bytes())?;
            let found = table::problems(tx, id, of, after, rows)?;
            let shown = found.into_iter().map(|one| {
                Ok(ImportProblem {
                    number: one.number,
                    words: one.problems.split(' ').map(str::to_owned).collect(),
                    place: open(&key, PLACE, id.as_bytes(), &one.sealed_place)?,
                })
            });
            shown.collect()
        })
    }

    fn end(&self, ctx: &Ctx, id: ArchiveImportId, to: ImportState) -> Result<()> {
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let of = ctx2.organisation();
            let from = ImportState::Running;
            if !table::move_state(tx, id, of, (from, to), ctx2.now())? {
                return Err(Code::StateConflict.into());
            }
            let counts = table::load(tx, id, of)?.counts;
            let event = Event::new("archive.import_ended")
                .about(id)
                .fact("state", to)
                .fact("messages", counts.messages)
                .fact("duplicates", counts.duplicates)
                .fact("failures", counts.failures);
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// One run of an order.
struct Step<'a> {
    records: &'a Records,
    ctx: &'a Ctx,
    id: ArchiveImportId,
    custodian: Option<Address>,
    /// As the last commit left them.
    counts: Counts,
}

impl Step<'_> {
    /// One commit; false where the order does not run any more, and then nothing of it was stored.
    fn take(&mut self, batch: Vec<Found>) -> Result<bool> {
        let (from, mut to) = (self.counts, self.counts);
        let mut problems = Vec::new();
        let mut captures = Vec::new();
        let key = self.key()?;
        for found in batch {
            to.taken += 1;
            if !found.problems.is_empty() {
                problems.push(self.problem(&key, to.taken, &found)?);
            }
            match found.octets.is_empty() {
                true => to.failures += 1,
                false => captures.push(capture(found, self.custodian.as_ref())),
            }
        }
        let sizes: Vec<u64> = captures.iter().map(|one| one.octets.len() as u64).collect();
        let (id, of, now) = (self.id, self.ctx.organisation(), self.ctx.now());
        let counted = move |taken: &[Taken]| {
            let mut to = to;
            for (taken, octets) in taken.iter().zip(&sizes) {
                match taken {
                    Taken::New(_) => {
                        to.messages += 1;
                        to.octets += octets;
                    }
                    Taken::Known(_) => to.duplicates += 1,
                }
            }
            to
        };
        let also = move |tx: &mut Tx<'_>, taken: &[Taken]| {
            if !table::advance(tx, id, from.taken, &counted(taken), now)? {
                return Err(Code::StateConflict.into());
            }
            problems
                .iter()
                .try_for_each(|one| table::note(tx, id, of, one))
        };
        match self
            .records
            .flow
            .capture(self.ctx, captures, Box::new(also))
        {
            Ok(_) => {}
            Err(error) if error.code() == Code::StateConflict => return Ok(false),
            Err(error) => return Err(error),
        }
        self.counts = self.records.import(self.ctx, id)?.counts;
        Ok(true)
    }

    fn key(&self) -> Result<OpenedKey> {
        let (ctx, id) = (self.ctx.clone(), self.id);
        let store = &self.ctx.world().store;
        store.read(move |tx| ctx.world().item_key(tx, ctx.organisation(), id.as_bytes()))
    }

    fn problem(&self, key: &OpenedKey, number: u64, found: &Found) -> Result<table::Problem> {
        let place = Place {
            file: found.place.file.clone(),
            folder: found.place.folder.clone(),
            number: found.place.number,
        };
        let words: Vec<_> = found.problems.iter().map(|one| one.word()).collect();
        Ok(table::Problem {
            number,
            problems: words.join(" "),
            sealed_place: seal(self.ctx, key, PLACE, self.id.as_bytes(), &place)?,
        })
    }
}

fn capture(found: Found, custodian: Option<&Address>) -> Capture {
    Capture {
        origin: Origin::Imported,
        octets: found.octets,
        at: found.received_at,
        from: None,
        participants: None,
        custodian: custodian.cloned(),
    }
}

fn custodian(order: &Order) -> Result<Option<Address>> {
    let address = order.custodian.as_deref().map(Address::parse).transpose();
    address.map_err(|_| Error::new(Code::FieldInvalid).at("/custodian"))
}

fn opened(path: &Path) -> Result<Import> {
    let invalid = |_: std::io::Error| Error::new(Code::FieldInvalid).at("/path");
    if path.is_dir() {
        return Import::of_folder(path, Limits::default()).map_err(invalid);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = File::open(path).map_err(invalid)?;
    Import::of_file(file, &name, Limits::default()).map_err(invalid)
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: table::Import) -> Result<ImportView> {
    let id = row.id.as_bytes();
    let key = ctx.world().item_key(tx, row.organisation, id)?;
    Ok(ImportView {
        id: row.id,
        order: open(&key, SOURCE, id, &row.sealed_source)?,
        actor: row.actor,
        state: row.state,
        counts: row.counts,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}

fn written(order: &Order) -> Result<Vec<u8>> {
    serde_json::to_vec(order).map_err(|e| Error::new(Code::Internal).because(e))
}
