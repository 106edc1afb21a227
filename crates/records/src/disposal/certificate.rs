//! What proves a disposal: made when it is done, completed when no backup can hold a key any more.

use std::collections::BTreeMap;
use std::time::Duration;

use ctx::{Ctx, Event};
use ledger::certificate::{self, Body, Certificate, Item as Told, Shown};
use model::{
    Code, DisposalId, DisposalState, DisposedState, Error, MessageId, Result, SparedFor, limits,
};
use store::Tx;
use store::tables::disposals::{self as table, Disposal, Item};
use store::tables::{organisations, postings};

use super::reads;
use crate::Records;

/// What is made of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For `caduceus verify`.
    Json,
    /// For who files or signs it; it names the digest of the other.
    Pdf,
}

/// A certificate as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub name: String,
    pub bytes: Vec<u8>,
    pub is_final: bool,
}

impl Records {
    /// Prunes the lexicon, then certifies.
    pub(super) fn finish_disposal(&self, ctx: &Ctx, id: DisposalId) -> Result<usize> {
        let store = &ctx.world().store;
        let mut first = true;
        while store.write(move |tx| postings::merge(tx, first))? {
            first = false;
        }
        if !self.prune(ctx)? {
            return Ok(0);
        }
        let backups = Duration::from_secs(u64::from(self.backup_days) * 86_400);
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            if row.state != DisposalState::Pruning {
                return Ok(0);
            }
            certify(&ctx2, tx, &row, backups)?;
            Ok(1)
        })
    }

    /// On record once no backup holds a key.
    pub(super) fn finalise(&self, ctx: &Ctx, row: &Disposal) -> Result<usize> {
        let (id, now) = (row.id, ctx.now());
        if row.keys_gone_by.is_none_or(|at| now < at) {
            return Ok(0);
        }
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            if row.state != DisposalState::Provisional {
                return Ok(0);
            }
            let event = Event::new("disposal.final").about(id);
            let entry = ctx2.record(tx, event.fact("sha256", body(&row)?.digest()?))?;
            table::finish(tx, id, entry)?;
            Ok(1)
        })
    }

    /// The certificate of a disposal that is done, on the record.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `state_conflict` before it is done.
    pub fn disposal_certificate(&self, ctx: &Ctx, id: DisposalId, form: Form) -> Result<Proof> {
        reads(ctx)?;
        let of = ctx.organisation();
        let (row, items) = ctx.world().store.read(move |tx| {
            let row = table::load(tx, id, of)?;
            Ok((row, destroyed(tx, id)?))
        })?;
        let proof = self.proof(ctx, &row, Shown::All(told(&items)?), form)?;
        self.note_taken(ctx, &row)?;
        Ok(proof)
    }

    /// That one message was destroyed, without naming any other, on the record.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found` for what was not destroyed; `state_conflict` before its disposal is done.
    pub fn destruction_proof(&self, ctx: &Ctx, message: MessageId) -> Result<Proof> {
        reads(ctx)?;
        let of = ctx.organisation();
        let (row, items) = ctx.world().store.read(move |tx| {
            let found = table::of_message(tx, message, of)?;
            let (id, _) = found.ok_or(Code::NotFound)?;
            Ok((table::load(tx, id, of)?, destroyed(tx, id)?))
        })?;
        let at = items.iter().position(|item| item.message == message);
        let at = at.ok_or(Code::NotFound)?;
        let told = told(&items)?;
        let index = at as u64;
        let path = certificate::path(&told, index)?;
        let shown = Shown::One(index, Box::new(told[at].clone()), path);
        let proof = self.proof(ctx, &row, shown, Form::Json)?;
        self.note_taken(ctx, &row)?;
        Ok(proof)
    }

    fn proof(&self, ctx: &Ctx, row: &Disposal, shown: Shown, form: Form) -> Result<Proof> {
        let certified = row.certified.ok_or(Code::StateConflict)?;
        let world = ctx.world();
        while world.sequence()? > 0 {}
        let events = Certificate::events(certified, row.finished);
        let proven = world.prove(ctx.organisation(), events, None)?;
        let name = match &shown {
            Shown::All(_) if form == Form::Pdf => format!("{}.pdf", row.id),
            Shown::All(_) => format!("{}.json", row.id),
            Shown::One(_, item, _) => format!("{}-destroyed.json", item.message),
        };
        let certificate = Certificate {
            body: body(row)?,
            shown,
            log: proven.verifier,
            checkpoint: proven.checkpoint,
            entries: proven.entries,
        };
        Ok(Proof {
            name,
            bytes: match form {
                Form::Json => certificate.encode()?,
                Form::Pdf => super::paper::certificate(&certificate)?,
            },
            is_final: row.finished.is_some(),
        })
    }

    fn note_taken(&self, ctx: &Ctx, row: &Disposal) -> Result<()> {
        let (ctx2, id, digest) = (ctx.clone(), row.id, body(row)?.digest()?);
        ctx.world().store.write(move |tx| {
            let event = Event::new("disposal.shown").about(id);
            ctx2.record(tx, event.fact("sha256", &digest)).map(drop)
        })
    }
}

fn certify(ctx: &Ctx, tx: &mut Tx<'_>, row: &Disposal, backups: Duration) -> Result<()> {
    let now = ctx.now();
    let keys_gone_by = now.plus(backups);
    let items = destroyed(tx, row.id)?;
    let told = told(&items)?;
    let body = Body {
        keys_gone_by: keys_gone_by.rfc3339(),
        ended_at: now.rfc3339(),
        spared: spared(tx, row)?,
        ..made(ctx, tx, row, &told)?
    };
    let event = Event::new("disposal.certified").about(row.id);
    let event = event
        .fact("sha256", body.digest()?)
        .fact("root", &body.root)
        .fact("destroyed", body.destroyed)
        .fact("spared", row.spared)
        .fact("keys_gone_by", &body.keys_gone_by);
    let entry = ctx.record(tx, event)?;
    let text = serde_json::to_string(&body).map_err(|e| Error::new(Code::Internal).because(e))?;
    match table::certify(tx, row.id, (now, keys_gone_by), entry, &text)? {
        true => Ok(()),
        false => Err(Code::StateConflict.into()),
    }
}

fn made(ctx: &Ctx, tx: &mut Tx<'_>, row: &Disposal, told: &[Told]) -> Result<Body> {
    let house = organisations::find(tx, row.organisation)?.ok_or(Code::NotFound)?;
    let mut days: Vec<&String> = told.iter().map(|item| &item.accepted_on).collect();
    days.sort();
    let day = |at: Option<&&String>| at.map_or(String::new(), |day| (*day).clone());
    let time = |at: Option<model::Timestamp>| at.map_or(String::new(), model::Timestamp::rfc3339);
    Ok(Body {
        disposal: row.id.to_string(),
        organisation: row.organisation.to_string(),
        house: house.name,
        statement: match told.is_empty() {
            true => certificate::NOTHING.to_owned(),
            false => certificate::STATEMENT.to_owned(),
        },
        method: match told.is_empty() {
            true => String::new(),
            false => certificate::METHOD.to_owned(),
        },
        asked_by: row.asked_by.clone(),
        asked_at: row.asked_at.rfc3339(),
        approved_by: row.closed_by.clone().unwrap_or_default(),
        approved_at: time(row.closed_at),
        began_at: told
            .iter()
            .map(|item| item.destroyed_at.clone())
            .min()
            .unwrap_or(time(row.begins_at)),
        ended_at: ctx.now().rfc3339(),
        keys_gone_by: String::new(),
        accepted_from: day(days.first()),
        accepted_to: day(days.last()),
        destroyed: told.len() as u64,
        spared: BTreeMap::new(),
        classes: counted(told.iter().flat_map(|item| &item.classes)),
        rules: counted(told.iter().flat_map(|item| &item.rules)),
        root: hex::encode(certificate::root(told)?),
        software: format!("caduceus {}", env!("CARGO_PKG_VERSION")),
    })
}

fn counted<'a>(words: impl Iterator<Item = &'a String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word.clone()).or_default() += 1;
    }
    counts
}

/// Those that were named to be destroyed, or kept by a hold from the beginning.
fn spared(tx: &mut Tx<'_>, row: &Disposal) -> Result<BTreeMap<String, u64>> {
    // Of those that a hold kept from the beginning not all are named one by one.
    let unnamed = row.held.saturating_sub(limits::DISPOSAL_HELD_MAX as u64);
    let held = SparedFor::Held.word().to_owned();
    let mut counts = BTreeMap::from([(held, unnamed)]);
    counts.retain(|_, count| *count > 0);
    let most = limits::DISPOSAL_RECORDS_MAX + limits::DISPOSAL_HELD_MAX;
    for item in table::items(tx, row.id, DisposedState::Spared, 0, most)? {
        let why = item.why.map_or("", SparedFor::word);
        *counts.entry(why.to_owned()).or_default() += 1;
    }
    Ok(counts)
}

fn destroyed(tx: &mut Tx<'_>, id: DisposalId) -> Result<Vec<Item>> {
    table::items(
        tx,
        id,
        DisposedState::Destroyed,
        0,
        limits::DISPOSAL_RECORDS_MAX,
    )
}

fn told(items: &[Item]) -> Result<Vec<Told>> {
    items.iter().map(|item| Told::read(&item.told)).collect()
}

/// As it was certified.
fn body(row: &Disposal) -> Result<Body> {
    let text = row.certificate.as_ref().ok_or(Code::StateConflict)?;
    serde_json::from_str(text).map_err(|_| Error::new(Code::StoredDataInvalid))
}
