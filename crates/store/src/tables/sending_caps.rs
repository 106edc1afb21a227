//! Fixed limits of senders that an organisation chose itself.
//!
//! Invariant: without a row the program's own limits hold; the text is `policy::risk`'s, as JSON.

use model::{OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

statements! {
    pub FIND = "SELECT caps FROM sending_caps WHERE organisation = $1 AND kind = $2";
    pub PUT = "INSERT INTO sending_caps (organisation, kind, caps, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation, kind) DO UPDATE SET caps = $3, updated_at = $4";
    pub REMOVE = "DELETE FROM sending_caps WHERE organisation = $1 AND kind = $2";
}

/// For `person` or `software`.
pub fn find(
    tx: &mut Tx<'_>,
    (organisation, kind): (OrganisationId, &str),
) -> Result<Option<String>> {
    let asked = [organisation.into(), kind.into()];
    tx.find(&FIND, &asked, |row| Ok(row.text(0)?.to_owned()))
}

pub fn put(
    tx: &mut Tx<'_>,
    (organisation, kind): (OrganisationId, &str),
    caps: &str,
    now: Timestamp,
) -> Result<()> {
    let given = [organisation.into(), kind.into(), caps.into(), now.into()];
    tx.execute(&PUT, &given).map(drop)
}

/// False where the program's own limits held already.
pub fn remove(tx: &mut Tx<'_>, (organisation, kind): (OrganisationId, &str)) -> Result<bool> {
    Ok(tx.execute(&REMOVE, &[organisation.into(), kind.into()])? == 1)
}
