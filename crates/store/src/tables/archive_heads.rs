//! One row an organisation: how often its holds changed, its archive was written, its lexicon pruned.
//!
//! Whoever acts on a plan locks the row and compares. Invariant: a change of holds, a commit of the archive and a
//! pruning of the lexicon write here, so that two of them never pass each other.

use model::{OrganisationId, Result};

use crate::{Tx, statements};

statements! {
    pub BEGIN = "INSERT INTO archive_heads (organisation, holds, commits, prunings) VALUES ($1, 0, 0, 0)
        ON CONFLICT (organisation) DO NOTHING";
    pub HOLDS = "SELECT holds FROM archive_heads WHERE organisation = $1";
    pub PRUNINGS = "SELECT prunings FROM archive_heads WHERE organisation = $1";
    pub CHANGE_HOLDS = "UPDATE archive_heads SET holds = holds + 1 WHERE organisation = $1";
    pub LOCK_HOLDS = "UPDATE archive_heads SET holds = holds WHERE organisation = $1 AND holds = $2";
    pub TOUCH = "UPDATE archive_heads SET holds = holds WHERE organisation = $1";
    pub COMMIT = "UPDATE archive_heads SET commits = commits + 1 WHERE organisation = $1 AND prunings = $2";
    pub PRUNE = "UPDATE archive_heads SET prunings = prunings + 1 WHERE organisation = $1 AND prunings = $2";
}

/// How often the holds of an organisation changed.
pub fn holds(tx: &mut Tx<'_>, of: OrganisationId) -> Result<u64> {
    Ok(tx.find(&HOLDS, &[of.into()], |row| row.uint(0))?.unwrap_or(0))
}

/// How often its lexicon was pruned.
pub fn prunings(tx: &mut Tx<'_>, of: OrganisationId) -> Result<u64> {
    Ok(tx.find(&PRUNINGS, &[of.into()], |row| row.uint(0))?.unwrap_or(0))
}

/// Part of every commit that places a hold or moves one on.
pub fn change_holds(tx: &mut Tx<'_>, of: OrganisationId) -> Result<()> {
    tx.execute(&BEGIN, &[of.into()])?;
    tx.execute(&CHANGE_HOLDS, &[of.into()]).map(drop)
}

/// Whether no hold changed since; none does before this transaction ends.
pub fn lock_holds(tx: &mut Tx<'_>, of: OrganisationId, known: u64) -> Result<bool> {
    tx.execute(&BEGIN, &[of.into()])?;
    Ok(tx.execute(&LOCK_HOLDS, &[of.into(), known.into()])? == 1)
}

/// No record is destroyed beside this transaction.
pub fn touch(tx: &mut Tx<'_>, of: OrganisationId) -> Result<()> {
    tx.execute(&BEGIN, &[of.into()])?;
    tx.execute(&TOUCH, &[of.into()]).map(drop)
}

/// Part of every commit that archives; false when the lexicon was pruned since, and what is known of it is old.
pub fn commit(tx: &mut Tx<'_>, of: OrganisationId, known: u64) -> Result<bool> {
    tx.execute(&BEGIN, &[of.into()])?;
    Ok(tx.execute(&COMMIT, &[of.into(), known.into()])? == 1)
}

/// Part of the commit that prunes the lexicon; false when another one did since.
pub fn prune(tx: &mut Tx<'_>, of: OrganisationId, known: u64) -> Result<bool> {
    tx.execute(&BEGIN, &[of.into()])?;
    Ok(tx.execute(&PRUNE, &[of.into(), known.into()])? == 1)
}
