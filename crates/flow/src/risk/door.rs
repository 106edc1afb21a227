//! What a sender who is restricted may still do.
//!
//! Slow; or else held, and from there each rung takes more away: nothing to strangers, nothing with PHI, nothing.
//! Who is held is not slowed: what waits for a person is accepted at once (phi.md §9). Invariant: a refusal
//! here is a passing one, with a time to come back; what is held was accepted and is lost to nobody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ctx::{Ctx, PrincipalKind};
use model::{Code, Mode, OrganisationId, PhiLevel, Result, Stream, limits};
use policy::Risk;
use policy::risk::Rung;
use store::tables::recipients;

use super::{ORGANISATION, Place};
use crate::Flow;
use crate::accept::Accepted;

/// Messages of the present minute, of those who are slowed.
#[derive(Default)]
pub(super) struct Slowed(Mutex<Minute>);

/// Its number, and how many messages of each sender.
type Minute = (i64, HashMap<(OrganisationId, String), u32>);

impl Slowed {
    fn may(&self, key: (OrganisationId, String), minute: i64) -> bool {
        let mut slowed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slowed.0 != minute {
            *slowed = (minute, HashMap::new());
        }
        let count = slowed.1.entry(key).or_insert(0);
        *count += 1;
        *count <= limits::RISK_SLOWED_PER_MINUTE_MAX
    }
}

/// Before anything is read: who is suspended sends nothing, who is slowed waits.
///
/// # Errors
/// `sending_suspended`, `sending_slowed`.
pub(crate) fn before_reading(flow: &Flow, ctx: &Ctx) -> Result<()> {
    let Some(place) = place(flow, ctx) else {
        return Ok(());
    };
    match place.rung {
        Rung::Suspend => Err(Code::SendingSuspended.into()),
        Rung::Slow => {
            let key = (ctx.organisation(), ctx.actor().to_owned());
            match flow
                .watch()
                .slowed
                .may(key, ctx.now().secs().div_euclid(60))
            {
                true => Ok(()),
                false => Err(Code::SendingSlowed.into()),
            }
        }
        _ => Ok(()),
    }
}

/// Once it is known what it holds and whom it goes to.
///
/// # Errors
/// `sending_restricted` for PHI, or for somebody never written to, where the sender's rung forbids it.
pub(crate) fn once_read(flow: &Flow, ctx: &Ctx, accepted: &Accepted) -> Result<()> {
    let Some(place) = place(flow, ctx).filter(|place| place.rung >= Rung::KnownOnly) else {
        return Ok(());
    };
    let findings = &accepted.scanned.findings;
    let phi = findings.level >= PhiLevel::Likely || !findings.unscannable.is_empty();
    if place.rung >= Rung::NoPhi && phi {
        return Err(Code::SendingRestricted.into());
    }
    let blinder = ctx.world().keys(ctx.organisation())?.blinder("address");
    let people = accepted.draft.recipients.iter();
    let tokens: Vec<[u8; 32]> = people.map(|r| blinder.token(&r.address.fold())).collect();
    // Whom the burst itself was for is a stranger still.
    let (organisation, before) = (ctx.organisation(), place.trusted_before);
    let all_known = ctx.world().store.read(move |tx| {
        for token in &tokens {
            if !recipients::was_written_to(tx, organisation, token, before)? {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    match all_known {
        true => Ok(()),
        false => Err(Code::SendingRestricted.into()),
    }
}

/// How unusual the sending is, for policy. From `hold` on it looks like misuse, and everything is held; what
/// is unusual about an organisation or a stream as a whole is never more than high.
pub(crate) fn fact(flow: &Flow, ctx: &Ctx, stream: Stream) -> Risk {
    let own = match place(flow, ctx) {
        Some(place) if place.rung >= Rung::Hold => return Risk::Critical,
        Some(place) => place.risk,
        None => Risk::Normal,
    };
    let whole = [ORGANISATION, stream.word()].map(|subject| {
        let place = flow.watch().place(ctx.organisation(), subject);
        place.map_or(Risk::Normal, |place| place.risk)
    });
    let most = whole.into_iter().max().unwrap_or(Risk::Normal);
    own.max(most).min(Risk::High)
}

/// Whether somebody has to look at the sender before what is held of it goes.
pub(crate) fn is_restricted(flow: &Flow, organisation: OrganisationId, actor: &str) -> bool {
    let place = flow.watch().place(organisation, actor);
    place.is_some_and(|place| place.rung >= Rung::Hold)
}

fn place(flow: &Flow, ctx: &Ctx) -> Option<Place> {
    let kind = &ctx.principal().kind;
    let sends = matches!(kind, PrincipalKind::User(_) | PrincipalKind::App { .. });
    if !sends || ctx.mode() == Mode::Test {
        return None;
    }
    flow.watch().place(ctx.organisation(), ctx.actor())
}
