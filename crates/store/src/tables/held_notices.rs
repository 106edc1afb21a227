//! Reviewers of what is held: when each got a letter last, and which recipients no letter has counted yet.
//!
//! Invariant: a recipient leaves the list by the transaction that inserts the letter that counts it, or once
//! it is held no more.

use model::{OrganisationId, RecipientId, RecipientState, Result, Timestamp, UserId};

use crate::{Tx, statements};

/// What a reader was not told of, of one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untold {
    pub state: RecipientState,
    pub count: u64,
}

statements! {
    pub WAIT = "INSERT INTO held_untold (organisation, reader, recipient, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    pub UNTOLD = "SELECT r.state, count(*) FROM held_untold u JOIN recipients r ON r.id = u.recipient
        WHERE u.organisation = $1 AND u.reader = $2 GROUP BY r.state ORDER BY r.state";
    pub NEWEST = "SELECT u.recipient FROM held_untold u JOIN recipients r ON r.id = u.recipient
        JOIN item_keys k ON k.item = r.message WHERE u.organisation = $1 AND u.reader = $2
        AND r.state IN ('held', 'quarantined') ORDER BY u.created_at DESC, u.recipient DESC LIMIT 1";
    pub CLEAR = "DELETE FROM held_untold WHERE organisation = $1 AND reader = $2";
    pub DUE = "SELECT DISTINCT u.organisation, u.reader FROM held_untold u WHERE NOT EXISTS (SELECT 1 FROM held_readers h
        WHERE h.organisation = u.organisation AND h.reader = u.reader AND h.told_at > $1) ORDER BY u.organisation, u.reader LIMIT $2";
    pub TOLD = "SELECT told_at FROM held_readers WHERE organisation = $1 AND reader = $2";
    pub TELL = "UPDATE held_readers SET told_at = $3 WHERE organisation = $1 AND reader = $2 AND told_at <= $4";
    pub TELL_FIRST = "INSERT INTO held_readers (organisation, reader, told_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

/// Nobody is told twice of the same one.
pub fn wait(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    reader: UserId,
    recipient: RecipientId,
    at: Timestamp,
) -> Result<()> {
    let row = [organisation.into(), reader.into(), recipient.into(), at.into()];
    tx.execute(&WAIT, &row).map(drop)
}

/// By state, those that are held no more among them.
pub fn untold(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    reader: UserId,
) -> Result<Vec<Untold>> {
    tx.query(&UNTOLD, &[organisation.into(), reader.into()], |row| {
        Ok(Untold { state: row.word(0)?, count: row.uint(1)? })
    })
}

/// The newest that is still held and whose message can be opened.
pub fn newest(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    reader: UserId,
) -> Result<Option<RecipientId>> {
    tx.find(&NEWEST, &[organisation.into(), reader.into()], |row| row.id(0))
}

/// Gives how many there were.
pub fn clear(tx: &mut Tx<'_>, organisation: OrganisationId, reader: UserId) -> Result<u64> {
    tx.execute(&CLEAR, &[organisation.into(), reader.into()])
}

/// Readers who were not told of something, and got no letter after `since`.
pub fn due(
    tx: &mut Tx<'_>,
    since: Timestamp,
    rows: usize,
) -> Result<Vec<(OrganisationId, UserId)>> {
    tx.query(&DUE, &[since.into(), rows.into()], |row| Ok((row.id(0)?, row.id(1)?)))
}

/// When a reader got the last letter.
pub fn told_at(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    reader: UserId,
) -> Result<Option<Timestamp>> {
    tx.find(&TOLD, &[organisation.into(), reader.into()], |row| row.at(0))
}

/// Claims a reader's letter; false when the last one is younger than `since`.
pub fn tell(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    reader: UserId,
    (now, since): (Timestamp, Timestamp),
) -> Result<bool> {
    let given = [organisation.into(), reader.into(), now.into(), since.into()];
    if tx.execute(&TELL, &given)? == 1 {
        return Ok(true);
    }
    Ok(tx.execute(&TELL_FIRST, &given[..3])? == 1)
}
