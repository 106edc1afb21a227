//! Who is where, of a whole organisation in few columns: for a check that everything is accounted for,
//! which must not depend on how the program itself reads. The simulation's oracles look through it.

use model::{
    Code, DeliveryId, Error, MessageId, Method, OrganisationId, Origin, RecipientId, RecipientState, Result, Timestamp,
};

use crate::{Row, Tx, statements};

pub struct Recipient {
    pub id: RecipientId,
    pub message: MessageId,
    pub method: Method,
    pub below: Option<Method>,
    pub state: RecipientState,
}

/// A delivery that has not ended.
pub struct Open {
    pub id: DeliveryId,
    pub fence: u64,
    pub attempts: u32,
    pub due_at: Timestamp,
    pub state: String,
    /// A node has it.
    pub held: bool,
}

statements! {
    pub MESSAGES = "SELECT id, origin FROM messages WHERE organisation = $1 AND origin <> 'system' ORDER BY id";
    pub RECIPIENTS = "SELECT id, message, method, below, state FROM recipients WHERE organisation = $1
        ORDER BY message, position";
    pub OPEN = "SELECT id, fence, attempts, due_at, state, node FROM deliveries WHERE state <> 'settled' ORDER BY id";
}

/// In the order of their ids.
pub fn messages(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<(MessageId, Origin)>> {
    tx.query(&MESSAGES, &[organisation.into()], |row| {
        Ok((MessageId::from_bytes(row.array(0)?), Origin::from_word(row.text(1)?).ok_or_else(wrong)?))
    })
}

/// In the order of their messages' ids, then as the messages name them.
pub fn recipients(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<Recipient>> {
    tx.query(&RECIPIENTS, &[organisation.into()], recipient)
}

fn recipient(row: &Row<'_>) -> Result<Recipient> {
    Ok(Recipient {
        id: RecipientId::from_bytes(row.array(0)?),
        message: MessageId::from_bytes(row.array(1)?),
        method: Method::from_word(row.text(2)?).ok_or_else(wrong)?,
        below: row.opt_text(3)?.map(|word| Method::from_word(word).ok_or_else(wrong)).transpose()?,
        state: RecipientState::from_word(row.text(4)?).ok_or_else(wrong)?,
    })
}

/// Of all organisations, in the order of their ids.
pub fn open(tx: &mut Tx<'_>) -> Result<Vec<Open>> {
    tx.query(&OPEN, &[], |row| {
        Ok(Open {
            id: DeliveryId::from_bytes(row.array(0)?),
            fence: u64::try_from(row.int(1)?).map_err(|_| wrong())?,
            attempts: u32::try_from(row.int(2)?).map_err(|_| wrong())?,
            due_at: row.at(3)?,
            state: row.text(4)?.to_owned(),
            held: row.opt_bytes(5)?.is_some(),
        })
    })
}

fn wrong() -> Error {
    Error::new(Code::StoredDataInvalid)
}
