//! Whom a stranger could pass for: the organisation's own domains, those of providers and vendors on record and
//! of frequent correspondents, and the names of colleagues.
//!
//! Read once a minute at most. Invariant: it stays in memory and is compared with, never shown.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use ctx::World;
use mail::suspect::look_alike::COMPARED_MAX;
use model::{
    Address, CorrespondentId, Domain, OrganisationId, RecipientClass, Result, Timestamp, limits,
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
    pub(super) frequent: Vec<Domain>,
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
        frequent: super::frequent::read(world, tx, organisation)?,
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
            let place = ("correspondents", "sealed_profile", row.id.as_bytes());
            let profile: Option<OnRecord> =
                open(world, tx, organisation, &row.sealed_profile, place);
            let address = profile.and_then(|profile| Address::parse(&profile.address).ok());
            found.extend(address.map(|address| address.domain().clone()));
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
    let named = people.take(limits::STAFF_NAMES_MAX).filter_map(|user| {
        let place = ("users", "sealed_profile", user.id.as_bytes());
        let profile: Profile = open(world, tx, organisation, &user.sealed_profile, place)?;
        Some((profile.name, Address::parse(&profile.email).ok()?))
    });
    Ok(named.collect())
}

/// None for what does not open: one broken row must not keep mail out.
fn open<T: for<'de> Deserialize<'de>>(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    sealed: &[u8],
    place: (&str, &str, &[u8; 16]),
) -> Option<T> {
    let key = world.item_key(tx, organisation, place.2).ok()?;
    open_json(sealed, &key, place).ok()
}
