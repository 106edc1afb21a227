//! What was told to a webhook and what was not; trying it, and putting things back.

use ctx::{Ctx, Event};
use model::{Code, EventId, Result, WebhookId, limits};
use store::tables::webhook_deliveries as table;

use super::{DeliveryState, HookDeliveries, HookDelivery, Range};
use crate::Flow;

impl Flow {
    /// Newest first, below `before`.
    pub fn hook_deliveries(
        &self,
        ctx: &Ctx,
        id: WebhookId,
        state: Option<DeliveryState>,
        before: Option<u64>,
        rows: usize,
    ) -> Result<HookDeliveries> {
        self.reachable_hook(ctx, id)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let mut found = self
            .world()
            .store
            .read(move |tx| table::list(tx, id, before, state, rows + 1))?;
        let more = found.len() > rows;
        found.truncate(rows);
        let next = found.last().filter(|_| more).map(|d| d.position);
        let rows = found.into_iter().map(view).collect();
        Ok(HookDeliveries { rows, next })
    }

    /// An event for this webhook alone, sent like any other.
    pub fn test_hook(&self, ctx: &Ctx, id: WebhookId) -> Result<EventId> {
        self.reachable_hook(ctx, id)?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            let kind = "webhook.tested";
            let event = actor.record(tx, Event::new(kind).about(id))?;
            table::insert(tx, id, actor.organisation(), event, kind, actor.now())?;
            Ok(event)
        })
    }

    /// The same event under the same id, with all its tries before it.
    ///
    /// # Errors
    /// `state_conflict` when it has not ended, or was never told to this webhook.
    pub fn replay_hook_event(&self, ctx: &Ctx, id: WebhookId, event: EventId) -> Result<()> {
        self.reachable_hook(ctx, id)?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            if !table::replay_one(tx, id, event, actor.now())? {
                return Err(Code::StateConflict.into());
            }
            let recorded = Event::new("webhook.replayed").about(id).fact("count", 1);
            actor.record(tx, recorded).map(drop)
        })
    }

    /// All that ended, of what was told within the range; how many.
    pub fn replay_hook(&self, ctx: &Ctx, id: WebhookId, range: Range) -> Result<u64> {
        self.reachable_hook(ctx, id)?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            let count = table::replay_range(tx, id, range, actor.now())?;
            let recorded = Event::new("webhook.replayed")
                .about(id)
                .fact("count", count);
            actor.record(tx, recorded)?;
            Ok(count)
        })
    }
}

fn view(d: table::Delivery) -> HookDelivery {
    HookDelivery {
        event: d.event,
        sequence: d.position,
        kind: d.kind,
        message: d.message,
        recipient: d.recipient,
        state: d.state,
        tries: d.tries,
        answer: d.answer,
        fault: d.fault,
        created_at: d.created_at,
        due_at: d.ended_at.is_none().then_some(d.due_at),
        ended_at: d.ended_at,
    }
}
