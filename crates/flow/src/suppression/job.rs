//! An import that goes on by itself: begun with its file sealed, worked through by the outbox a batch at
//! a time, seen while it runs and long after, and stopped when somebody says so.
//!
//! Invariant: a batch, its counts and its events are one transaction, so that a crash or a second node
//! repeats none. The file's key is destroyed with its last line.

use ctx::{Action, Ctx, Event};
use model::{Code, Error, ImportId, Result, Stream, Timestamp, limits};
use store::Tx;
use store::tables::events::{self, OutboxRow};
use store::tables::item_keys;
use store::tables::suppression_imports::{self as imports, Counts, Import};

use super::import::{BATCH, ImportRow, Judged, RowResult, judge, keep, read};
use crate::Flow;
use crate::pack::{pack, unpack};
use crate::view::live_only;

/// Imports that are listed.
const RECENT: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    Running,
    Done,
    Cancelled,
}

/// How far an import is, and what became of its lines.
#[derive(Clone, Debug)]
pub struct ImportView {
    pub id: ImportId,
    pub stream: Stream,
    /// Who began it.
    pub actor: String,
    pub state: ImportState,
    pub lines: u64,
    pub done: u64,
    pub added: u64,
    pub present: u64,
    pub refused: u64,
    /// The first of those refused.
    pub refused_lines: Vec<ImportRow>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl ImportState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Flow {
    /// Takes a file and begins to work through it; its first lines are done when this returns. As
    /// [`Flow::import_suppressions`] otherwise.
    ///
    /// # Errors
    /// `field_invalid` without a column `address` or without a line; `message_too_large` beyond the
    /// limits.
    pub fn begin_import(&self, ctx: &Ctx, text: &str, stream: Stream) -> Result<ImportId> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        let lines = count(text)?;
        let (now, organisation) = (ctx.now(), ctx.organisation());
        let rng = self.world().rng.as_ref();
        let id = ImportId::mint(now, rng);
        let key = self.world().new_item_key(organisation, *id.as_bytes())?;
        let packed = pack(text.as_bytes(), self.settings().compression)?;
        let import = Import {
            id,
            organisation,
            stream,
            actor: ctx.actor().to_owned(),
            state: String::new(),
            lines: lines as u64,
            counts: Counts::default(),
            refused_lines: String::new(),
            sealed_file: key.opened().seal(&place(id), &packed, rng)?,
            created_at: now,
            ended_at: None,
        };
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            key.insert(tx)?;
            imports::insert(tx, &import)?;
            events::push(tx, crate::after::IMPORT, organisation, id.as_bytes(), now)?;
            let event = Event::new("suppression.import_begun")
                .about(id)
                .fact("lines", lines)
                .fact("stream", stream);
            ctx2.record(tx, event).map(drop)
        })?;
        // A short list is done with the answer. Whatever hinders that, the outbox goes on with it.
        if let Err(error) = step(self, ctx, id) {
            tracing::warn!(code = %error.code(), "the first lines of an import wait");
        }
        self.ring();
        Ok(id)
    }

    /// How many lines such a file has, for the question before it is taken. Nothing is kept.
    ///
    /// # Errors
    /// Those of [`Flow::begin_import`].
    pub fn import_lines(&self, ctx: &Ctx, text: &str) -> Result<usize> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        count(text)
    }

    /// # Errors
    /// `not_found` for another organisation's, and for one that was forgotten.
    pub fn import(&self, ctx: &Ctx, id: ImportId) -> Result<ImportView> {
        ctx.allow(Action::SuppressionRead, &ctx.own("suppression"))?;
        let organisation = ctx.organisation();
        let find = move |tx: &mut Tx<'_>| imports::find(tx, id, organisation);
        view(
            self.world()
                .store
                .read(find)?
                .ok_or(Error::new(Code::NotFound))?,
        )
    }

    /// The last ones, newest first.
    pub fn imports(&self, ctx: &Ctx) -> Result<Vec<ImportView>> {
        ctx.allow(Action::SuppressionRead, &ctx.own("suppression"))?;
        let organisation = ctx.organisation();
        let found = self
            .world()
            .store
            .read(move |tx| imports::recent(tx, organisation, RECENT))?;
        found.into_iter().map(view).collect()
    }

    /// What was added stays; the rest of the file is not looked at.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when it was over.
    pub fn cancel_import(&self, ctx: &Ctx, id: ImportId) -> Result<()> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let found = imports::find(tx, id, ctx2.organisation())?;
            let import = found.ok_or(Error::new(Code::NotFound))?;
            match end(&ctx2, tx, (id, "cancelled"), import.counts)? {
                true => Ok(()),
                false => Err(Code::StateConflict.into()),
            }
        })
    }
}

fn count(text: &str) -> Result<usize> {
    match read(text)?.len() {
        0 => Err(Error::new(Code::FieldInvalid).at("/address")),
        lines => Ok(lines),
    }
}

/// One batch; the entry stays while there is more.
pub(crate) fn run(flow: &Flow, row: &OutboxRow) -> Result<()> {
    let ctx = flow.world().system(row.organisation);
    let position = row.position;
    match step(flow, &ctx, ImportId::from_bytes(row.subject))? {
        Next::More => Ok(()),
        Next::Over => {
            let done = move |tx: &mut Tx<'_>| events::done(tx, position).map(drop);
            flow.world().store.write(done)
        }
    }
}

enum Next {
    More,
    Over,
}

fn step(flow: &Flow, ctx: &Ctx, id: ImportId) -> Result<Next> {
    let (world, organisation) = (flow.world().clone(), ctx.organisation());
    let found = world.store.read({
        let world = world.clone();
        move |tx| {
            let found = imports::find(tx, id, organisation)?;
            let running = found.filter(|import| import.state == "running");
            let Some(import) = running else {
                return Ok(None);
            };
            let key = world.item_key(tx, organisation, id.as_bytes())?;
            Ok(Some((import, key)))
        }
    })?;
    let Some((import, key)) = found else {
        return Ok(Next::Over);
    };
    let file = unpack(&key.open(&place(id), &import.sealed_file)?)?;
    let text = String::from_utf8(file).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    let lines = read(&text)?;
    let from = usize::try_from(import.counts.done)
        .unwrap_or(usize::MAX)
        .min(lines.len());
    let until = lines.len().min(from + BATCH);
    let judged = judge(ctx, &lines[from..until], import.stream)?;
    let (over, ctx2) = (until == lines.len(), ctx.clone());
    world
        .store
        .write(move |tx| store(&ctx2, tx, &import, &judged, over))?;
    Ok(if over { Next::Over } else { Next::More })
}

/// The batch with its counts. Where another node was there first, nothing is done.
fn store(ctx: &Ctx, tx: &mut Tx<'_>, import: &Import, judged: &[Judged], over: bool) -> Result<()> {
    let rows = keep(ctx, tx, judged)?;
    let count =
        |wanted: fn(RowResult) -> bool| rows.iter().filter(|row| wanted(row.result)).count() as u64;
    let before = import.counts;
    let to = Counts {
        done: before.done + rows.len() as u64,
        added: before.added + count(|result| result == RowResult::Added),
        present: before.present + count(|result| result == RowResult::Present),
        refused: before.refused + count(RowResult::is_refused),
    };
    let mut refused = read_refused(&import.refused_lines)?;
    refused.extend(rows.into_iter().filter(|row| row.result.is_refused()));
    refused.truncate(limits::SUPPRESSION_IMPORT_REFUSED_SHOWN_MAX);
    if !imports::advance(tx, import.id, before.done, to, &write_refused(&refused))? {
        return Err(Code::StateConflict.into());
    }
    if over {
        end(ctx, tx, (import.id, "done"), to)?;
    }
    Ok(())
}

/// False when it was over.
fn end(ctx: &Ctx, tx: &mut Tx<'_>, (id, state): (ImportId, &str), counts: Counts) -> Result<bool> {
    if !imports::end(tx, id, state, ctx.now())? {
        return Ok(false);
    }
    item_keys::destroy(tx, id.as_bytes(), ctx.organisation())?;
    let event = Event::new("suppression.imported")
        .about(id)
        .fact("added", counts.added)
        .fact("present", counts.present)
        .fact("refused", counts.refused)
        .fact("cancelled", state == "cancelled");
    ctx.record(tx, event)?;
    Ok(true)
}

fn place(id: ImportId) -> Vec<u8> {
    vault::aad("suppression_imports", "sealed_file", id.as_bytes())
}

fn write_refused(rows: &[ImportRow]) -> String {
    let pairs: Vec<_> = rows
        .iter()
        .map(|row| (row.line, row.result.word()))
        .collect();
    serde_json::json!(pairs).to_string()
}

fn read_refused(stored: &str) -> Result<Vec<ImportRow>> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let pairs: Vec<(usize, String)> = serde_json::from_str(stored).map_err(|_| wrong())?;
    let row = |(line, word): (usize, String)| {
        let result = RowResult::ALL.iter().find(|result| result.word() == word);
        let result = *result.ok_or_else(wrong)?;
        Ok(ImportRow { line, result })
    };
    pairs.into_iter().map(row).collect()
}

fn view(import: Import) -> Result<ImportView> {
    let state = match import.state.as_str() {
        "running" => ImportState::Running,
        "done" => ImportState::Done,
        "cancelled" => ImportState::Cancelled,
        _ => return Err(Code::StoredDataInvalid.into()),
    };
    Ok(ImportView {
        id: import.id,
        stream: import.stream,
        actor: import.actor,
        state,
        lines: import.lines,
        done: import.counts.done,
        added: import.counts.added,
        present: import.counts.present,
        refused: import.counts.refused,
        refused_lines: read_refused(&import.refused_lines)?,
        created_at: import.created_at,
        ended_at: import.ended_at,
    })
}
