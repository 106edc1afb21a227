//! The portal: pick-up notices, one-time codes, visits. Links and codes are stored as hashes only.

use model::{Code, Error, MessageId, NoticeId, OrganisationId, RecipientId, Result, Timestamp, VisitId};

use crate::{Row, Tx, Value, statements};

pub struct Notice {
    pub id: NoticeId,
    pub organisation: OrganisationId,
    pub message: MessageId,
    pub recipient: RecipientId,
    pub token_hash: [u8; 32],
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub opened_at: Option<Timestamp>,
    pub replied_at: Option<Timestamp>,
}

pub struct OneTimeCode {
    pub notice: NoticeId,
    pub code_token: [u8; 32],
    pub tries: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

pub struct Visit {
    pub id: VisitId,
    pub token_hash: [u8; 32],
    pub notice: NoticeId,
    pub organisation: OrganisationId,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

statements! {
    pub INSERT_NOTICE = "INSERT INTO notices (id, organisation, message, recipient, token_hash, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (recipient) DO UPDATE SET token_hash = $5, created_at = $6, expires_at = $7";
    pub FIND_NOTICE = "SELECT id, organisation, message, recipient, token_hash, created_at, expires_at, opened_at, replied_at
        FROM notices WHERE token_hash = $1";
    pub LOAD_NOTICE = "SELECT id, organisation, message, recipient, token_hash, created_at, expires_at, opened_at, replied_at
        FROM notices WHERE id = $1";
    pub NOTICE_OF = "SELECT id, organisation, message, recipient, token_hash, created_at, expires_at, opened_at, replied_at
        FROM notices WHERE recipient = $1";
    pub UNREAD = "SELECT id, organisation, message, recipient, token_hash, created_at, expires_at, opened_at, replied_at
        FROM notices WHERE expires_at < $1 AND opened_at IS NULL AND ended_at IS NULL
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    pub END_NOTICE = "UPDATE notices SET ended_at = $2 WHERE id = $1";
    pub FORGET_CODES = "DELETE FROM codes WHERE (notice, created_at) IN
        (SELECT notice, created_at FROM codes WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    pub FORGET_VISITS = "DELETE FROM visits WHERE id IN
        (SELECT id FROM visits WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    pub HOLD_NOTICE = "UPDATE notices SET expires_at = expires_at WHERE id = $1";
    pub MARK_OPENED = "UPDATE notices SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL";
    pub MARK_REPLIED = "UPDATE notices SET replied_at = $2 WHERE id = $1 AND replied_at IS NULL";
    pub INSERT_CODE = "INSERT INTO codes (notice, code_token, tries, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    pub NEWEST_CODE = "SELECT notice, code_token, tries, created_at, expires_at, used_at FROM codes
        WHERE notice = $1 ORDER BY created_at DESC LIMIT 1 FOR UPDATE";
    pub CODES_SINCE = "SELECT count(*) FROM codes WHERE notice = $1 AND created_at > $2";
    pub TRY_CODE = "UPDATE codes SET tries = tries + 1 WHERE notice = $1 AND created_at = $2";
    pub USE_CODE = "UPDATE codes SET used_at = $3 WHERE notice = $1 AND created_at = $2 AND used_at IS NULL";
    pub INSERT_VISIT = "INSERT INTO visits (id, token_hash, notice, organisation, created_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    pub FIND_VISIT = "SELECT id, token_hash, notice, organisation, created_at, seen_at, ended_at FROM visits
        WHERE token_hash = $1";
    pub TOUCH_VISIT = "UPDATE visits SET seen_at = $2 WHERE id = $1";
    pub END_VISIT = "UPDATE visits SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

pub fn insert_notice(tx: &mut Tx<'_>, n: &Notice) -> Result<()> {
    tx.execute(
        &INSERT_NOTICE,
        &[
            n.id.into(),
            n.organisation.into(),
            n.message.into(),
            n.recipient.into(),
            (&n.token_hash).into(),
            n.created_at.into(),
            n.expires_at.into(),
        ],
    )
    .map(drop)
}

pub fn find_notice(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Notice>> {
    tx.find(&FIND_NOTICE, &[token_hash.into()], notice)
}

pub fn load_notice(tx: &mut Tx<'_>, id: NoticeId) -> Result<Notice> {
    tx.find(&LOAD_NOTICE, &[id.into()], notice)?.ok_or_else(|| Error::new(Code::NotFound))
}

pub fn notice_of(tx: &mut Tx<'_>, recipient: RecipientId) -> Result<Option<Notice>> {
    tx.find(&NOTICE_OF, &[recipient.into()], notice)
}

fn notice(row: &Row<'_>) -> Result<Notice> {
    Ok(Notice {
        id: NoticeId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        message: MessageId::from_bytes(row.array(2)?),
        recipient: RecipientId::from_bytes(row.array(3)?),
        token_hash: row.array(4)?,
        created_at: row.at(5)?,
        expires_at: row.at(6)?,
        opened_at: row.opt_at(7)?,
        replied_at: row.opt_at(8)?,
    })
}

/// An update that changes nothing: of two transactions that hold one notice at once, the later one is
/// run again and sees what the first wrote.
pub fn hold_notice(tx: &mut Tx<'_>, id: NoticeId) -> Result<()> {
    tx.execute(&HOLD_NOTICE, &[id.into()]).map(drop)
}

/// Up to `rows` notices whose time was over before `now` and that nobody opened, oldest first; held
/// for whoever ends them.
pub fn unread(tx: &mut Tx<'_>, now: Timestamp, rows: usize) -> Result<Vec<Notice>> {
    tx.query(&UNREAD, &[now.into(), rows.into()], notice)
}

/// Nobody will open it any more.
pub fn end_notice(tx: &mut Tx<'_>, id: NoticeId, at: Timestamp) -> Result<()> {
    tx.execute(&END_NOTICE, &[id.into(), at.into()]).map(drop)
}

/// Up to `rows` codes made before `at`; how many there were.
pub fn forget_codes(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    tx.execute(&FORGET_CODES, &[at.into(), rows.into()])
}

/// Up to `rows` visits begun before `at`; how many there were.
pub fn forget_visits(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    tx.execute(&FORGET_VISITS, &[at.into(), rows.into()])
}

/// True the first time.
pub fn mark_opened(tx: &mut Tx<'_>, id: NoticeId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&MARK_OPENED, &[id.into(), at.into()])? == 1)
}

/// True the first time: a reader replies once to a message.
pub fn mark_replied(tx: &mut Tx<'_>, id: NoticeId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&MARK_REPLIED, &[id.into(), at.into()])? == 1)
}

pub fn insert_code(tx: &mut Tx<'_>, c: &OneTimeCode) -> Result<()> {
    let values = [
        c.notice.into(),
        (&c.code_token).into(),
        Value::Int(c.tries.into()),
        c.created_at.into(),
        c.expires_at.into(),
    ];
    tx.execute(&INSERT_CODE, &values).map(drop)
}

/// Only the newest code of a notice counts.
pub fn newest_code(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<OneTimeCode>> {
    tx.find(&NEWEST_CODE, &[notice.into()], |row| {
        Ok(OneTimeCode {
            notice: NoticeId::from_bytes(row.array(0)?),
            code_token: row.array(1)?,
            tries: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
            created_at: row.at(3)?,
            expires_at: row.at(4)?,
            used_at: row.opt_at(5)?,
        })
    })
}

pub fn codes_since(tx: &mut Tx<'_>, notice: NoticeId, since: Timestamp) -> Result<u32> {
    let count = tx.find(&CODES_SINCE, &[notice.into(), since.into()], |row| row.int(0))?.unwrap_or(0);
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

pub fn try_code(tx: &mut Tx<'_>, c: &OneTimeCode) -> Result<()> {
    tx.execute(&TRY_CODE, &[c.notice.into(), c.created_at.into()]).map(drop)
}

pub fn use_code(tx: &mut Tx<'_>, c: &OneTimeCode, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&USE_CODE, &[c.notice.into(), c.created_at.into(), at.into()])? == 1)
}

pub fn insert_visit(tx: &mut Tx<'_>, v: &Visit) -> Result<()> {
    let values = [
        v.id.into(),
        (&v.token_hash).into(),
        v.notice.into(),
        v.organisation.into(),
        v.created_at.into(),
        v.seen_at.into(),
    ];
    tx.execute(&INSERT_VISIT, &values).map(drop)
}

pub fn find_visit(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Visit>> {
    tx.find(&FIND_VISIT, &[token_hash.into()], |row| {
        Ok(Visit {
            id: VisitId::from_bytes(row.array(0)?),
            token_hash: row.array(1)?,
            notice: NoticeId::from_bytes(row.array(2)?),
            organisation: OrganisationId::from_bytes(row.array(3)?),
            created_at: row.at(4)?,
            seen_at: row.at(5)?,
            ended_at: row.opt_at(6)?,
        })
    })
}

pub fn touch_visit(tx: &mut Tx<'_>, id: VisitId, at: Timestamp) -> Result<()> {
    tx.execute(&TOUCH_VISIT, &[id.into(), at.into()]).map(drop)
}

pub fn end_visit(tx: &mut Tx<'_>, id: VisitId, at: Timestamp) -> Result<()> {
    tx.execute(&END_VISIT, &[id.into(), at.into()]).map(drop)
}
