//! Who agreed to the release of held mail, and what people said about what detection found.
//!
//! Invariant: a person agrees once to a release, and has one opinion of a message: the last.

use model::{Code, Error, MessageId, OrganisationId, PhiLevel, RecipientId, Result, Timestamp};

use crate::{Row, Tx, statements};

/// What somebody said about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    pub organisation: OrganisationId,
    pub message: MessageId,
    pub actor: String,
    /// `not_phi` or `missed_phi`.
    pub verdict: String,
    /// What detection had said.
    pub level: PhiLevel,
    pub at: Timestamp,
}

statements! {
    pub APPROVE = "INSERT INTO release_approvals (recipient, organisation, actor, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    pub APPROVALS = "SELECT actor FROM release_approvals WHERE recipient = $1 ORDER BY at, actor";
    pub SAY = "INSERT INTO feedback (organisation, message, actor, verdict, level, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (message, actor) DO UPDATE SET verdict = $4, level = $5, at = $6";
    pub SAID = "SELECT organisation, message, actor, verdict, level, at FROM feedback WHERE message = $1 AND organisation = $2
        ORDER BY at, actor";
    pub LIST = "SELECT organisation, message, actor, verdict, level, at FROM feedback WHERE organisation = $1
        AND (at < $2 OR (at = $2 AND message < $3)) ORDER BY at DESC, message DESC LIMIT $4";
}

/// False when this person agreed before.
pub fn approve(
    tx: &mut Tx<'_>,
    recipient: RecipientId,
    organisation: OrganisationId,
    actor: &str,
    at: Timestamp,
) -> Result<bool> {
    let given = [recipient.into(), organisation.into(), actor.into(), at.into()];
    Ok(tx.execute(&APPROVE, &given)? == 1)
}

/// Who agreed, first come first.
pub fn approvals(tx: &mut Tx<'_>, recipient: RecipientId) -> Result<Vec<String>> {
    tx.query(&APPROVALS, &[recipient.into()], |row| Ok(row.text(0)?.to_owned()))
}

pub fn say(tx: &mut Tx<'_>, f: &Feedback) -> Result<()> {
    let given = [
        f.organisation.into(),
        f.message.into(),
        f.actor.as_str().into(),
        f.verdict.as_str().into(),
        f.level.word().into(),
        f.at.into(),
    ];
    tx.execute(&SAY, &given).map(drop)
}

/// About one message, oldest first.
pub fn said(
    tx: &mut Tx<'_>,
    message: MessageId,
    organisation: OrganisationId,
) -> Result<Vec<Feedback>> {
    tx.query(&SAID, &[message.into(), organisation.into()], feedback)
}

/// Newest first.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: Option<(Timestamp, MessageId)>,
    rows: usize,
) -> Result<Vec<Feedback>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, MessageId::from_bytes([255; 16])));
    let asked = [organisation.into(), at.into(), id.into(), rows.into()];
    tx.query(&LIST, &asked, feedback)
}

fn feedback(row: &Row<'_>) -> Result<Feedback> {
    let level = PhiLevel::from_word(row.text(4)?);
    Ok(Feedback {
        organisation: OrganisationId::from_bytes(row.array(0)?),
        message: MessageId::from_bytes(row.array(1)?),
        actor: row.text(2)?.to_owned(),
        verdict: row.text(3)?.to_owned(),
        level: level.ok_or_else(|| Error::new(Code::StoredDataInvalid))?,
        at: row.at(5)?,
    })
}
