//! Transport: what is kept of receiving domains' TLS policies, and what TLS achieved with them.
//!
//! Not here: asking DNS or a policy host (`mta`). Invariants: a policy that was learned is kept over
//! a restart until it ends, and only a newer one replaces it; names of domains are at rest as keyed
//! tokens or sealed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ctx::World;
use model::{Code, Domain, Error, OrganisationId, Result, StsPolicy, TlsSession};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::transport;
use vault::OrganisationKey;

pub mod report;

/// Beyond this all are forgotten and read anew.
const POLICIES_MAX: usize = 10_000;
const SECONDS_OF_DAY: i64 = 86_400;

/// The policies read or learned by this process. That a domain has none is remembered too.
#[derive(Default)]
pub(crate) struct Policies(Mutex<HashMap<(OrganisationId, Domain), Option<StsPolicy>>>);

impl Policies {
    /// `None` when the database must be asked.
    pub fn find(&self, organisation: OrganisationId, domain: &Domain) -> Option<Option<StsPolicy>> {
        self.lock().get(&(organisation, domain.clone())).cloned()
    }

    pub fn load(
        &self,
        world: &World,
        organisation: OrganisationId,
        domain: &Domain,
    ) -> Result<Option<StsPolicy>> {
        if let Some(found) = self.find(organisation, domain) {
            return Ok(found);
        }
        let keys = world.keys(organisation)?;
        let (token, now) = (domain_token(&keys, domain), world.now());
        let sealed = world
            .store
            .read(move |tx| transport::find_policy(tx, organisation, &token, now))?;
        let found = sealed
            .map(|sealed| open::<Kept>(&keys, &token, "sts", &sealed))
            .transpose()?
            .map(|kept| kept.policy);
        self.note(organisation, domain, found.clone());
        Ok(found)
    }

    pub fn note(&self, organisation: OrganisationId, domain: &Domain, policy: Option<StsPolicy>) {
        let mut held = self.lock();
        if held.len() >= POLICIES_MAX {
            held.clear();
        }
        held.insert((organisation, domain.clone()), policy);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(OrganisationId, Domain), Option<StsPolicy>>> {
        // The map is whole between any two statements: a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A policy with the name it belongs to, so that it can be fetched again.
#[derive(Serialize, Deserialize)]
struct Kept {
    domain: String,
    policy: StsPolicy,
}

/// Stores a policy that an attempt learned.
pub(crate) fn keep(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    domain: &Domain,
    policy: &StsPolicy,
) -> Result<()> {
    let keys = world.keys_in(tx, organisation)?;
    let token = domain_token(&keys, domain);
    let kept = Kept {
        domain: domain.as_str().to_owned(),
        policy: policy.clone(),
    };
    let row = transport::Policy {
        organisation,
        domain_token: token,
        sealed_policy: seal(world, &keys, &token, "sts", &kept)?,
    };
    transport::keep_policy(tx, &row, policy.fetched_at, policy.ends_at)
}

/// One session's result as it is kept for the report; equal ones are counted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// Whose report it goes into.
    pub domain: String,
    pub policy_type: String,
    pub policy_string: Vec<String>,
    pub policy_domain: String,
    pub mx_patterns: Vec<String>,
    pub mx_host: Option<String>,
    pub mx_ip: Option<String>,
    pub failure: Option<String>,
}

/// Counts what TLS achieved on the connections of one attempt.
pub(crate) fn count(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    sessions: &[TlsSession],
) -> Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    let keys = world.keys_in(tx, organisation)?;
    let day = world.now().secs().div_euclid(SECONDS_OF_DAY);
    for session in sessions {
        let noted = Noted {
            domain: session.domain.as_str().to_owned(),
            policy_type: match session.policy {
                model::TlsPolicy::Dane => "tlsa".to_owned(),
                model::TlsPolicy::Sts => "sts".to_owned(),
                model::TlsPolicy::Pkix | model::TlsPolicy::None => "no-policy-found".to_owned(),
            },
            policy_string: session.lines.clone(),
            policy_domain: session.policy_domain.as_str().to_owned(),
            mx_patterns: session.mx_patterns.clone(),
            mx_host: session.mx_host.as_ref().map(|h| h.as_str().to_owned()),
            mx_ip: session.mx_ip.map(|ip| ip.to_string()),
            failure: session.failure.map(str::to_owned),
        };
        let plain =
            serde_json::to_string(&noted).map_err(|e| Error::new(Code::Internal).because(e))?;
        let token = keys.blind("tls_results", &plain);
        let row = transport::Sessions {
            organisation,
            day,
            result_token: token,
            sealed_result: seal(world, &keys, &token, "tls_results", &noted)?,
            sessions: 1,
        };
        transport::count_result(tx, &row)?;
    }
    Ok(())
}

fn domain_token(keys: &OrganisationKey, domain: &Domain) -> [u8; 32] {
    keys.blind("sts_policies", domain.as_str())
}

fn seal<T: Serialize>(
    world: &World,
    keys: &Arc<OrganisationKey>,
    token: &[u8; 32],
    kind: &str,
    value: &T,
) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|e| Error::new(Code::Internal).because(e))?;
    let aad = aad(kind, token);
    vault::seal(&keys.subkey("transport"), &aad, &plain, world.rng.as_ref())
}

fn open<T: for<'de> Deserialize<'de>>(
    keys: &Arc<OrganisationKey>,
    token: &[u8; 32],
    kind: &str,
    sealed: &[u8],
) -> Result<T> {
    let plain = vault::open(&keys.subkey("transport"), &aad(kind, token), sealed)?;
    // The cause is dropped on purpose: serde's message can quote what it failed on.
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}

/// Half of the token is enough to bind a row: the column and the table are named beside it.
fn aad(kind: &str, token: &[u8; 32]) -> Vec<u8> {
    let mut row = [0; 16];
    row.copy_from_slice(&token[..16]);
    vault::aad(kind, "transport", &row)
}
