//! Held messages: somebody with the right to decides that one goes, or that it does not.
//!
//! The reason is required, may hold anything, and is sealed with the entry of the audit log. Invariant:
//! what is released goes by verified TLS or to the portal, never below what policy would have chosen.

use ctx::{Action, Ctx, Event};
use model::{Code, Error, MessageId, Method, RecipientId, RecipientState, Result, limits};
use store::tables::{events, messages, organisations, recipients};

use crate::Flow;
use crate::view::reachable;

/// What was decided about a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    Release,
    Reject,
}

impl Flow {
    /// Decides for every recipient that is held; gives them. A sender by SMTP hears of a rejection.
    ///
    /// # Errors
    /// `field_missing` or `field_invalid` at `/reason`; `state_conflict` when nothing of it is held, or
    /// it was accepted just now and is not ready yet.
    pub fn review(
        &self,
        ctx: &Ctx,
        id: MessageId,
        review: Review,
        reason: &str,
    ) -> Result<Vec<RecipientId>> {
        let organisation = ctx.organisation();
        let store = &self.world().store;
        let row = store.read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::MessageRelease, &reachable(ctx, &row)?)?;
        let reason = checked(reason)?;
        let (actor, world) = (ctx.clone(), self.world().clone());
        let decided = store.write(move |tx| {
            // Before commit 2 the sealing still decides what is enqueued.
            if messages::load(tx, id, organisation)?.stage != messages::Stage::Enqueued {
                return Ok(Vec::new());
            }
            let key = world.item_key(tx, organisation, id.as_bytes())?;
            let house = organisations::find(tx, organisation)?;
            let below = house.filter(|o| o.portal_on).map(|_| Method::Portal);
            let mut decided = Vec::new();
            for r in recipients::of_message(tx, id)? {
                if !apply(tx, &r, review, below, actor.now())? {
                    continue;
                }
                let (kind, topic) = review.words();
                let event = Event::new(kind)
                    .message(id)
                    .recipient(r.id)
                    .payload(reason.clone().into_bytes(), &key);
                actor.record(tx, event)?;
                events::push(tx, topic, organisation, r.id.as_bytes(), actor.now())?;
                decided.push(r.id);
            }
            Ok(decided)
        })?;
        if decided.is_empty() {
            return Err(Code::StateConflict.into());
        }
        self.ring();
        Ok(decided)
    }
}

impl Review {
    /// The event, and what follows the commit.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("message.released", crate::after::RELEASE),
            Self::Reject => ("message.rejected", crate::after::REPORT),
        }
    }
}

fn apply(
    tx: &mut store::Tx<'_>,
    r: &recipients::Recipient,
    review: Review,
    below: Option<Method>,
    now: model::Timestamp,
) -> Result<bool> {
    let (from, to) = (RecipientState::Held, RecipientState::Blocked);
    match review {
        Review::Release => recipients::release(tx, r.id, below, now),
        Review::Reject => recipients::move_state(tx, r.id, from, to, now),
    }
}

fn checked(reason: &str) -> Result<String> {
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
