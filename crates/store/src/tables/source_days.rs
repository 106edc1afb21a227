//! How much a new source carried to a provider on each of its days: one count for all nodes.
//!
//! Invariant: a count never exceeds the cap it was raised under, however many nodes raise it at once.

use model::Result;

use crate::{Tx, statements};

statements! {
    pub OPEN = "INSERT INTO source_days (source, provider, day, messages) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING";
    pub TAKE = "UPDATE source_days SET messages = messages + 1
        WHERE source = $1 AND provider = $2 AND day = $3 AND messages < $4";
    pub OF_DAY = "SELECT messages FROM source_days WHERE source = $1 AND provider = $2 AND day = $3";
}

/// Takes one message of a day's share; false when none is left.
pub fn take(tx: &mut Tx<'_>, source: &str, provider: &str, day: u32, messages_max: u32) -> Result<bool> {
    let took = [source.into(), provider.into(), day.into(), messages_max.into()];
    if tx.execute(&TAKE, &took)? == 1 {
        return Ok(true);
    }
    // the first of the day opens it
    tx.execute(&OPEN, &[source.into(), provider.into(), day.into()])?;
    Ok(tx.execute(&TAKE, &took)? == 1)
}

/// What was taken of a day's share.
pub fn messages(tx: &mut Tx<'_>, source: &str, provider: &str, day: u32) -> Result<u64> {
    let found = tx.find(&OF_DAY, &[source.into(), provider.into(), day.into()], |row| row.uint(0))?;
    Ok(found.unwrap_or(0))
}
