//! Saved searches: what somebody looks for again, for themselves or for everybody who may search.
//!
//! What a search is called and looks for may name a patient, so it is sealed by a key of its own; running one is a
//! search like any other. Invariant: only whoever made it changes or removes it, and nobody else sees it unshared.

use ctx::{Action, Ctx, Event};
use flow::view::cursor;
use model::{Code, Error, Result, SavedSearchId, Timestamp, limits};
use retention::Day;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::saved_searches as table;
use vault::OpenedKey;

use crate::Records;
use crate::holds::Listed;
use crate::keeping::sealed::{open, seal};
use crate::search::query::parse;

const SEARCH: (&str, &str) = ("saved_searches", "sealed_search");

/// What is kept of a search; days as `2026-03-03`, or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub name: String,
    pub query: String,
    pub from: String,
    pub to: String,
    #[serde(skip)]
    pub shared: bool,
}

/// A saved search as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub id: SavedSearchId,
    pub saved: Saved,
    pub owner: String,
    /// Whether who asks may change it.
    pub own: bool,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

impl Records {
    /// # Errors
    /// `action_forbidden`; `field_missing` or `field_invalid` at `/name`, `/query`, `/from` or `/to`; `field_invalid` at
    /// `/searches` beyond the limit.
    pub fn save_search(&self, ctx: &Ctx, saved: &Saved) -> Result<SavedSearchId> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let (saved, ctx2) = (checked(saved)?, ctx.clone());
        let id = SavedSearchId::mint(ctx.now(), ctx.world().rng.as_ref());
        let key = ctx
            .world()
            .new_item_key(ctx.organisation(), *id.as_bytes())?;
        ctx.world().store.write(move |tx| {
            let of = ctx2.organisation();
            if table::count(tx, of)? >= limits::SAVED_SEARCHES_MAX as u64 {
                return Err(Error::new(Code::FieldInvalid).at("/searches"));
            }
            key.insert(tx)?;
            let row = table::SavedSearch {
                id,
                organisation: of,
                owner: ctx2.actor().to_owned(),
                shared: saved.shared,
                sealed_search: seal(&ctx2, key.opened(), SEARCH, id.as_bytes(), &saved)?,
                created_at: ctx2.now(),
                changed_at: ctx2.now(),
            };
            table::insert(tx, &row)?;
            noted(&ctx2, tx, id, &saved, key.opened())?;
            Ok(id)
        })
    }

    /// # Errors
    /// As [`Records::save_search`]; `not_found`; `action_forbidden` for somebody else's.
    pub fn change_saved_search(&self, ctx: &Ctx, id: SavedSearchId, saved: &Saved) -> Result<()> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let (saved, ctx2) = (checked(saved)?, ctx.clone());
        ctx.world().store.write(move |tx| {
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let mut row = own(&ctx2, tx, id)?;
            let key = ctx2.world().item_key(tx, row.organisation, id.as_bytes())?;
            row.sealed_search = seal(&ctx2, &key, SEARCH, id.as_bytes(), &saved)?;
            row.shared = saved.shared;
            row.changed_at = ctx2.now();
            table::update(tx, &row)?;
            noted(&ctx2, tx, id, &saved, &key)
        })
    }

    /// # Errors
    /// `action_forbidden`, also for somebody else's; `not_found`.
    pub fn remove_saved_search(&self, ctx: &Ctx, id: SavedSearchId) -> Result<()> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            own(&ctx2, tx, id)?;
            table::remove(tx, id, ctx2.organisation())?;
            let event = Event::new("archive.search_removed").about(id);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn saved_search(&self, ctx: &Ctx, id: SavedSearchId) -> Result<SavedView> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let ctx2 = ctx.clone();
        ctx.world().store.read(move |tx| {
            let row = table::load(tx, id, ctx2.organisation(), ctx2.actor())?;
            view(&ctx2, tx, row)
        })
    }

    /// One's own and those that are shared, newest first.
    ///
    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn saved_searches(
        &self,
        ctx: &Ctx,
        after: Option<&str>,
        rows: usize,
    ) -> Result<Listed<SavedView>> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, SavedSearchId::from_bytes(id)));
        let ctx2 = ctx.clone();
        let found = ctx.world().store.read(move |tx| {
            let found = table::list(tx, ctx2.organisation(), ctx2.actor(), before, rows + 1)?;
            let views = found.into_iter().map(|row| view(&ctx2, tx, row));
            views.collect::<Result<Vec<_>>>()
        })?;
        Ok(Listed::of(found, rows, |last| {
            cursor::encode(last.created_at, last.id.as_bytes())
        }))
    }
}

fn own(ctx: &Ctx, tx: &mut Tx<'_>, id: SavedSearchId) -> Result<table::SavedSearch> {
    let row = table::load(tx, id, ctx.organisation(), ctx.actor())?;
    match row.owner == ctx.actor() {
        true => Ok(row),
        false => Err(Code::ActionForbidden.into()),
    }
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: table::SavedSearch) -> Result<SavedView> {
    let key = ctx
        .world()
        .item_key(tx, row.organisation, row.id.as_bytes())?;
    let saved: Saved = open(&key, SEARCH, row.id.as_bytes(), &row.sealed_search)?;
    Ok(SavedView {
        id: row.id,
        own: row.owner == ctx.actor(),
        saved: Saved {
            shared: row.shared,
            ..saved
        },
        owner: row.owner,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}

fn noted(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: SavedSearchId,
    saved: &Saved,
    key: &OpenedKey,
) -> Result<()> {
    let payload = serde_json::to_vec(saved).map_err(|e| Error::new(Code::Internal).because(e))?;
    let event = Event::new("archive.search_saved")
        .about(id)
        .fact("shared", saved.shared)
        .payload(payload, key);
    ctx.record(tx, event).map(drop)
}

fn checked(saved: &Saved) -> Result<Saved> {
    let name = saved.name.trim();
    if name.is_empty() {
        return Err(Error::new(Code::FieldMissing).at("/name"));
    }
    if name.chars().count() > limits::SAVED_SEARCH_NAME_CHARS_MAX
        || name.chars().any(model::is_hidden)
    {
        return Err(Error::new(Code::FieldInvalid).at("/name"));
    }
    if let Err(error) = parse(&saved.query) {
        let invalid = Error::new(Code::FieldInvalid).at("/query");
        return Err(invalid.advising(error.why.advice()));
    }
    let (from, to) = (day(&saved.from, "/from")?, day(&saved.to, "/to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Error::new(Code::FieldInvalid).at("/to"));
    }
    Ok(Saved {
        name: name.to_owned(),
        ..saved.clone()
    })
}

fn day(text: &str, at: &'static str) -> Result<Option<Day>> {
    match (text, Day::parse(text)) {
        ("", _) => Ok(None),
        (_, Some(day)) => Ok(Some(day)),
        (_, None) => Err(Error::new(Code::FieldInvalid).at(at)),
    }
}
