//! What came in for people, what looks wrong about it, and who wrote here before.
//!
//! Invariant: words, counts, times and keyed tokens; of the message itself there is nothing here.

use model::{ArrivalState, Code, Error, MessageId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Arrival {
    pub message: MessageId,
    pub organisation: OrganisationId,
    /// `none`, `banner` or `quarantine`.
    pub concern: String,
    pub state: ArrivalState,
    /// What looks wrong, as JSON: words, weights, places.
    pub found: String,
    /// Of the mailbox and who wrote to it.
    pub sender_token: [u8; 32],
    /// Of the author's domain as it was registered.
    pub domain_token: [u8; 32],
    pub created_at: Timestamp,
    /// When somebody released or deleted it, and who.
    pub decided: Option<(Timestamp, String)>,
}

/// Which of them.
#[derive(Clone, Default)]
pub struct Wanted {
    pub state: Option<ArrivalState>,
    /// A word of what looks wrong.
    pub word: Option<String>,
    pub domain: Option<[u8; 32]>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO arrivals (message, organisation, concern, state, found, sender_token, domain_token, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub INSERT_WORD = "INSERT INTO arrival_words (message, word) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    pub FIND = "SELECT message, organisation, concern, state, found, sender_token, domain_token, created_at, decided_at,
        decided_by FROM arrivals WHERE message = $1 AND organisation = $2";
    pub LIST = "SELECT message, organisation, concern, state, found, sender_token, domain_token, created_at, decided_at,
        decided_by FROM arrivals a WHERE organisation = $1 AND ($2 = '' OR state = $2)
        AND ($3 = '' OR EXISTS (SELECT 1 FROM arrival_words w WHERE w.message = a.message AND w.word = $3))
        AND created_at >= $4 AND (created_at < $5 OR (created_at = $5 AND message < $6))
        ORDER BY created_at DESC, message DESC LIMIT $7";
    pub LIST_OF_DOMAIN = "SELECT message, organisation, concern, state, found, sender_token, domain_token, created_at,
        decided_at, decided_by FROM arrivals a WHERE organisation = $1 AND domain_token = $8 AND ($2 = '' OR state = $2)
        AND ($3 = '' OR EXISTS (SELECT 1 FROM arrival_words w WHERE w.message = a.message AND w.word = $3))
        AND created_at >= $4 AND (created_at < $5 OR (created_at = $5 AND message < $6))
        ORDER BY created_at DESC, message DESC LIMIT $7";
    pub WAITING = "SELECT count(*) FROM arrivals WHERE organisation = $1 AND state = 'quarantined'";
    pub REJECTED = "SELECT count(*), CAST(COALESCE(SUM(m.octets), 0) AS BIGINT) FROM arrivals a
        JOIN messages m ON m.id = a.message
        WHERE a.organisation = $1 AND a.state = 'rejected' AND a.created_at >= $2";
    pub DECIDE = "UPDATE arrivals SET state = $3, decided_at = $4, decided_by = $5 WHERE message = $1 AND organisation = $2
        AND state = 'quarantined'";
    pub FIND_SENDER = "SELECT 1 FROM known_senders WHERE organisation = $1 AND token = $2";
    pub KNOW_SENDER = "INSERT INTO known_senders (organisation, token, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (organisation, token) DO UPDATE SET seen_at = $3";
    pub FORGET_SENDERS = "DELETE FROM known_senders WHERE seen_at < $1";
}

/// With each word once, so that it is found by it.
pub fn insert<'a>(
    tx: &mut Tx<'_>,
    a: &Arrival,
    words: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let given = [
        a.message.into(),
        a.organisation.into(),
        a.concern.as_str().into(),
        a.state.word().into(),
        a.found.as_str().into(),
        (&a.sender_token).into(),
        (&a.domain_token).into(),
        a.created_at.into(),
    ];
    tx.execute(&INSERT, &given)?;
    for word in words {
        tx.execute(&INSERT_WORD, &[a.message.into(), word.into()])?;
    }
    Ok(())
}

/// None for what did not come in, and for what came before such things were looked at.
pub fn find(
    tx: &mut Tx<'_>,
    message: MessageId,
    organisation: OrganisationId,
) -> Result<Option<Arrival>> {
    tx.find(&FIND, &[message.into(), organisation.into()], row)
}

/// Newest first, from before `(before, message)`.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    wanted: &Wanted,
    before: Option<(Timestamp, MessageId)>,
    rows: usize,
) -> Result<Vec<Arrival>> {
    let end = wanted.until.unwrap_or(Timestamp::MAX);
    let (at, id) = match before {
        Some((at, id)) => (at.min(end), id),
        None => (end, MessageId::from_bytes([0xFF; 16])),
    };
    let mut asked = vec![
        organisation.into(),
        wanted.state.map_or("", ArrivalState::word).into(),
        wanted.word.as_deref().unwrap_or_default().into(),
        wanted.since.unwrap_or_default().into(),
        at.into(),
        id.into(),
        Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)),
    ];
    let Some(domain) = &wanted.domain else {
        return tx.query(&LIST, &asked, row);
    };
    asked.push(domain.into());
    tx.query(&LIST_OF_DOMAIN, &asked, row)
}

/// How many are in quarantine.
pub fn waiting(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    let found = tx.find(&WAITING, &[organisation.into()], |row| row.int(0))?;
    Ok(u64::try_from(found.unwrap_or(0)).unwrap_or(0))
}

/// How many were refused and kept since then, and their octets.
pub fn rejected(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<(u64, u64)> {
    let read = |row: &Row<'_>| Ok((row.int(0)?, row.int(1)?));
    let found = tx.find(&REJECTED, &[organisation.into(), since.into()], read)?;
    let (count, octets) = found.unwrap_or_default();
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok((whole(count), whole(octets)))
}

/// False when it was in quarantine no more, so that two people cannot both decide.
pub fn decide(
    tx: &mut Tx<'_>,
    (message, organisation): (MessageId, OrganisationId),
    to: ArrivalState,
    (at, by): (Timestamp, &str),
) -> Result<bool> {
    let given = [
        message.into(),
        organisation.into(),
        to.word().into(),
        at.into(),
        by.into(),
    ];
    Ok(tx.execute(&DECIDE, &given)? == 1)
}

/// Whether that token was seen here: of a mailbox and who writes to it, or of a domain.
pub fn is_known(tx: &mut Tx<'_>, organisation: OrganisationId, token: &[u8; 32]) -> Result<bool> {
    let asked = [organisation.into(), token.into()];
    Ok(tx.find(&FIND_SENDER, &asked, |_| Ok(()))?.is_some())
}

pub fn know(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    token: &[u8; 32],
    at: Timestamp,
) -> Result<()> {
    let given = [organisation.into(), token.into(), at.into()];
    tx.execute(&KNOW_SENDER, &given).map(drop)
}

/// Those not seen since `before` are strangers again.
pub fn forget_senders(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.execute(&FORGET_SENDERS, &[before.into()]).map(drop)
}

fn row(row: &Row<'_>) -> Result<Arrival> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    Ok(Arrival {
        message: MessageId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        concern: row.text(2)?.to_owned(),
        state: ArrivalState::from_word(row.text(3)?).ok_or_else(wrong)?,
        found: row.text(4)?.to_owned(),
        sender_token: row.array(5)?,
        domain_token: row.array(6)?,
        created_at: row.at(7)?,
        decided: row
            .opt_at(8)?
            .map(|at| Ok::<_, Error>((at, row.opt_text(9)?.unwrap_or_default().to_owned())))
            .transpose()?,
    })
}
