//! Held messages: somebody with the right to decides that one goes, or that it does not.
//!
//! The reason is required, may hold anything, and is sealed with the entry of the audit log. Where a rule
//! asks for it, or its sender is restricted for unusual sending, two people agree to a release; a rejection
//! takes one. Invariant: what is released goes by verified TLS or to the portal, never below what policy would have chosen.

use ctx::{Action, Ctx, Event};
use model::{Code, Demand, Error, MessageId, Method, RecipientId, RecipientState, Result, limits};
use store::tables::{correspondents, events, messages, organisations, recipients, reviews};

use crate::Flow;
use crate::besides::{Besides, Release};
use crate::view::reachable;

/// What was decided about a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    Release,
    Reject,
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Released or rejected.
    pub decided: Vec<RecipientId>,
    /// Somebody else has to agree to the release.
    pub waiting: Vec<RecipientId>,
}

impl Flow {
    /// Decides for every recipient that is held; gives them. A sender by SMTP hears of a rejection.
    ///
    /// # Errors
    /// `field_missing` or `field_invalid` at `/reason`; `state_conflict` when nothing of it is held, or
    /// it was accepted just now and is not ready yet; `second_person_needed` when this person agreed
    /// before and somebody else has to; `policy_blocked` where no release is enough, or a consent that it rests on
    /// has ended since.
    pub fn review(
        &self,
        ctx: &Ctx,
        id: MessageId,
        review: Review,
        reason: &str,
    ) -> Result<Reviewed> {
        let organisation = ctx.organisation();
        let store = &self.world().store;
        let row = store.read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(review.action(), &reachable(ctx, &row)?)?;
        let reason = checked(reason)?;
        // One person may be the thief of that account: urgent care takes two (the break-glass of the ladder in `risk`).
        let restricted = crate::risk::is_restricted(self, organisation, &row.actor);
        let (actor, world) = (ctx.clone(), self.world().clone());
        let reviewed = store.write(move |tx| {
            let mut reviewed = Reviewed::default();
            // Before commit 2 the sealing still decides what is enqueued.
            if messages::load(tx, id, organisation)?.stage != messages::Stage::Enqueued {
                return Ok(reviewed);
            }
            let key = world.item_key(tx, organisation, id.as_bytes())?;
            let house = organisations::find(tx, organisation)?;
            let below = house.filter(|o| o.portal_on).map(|_| Method::Portal);
            for r in recipients::of_message(tx, id)? {
                let kind = match one(&actor, tx, &r, (review, restricted), below)? {
                    Step::Passed => continue,
                    Step::Waits => {
                        reviewed.waiting.push(r.id);
                        "message.release_approved"
                    }
                    Step::Decided => {
                        let (kind, topic) = review.words();
                        events::push(tx, topic, organisation, r.id.as_bytes(), actor.now())?;
                        reviewed.decided.push(r.id);
                        kind
                    }
                };
                let event = Event::new(kind).message(id).recipient(r.id);
                let event = event.payload(reason.clone().into_bytes(), &key);
                actor.record(tx, event)?;
            }
            Ok(reviewed)
        })?;
        if reviewed == Reviewed::default() {
            return Err(Code::StateConflict.into());
        }
        self.ring();
        Ok(reviewed)
    }
}

/// What became of one recipient.
enum Step {
    /// Nothing of it was held.
    Passed,
    Waits,
    Decided,
}

impl Review {
    fn action(self) -> Action {
        match self {
            Self::Release => Action::QuarantineRelease,
            Self::Reject => Action::QuarantineReject,
        }
    }
    /// The event, and what follows the commit.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("message.released", crate::after::RELEASE),
            Self::Reject => ("message.rejected", crate::after::REPORT),
        }
    }
}

fn one(
    actor: &Ctx,
    tx: &mut store::Tx<'_>,
    r: &recipients::Recipient,
    (review, restricted): (Review, bool),
    below: Option<Method>,
) -> Result<Step> {
    let (from, to) = (RecipientState::Held, RecipientState::Blocked);
    if r.state != from {
        return Ok(Step::Passed);
    }
    if review == Review::Release {
        still_consented(actor, tx, r)?;
        if is_one_short(actor, tx, r, restricted)? {
            return Ok(Step::Waits);
        }
    }
    let moved = match review {
        Review::Release => recipients::release(tx, r.id, way(r, below)?, actor.now())?,
        Review::Reject => recipients::move_state(tx, r.id, from, to, actor.now())?,
    };
    Ok(if moved { Step::Decided } else { Step::Passed })
}

/// What a consent under 42 CFR Part 2 covered when it was written goes only while a consent runs: one may have ended
/// or been revoked since (2.31(a)(6) and (7)).
fn still_consented(actor: &Ctx, tx: &mut store::Tx<'_>, r: &recipients::Recipient) -> Result<()> {
    if !Besides::of(r)?.notices.contains(&policy::Notice::Part2) {
        return Ok(());
    }
    let found = correspondents::find(tx, r.organisation, &r.address_token)?;
    let until = found.and_then(|row| row.standing.part2_until);
    match until.is_some_and(|until| until > actor.now()) {
        true => Ok(()),
        false => Err(Code::PolicyBlocked.into()),
    }
}

/// How it goes: as its other rules ask. What an earlier version stored goes by verified TLS.
fn way(r: &recipients::Recipient, below: Option<Method>) -> Result<recipients::Released> {
    match Besides::of(r)?.release {
        Some(Release::Refused) => Err(Code::PolicyBlocked.into()),
        Some(Release::Goes {
            method,
            demand,
            below,
            neutral_subject,
            ..
        }) => Ok(recipients::Released {
            method,
            demand,
            below,
            neutral_subject,
        }),
        None => Ok(recipients::Released {
            method: Method::Tls,
            demand: Demand::VerifiedTls,
            below,
            neutral_subject: r.neutral_subject,
        }),
    }
}

/// Takes this person's consent where two are asked for; whether another's is still wanted.
fn is_one_short(
    actor: &Ctx,
    tx: &mut store::Tx<'_>,
    r: &recipients::Recipient,
    restricted: bool,
) -> Result<bool> {
    let quarantine = Besides::of(r)?.quarantine;
    if !restricted && !quarantine.is_some_and(|quarantine| quarantine.second_person) {
        return Ok(false);
    }
    recipients::touch(tx, r.id)?;
    let is_new = reviews::approve(tx, r.id, r.organisation, actor.actor(), actor.now())?;
    let short = reviews::approvals(tx, r.id)?.len() < 2;
    if short && !is_new {
        return Err(Code::SecondPersonNeeded.into());
    }
    Ok(short)
}

/// A reason as it may be kept.
///
/// # Errors
/// `field_missing` or `field_invalid` at `/reason`.
pub fn checked(reason: &str) -> Result<String> {
    let reason = reason.trim();
    let hidden = |c: char| c != '\n' && c != '\r' && c != '\t' && model::is_hidden(c);
    if reason.is_empty() {
        return Err(Error::new(Code::FieldMissing).at("/reason"));
    }
    if reason.chars().count() > limits::REASON_CHARS_MAX || reason.chars().any(hidden) {
        return Err(Error::new(Code::FieldInvalid).at("/reason"));
    }
    Ok(reason.to_owned())
}
