//! Apps and their API keys. Only a hash of a key's secret is here; the secret is shown once.

use model::{ApiKeyId, AppId, Code, Error, Mode, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

pub struct App {
    pub id: AppId,
    pub organisation: OrganisationId,
    pub name: String,
    /// Words of scopes, separated by spaces.
    pub scopes: String,
    /// Domains and addresses the app may send as, separated by spaces; `*` is any sender.
    pub senders: String,
    pub basic_allowed: bool,
    pub active: bool,
    pub created_at: Timestamp,
}

pub struct ApiKey {
    pub id: ApiKeyId,
    pub app: AppId,
    pub organisation: OrganisationId,
    pub mode: Mode,
    pub secret_hash: [u8; 32],
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO apps (id, organisation, name, scopes, senders, basic_allowed, active, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub FIND = "SELECT id, organisation, name, scopes, senders, basic_allowed, active, created_at FROM apps WHERE id = $1";
    pub LIST = "SELECT id, organisation, name, scopes, senders, basic_allowed, active, created_at
        FROM apps WHERE organisation = $1 ORDER BY created_at, id";
    pub INSERT_KEY = "INSERT INTO api_keys (id, app, organisation, mode, secret_hash, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub FIND_KEY = "SELECT id, app, organisation, mode, secret_hash, created_at, expires_at, last_used_at, revoked_at
        FROM api_keys WHERE id = $1";
    pub KEYS = "SELECT id, app, organisation, mode, secret_hash, created_at, expires_at, last_used_at, revoked_at
        FROM api_keys WHERE organisation = $1 ORDER BY created_at, id";
    pub TOUCH_KEY = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1";
    pub REVOKE_KEY = "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND organisation = $2 AND revoked_at IS NULL";
}

pub fn insert(tx: &mut Tx<'_>, a: &App) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            a.id.into(),
            a.organisation.into(),
            a.name.as_str().into(),
            a.scopes.as_str().into(),
            a.senders.as_str().into(),
            a.basic_allowed.into(),
            a.active.into(),
            a.created_at.into(),
        ],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx<'_>, id: AppId) -> Result<Option<App>> {
    tx.find(&FIND, &[id.into()], app)
}

pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<App>> {
    tx.query(&LIST, &[organisation.into()], app)
}

fn app(row: &Row<'_>) -> Result<App> {
    Ok(App {
        id: AppId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        name: row.text(2)?.to_owned(),
        scopes: row.text(3)?.to_owned(),
        senders: row.text(4)?.to_owned(),
        basic_allowed: row.flag(5)?,
        active: row.flag(6)?,
        created_at: row.at(7)?,
    })
}

pub fn insert_key(tx: &mut Tx<'_>, k: &ApiKey) -> Result<()> {
    tx.execute(
        &INSERT_KEY,
        &[
            k.id.into(),
            k.app.into(),
            k.organisation.into(),
            k.mode.word().into(),
            (&k.secret_hash).into(),
            k.created_at.into(),
            k.expires_at.into(),
        ],
    )
    .map(drop)
}

pub fn find_key(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<Option<ApiKey>> {
    tx.find(&FIND_KEY, &[id.into()], key)
}

pub fn keys(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<ApiKey>> {
    tx.query(&KEYS, &[organisation.into()], key)
}

fn key(row: &Row<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        id: ApiKeyId::from_bytes(row.array(0)?),
        app: AppId::from_bytes(row.array(1)?),
        organisation: OrganisationId::from_bytes(row.array(2)?),
        mode: Mode::from_word(row.text(3)?).ok_or_else(|| Error::new(Code::StoredDataInvalid))?,
        secret_hash: row.array(4)?,
        created_at: row.at(5)?,
        expires_at: row.opt_at(6)?,
        last_used_at: row.opt_at(7)?,
        revoked_at: row.opt_at(8)?,
    })
}

pub fn touch_key(tx: &mut Tx<'_>, id: ApiKeyId, at: Timestamp) -> Result<()> {
    tx.execute(&TOUCH_KEY, &[id.into(), at.into()]).map(drop)
}

pub fn revoke_key(tx: &mut Tx<'_>, id: ApiKeyId, organisation: OrganisationId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&REVOKE_KEY, &[id.into(), organisation.into(), at.into()])? == 1)
}
