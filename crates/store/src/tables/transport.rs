//! What receiving domains ask of TLS (MTA-STS policies), and what TLS achieved with them (RFC 8460).
//!
//! A domain is a keyed token; the policy or result itself is sealed by the organisation's key.

use model::{OrganisationId, Result, Timestamp};

use crate::{Tx, Value, statements};

statements! {
    pub KEEP_POLICY = "INSERT INTO sts_policies (organisation, domain_token, sealed_policy, fetched_at, ends_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organisation, domain_token) DO UPDATE
        SET sealed_policy = excluded.sealed_policy, fetched_at = excluded.fetched_at, ends_at = excluded.ends_at
        WHERE sts_policies.fetched_at <= excluded.fetched_at";
    pub FIND_POLICY = "SELECT sealed_policy FROM sts_policies WHERE organisation = $1 AND domain_token = $2 AND ends_at > $3";
    pub STALE_POLICIES = "SELECT organisation, domain_token, sealed_policy FROM sts_policies
        WHERE fetched_at < $1 AND ends_at > $2 ORDER BY fetched_at LIMIT $3";
    pub FORGET_POLICIES = "DELETE FROM sts_policies WHERE ends_at <= $1";
    pub COUNT_RESULT = "INSERT INTO tls_results (organisation, day, result_token, sealed_result, sessions, claimed_until)
        VALUES ($1, $2, $3, $4, 1, 0) ON CONFLICT (organisation, day, result_token) DO UPDATE
        SET sessions = tls_results.sessions + 1";
    pub DUE_RESULTS = "SELECT organisation, day, result_token, sealed_result, sessions FROM tls_results
        WHERE day < $1 AND claimed_until < $2 ORDER BY day, organisation LIMIT $3";
    pub CLAIM_RESULT = "UPDATE tls_results SET claimed_until = $4
        WHERE organisation = $1 AND day = $2 AND result_token = $3 AND claimed_until < $5";
    pub FORGET_RESULT = "DELETE FROM tls_results WHERE organisation = $1 AND day = $2 AND result_token = $3";
    pub FORGET_RESULTS_BEFORE = "DELETE FROM tls_results WHERE day < $1";
}

/// A policy of some domain.
pub struct Policy {
    pub organisation: OrganisationId,
    pub domain_token: [u8; 32],
    pub sealed_policy: Vec<u8>,
}

/// How often one result was seen on one day (days count from 1970-01-01, UTC).
pub struct Sessions {
    pub organisation: OrganisationId,
    pub day: i64,
    pub result_token: [u8; 32],
    pub sealed_result: Vec<u8>,
    pub sessions: u64,
}

/// Keeps a policy; an older one never replaces a newer one.
pub fn keep_policy(tx: &mut Tx<'_>, policy: &Policy, fetched_at: Timestamp, ends_at: Timestamp) -> Result<()> {
    tx.execute(
        &KEEP_POLICY,
        &[
            policy.organisation.into(),
            (&policy.domain_token).into(),
            policy.sealed_policy.as_slice().into(),
            fetched_at.into(),
            ends_at.into(),
        ],
    )
    .map(drop)
}

/// The policy of a domain, unless it has ended.
pub fn find_policy(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    domain_token: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    tx.find(&FIND_POLICY, &[organisation.into(), domain_token.into(), now.into()], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Policies that hold and were not fetched since `since`, oldest first.
pub fn stale_policies(tx: &mut Tx<'_>, since: Timestamp, now: Timestamp, rows: usize) -> Result<Vec<Policy>> {
    tx.query(&STALE_POLICIES, &[since.into(), now.into(), rows.into()], |row| {
        Ok(Policy {
            organisation: OrganisationId::from_bytes(row.array(0)?),
            domain_token: row.array(1)?,
            sealed_policy: row.bytes(2)?.to_vec(),
        })
    })
}

/// Forgets policies that have ended.
pub fn forget_policies(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    tx.execute(&FORGET_POLICIES, &[now.into()])
}

/// One more session with this result.
pub fn count_result(tx: &mut Tx<'_>, result: &Sessions) -> Result<()> {
    let key = (&result.result_token).into();
    let sealed = result.sealed_result.as_slice().into();
    tx.execute(&COUNT_RESULT, &[result.organisation.into(), Value::Int(result.day), key, sealed]).map(drop)
}

/// Results of days before `day` that nobody reports at the moment.
pub fn due_results(tx: &mut Tx<'_>, day: i64, now: Timestamp, rows: usize) -> Result<Vec<Sessions>> {
    tx.query(&DUE_RESULTS, &[Value::Int(day), now.into(), rows.into()], |row| {
        Ok(Sessions {
            organisation: OrganisationId::from_bytes(row.array(0)?),
            day: row.int(1)?,
            result_token: row.array(2)?,
            sealed_result: row.bytes(3)?.to_vec(),
            sessions: row.uint(4)?,
        })
    })
}

/// Takes a result for reporting until `until`; false when another node has it.
pub fn claim_result(tx: &mut Tx<'_>, s: &Sessions, until: Timestamp, now: Timestamp) -> Result<bool> {
    let key = (&s.result_token).into();
    let values = [s.organisation.into(), Value::Int(s.day), key, until.into(), now.into()];
    Ok(tx.execute(&CLAIM_RESULT, &values)? == 1)
}

/// It was reported, or nobody asked for it.
pub fn forget_result(tx: &mut Tx<'_>, s: &Sessions) -> Result<()> {
    let key = (&s.result_token).into();
    tx.execute(&FORGET_RESULT, &[s.organisation.into(), Value::Int(s.day), key]).map(drop)
}

/// What could not be reported in time is reported no more.
pub fn forget_results_before(tx: &mut Tx<'_>, day: i64) -> Result<u64> {
    tx.execute(&FORGET_RESULTS_BEFORE, &[Value::Int(day)])
}
