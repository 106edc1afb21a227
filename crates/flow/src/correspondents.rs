//! Correspondents: what is on record about those the organisation writes to, for the decision and for
//! people to keep up.
//!
//! A patient's choice of plain mail counts only with the warning on record (78 FR 5634); a preference for
//! more protection always counts. Invariant: an address shows only to who may see addresses, and every
//! look at the list is recorded.

mod facts;

use std::sync::Arc;

use ctx::{Action, Ctx, Event, World};
use model::{
    Address, Code, CorrespondentId, Error, Method, RecipientClass, Restriction, Result, Timestamp,
    limits,
};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::correspondents::{self as table, Standing};
use store::tables::item_keys;

use crate::Flow;
use crate::envelope::{open_json, seal_json};
use crate::view::cursor;

pub(crate) use facts::{consent_scope, standings};

/// What someone records about an address. What is not given is not on record.
#[derive(Clone)]
pub struct NewCorrespondent {
    pub address: Address,
    pub name: String,
    pub note: String,
    pub class: RecipientClass,
    /// How mail is wanted: `plain`, `tls`, `portal`, `smime` or `pgp`.
    pub prefers: Option<Method>,
    /// The owner was warned of what can happen to plain mail and still wants it.
    pub warned: Warned,
    pub restriction: Option<Restriction>,
    pub part2_until: Option<Timestamp>,
    /// What that consent covers, as its reader is told; empty without one.
    pub part2_scope: String,
}

/// Whether the warning is on record. `Keep` leaves what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warned {
    Yes,
    No,
    Keep,
}

pub struct CorrespondentView {
    pub id: CorrespondentId,
    pub address: Address,
    pub name: String,
    pub note: String,
    pub part2_scope: String,
    pub standing: Standing,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub struct CorrespondentPage {
    pub rows: Vec<CorrespondentView>,
    pub next: Option<String>,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Profile {
    address: String,
    name: String,
    note: String,
    /// Empty in what earlier versions stored.
    #[serde(default)]
    part2_scope: String,
}

impl Flow {
    /// Newest first. Looking is recorded, since addresses are shown.
    pub fn correspondents(
        &self,
        ctx: &Ctx,
        class: Option<RecipientClass>,
        after: Option<&str>,
        rows: usize,
    ) -> Result<CorrespondentPage> {
        ctx.allow(Action::CorrespondentRead, &ctx.own("correspondent"))?;
        crate::view::live_only(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, CorrespondentId::from_bytes(id)));
        let (world, organisation) = (self.world().clone(), ctx.organisation());
        let mut found = self.world().store.read(move |tx| {
            let found = table::list(tx, organisation, class, before, rows + 1)?;
            let views = found.into_iter().map(|row| view(&world, tx, row));
            views.collect::<Result<Vec<_>>>()
        })?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.created_at, last.id.as_bytes()));
        looked(ctx, found.len())?;
        Ok(CorrespondentPage { rows: found, next })
    }

    /// What is on record about one address, if anything.
    pub fn find_correspondent(
        &self,
        ctx: &Ctx,
        address: &Address,
    ) -> Result<Option<CorrespondentView>> {
        ctx.allow(Action::CorrespondentRead, &ctx.own("correspondent"))?;
        crate::view::live_only(ctx)?;
        let token = token(ctx, address)?;
        let (world, organisation) = (self.world().clone(), ctx.organisation());
        let found = self.world().store.read(move |tx| {
            let row = table::find(tx, organisation, &token)?;
            row.map(|row| view(&world, tx, row)).transpose()
        })?;
        looked(ctx, usize::from(found.is_some()))?;
        Ok(found)
    }

    /// # Errors
    /// `not_found`.
    pub fn correspondent(&self, ctx: &Ctx, id: CorrespondentId) -> Result<CorrespondentView> {
        ctx.allow(Action::CorrespondentRead, &ctx.own("correspondent"))?;
        crate::view::live_only(ctx)?;
        let (world, organisation) = (self.world().clone(), ctx.organisation());
        let found = self.world().store.read(move |tx| {
            let row = table::load(tx, id, organisation)?;
            view(&world, tx, row)
        })?;
        looked(ctx, 1)?;
        Ok(found)
    }

    /// Records what is known about an address, in place of what was; gives the record's id.
    ///
    /// # Errors
    /// `field_invalid` at the field: a method nobody can prefer, plain mail for who was not warned, a name
    /// or note that is too long or holds control characters; `date_invalid` for a consent that is over;
    /// `field_missing` at `/part2_scope` for a consent that nobody says the scope of.
    pub fn set_correspondent(&self, ctx: &Ctx, new: &NewCorrespondent) -> Result<CorrespondentId> {
        ctx.allow(Action::CorrespondentManage, &ctx.own("correspondent"))?;
        crate::view::live_only(ctx)?;
        check(ctx, new)?;
        let (ctx2, new, token) = (ctx.clone(), new.clone(), token(ctx, &new.address)?);
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let held = table::find(tx, ctx2.organisation(), &token)?;
            let standing = standing(&ctx2, &new, held.as_ref())?;
            let is_new = held.is_none();
            let id = match held {
                Some(held) => change(&ctx2, tx, held, &new, standing.clone())?,
                None => add(&ctx2, tx, token, &new, standing.clone())?,
            };
            let event = Event::new("correspondent.set")
                .about(id)
                .fact("new", is_new)
                .fact("class", standing.class)
                .fact("prefers", standing.prefers.map_or("usual", Method::word))
                .fact("warned", standing.warned.is_some())
                .fact(
                    "restriction",
                    standing.restriction.map_or("none", Restriction::word),
                );
            let until = standing.part2_until;
            let event = event.fact(
                "part2_until",
                until.map_or("none".to_owned(), |at| at.to_string()),
            );
            ctx2.record(tx, event)?;
            Ok(id)
        })
    }

    /// Destroys what is on record, with its key.
    ///
    /// # Errors
    /// `not_found`.
    pub fn remove_correspondent(&self, ctx: &Ctx, id: CorrespondentId) -> Result<()> {
        ctx.allow(Action::CorrespondentManage, &ctx.own("correspondent"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            let row = table::load(tx, id, organisation)?;
            table::remove(tx, id, organisation)?;
            item_keys::destroy(tx, id.as_bytes(), organisation)?;
            let event = Event::new("correspondent.removed").about(id);
            ctx2.record(tx, event.fact("class", row.standing.class))
                .map(drop)
        })
    }
}

fn check(ctx: &Ctx, new: &NewCorrespondent) -> Result<()> {
    let at = |pointer: &'static str| Err(Error::new(Code::FieldInvalid).at(pointer));
    let hidden = |text: &str| {
        text.chars()
            .any(|c| c != '\n' && c != '\r' && model::is_hidden(c))
    };
    if new.name.len() > limits::DISPLAY_NAME_OCTETS_MAX || hidden(&new.name) {
        return at("/name");
    }
    if new.note.chars().count() > limits::REASON_CHARS_MAX || hidden(&new.note) {
        return at("/note");
    }
    let choices = [
        Method::Plain,
        Method::Tls,
        Method::Portal,
        Method::Pgp,
        Method::Smime,
    ];
    if new.prefers.is_some_and(|method| !choices.contains(&method)) {
        return at("/prefers");
    }
    if new.part2_until.is_some_and(|until| until <= ctx.now()) {
        return Err(Error::new(Code::DateInvalid).at("/part2_until"));
    }
    if new.part2_scope.chars().count() > limits::CONSENT_SCOPE_CHARS_MAX || hidden(&new.part2_scope)
    {
        return at("/part2_scope");
    }
    // What the consent covers has to go with each disclosure (42 CFR 2.32(b)).
    if new.part2_until.is_some() && new.part2_scope.trim().is_empty() {
        return Err(Error::new(Code::FieldMissing).at("/part2_scope"));
    }
    Ok(())
}

/// The choice of plain mail is the individual's own, made with the risk in view (45 CFR 164.522(b), 78 FR
/// 5634): without the warning there is none to record.
fn standing(
    ctx: &Ctx,
    new: &NewCorrespondent,
    held: Option<&table::Correspondent>,
) -> Result<Standing> {
    let before = held.and_then(|held| held.standing.warned.clone());
    let warned = match new.warned {
        Warned::Yes => before.or_else(|| Some((ctx.now(), ctx.actor().to_owned()))),
        Warned::No => None,
        Warned::Keep => before,
    };
    if new.prefers == Some(Method::Plain) && warned.is_none() {
        return Err(Error::new(Code::FieldInvalid).at("/warned"));
    }
    Ok(Standing {
        class: new.class,
        prefers: new.prefers,
        warned,
        restriction: new.restriction,
        part2_until: new.part2_until,
    })
}

fn add(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    address_token: [u8; 32],
    new: &NewCorrespondent,
    standing: Standing,
) -> Result<CorrespondentId> {
    let (world, now) = (ctx.world(), ctx.now());
    let id = CorrespondentId::mint(now, world.rng.as_ref());
    let key = world.new_item_key(ctx.organisation(), *id.as_bytes())?;
    let row = table::Correspondent {
        id,
        organisation: ctx.organisation(),
        address_token,
        sealed_profile: sealed(ctx, id, key.opened(), new)?,
        standing,
        created_at: now,
        updated_at: now,
    };
    key.insert(tx)?;
    table::insert(tx, &row)?;
    Ok(id)
}

fn change(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    held: table::Correspondent,
    new: &NewCorrespondent,
    standing: Standing,
) -> Result<CorrespondentId> {
    let key = ctx
        .world()
        .item_key(tx, held.organisation, held.id.as_bytes())?;
    let row = table::Correspondent {
        sealed_profile: sealed(ctx, held.id, &key, new)?,
        standing,
        updated_at: ctx.now(),
        ..held
    };
    table::update(tx, &row)?;
    Ok(row.id)
}

fn sealed(
    ctx: &Ctx,
    id: CorrespondentId,
    key: &vault::OpenedKey,
    new: &NewCorrespondent,
) -> Result<Vec<u8>> {
    let profile = Profile {
        address: new.address.as_str().to_owned(),
        name: new.name.trim().to_owned(),
        note: new.note.trim().to_owned(),
        part2_scope: new.part2_scope.trim().to_owned(),
    };
    let place = ("correspondents", "sealed_profile", id.as_bytes());
    seal_json(&profile, key, place, ctx.world().rng.as_ref())
}

fn view(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    row: table::Correspondent,
) -> Result<CorrespondentView> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let key = world.item_key(tx, row.organisation, row.id.as_bytes())?;
    let place = ("correspondents", "sealed_profile", row.id.as_bytes());
    let profile: Profile = open_json(&row.sealed_profile, &key, place)?;
    Ok(CorrespondentView {
        id: row.id,
        address: Address::parse(&profile.address).map_err(|_| wrong())?,
        name: profile.name,
        note: profile.note,
        part2_scope: profile.part2_scope,
        standing: row.standing,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn token(ctx: &Ctx, address: &Address) -> Result<[u8; 32]> {
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("address", &address.fold()))
}

/// Addresses are shown to someone: recorded before they are.
fn looked(ctx: &Ctx, rows: usize) -> Result<()> {
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| {
        let event = Event::new("correspondent.listed").fact("rows", rows);
        ctx2.record(tx, event).map(drop)
    })
}
