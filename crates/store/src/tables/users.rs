//! People who sign in, and their sessions. Names and addresses are sealed; look-up is by token.

use model::{OrganisationId, Result, SessionId, Timestamp, UserId};

use crate::{Row, Tx, Value, statements};

pub struct User {
    pub id: UserId,
    pub organisation: OrganisationId,
    pub email_token: [u8; 32],
    pub sealed_profile: Vec<u8>,
    /// Argon2id in PHC form.
    pub password_hash: String,
    pub sealed_totp: Option<Vec<u8>>,
    /// The last TOTP step that was used: each works once.
    pub totp_step: i64,
    /// Words of roles, separated by spaces.
    pub roles: String,
    pub active: bool,
    pub failures: u32,
    pub locked_until: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The last wrong attempt; none since a right one.
    pub failed_at: Option<Timestamp>,
}

pub struct Session {
    pub id: SessionId,
    pub token_hash: [u8; 32],
    pub person: UserId,
    pub organisation: OrganisationId,
    /// `password` until the second factor is given, then `full`.
    pub stage: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO users (id, organisation, email_token, sealed_profile, password_hash, sealed_totp, totp_step,
        roles, active, failures, locked_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub FIND = "SELECT id, organisation, email_token, sealed_profile, password_hash, sealed_totp, totp_step, roles, active,
        failures, locked_until, created_at, failed_at FROM users WHERE id = $1";
    pub FIND_BY_EMAIL = "SELECT id, organisation, email_token, sealed_profile, password_hash, sealed_totp, totp_step, roles,
        active, failures, locked_until, created_at, failed_at FROM users WHERE organisation = $1 AND email_token = $2";
    pub LIST = "SELECT id, organisation, email_token, sealed_profile, password_hash, sealed_totp, totp_step, roles, active,
        failures, locked_until, created_at, failed_at FROM users WHERE organisation = $1 ORDER BY created_at, id";
    pub NOTE_FAILURE = "UPDATE users SET failures = $2, locked_until = $3, failed_at = $4 WHERE id = $1";
    pub FORGIVE = "UPDATE users SET failures = 0, locked_until = NULL, failed_at = NULL WHERE id = $1
        AND (locked_until IS NULL OR locked_until <= $2)";
    pub SET_TOTP = "UPDATE users SET sealed_totp = $2, totp_step = 0 WHERE id = $1";
    pub CLEAR_TOTP = "UPDATE users SET sealed_totp = NULL, totp_step = 0, failures = 0, locked_until = NULL
        WHERE id = $1 AND organisation = $2";
    pub END_SESSIONS = "UPDATE sessions SET ended_at = $2 WHERE person = $1 AND ended_at IS NULL";
    pub USE_STEP = "UPDATE users SET totp_step = $2, failures = 0, locked_until = NULL WHERE id = $1 AND totp_step < $2
        AND (locked_until IS NULL OR locked_until <= $3)";
    pub SET_PASSWORD = "UPDATE users SET password_hash = $2, failures = 0, locked_until = NULL WHERE id = $1";
    pub INSERT_SESSION = "INSERT INTO sessions (id, token_hash, person, organisation, stage, created_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub FIND_SESSION = "SELECT id, token_hash, person, organisation, stage, created_at, seen_at, ended_at
        FROM sessions WHERE token_hash = $1";
    pub TOUCH_SESSION = "UPDATE sessions SET seen_at = $2 WHERE id = $1";
    pub FORGET_SESSIONS = "DELETE FROM sessions WHERE id IN
        (SELECT id FROM sessions WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    pub END_SESSION = "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

pub fn insert(tx: &mut Tx<'_>, u: &User) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            u.id.into(),
            u.organisation.into(),
            (&u.email_token).into(),
            u.sealed_profile.as_slice().into(),
            u.password_hash.as_str().into(),
            u.sealed_totp.as_deref().into(),
            u.totp_step.into(),
            u.roles.as_str().into(),
            u.active.into(),
            Value::Int(u.failures.into()),
            u.locked_until.into(),
            u.created_at.into(),
        ],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx<'_>, id: UserId) -> Result<Option<User>> {
    tx.find(&FIND, &[id.into()], user)
}

pub fn find_by_email(tx: &mut Tx<'_>, organisation: OrganisationId, token: &[u8; 32]) -> Result<Option<User>> {
    tx.find(&FIND_BY_EMAIL, &[organisation.into(), token.into()], user)
}

pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<User>> {
    tx.query(&LIST, &[organisation.into()], user)
}

fn user(row: &Row<'_>) -> Result<User> {
    Ok(User {
        id: UserId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        email_token: row.array(2)?,
        sealed_profile: row.bytes(3)?.to_vec(),
        password_hash: row.text(4)?.to_owned(),
        sealed_totp: row.opt_bytes(5)?.map(<[u8]>::to_vec),
        totp_step: row.int(6)?,
        roles: row.text(7)?.to_owned(),
        active: row.flag(8)?,
        failures: u32::try_from(row.int(9)?).unwrap_or(u32::MAX),
        locked_until: row.opt_at(10)?,
        created_at: row.at(11)?,
        failed_at: row.opt_at(12)?,
    })
}

pub fn note_failure(
    tx: &mut Tx<'_>,
    id: UserId,
    failures: u32,
    locked_until: Option<Timestamp>,
    at: Timestamp,
) -> Result<()> {
    let values = [id.into(), Value::Int(failures.into()), locked_until.into(), at.into()];
    tx.execute(&NOTE_FAILURE, &values).map(drop)
}

/// Begins counting anew after a right attempt; false while the user is locked out.
pub fn forgive(tx: &mut Tx<'_>, id: UserId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&FORGIVE, &[id.into(), now.into()])? == 1)
}

pub fn set_totp(tx: &mut Tx<'_>, id: UserId, sealed: &[u8]) -> Result<()> {
    tx.execute(&SET_TOTP, &[id.into(), sealed.into()]).map(drop)
}

/// The user enrols anew at the next sign-in, and every session ends. False when there is no such user.
pub fn clear_totp(
    tx: &mut Tx<'_>,
    id: UserId,
    organisation: OrganisationId,
    at: Timestamp,
) -> Result<bool> {
    tx.execute(&END_SESSIONS, &[id.into(), at.into()])?;
    Ok(tx.execute(&CLEAR_TOTP, &[id.into(), organisation.into()])? == 1)
}

/// Marks a TOTP step as used; false when it, or a later one, was used before (RFC 6238 §5.2).
/// False too while the user is locked out, so that guesses made at once cannot outrun the lock.
pub fn use_step(tx: &mut Tx<'_>, id: UserId, step: i64, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&USE_STEP, &[id.into(), step.into(), now.into()])? == 1)
}

pub fn set_password(tx: &mut Tx<'_>, id: UserId, hash: &str) -> Result<()> {
    tx.execute(&SET_PASSWORD, &[id.into(), hash.into()]).map(drop)
}

pub fn insert_session(tx: &mut Tx<'_>, s: &Session) -> Result<()> {
    tx.execute(
        &INSERT_SESSION,
        &[
            s.id.into(),
            (&s.token_hash).into(),
            s.person.into(),
            s.organisation.into(),
            s.stage.as_str().into(),
            s.created_at.into(),
            s.seen_at.into(),
        ],
    )
    .map(drop)
}

pub fn find_session(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Session>> {
    tx.find(&FIND_SESSION, &[token_hash.into()], |row| {
        Ok(Session {
            id: SessionId::from_bytes(row.array(0)?),
            token_hash: row.array(1)?,
            person: UserId::from_bytes(row.array(2)?),
            organisation: OrganisationId::from_bytes(row.array(3)?),
            stage: row.text(4)?.to_owned(),
            created_at: row.at(5)?,
            seen_at: row.at(6)?,
            ended_at: row.opt_at(7)?,
        })
    })
}

pub fn touch_session(tx: &mut Tx<'_>, id: SessionId, at: Timestamp) -> Result<()> {
    tx.execute(&TOUCH_SESSION, &[id.into(), at.into()]).map(drop)
}

pub fn end_session(tx: &mut Tx<'_>, id: SessionId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&END_SESSION, &[id.into(), at.into()])? == 1)
}

/// Up to `rows` sessions begun before `at`; how many there were.
pub fn forget_sessions(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    tx.execute(&FORGET_SESSIONS, &[at.into(), rows.into()])
}
