//! Whether the issuers of recipients' certificates still stand by them, and what the organisation makes of that.
//!
//! What is known was asked beside all mail ([`round`]). Not here: whether an issuer's own certificate was revoked, which
//! is asked of nobody. Invariants: no message waits for an answer; a certificate that
//! was revoked once is used no more, unless its issuer had only suspended it.

mod asking;
mod round;

use ctx::{Ctx, Event};
use model::{
    KeyFor, OrganisationId, RecipientKeyId, Result, RevocationState, RevocationUse, Timestamp,
    limits,
};
use store::Tx;
use store::tables::recipient_keys::RecipientKey;
use store::tables::revocations as table;

use super::facts::Unusable;
use crate::Flow;

pub(super) use asking::Lists;

/// What is known of a certificate's revocation, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationView {
    pub state: RevocationState,
    /// A word of [`model::RevocationReason`] or [`model::RevocationDoubt`], or empty.
    pub because: String,
    /// When the list or answer was made that says so.
    pub produced_at: Option<Timestamp>,
    pub checked_at: Option<Timestamp>,
}

impl Flow {
    /// What the organisation makes of revocation.
    pub fn revocation_use(&self, ctx: &Ctx) -> Result<RevocationUse> {
        super::may(ctx)?;
        let organisation = ctx.organisation();
        let store = &self.world().store;
        store.read(move |tx| table::use_of(tx, organisation))
    }

    /// From the next message on. What is known stays known; under `ignore` it counts for nothing.
    pub fn set_revocation_use(&self, ctx: &Ctx, is: RevocationUse) -> Result<()> {
        super::may(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            table::set_use(tx, ctx2.organisation(), is)?;
            if is != RevocationUse::Ignore {
                table::wake(tx, ctx2.organisation(), ctx2.now())?;
            }
            let event = Event::new("settings.revocation_set").fact("use", is);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// Call it every minute. Asks about certificates that are due, until `is_stopping`; what fails is tried again later,
    /// and one that cannot be read keeps nobody from asking about the others.
    ///
    /// # Errors
    /// The store's.
    pub fn check_revocations(&self, is_stopping: &dyn Fn() -> bool) -> Result<()> {
        round::run(self, is_stopping)
    }
}

/// A key that mail may be encrypted to is asked about at once, whatever is known.
pub(super) fn ask_now(ctx: &Ctx, tx: &mut Tx<'_>, kind: KeyFor, id: RecipientKeyId) -> Result<()> {
    match kind {
        KeyFor::Smime => table::ask_at(tx, ctx.organisation(), id, ctx.now()),
        KeyFor::Pgp => Ok(()),
    }
}

/// Why a key on record is not used, for what its issuer says or does not say.
pub(super) fn against(
    tx: &mut Tx<'_>,
    row: &RecipientKey,
    now: Timestamp,
) -> Result<Option<Unusable>> {
    if row.kind != KeyFor::Smime {
        return Ok(None);
    }
    let is = table::use_of(tx, row.organisation)?;
    if is == RevocationUse::Ignore {
        return Ok(None);
    }
    let known = table::find(tx, row.organisation, row.id)?;
    let state = known
        .as_ref()
        .map_or(RevocationState::Due, |known| known.state);
    let is_fresh = known.is_some_and(|known| is_fresh(&known, now));
    Ok(match (state, is) {
        (RevocationState::Revoked, _) => Some(Unusable::Revoked),
        (_, RevocationUse::Prefer | RevocationUse::Ignore) => None,
        (RevocationState::Good, RevocationUse::Require) if is_fresh => None,
        // Nobody can be asked about it, and somebody here vouched for it.
        (RevocationState::Unnamed, RevocationUse::Require) if row.pinned => None,
        (_, RevocationUse::Require) => Some(Unusable::Unconfirmed),
    })
}

/// Those of the rows that nothing is known against.
pub(super) fn holding(
    tx: &mut Tx<'_>,
    rows: Vec<RecipientKey>,
    now: Timestamp,
) -> Result<Vec<RecipientKey>> {
    let mut holding = Vec::with_capacity(rows.len());
    for row in rows {
        if against(tx, &row, now)?.is_none() {
            holding.push(row);
        }
    }
    Ok(holding)
}

pub(super) fn view(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    id: RecipientKeyId,
) -> Result<Option<RevocationView>> {
    let found = table::find(tx, organisation, id)?;
    Ok(found.map(|found| RevocationView {
        state: found.state,
        because: found.because,
        produced_at: found.produced_at,
        checked_at: found.checked_at,
    }))
}

fn is_fresh(known: &table::Revocation, now: Timestamp) -> bool {
    let until = known
        .good_until
        .map(|until| until.plus(limits::REVOCATION_SKEW));
    until.is_some_and(|until| until > now)
}
