//! Webhooks: endpoints of an organisation's software, and how each has fared lately.
//!
//! Address and secrets are one sealed column. Invariant: a change here moves
//! `Store::settings_version`; how an endpoint fares is kept apart, because it changes all the time.

use model::{Code, Error, Mode, OrganisationId, Result, Stream, Timestamp, WebhookId};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct Webhook {
    pub id: WebhookId,
    pub organisation: OrganisationId,
    /// The app that made it and hears of its own messages alone; empty: all of the organisation's.
    pub owner: String,
    pub description: String,
    /// Address and secrets.
    pub sealed_target: Vec<u8>,
    /// ` kind kind ` with a space before and after each; `*` is every kind.
    pub kinds: String,
    pub stream: Option<Stream>,
    pub mode: Mode,
    pub state: State,
    /// Why it is paused or off, when no person did it.
    pub because: Option<String>,
    /// Until when signatures by the former secret are sent too.
    pub old_until: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// Whether events are sent, kept until later, or not even kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Active,
    /// Events wait until it is resumed.
    Paused,
    /// Events pass it by.
    Off,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Off];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Off => "off",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

#[derive(Clone, Copy, Default)]
pub struct Health {
    /// Nothing has been taken since.
    pub failing_since: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO webhooks (id, organisation, owner, description, sealed_target, kinds, stream, mode, state,
        because, old_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub FIND = "SELECT id, organisation, owner, description, sealed_target, kinds, stream, mode, state, because, old_until,
        created_at FROM webhooks WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, owner, description, sealed_target, kinds, stream, mode, state, because, old_until,
        created_at FROM webhooks WHERE organisation = $1 AND ($2 = '' OR (owner = $2 AND mode = $3))
        ORDER BY created_at, id LIMIT 200";
    pub ANY = "SELECT 1 FROM webhooks WHERE organisation = $1 AND state <> 'off' LIMIT 1";
    pub COUNT = "SELECT count(*) FROM webhooks WHERE organisation = $1";
    pub STOPPED = "SELECT count(*) FROM webhooks WHERE state <> 'active' AND because IS NOT NULL";
    pub CHANGE = "UPDATE webhooks SET description = $3, sealed_target = $4, kinds = $5, stream = $6, state = $7,
        because = $8, old_until = $9 WHERE id = $1 AND organisation = $2";
    pub STOP = "UPDATE webhooks SET state = $2, because = $3 WHERE id = $1 AND state = 'active'";
    pub DELETE = "DELETE FROM webhooks WHERE id = $1 AND organisation = $2";
    /// One node at a time gives out an endpoint's deliveries.
    pub HOLD = "SELECT id, organisation, owner, description, sealed_target, kinds, stream, mode, state, because, old_until,
        created_at FROM webhooks WHERE id = $1 AND state = 'active' FOR UPDATE SKIP LOCKED";
    pub GOOD = "INSERT INTO webhook_health (webhook, organisation, delivered_at) VALUES ($1, $2, $3)
        ON CONFLICT (webhook) DO UPDATE SET delivered_at = excluded.delivered_at, failing_since = NULL";
    pub BAD = "INSERT INTO webhook_health (webhook, organisation, failing_since, failed_at) VALUES ($1, $2, $3, $3)
        ON CONFLICT (webhook) DO UPDATE SET failed_at = excluded.failed_at,
        failing_since = COALESCE(webhook_health.failing_since, excluded.failing_since) RETURNING failing_since";
    pub HEALTH = "SELECT failing_since, failed_at, delivered_at FROM webhook_health WHERE webhook = $1";
    pub FORGIVE = "UPDATE webhook_health SET failing_since = NULL WHERE webhook = $1";
    pub FORGET_HEALTH = "DELETE FROM webhook_health WHERE webhook = $1";
}

pub fn insert(tx: &mut Tx<'_>, w: &Webhook) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            w.id.into(),
            w.organisation.into(),
            w.owner.as_str().into(),
            w.description.as_str().into(),
            w.sealed_target.as_slice().into(),
            w.kinds.as_str().into(),
            w.stream.map_or("", Stream::word).into(),
            w.mode.word().into(),
            w.state.word().into(),
            w.because.as_deref().into(),
            w.old_until.into(),
            w.created_at.into(),
        ],
    )
    .map(drop)
}

pub fn load(tx: &mut Tx<'_>, id: WebhookId, organisation: OrganisationId) -> Result<Webhook> {
    tx.find(&FIND, &[id.into(), organisation.into()], webhook)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// Oldest first, at most 200; `owner` empty means everyone's, else only that app's of that mode.
pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId, (owner, mode): (&str, Mode)) -> Result<Vec<Webhook>> {
    tx.query(&LIST, &[organisation.into(), owner.into(), mode.word().into()], webhook)
}

/// Whether anything of the organisation wants to hear of events.
pub fn any(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool> {
    Ok(tx.find(&ANY, &[organisation.into()], |row| row.int(0))?.is_some())
}

pub fn count(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(tx.find(&COUNT, &[organisation.into()], |row| row.uint(0))?.unwrap_or(0))
}

/// How many of the installation were stopped by what their receivers answered.
pub fn stopped(tx: &mut Tx<'_>) -> Result<u64> {
    Ok(tx.find(&STOPPED, &[], |row| row.uint(0))?.unwrap_or(0))
}

/// Stores what may change of it.
pub fn change(tx: &mut Tx<'_>, w: &Webhook) -> Result<()> {
    let values = [
        w.id.into(),
        w.organisation.into(),
        w.description.as_str().into(),
        w.sealed_target.as_slice().into(),
        w.kinds.as_str().into(),
        w.stream.map_or("", Stream::word).into(),
        w.state.word().into(),
        w.because.as_deref().into(),
        w.old_until.into(),
    ];
    tx.execute(&CHANGE, &values).map(drop)
}

/// False when it was not active any more.
pub fn stop(tx: &mut Tx<'_>, id: WebhookId, to: State, because: &str) -> Result<bool> {
    Ok(tx.execute(&STOP, &[id.into(), to.word().into(), because.into()])? == 1)
}

/// Its deliveries go by [`super::webhook_deliveries::delete_of`].
pub fn delete(tx: &mut Tx<'_>, id: WebhookId, organisation: OrganisationId) -> Result<bool> {
    tx.execute(&FORGET_HEALTH, &[id.into()])?;
    Ok(tx.execute(&DELETE, &[id.into(), organisation.into()])? == 1)
}

/// The endpoint, held until the transaction ends; `None` when it is not active or another holds it.
pub fn hold(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    tx.find(&HOLD, &[id.into()], webhook)
}

pub fn note_good(tx: &mut Tx<'_>, id: WebhookId, organisation: OrganisationId, at: Timestamp) -> Result<()> {
    tx.execute(&GOOD, &[id.into(), organisation.into(), at.into()]).map(drop)
}

/// Since when it fails.
pub fn note_bad(tx: &mut Tx<'_>, id: WebhookId, organisation: OrganisationId, at: Timestamp) -> Result<Timestamp> {
    let since = tx.find(&BAD, &[id.into(), organisation.into(), at.into()], |row| row.at(0))?;
    since.ok_or_else(|| Error::new(Code::StoredDataInvalid))
}

pub fn health(tx: &mut Tx<'_>, id: WebhookId) -> Result<Health> {
    let found = tx.find(&HEALTH, &[id.into()], |row| {
        Ok(Health { failing_since: row.opt_at(0)?, failed_at: row.opt_at(1)?, delivered_at: row.opt_at(2)? })
    })?;
    Ok(found.unwrap_or_default())
}

/// Someone resumes it: its days of failure count from now on.
pub fn forgive(tx: &mut Tx<'_>, id: WebhookId) -> Result<()> {
    tx.execute(&FORGIVE, &[id.into()]).map(drop)
}

fn webhook(row: &Row<'_>) -> Result<Webhook> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let stream = match row.text(6)? {
        "" => None,
        word => Some(Stream::from_word(word).ok_or_else(wrong)?),
    };
    Ok(Webhook {
        id: row.id(0)?,
        organisation: row.id(1)?,
        owner: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        sealed_target: row.bytes(4)?.to_vec(),
        kinds: row.text(5)?.to_owned(),
        stream,
        mode: row.word(7)?,
        state: State::from_word(row.text(8)?).ok_or_else(wrong)?,
        because: row.opt_text(9)?.map(str::to_owned),
        old_until: row.opt_at(10)?,
        created_at: row.at(11)?,
    })
}
