//! Captures: messages that did not go through us, by a keyed token of what they are.

use model::{MessageId, OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

statements! {
    pub INSERT = "INSERT INTO captures (message, organisation, content_token, captured_at) VALUES ($1, $2, $3, $4)";
    pub FIND = "SELECT message FROM captures WHERE organisation = $1 AND content_token = $2";
}

pub fn insert(
    tx: &mut Tx<'_>,
    message: MessageId,
    organisation: OrganisationId,
    token: &[u8; 32],
    now: Timestamp,
) -> Result<()> {
    let values = [message.into(), organisation.into(), token.into(), now.into()];
    tx.execute(&INSERT, &values).map(drop)
}

/// The record that is the same already, be it destroyed since or not.
pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, token: &[u8; 32]) -> Result<Option<MessageId>> {
    tx.find(&FIND, &[organisation.into(), token.into()], |row| row.id(0))
}
