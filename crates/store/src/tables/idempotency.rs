//! Idempotency keys: the first answer stands for seven days, another body is a conflict.

use model::{Code, MessageId, OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

statements! {
    pub INSERT = "INSERT INTO idempotency (organisation, scope, key_token, body_hash, message, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    pub FIND = "SELECT body_hash, message, created_at FROM idempotency
        WHERE organisation = $1 AND scope = $2 AND key_token = $3";
    pub FORGET = "DELETE FROM idempotency WHERE (organisation, scope, key_token) IN
        (SELECT organisation, scope, key_token FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    pub FORGET_ONE = "DELETE FROM idempotency WHERE organisation = $1 AND scope = $2 AND key_token = $3";
}

pub struct Earlier {
    pub body_hash: [u8; 32],
    pub message: MessageId,
    pub created_at: Timestamp,
}

pub fn find(tx: &mut Tx<'_>, org: OrganisationId, scope: &str, key: &[u8; 32]) -> Result<Option<Earlier>> {
    tx.find(&FIND, &[org.into(), scope.into(), key.into()], |row| {
        Ok(Earlier { body_hash: row.array(0)?, message: MessageId::from_bytes(row.array(1)?), created_at: row.at(2)? })
    })
}

/// Call it after `find` found nothing. Of two at once the one that loses is run again and finds the
/// other's answer: PostgreSQL ends it with a serialization failure when the row it may not see was
/// committed meanwhile (a unique violation would end it for good).
///
/// # Errors
/// `store_unavailable` when the key is taken all the same: nothing is accepted without its key.
pub fn insert(tx: &mut Tx<'_>, org: OrganisationId, scope: &str, key: &[u8; 32], e: &Earlier) -> Result<()> {
    let inserted = tx.execute(
        &INSERT,
        &[org.into(), scope.into(), key.into(), (&e.body_hash).into(), e.message.into(), e.created_at.into()],
    )?;
    if inserted == 0 { Err(Code::StoreUnavailable.into()) } else { Ok(()) }
}

/// A key past its keeping time is as new.
pub fn forget_one(tx: &mut Tx<'_>, org: OrganisationId, scope: &str, key: &[u8; 32]) -> Result<()> {
    tx.execute(&FORGET_ONE, &[org.into(), scope.into(), key.into()]).map(drop)
}

/// Up to `rows` keys first used before `at`; how many there were.
pub fn forget_before(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    tx.execute(&FORGET, &[at.into(), rows.into()])
}
