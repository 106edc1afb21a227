//! Domains whose people answer an organisation's mail, and how often.
//!
//! Invariant: one row a domain; its name can be read with the row's own key alone, and is gone with it.

use model::{FrequentDomainId, OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

pub struct FrequentDomain {
    pub id: FrequentDomainId,
    pub organisation: OrganisationId,
    pub domain_token: [u8; 32],
    pub sealed_domain: Vec<u8>,
    pub answered_at: Timestamp,
}

statements! {
    pub COUNT_ANSWER = "UPDATE frequent_domains SET answers = answers + 1, answered_at = $3
        WHERE organisation = $1 AND domain_token = $2";
    pub INSERT = "INSERT INTO frequent_domains (id, organisation, domain_token, sealed_domain, answers, answered_at)
        VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING";
    pub COUNT = "SELECT count(*) FROM frequent_domains WHERE organisation = $1";
    pub LEAST = "SELECT id FROM frequent_domains WHERE organisation = $1 AND id <> $2 ORDER BY answers, answered_at, id LIMIT $3";
    pub OLD = "SELECT id, organisation FROM frequent_domains WHERE answered_at < $1 LIMIT $2";
    pub REMOVE = "DELETE FROM frequent_domains WHERE id = $1 AND organisation = $2";
    pub MOST = "SELECT id, sealed_domain FROM frequent_domains WHERE organisation = $1 AND answers >= $2
        ORDER BY answers DESC, id LIMIT $3";
}

/// One answer more; false when the domain is not on record.
pub fn count_answer(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    token: &[u8; 32],
    at: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&COUNT_ANSWER, &[organisation.into(), token.into(), at.into()])? == 1)
}

/// With its first answer; false when it is on record.
pub fn insert(tx: &mut Tx<'_>, d: &FrequentDomain) -> Result<bool> {
    let given = [
        d.id.into(),
        d.organisation.into(),
        (&d.domain_token).into(),
        d.sealed_domain.as_slice().into(),
        d.answered_at.into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

pub fn count(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(tx.find(&COUNT, &[organisation.into()], |row| row.uint(0))?.unwrap_or(0))
}

/// Those that answered least, and longest ago; never `kept`.
pub fn least(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    kept: FrequentDomainId,
    rows: usize,
) -> Result<Vec<FrequentDomainId>> {
    tx.query(&LEAST, &[organisation.into(), kept.into(), rows.into()], |row| row.id(0))
}

/// Those that last answered before.
pub fn old(
    tx: &mut Tx<'_>,
    before: Timestamp,
    rows: usize,
) -> Result<Vec<(FrequentDomainId, OrganisationId)>> {
    tx.query(&OLD, &[before.into(), rows.into()], |row| Ok((row.id(0)?, row.id(1)?)))
}

pub fn remove(
    tx: &mut Tx<'_>,
    id: FrequentDomainId,
    organisation: OrganisationId,
) -> Result<()> {
    tx.execute(&REMOVE, &[id.into(), organisation.into()]).map(drop)
}

/// Sealed names of those with at least so many answers, most first.
pub fn most(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    answers_min: u64,
    rows: usize,
) -> Result<Vec<(FrequentDomainId, Vec<u8>)>> {
    tx.query(&MOST, &[organisation.into(), answers_min.into(), rows.into()], |row| {
        Ok((row.id(0)?, row.bytes(1)?.to_vec()))
    })
}
