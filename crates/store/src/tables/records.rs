//! Records: one row a message of the archive, with the position by which it is found.

use model::{MessageId, Mode, OrganisationId, Result, Timestamp};

use crate::{Row, Statement, Tx, Value, statements};

/// What the archive could read of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// All of it can be found.
    Whole,
    /// Some of it cannot, for the reasons that `unread` names.
    Partial,
    /// It was destroyed when its time was over.
    Destroyed,
}

impl RecordState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Partial => "partial",
            Self::Destroyed => "destroyed",
        }
    }
}

impl From<RecordState> for Value<'_> {
    fn from(state: RecordState) -> Self {
        Self::Text(state.word())
    }
}

pub struct Record {
    pub message: MessageId,
    pub organisation: OrganisationId,
    /// Grows with the time of the message; given to one message only.
    pub position: i64,
    pub state: RecordState,
    /// Stable words, a space between them.
    pub unread: String,
    pub words: u64,
    pub archived_at: Timestamp,
}

/// How the archive stands beside what was accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    pub accepted: u64,
    pub archived: u64,
    /// Accepted and not archived yet.
    pub waiting: u64,
    /// Archived, and not all of it can be found.
    pub partial: u64,
}

statements! {
    pub ASK = "INSERT INTO to_archive (message, organisation, created_at) VALUES ($1, $2, $3)";
    pub ASKED = "SELECT message, organisation FROM to_archive WHERE message > $1 ORDER BY message LIMIT $2";
    pub ANSWERED = "DELETE FROM to_archive WHERE message = $1";
    pub INSERT = "INSERT INTO records (message, organisation, position, state, unread, words, archived_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub LAST_BELOW = "SELECT position FROM records WHERE position >= $1 AND position < $2 ORDER BY position DESC LIMIT 1";
    pub AT = "SELECT r.message, m.created_at FROM records r JOIN messages m ON m.id = r.message
        WHERE r.organisation = $1 AND r.position = $2";
    pub FILING = "SELECT r.message, r.position, r.state, r.unread, m.created_at, m.mode FROM records r
        JOIN messages m ON m.id = r.message WHERE r.organisation = $1 AND r.message = $2";
    pub PARTS = "SELECT r.message, r.position, r.state, r.unread, m.created_at, m.mode FROM records r
        JOIN messages m ON m.id = r.message WHERE r.organisation = $1 AND r.state = 'partial' AND r.position >= $2
        AND r.position <= $3 ORDER BY r.position DESC LIMIT $4";
    pub ACCEPTED = "SELECT count(*) FROM messages WHERE organisation = $1";
    pub ARCHIVED = "SELECT count(*) FROM records WHERE organisation = $1";
    pub PARTIAL = "SELECT count(*) FROM records WHERE organisation = $1 AND state = 'partial'";
    pub DESTROYED = "SELECT count(*) FROM records WHERE organisation = $1 AND state = 'destroyed'";
    pub FINDABLE = "SELECT count(*) FROM records WHERE organisation = $1 AND state <> 'destroyed' AND unread <> 'unopened'";
    pub WAITING_BEFORE = "SELECT 1 FROM to_archive WHERE organisation = $1 AND created_at < $2 LIMIT 1";
    pub WAITING = "SELECT count(*) FROM to_archive WHERE organisation = $1";
    pub UNREAD = "SELECT message, position, unread, archived_at FROM records WHERE organisation = $1 AND state = 'partial'
        AND position < $2 ORDER BY position DESC LIMIT $3";
}

/// Asks for a message to be archived: part of the commit that accepts it.
pub fn ask(tx: &mut Tx<'_>, message: MessageId, organisation: OrganisationId, now: Timestamp) -> Result<()> {
    tx.execute(&ASK, &[message.into(), organisation.into(), now.into()]).map(drop)
}

/// Messages behind `last` that wait for it, the oldest first.
pub fn asked(tx: &mut Tx<'_>, last: MessageId, rows: usize) -> Result<Vec<(MessageId, OrganisationId)>> {
    tx.query(&ASKED, &[last.into(), rows.into()], |row| Ok((row.id(0)?, row.id(1)?)))
}

/// Whether it still waited: who takes it away archives it.
pub fn answered(tx: &mut Tx<'_>, message: MessageId) -> Result<bool> {
    Ok(tx.execute(&ANSWERED, &[message.into()])? == 1)
}

pub fn insert(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    let values = [
        record.message.into(),
        record.organisation.into(),
        record.position.into(),
        record.state.into(),
        record.unread.as_str().into(),
        record.words.into(),
        record.archived_at.into(),
    ];
    tx.execute(&INSERT, &values).map(drop)
}

/// The highest position that is taken from `first` up to `end`, which is not part of it.
pub fn last_below(tx: &mut Tx<'_>, first: i64, end: i64) -> Result<Option<i64>> {
    tx.find(&LAST_BELOW, &[first.into(), end.into()], |row| row.int(0))
}

/// The message at a position, and when it was accepted.
pub fn at(tx: &mut Tx<'_>, organisation: OrganisationId, position: i64) -> Result<Option<(MessageId, Timestamp)>> {
    let values = [organisation.into(), position.into()];
    tx.find(&AT, &values, |row| Ok((row.id(0)?, row.at(1)?)))
}

/// A message of which not all can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub message: MessageId,
    pub position: i64,
    /// Stable words, a space between them.
    pub reasons: String,
    pub archived_at: Timestamp,
}

/// Those below a position, newest first.
pub fn unread(tx: &mut Tx<'_>, organisation: OrganisationId, below: i64, rows: usize) -> Result<Vec<Unread>> {
    tx.query(&UNREAD, &[organisation.into(), below.into(), rows.into()], |row| {
        Ok(Unread {
            message: row.id(0)?,
            position: row.int(1)?,
            reasons: row.text(2)?.to_owned(),
            archived_at: row.at(3)?,
        })
    })
}

/// What a legal hold asks of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    pub message: MessageId,
    pub position: i64,
    pub state: RecordState,
    /// Stable words, a space between them.
    pub unread: String,
    pub created_at: Timestamp,
    pub mode: Mode,
}

impl Filing {
    /// Who wrote it, or to whom, may not be found.
    pub fn hides_names(&self) -> bool {
        let hides = |word: &str| matches!(word, "unopened" | "broken" | "limit_lexicon");
        self.unread.split(' ').any(hides)
    }
}

/// None for a message that is not archived.
pub fn filing(tx: &mut Tx<'_>, organisation: OrganisationId, message: MessageId) -> Result<Option<Filing>> {
    tx.find(&FILING, &[organisation.into(), message.into()], filed)
}

/// Records of which not all can be found, newest first.
pub fn parts(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    window: crate::tables::postings::Window,
) -> Result<Vec<Filing>> {
    let given = [organisation.into(), window.first.into(), window.last.into(), window.rows.into()];
    tx.query(&PARTS, &given, filed)
}

fn filed(row: &Row<'_>) -> Result<Filing> {
    Ok(Filing {
        message: row.id(0)?,
        position: row.int(1)?,
        state: match row.text(2)? {
            "whole" => RecordState::Whole,
            "destroyed" => RecordState::Destroyed,
            _ => RecordState::Partial,
        },
        unread: row.text(3)?.to_owned(),
        created_at: row.at(4)?,
        mode: row.word(5)?,
    })
}

/// Messages that a search may have missed: not archived yet, or not all of it could be read.
pub fn missing(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(count(tx, &WAITING, organisation)? + count(tx, &PARTIAL, organisation)?)
}

fn count(tx: &mut Tx<'_>, counted: &'static Statement, organisation: OrganisationId) -> Result<u64> {
    let found = tx.find(counted, &[organisation.into()], |row| row.uint(0))?;
    Ok(found.unwrap_or(0))
}


/// Records that were destroyed when their time was over, and those of which the index has to know.
pub fn destroyed_and_findable(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(u64, u64)> {
    Ok((count(tx, &DESTROYED, organisation)?, count(tx, &FINDABLE, organisation)?))
}

/// Whether something waits since before then.
pub fn waits_since(tx: &mut Tx<'_>, organisation: OrganisationId, before: Timestamp) -> Result<bool> {
    let given = [organisation.into(), before.into()];
    Ok(tx.find(&WAITING_BEFORE, &given, |_| Ok(()))?.is_some())
}

pub fn gap(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Gap> {
    Ok(Gap {
        accepted: count(tx, &ACCEPTED, organisation)?,
        archived: count(tx, &ARCHIVED, organisation)?,
        waiting: count(tx, &WAITING, organisation)?,
        partial: count(tx, &PARTIAL, organisation)?,
    })
}
