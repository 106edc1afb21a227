//! Disposals as people see them: how far each is, what it comes to, samples of its records, what is said about it.

use std::collections::BTreeMap;

use ctx::Ctx;
use flow::view::cursor;
use ledger::certificate::Item as Told;
use model::{
    Code, DisposalId, DisposalState, DisposedState, Error, MessageId, Result, SparedFor, Timestamp,
    limits,
};
use serde::{Deserialize, Serialize};
use store::tables::disposals::{self as table, Disposal, Item};
use vault::OpenedKey;

use super::reads;
use crate::Records;
use crate::holds::Listed;

/// What somebody said about a disposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// `proposed`, `approved`, `refused`
    pub what: String,
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

/// A disposal as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisposalView {
    pub id: DisposalId,
    pub state: DisposalState,
    pub said: Vec<Said>,
    pub asked_by: String,
    pub asked_at: Timestamp,
    pub closed_by: Option<String>,
    pub closed_at: Option<Timestamp>,
    pub begins_at: Option<Timestamp>,
    /// Due and free when it was listed.
    pub records: u64,
    /// Due, and kept by a hold when it was listed.
    pub held: u64,
    pub destroyed: u64,
    pub spared: u64,
    pub ended_at: Option<Timestamp>,
    pub keys_gone_by: Option<Timestamp>,
}

/// A record of a disposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    pub number: u64,
    pub message: MessageId,
    pub state: DisposedState,
    pub why: Option<SparedFor>,
    pub classes: Vec<String>,
    pub rules: Vec<String>,
    pub kept_through: Option<String>,
    pub destroyed_at: Option<String>,
}

/// What a disposal comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    pub classes: BTreeMap<String, u64>,
    /// Those that kept them to the last.
    pub rules: BTreeMap<String, u64>,
    /// Some of them, from all over the list, the same for everybody who asks.
    pub sample: Vec<ItemView>,
}

/// By which disposal a message is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    pub disposal: DisposalId,
    pub item: ItemView,
}

impl Records {
    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn disposals(
        &self,
        ctx: &Ctx,
        after: Option<&str>,
        rows: usize,
    ) -> Result<Listed<DisposalView>> {
        reads(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, DisposalId::from_bytes(id)));
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let found = ctx.world().store.read(move |tx| {
            let found = table::list(tx, of, before, rows + 1)?;
            let views = found.into_iter().map(|row| {
                let key = ctx2.world().item_key(tx, of, row.id.as_bytes())?;
                view(&key, row)
            });
            views.collect::<Result<Vec<_>>>()
        })?;
        Ok(Listed::of(found, rows, |last| {
            cursor::encode(last.asked_at, last.id.as_bytes())
        }))
    }

    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn disposal(&self, ctx: &Ctx, id: DisposalId) -> Result<DisposalView> {
        reads(ctx)?;
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        ctx.world().store.read(move |tx| {
            let row = table::load(tx, id, of)?;
            let key = ctx2.world().item_key(tx, of, id.as_bytes())?;
            view(&key, row)
        })
    }

    /// Its records in a state, behind a number; one more than a page may be asked for.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn disposal_items(
        &self,
        ctx: &Ctx,
        id: DisposalId,
        state: DisposedState,
        after: u64,
        rows: usize,
    ) -> Result<Vec<ItemView>> {
        reads(ctx)?;
        let (of, rows) = (ctx.organisation(), rows.clamp(1, limits::PAGE_ROWS_MAX + 1));
        let items = ctx.world().store.read(move |tx| {
            table::load(tx, id, of)?;
            table::items(tx, id, state, after, rows)
        })?;
        items.into_iter().map(item).collect()
    }

    /// What it comes to, by class and rule, with some of its records.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn disposal_due(&self, ctx: &Ctx, id: DisposalId) -> Result<Due> {
        reads(ctx)?;
        let of = ctx.organisation();
        let (state, items) = ctx.world().store.read(move |tx| {
            let state = match table::load(tx, id, of)?.destroyed {
                0 => DisposedState::Listed,
                _ => DisposedState::Destroyed,
            };
            Ok((
                state,
                table::items(tx, id, state, 0, limits::DISPOSAL_RECORDS_MAX)?,
            ))
        })?;
        let mut due = Due::default();
        let every = (items.len() / limits::DISPOSAL_SAMPLE).max(1);
        for (at, one) in items.into_iter().enumerate() {
            let one = item(one)?;
            for class in &one.classes {
                *due.classes.entry(class.clone()).or_default() += 1;
            }
            for rule in &one.rules {
                *due.rules.entry(rule.clone()).or_default() += 1;
            }
            let is_room = due.sample.len() < limits::DISPOSAL_SAMPLE;
            if state == DisposedState::Listed && at % every == 0 && is_room {
                due.sample.push(one);
            }
        }
        Ok(due)
    }

    /// How a message came to be gone; none for one that was not destroyed.
    ///
    /// # Errors
    /// `action_forbidden`.
    pub fn destroyed(&self, ctx: &Ctx, message: MessageId) -> Result<Option<Destroyed>> {
        reads(ctx)?;
        let of = ctx.organisation();
        let found = ctx
            .world()
            .store
            .read(move |tx| table::of_message(tx, message, of))?;
        let found = found.map(|(disposal, one)| {
            Ok(Destroyed {
                disposal,
                item: item(one)?,
            })
        });
        found.transpose()
    }
}

impl Said {
    pub(super) fn by(ctx: &Ctx, what: &str, reason: &str) -> Self {
        Self {
            what: what.to_owned(),
            by: ctx.actor().to_owned(),
            at: ctx.now(),
            reason: reason.to_owned(),
        }
    }
}

fn aad(id: DisposalId) -> Vec<u8> {
    vault::aad("disposals", "sealed_text", id.as_bytes())
}

pub(super) fn seal(ctx: &Ctx, key: &OpenedKey, id: DisposalId, said: &[Said]) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(said).map_err(|e| Error::new(Code::Internal).because(e))?;
    key.seal(&aad(id), &plain, ctx.world().rng.as_ref())
}

pub(super) fn said(key: &OpenedKey, row: &Disposal) -> Result<Vec<Said>> {
    let plain = key.open(&aad(row.id), &row.sealed_text)?;
    // The cause is dropped on purpose: it can quote what it failed on.
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn view(key: &OpenedKey, row: Disposal) -> Result<DisposalView> {
    Ok(DisposalView {
        said: said(key, &row)?,
        id: row.id,
        state: row.state,
        asked_by: row.asked_by,
        asked_at: row.asked_at,
        closed_by: row.closed_by,
        closed_at: row.closed_at,
        begins_at: row.begins_at,
        records: row.records,
        held: row.held,
        destroyed: row.destroyed,
        spared: row.spared,
        ended_at: row.ended_at,
        keys_gone_by: row.keys_gone_by,
    })
}

fn item(row: Item) -> Result<ItemView> {
    let told = match row.told.is_empty() {
        true => None,
        false => Some(Told::read(&row.told)?),
    };
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Ok(ItemView {
        number: row.number,
        message: row.message,
        state: row.state,
        why: row.why,
        kept_through: told.as_ref().and_then(|told| some(&told.kept_through)),
        destroyed_at: told.as_ref().and_then(|told| some(&told.destroyed_at)),
        classes: told
            .as_ref()
            .map(|told| told.classes.clone())
            .unwrap_or_default(),
        rules: told.map(|told| told.rules).unwrap_or_default(),
    })
}
