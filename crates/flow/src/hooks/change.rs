//! Changing a webhook: what it hears, whether it runs, what signs.

use std::time::Duration;

use ctx::{Ctx, Event};
use model::{Code, Error, Result, Stream, WebhookId, limits};
use store::tables::webhooks;

use super::manage::{check_description, stored_kinds};
use super::target::{Target, check_url};
use super::{HookSecret, HookState};
use crate::Flow;

/// `None` leaves it as it is.
#[derive(Default)]
pub struct HookChange {
    pub url: Option<String>,
    /// Empty: every kind.
    pub kinds: Option<Vec<String>>,
    pub stream: Option<Option<Stream>>,
    pub description: Option<String>,
    pub state: Option<HookState>,
}

impl Flow {
    /// Resuming sends what waited, and its days of failure are forgotten.
    pub fn change_hook(&self, ctx: &Ctx, id: WebhookId, change: HookChange) -> Result<()> {
        let mut row = self.reachable_hook(ctx, id)?;
        if let Some(url) = change.url {
            check_url(&url)?;
            let mut target = Target::open(self.world(), &row)?;
            target.url = url;
            row.sealed_target = target.seal(self.world(), &row)?;
        }
        if let Some(kinds) = change.kinds {
            row.kinds = stored_kinds(&kinds)?;
        }
        if let Some(stream) = change.stream {
            row.stream = stream;
        }
        if let Some(description) = change.description {
            row.description = check_description(description)?;
        }
        if let Some(state) = change.state {
            row.state = state;
            row.because = None;
        }
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            webhooks::change(tx, &row)?;
            if row.state == HookState::Active {
                webhooks::forgive(tx, id)?;
            }
            let event = Event::new("webhook.changed")
                .about(id)
                .fact("state", row.state.word());
            actor.record(tx, event).map(drop)
        })
    }

    /// Both secrets sign until `overlap` is over, so that a receiver can change without a gap. A
    /// secret before the present one signs no more.
    ///
    /// # Errors
    /// `field_invalid` for an overlap beyond the limit.
    pub fn rotate_hook(&self, ctx: &Ctx, id: WebhookId, overlap: Duration) -> Result<HookSecret> {
        if overlap > limits::WEBHOOK_OVERLAP_MAX {
            return Err(Error::new(Code::FieldInvalid).at("/overlap_seconds"));
        }
        let mut row = self.reachable_hook(ctx, id)?;
        let world = self.world();
        let target = Target::open(world, &row)?.rotated(world.rng.as_ref());
        row.sealed_target = target.seal(world, &row)?;
        let until = ctx.now().plus(overlap);
        row.old_until = Some(until);
        let actor = ctx.clone();
        world.store.write(move |tx| {
            webhooks::change(tx, &row)?;
            let event = Event::new("webhook.secret_rotated")
                .about(id)
                .fact("old_until", until);
            actor.record(tx, event).map(drop)
        })?;
        let shown_once = target.shown();
        Ok(HookSecret { id, shown_once })
    }
}
