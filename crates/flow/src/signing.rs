//! DKIM keys of sending domains, opened and parsed once for as long as they do not change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ctx::World;
use model::{Domain, OrganisationId, Result, Secret, Timestamp};
use seal::dkim::Signer;
use store::tables::domains;

/// The signers of one domain: an RSA and an Ed25519 key in the usual case.
pub(crate) type Signers = Arc<Vec<Signer>>;

/// Beyond this all are forgotten and read anew: an app that may send as anyone names any domain.
const DOMAINS_MAX: usize = 1_000;

/// Where other processes change keys too, they are read anew after this long: a key that signs no more
/// stays published for days.
const FRESH_FOR: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct Keys {
    cached: Mutex<HashMap<(OrganisationId, String), Cached>>,
}

#[derive(Clone)]
struct Cached {
    signers: Signers,
    read_at: Timestamp,
    /// Of the settings it was read from, where this process makes every change.
    version: Option<u64>,
}

impl Cached {
    fn is_current(&self, version: Option<u64>, now: Timestamp) -> bool {
        match version {
            Some(_) => self.version == version,
            None => now < self.read_at.plus(FRESH_FOR),
        }
    }
}

impl Keys {
    /// For the domain itself when the organisation sends from it, else for its first domain: a
    /// signature then names who is responsible (RFC 6376 §1). Empty when it has no domain at all.
    pub(crate) fn find(
        &self,
        world: &World,
        organisation: OrganisationId,
        from: &Domain,
    ) -> Result<Signers> {
        let slot = (organisation, from.as_str().to_owned());
        // Asked before reading: a change in between makes what was read outdated, never current.
        let (version, began) = (world.store.settings_version(), world.now());
        if let Some(found) = self.lock().get(&slot)
            && found.is_current(version, began)
        {
            metrics::counter!("dkim_signer_cache_hit").increment(1);
            return Ok(found.signers.clone());
        }
        metrics::counter!("dkim_signer_cache_miss").increment(1);
        let signers = Arc::new(load(world, organisation, from)?);
        let took = world.now().since(began);
        metrics::histogram!("dkim_signer_key_fetch").record(took.as_secs_f64());
        // That there is none is known for as long as nothing changes, and not for a while after.
        if version.is_some() || !signers.is_empty() {
            let mut cached = self.lock();
            if cached.len() >= DOMAINS_MAX {
                cached.clear();
            }
            let row = Cached {
                signers: signers.clone(),
                read_at: began,
                version,
            };
            cached.insert(slot, row);
        }
        Ok(signers)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(OrganisationId, String), Cached>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The signature fields of `head` and `body`, one a signer.
pub(crate) fn sign(world: &World, signers: &Signers, head: &[u8], body: &[u8]) -> Result<Vec<u8>> {
    let began = world.now();
    let signers: Vec<_> = signers.iter().collect();
    let fields = seal::dkim::sign(&signers, head, body, began)?;
    let took = world.now().since(began);
    metrics::histogram!("dkim_signer_sign").record(took.as_secs_f64());
    Ok(fields)
}

fn load(world: &World, organisation: OrganisationId, from: &Domain) -> Result<Vec<Signer>> {
    let wanted = from.clone();
    let (name, rows) = world.store.read(move |tx| {
        let own = domains::find(tx, organisation, &wanted)?;
        let first = domains::list(tx, organisation)?
            .into_iter()
            .min_by_key(|d| (d.created_at, d.id));
        let Some(domain) = own.or(first) else {
            return Ok((String::new(), Vec::new()));
        };
        let rows = domains::dkim(tx, domain.id)?;
        Ok((domain.name, rows))
    })?;
    let keys = world.keys(organisation)?;
    let mut signers = Vec::with_capacity(rows.len());
    for row in rows {
        let der = Secret::new(vault::open(
            &keys.subkey("dkim"),
            &dkim_aad(&row),
            &row.sealed_key,
        )?);
        let domain = Domain::parse(&name)?;
        signers.push(match row.algorithm.as_str() {
            "ed25519" => Signer::ed25519(&domain, &row.selector, &der)?,
            _ => Signer::rsa(&domain, &row.selector, &der)?,
        });
    }
    Ok(signers)
}

fn dkim_aad(row: &domains::DkimRow) -> Vec<u8> {
    vault::aad("dkim_keys", &row.selector, row.domain.as_bytes())
}
