//! What is sealed about matters and holds, opened for who may see it.

use ctx::{Ctx, Event};
use model::{
    Address, Code, CustodianState, Error, HoldId, HoldState, MatterId, MatterState, Result, limits,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::{archive_heads, holds as table};
use vault::OpenedKey;

use super::scope::Written;
use super::{CustodianView, HoldView, MatterView, Scope};

/// A table and one of its columns.
type Column = (&'static str, &'static str);

pub(super) const NAME: Column = ("matters", "sealed_name");
const SCOPE: Column = ("legal_holds", "sealed_scope");
const ADDRESS: Column = ("hold_custodians", "sealed_address");

/// The number is sealed with the address, so that no row takes another's place.
#[derive(Serialize, Deserialize)]
struct Named {
    number: u32,
    address: String,
}

pub(super) fn name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::new(Code::FieldMissing).at("/name"));
    }
    if name.chars().count() > limits::MATTER_NAME_CHARS_MAX || name.chars().any(model::is_hidden) {
        return Err(Error::new(Code::FieldInvalid).at("/name"));
    }
    Ok(name.to_owned())
}

pub(super) fn seal<T: Serialize + ?Sized>(
    ctx: &Ctx,
    key: &OpenedKey,
    column: Column,
    row: &[u8; 16],
    value: &T,
) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|e| Error::new(Code::Internal).because(e))?;
    key.seal(
        &vault::aad(column.0, column.1, row),
        &plain,
        ctx.world().rng.as_ref(),
    )
}

fn open<T: DeserializeOwned>(
    sealed: &[u8],
    key: &OpenedKey,
    column: Column,
    row: &[u8; 16],
) -> Result<T> {
    let plain = key.open(&vault::aad(column.0, column.1, row), sealed)?;
    // The cause is dropped on purpose: it can quote what it failed on.
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}

pub(super) fn matter(ctx: &Ctx, tx: &mut Tx<'_>, row: table::Matter) -> Result<MatterView> {
    let key = ctx
        .world()
        .item_key(tx, row.organisation, row.id.as_bytes())?;
    Ok(MatterView {
        id: row.id,
        name: open(&row.sealed_name, &key, NAME, row.id.as_bytes())?,
        state: row.state,
        author: row.author,
        created_at: row.created_at,
        closed_at: row.closed_at,
    })
}

pub(super) fn hold(ctx: &Ctx, tx: &mut Tx<'_>, row: table::Hold) -> Result<HoldView> {
    let (scope, custodians, reason) = opened(ctx, tx, &row)?;
    Ok(HoldView {
        id: row.id,
        matter: row.matter,
        scope,
        custodians,
        reason,
        state: row.state,
        binds: row.binds(ctx.now()),
        author: row.author,
        created_at: row.created_at,
        asked_by: row.asked_by,
        asked_at: row.asked_at,
        approved_by: row.approved_by,
        binds_until: row.binds_until,
    })
}

/// Scope, custodians and reason.
pub(super) fn opened(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    row: &table::Hold,
) -> Result<(Scope, Vec<CustodianView>, String)> {
    let id = row.id.as_bytes();
    let key = ctx.world().item_key(tx, row.organisation, id)?;
    let written: Written = open(&row.sealed_scope, &key, SCOPE, id)?;
    let custodians = table::custodians(tx, row.id)?.into_iter().map(|one| {
        let named: Named = open(&one.sealed_address, &key, ADDRESS, id)?;
        match named.number == one.number {
            true => Ok(CustodianView {
                number: one.number,
                address: Address::parse(&named.address)?,
                state: one.state,
                changed_at: one.changed_at,
            }),
            false => Err(Error::new(Code::StoredDataInvalid)),
        }
    });
    let custodians = custodians.collect::<Result<Vec<_>>>()?;
    let scope = Scope {
        custodians: custodians.iter().map(|one| one.address.clone()).collect(),
        query: written.query,
        classes: written.classes,
        since: row.since,
        until: row.until,
    };
    Ok((scope, custodians, written.reason))
}

/// A hold with its custodians, on record.
pub(super) fn insert(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    matter: MatterId,
    scope: &Scope,
    reason: &str,
) -> Result<HoldId> {
    let (of, now, world) = (ctx.organisation(), ctx.now(), ctx.world());
    if table::load_matter(tx, matter, of)?.state != MatterState::Open {
        return Err(Code::StateConflict.into());
    }
    let binding = table::binding(tx, of, now, limits::HOLDS_BINDING_MAX)?;
    if binding.len() >= limits::HOLDS_BINDING_MAX {
        return Err(Error::new(Code::FieldInvalid).at("/holds"));
    }
    let id = HoldId::mint(now, world.rng.as_ref());
    let key = world.new_item_key(of, *id.as_bytes())?;
    key.insert(tx)?;
    let written = Written {
        query: scope.query.clone(),
        classes: scope.classes.clone(),
        reason: reason.to_owned(),
    };
    let row = table::Hold {
        id,
        organisation: of,
        matter,
        sealed_scope: seal(ctx, key.opened(), SCOPE, id.as_bytes(), &written)?,
        since: scope.since,
        until: scope.until,
        state: HoldState::Active,
        author: ctx.actor().to_owned(),
        created_at: now,
        asked_by: None,
        asked_at: None,
        approved_by: None,
        approved_at: None,
        binds_until: None,
    };
    table::insert(tx, &row)?;
    archive_heads::change_holds(tx, of)?;
    let mut payload =
        serde_json::to_vec(&written).map_err(|e| Error::new(Code::Internal).because(e))?;
    for (number, address) in (0_u32..).zip(&scope.custodians) {
        payload.push(b'\n');
        payload.extend(address.as_str().as_bytes());
        let named = Named {
            number,
            address: address.as_str().to_owned(),
        };
        let one = table::Custodian {
            number,
            sealed_address: seal(ctx, key.opened(), ADDRESS, id.as_bytes(), &named)?,
            state: CustodianState::Untold,
            changed_at: now,
        };
        table::insert_custodian(tx, id, &one)?;
    }
    let event = Event::new("hold.placed").about(id).fact("matter", matter);
    let event = event.fact("custodians", scope.custodians.len());
    ctx.record(tx, event.payload(payload, key.opened()))?;
    Ok(id)
}
