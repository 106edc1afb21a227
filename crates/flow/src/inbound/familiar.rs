//! Whom a stranger could pass for: the organisation's own domains, those of providers and vendors on record,
//! and the names of colleagues.
//!
//! Read once a minute at most. Invariant: it stays in memory and is compared with, never shown.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use ctx::World;
use mail::suspect::look_alike::COMPARED_MAX;
use model::{
    Address, Code, CorrespondentId, Domain, Error, OrganisationId, RecipientClass, Result,
    Timestamp, limits,
};
use serde::Deserialize;
use store::Tx;
use store::tables::{correspondents, domains, users};

use crate::Flow;
use crate::envelope::open_json;

/// Rows read at a time.
const BATCH: usize = 200;

/// What is known of one organisation.
#[derive(Default)]
pub(crate) struct Familiar {
    pub(super) own: Vec<Domain>,
    pub(super) partners: Vec<Domain>,
    pub(super) staff: Vec<(String, Address)>,
}

/// What was read, and when.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<OrganisationId, (Timestamp, Arc<Familiar>)>>);

#[derive(Deserialize)]
struct Profile {
    name: String,
    email: String,
}

#[derive(Deserialize)]
struct OnRecord {
    address: String,
}

pub(super) fn of(flow: &Flow, organisation: OrganisationId) -> Result<Arc<Familiar>> {
    let (world, now) = (flow.world().clone(), flow.world().now());
    let kept = || {
        flow.familiar()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if let Some((at, found)) = kept().get(&organisation)
        && now < at.plus(limits::FAMILIAR_KEEP)
    {
        return Ok(found.clone());
    }
    let found = flow
        .world()
        .store
        .read(move |tx| read(&world, tx, organisation))?;
    let found = Arc::new(found);
    kept().insert(organisation, (now, found.clone()));
    Ok(found)
}

fn read(world: &World, tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Familiar> {
    let own = domains::list(tx, organisation)?;
    let own = own.iter().filter_map(|row| Domain::parse(&row.name).ok());
    let mut partners = BTreeSet::new();
    for class in [RecipientClass::Provider, RecipientClass::Vendor] {
        on_record(world, tx, organisation, class, &mut partners)?;
    }
    Ok(Familiar {
        own: own.collect(),
        partners: partners.into_iter().collect(),
        staff: staff(world, tx, organisation)?,
    })
}

/// The domains of those on record who are no patients.
fn on_record(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    class: RecipientClass,
    found: &mut BTreeSet<Domain>,
) -> Result<()> {
    let mut before: Option<(Timestamp, CorrespondentId)> = None;
    loop {
        let rows = correspondents::list(tx, organisation, Some(class), before, BATCH)?;
        for row in &rows {
            let key = world.item_key(tx, organisation, row.id.as_bytes())?;
            let place = ("correspondents", "sealed_profile", row.id.as_bytes());
            let profile: OnRecord = open_json(&row.sealed_profile, &key, place)?;
            found.extend(Address::parse(&profile.address).map(|a| a.domain().clone()));
        }
        before = rows.last().map(|row| (row.created_at, row.id));
        if rows.len() < BATCH || found.len() >= COMPARED_MAX {
            return Ok(());
        }
    }
}

fn staff(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
) -> Result<Vec<(String, Address)>> {
    let people = users::list(tx, organisation)?.into_iter();
    let people = people.filter(|user| user.active);
    let named = people.take(limits::STAFF_NAMES_MAX).map(|user| {
        let key = world.item_key(tx, organisation, user.id.as_bytes())?;
        let place = ("users", "sealed_profile", user.id.as_bytes());
        let profile: Profile = open_json(&user.sealed_profile, &key, place)?;
        let address = Address::parse(&profile.email);
        Ok((
            profile.name,
            address.map_err(|_| Error::new(Code::StoredDataInvalid))?,
        ))
    });
    named.collect()
}
