//! What signing in remembers beside the user: wrong attempts at addresses that nobody has, and codes
//! for those who lost their second factor. Both by keyed token.

use model::{Result, Timestamp, UserId};

use crate::{Tx, Value, statements};

/// Wrong attempts at an address that nobody has.
#[derive(Clone, Copy)]
pub struct Stranger {
    pub failures: u32,
    pub failed_at: Timestamp,
    pub locked_until: Option<Timestamp>,
}

statements! {
    pub FIND_STRANGER = "SELECT failures, failed_at, locked_until FROM sign_in_strangers WHERE token = $1";
    pub PUT_STRANGER = "INSERT INTO sign_in_strangers (token, failures, failed_at, locked_until) VALUES ($1, $2, $3, $4)
        ON CONFLICT (token) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at,
        locked_until = excluded.locked_until";
    pub FORGET_STRANGERS = "DELETE FROM sign_in_strangers WHERE token IN
        (SELECT token FROM sign_in_strangers WHERE failed_at < $1 ORDER BY failed_at LIMIT $2)";
    pub INSERT_CODE = "INSERT INTO recovery_codes (person, code_token, created_at) VALUES ($1, $2, $3)";
    pub DROP_CODES = "DELETE FROM recovery_codes WHERE person = $1";
    pub USE_CODE = "UPDATE recovery_codes SET used_at = $3 WHERE person = $1 AND code_token = $2 AND used_at IS NULL";
    pub CODES_LEFT = "SELECT count(*) FROM recovery_codes WHERE person = $1 AND used_at IS NULL";
}

pub fn find_stranger(tx: &mut Tx<'_>, token: &[u8; 32]) -> Result<Option<Stranger>> {
    tx.find(&FIND_STRANGER, &[token.into()], |row| {
        Ok(Stranger {
            failures: u32::try_from(row.int(0)?).unwrap_or(u32::MAX),
            failed_at: row.at(1)?,
            locked_until: row.opt_at(2)?,
        })
    })
}

pub fn put_stranger(tx: &mut Tx<'_>, token: &[u8; 32], s: Stranger) -> Result<()> {
    let failures = Value::Int(s.failures.into());
    tx.execute(&PUT_STRANGER, &[token.into(), failures, s.failed_at.into(), s.locked_until.into()]).map(drop)
}

/// Up to `rows` that were last tried before `at`; how many there were.
pub fn forget_strangers(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    tx.execute(&FORGET_STRANGERS, &[at.into(), rows.into()])
}

/// Puts these in place of all earlier ones.
pub fn replace_codes(tx: &mut Tx<'_>, person: UserId, tokens: &[[u8; 32]], at: Timestamp) -> Result<()> {
    tx.execute(&DROP_CODES, &[person.into()])?;
    for token in tokens {
        tx.execute(&INSERT_CODE, &[person.into(), token.into(), at.into()])?;
    }
    Ok(())
}

/// True once for each code.
pub fn use_code(tx: &mut Tx<'_>, person: UserId, token: &[u8; 32], at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&USE_CODE, &[person.into(), token.into(), at.into()])? == 1)
}

pub fn codes_left(tx: &mut Tx<'_>, person: UserId) -> Result<u64> {
    let left = tx.find(&CODES_LEFT, &[person.into()], |row| row.int(0))?;
    Ok(left.and_then(|left| u64::try_from(left).ok()).unwrap_or(0))
}
