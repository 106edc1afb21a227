//! The organisation's frequent correspondents: domains whose people answered its mail, learnt by the answers and
//! asked for when a stranger's domain is compared (phi.md §8).
//!
//! Invariants: a free-mail provider, a public suffix, a domain of our own, one that is like a known one, and one
//! whose answer waits in quarantine are never learnt; no organisation keeps more than
//! [`limits::FREQUENT_DOMAINS_MAX`].

use ctx::{Ctx, World};
use mail::suspect;
use model::{Domain, FrequentDomainId, OrganisationId, Result, Timestamp, limits};
use store::Tx;
use store::tables::{frequent_domains as table, item_keys};

use super::familiar::Familiar;

/// Answers that make a correspondent a frequent one.
const ANSWERS_MIN: u64 = 3;
/// Rows forgotten in one turn.
const BATCH: usize = 200;

/// A domain that may be learnt, in the form in which it is registered.
pub(super) fn learnable(familiar: &Familiar, author: &Domain) -> Option<Domain> {
    let name = suspect::registrable(author)?;
    let domain = Domain::parse(name).ok()?;
    let is_own = familiar
        .own
        .iter()
        .any(|own| suspect::registered(own.as_str()) == name);
    let known = familiar.own.iter().chain(&familiar.partners);
    let known = known.chain(&familiar.frequent);
    let deceives = suspect::look_alike::nearest(&domain, known).is_some();
    (!is_own && !deceives).then_some(domain)
}

/// Counts an answer from a domain; the least used drop out beyond the limit.
pub(super) fn learn(ctx: &Ctx, tx: &mut Tx<'_>, domain: &Domain) -> Result<()> {
    let (world, organisation, now) = (ctx.world(), ctx.organisation(), ctx.now());
    // Into memory first: a transaction cannot wait for another.
    let keys = world.keys_in(tx, organisation)?;
    let domain_token = keys.blind("frequent-domain", domain.as_str());
    if table::count_answer(tx, organisation, &domain_token, now)? {
        return Ok(());
    }
    let id = FrequentDomainId::mint(now, world.rng.as_ref());
    let key = world.new_item_key(organisation, *id.as_bytes())?;
    let aad = vault::aad("frequent_domains", "sealed_domain", id.as_bytes());
    let name = domain.as_str().as_bytes();
    let row = table::FrequentDomain {
        id,
        organisation,
        domain_token,
        sealed_domain: key.opened().seal(&aad, name, world.rng.as_ref())?,
        answered_at: now,
    };
    if !table::insert(tx, &row)? {
        return Ok(());
    }
    key.insert(tx)?;
    let most = limits::FREQUENT_DOMAINS_MAX as u64;
    let beyond = table::count(tx, organisation)?.saturating_sub(most);
    let beyond = usize::try_from(beyond).unwrap_or(BATCH);
    for least in table::least(tx, organisation, id, beyond)? {
        forget(tx, least, organisation)?;
    }
    Ok(())
}

/// Those that answered often. One broken row must not keep mail out.
pub(super) fn read(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
) -> Result<Vec<Domain>> {
    let rows = limits::FREQUENT_DOMAINS_MAX;
    let found = table::most(tx, organisation, ANSWERS_MIN, rows)?;
    let names = found.into_iter().filter_map(|(id, sealed)| {
        let key = world.item_key(tx, organisation, id.as_bytes()).ok()?;
        let aad = vault::aad("frequent_domains", "sealed_domain", id.as_bytes());
        let name = key.open(&aad, &sealed).ok()?;
        Domain::parse(std::str::from_utf8(&name).ok()?).ok()
    });
    Ok(names.collect())
}

/// Those that have not answered for long.
pub(super) fn forget_before(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    for (id, organisation) in table::old(tx, before, BATCH)? {
        forget(tx, id, organisation)?;
    }
    Ok(())
}

fn forget(tx: &mut Tx<'_>, id: FrequentDomainId, organisation: OrganisationId) -> Result<()> {
    table::remove(tx, id, organisation)?;
    item_keys::destroy(tx, id.as_bytes(), organisation)
}
