//! What was refused once its content was here: kept all the same, for whoever looks for it later.
//!
//! Its client hears the same 5xx. Invariants: only who decides about quarantine opens it, it is in nobody's thread,
//! it makes nobody known, and nothing releases it; strangers fill no more than a day's share of an organisation, and
//! beyond that the attempt alone is on record.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, Event};
use model::{Address, Code, MessageId, OrganisationId, Result, ThreadId, limits};
use store::tables::arrivals;

use super::arrival::{Author, judge};
use super::door::Door;
use super::message::{decided, draft, keep_here, retry_key};
use super::{Effect, Incoming, once};
use crate::Flow;

const DAY: Duration = Duration::from_secs(86_400);

/// Refusals of what a message is, as against of how it came.
pub(super) fn is_kept(code: Code) -> bool {
    matches!(
        code,
        Code::AuthorRefused | Code::AuthorUnclear | Code::ContentHarmful
    )
}

impl Flow {
    /// Keeps a message that is refused with `because`, once for each of its recipients here. Blocks until it is durable.
    ///
    /// # Errors
    /// The store's: then the client should come again.
    pub fn keep_refused(&self, incoming: &Incoming, because: Code) -> Result<()> {
        let mut effects: Vec<Effect> = Vec::new();
        for door in &incoming.doors {
            let (organisation, mailbox) = match door {
                Door::Mailbox(to) => (to.organisation, Some(&to.address)),
                Door::Reply(to) => (to.organisation, None),
                Door::Bounce(_) | Door::Complaints | Door::Reports(_) => continue,
            };
            effects.push(effect(self, organisation, mailbox, incoming, because)?);
        }
        self.world()
            .store
            .write(move |tx| effects.iter().try_for_each(|effect| effect(tx)))?;
        self.ring();
        Ok(())
    }
}

fn effect(
    flow: &Flow,
    organisation: OrganisationId,
    mailbox: Option<&Address>,
    incoming: &Incoming,
    because: Code,
) -> Result<Effect> {
    let ctx = flow.world().system(organisation);
    let parsed = mail::parse(&incoming.content);
    let (Ok(message), true) = (parsed, has_room(&ctx, incoming.content.len())?) else {
        return Ok(attempt_alone(ctx, because));
    };
    let addressee = match mailbox {
        Some(mailbox) => mailbox.clone(),
        None => crate::notice::house(flow, &ctx)?.sender,
    };
    let thread = ThreadId::mint(ctx.now(), ctx.world().rng.as_ref());
    let judged = judge(flow, &ctx, &addressee, Author::Anyone, &message, incoming)?.refused();
    let key = retry_key(&message, incoming, MessageId::from_bytes([0; 16]));
    let what = format!("refused {key} {}", addressee.fold());
    let draft = draft(flow, &ctx, incoming, thread, addressee)?;
    let id = draft.id();
    let decided = Arc::new(decided(flow, &ctx, draft)?);
    Ok(Box::new(move |tx| {
        let event = Event::new("message.refused").fact("code", because.word());
        if !once(&ctx, tx, &what, id)? {
            return ctx.record(tx, event.fact("kept", false)).map(drop);
        }
        keep_here(&ctx, tx, &decided, &judged)?;
        ctx.record(tx, event.message(id).fact("kept", true))?;
        judged.insert(&ctx, tx, id)
    }))
}

fn attempt_alone(ctx: Ctx, because: Code) -> Effect {
    Box::new(move |tx| {
        let event = Event::new("message.refused").fact("code", because.word());
        ctx.record(tx, event.fact("kept", false)).map(drop)
    })
}

/// Asked before anything is written, so that what comes at one moment may go a little beyond.
fn has_room(ctx: &Ctx, octets: usize) -> Result<bool> {
    let (organisation, since) = (ctx.organisation(), ctx.now().minus(DAY));
    let store = &ctx.world().store;
    let (count, held) = store.read(move |tx| arrivals::rejected(tx, organisation, since))?;
    Ok(count < limits::REFUSED_PER_DAY_MAX
        && held + octets as u64 <= limits::REFUSED_OCTETS_PER_DAY_MAX)
}
