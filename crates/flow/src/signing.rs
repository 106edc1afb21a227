//! DKIM keys of sending domains, opened and parsed once per process and domain.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ctx::World;
use model::{Domain, OrganisationId, Result, Secret};
use seal::dkim::Signer;
use store::tables::domains;

/// The signers of one domain: an RSA and an Ed25519 key in the usual case.
pub(crate) type Signers = Arc<Vec<Signer>>;

/// Beyond this all are forgotten and read anew: an app that may send as anyone names any domain.
const DOMAINS_MAX: usize = 1_000;

#[derive(Default)]
pub(crate) struct Keys {
    cached: Mutex<HashMap<(OrganisationId, String), Signers>>,
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
        if let Some(found) = self
            .cached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&slot)
        {
            return Ok(found.clone());
        }
        let signers = Arc::new(load(world, organisation, from)?);
        if !signers.is_empty() {
            let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            if cached.len() >= DOMAINS_MAX {
                cached.clear();
            }
            cached.insert(slot, signers.clone());
        }
        Ok(signers)
    }
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
