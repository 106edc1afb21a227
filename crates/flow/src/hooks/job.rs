//! One thing to tell: leased, sent by `connect`, settled.
//!
//! The lease is longer than a try may take. A crash in between leaves the row open; when the lease
//! is over another process sends it again under the same id, which is how a receiver knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use ctx::{Event, World};
use model::{Code, Error, EventId, OrganisationId, Result, Secret, Timestamp, WebhookId, limits};
use serde_json::json;
use store::Tx;
use store::tables::webhook_deliveries::{self as table, Delivery, Seen};
use store::tables::webhooks::{self, Webhook};

use super::answer::{Answered, Verdict, judge};
use super::target::Target;
use super::{DeliveryState, HookState};
use crate::Flow;

/// Endpoints looked at in one turn.
const ENDPOINTS: usize = 256;

/// What to send, where, and what signs it. The address may hold a token: no `Debug`.
#[derive(Clone)]
pub struct HookJob {
    pub webhook: WebhookId,
    /// The id under which the receiver knows it again.
    pub event: EventId,
    pub kind: String,
    pub url: String,
    pub secrets: Vec<Secret<Vec<u8>>>,
    pub body: Vec<u8>,
    pub tries: u32,
    organisation: OrganisationId,
    /// Position and fence.
    lease: (u64, u64),
}

impl Flow {
    /// Leases what is due: at most [`limits::WEBHOOK_SENDS_MAX`] under way for one endpoint, so that
    /// a slow receiver holds up nobody else.
    ///
    /// # Errors
    /// The store's; nothing is lost, call it again.
    pub fn hook_jobs(&self) -> Result<Vec<HookJob>> {
        let (mut jobs, mut after) = (Vec::new(), WebhookId::from_bytes([0; 16]));
        loop {
            let now = self.world().now();
            let due = self
                .world()
                .store
                .read(move |tx| table::due(tx, now, after, ENDPOINTS))?;
            let Some(last) = due.last() else {
                return Ok(jobs);
            };
            after = *last;
            for id in &due {
                // What cannot be read of one keeps no other from being told.
                match self.claim(*id) {
                    Ok(found) => jobs.extend(found),
                    Err(error) => {
                        tracing::warn!(webhook = %id, code = %error.code(), "a webhook waits");
                    }
                }
            }
            if due.len() < ENDPOINTS {
                return Ok(jobs);
            }
        }
    }

    fn claim(&self, id: WebhookId) -> Result<Vec<HookJob>> {
        let world = self.world().clone();
        let leased = self.world().store.write(move |tx| {
            let Some(row) = webhooks::hold(tx, id)? else {
                return Ok(None);
            };
            let now = world.now();
            let until = now.plus(limits::WEBHOOK_LEASE);
            let found = table::claim(tx, id, now, until, limits::WEBHOOK_SENDS_MAX)?;
            let mut told = Vec::with_capacity(found.len());
            for d in found {
                let what = table::tell(tx, d.event, d.organisation)?;
                told.push((d, what));
            }
            Ok(Some(Arc::new((row, told))))
        })?;
        let Some(leased) = leased else {
            return Ok(Vec::new());
        };
        let (row, told) = leased.as_ref();
        let target = Target::open(self.world(), row)?;
        told.iter()
            .map(|(d, what)| job(self.world(), row, &target, d, what))
            .collect()
    }

    /// Stores how a try ended. One that was overtaken (its lease ran out, it was put back, the
    /// webhook is gone) changes nothing.
    pub fn hook_answered(&self, job: &HookJob, answered: Answered) -> Result<()> {
        let (world, job) = (self.world().clone(), job.clone());
        self.world()
            .store
            .write(move |tx| settle(&world, tx, &job, answered))
    }

    /// Forgets what ended long ago, a part at a time.
    pub(crate) fn tidy_hooks(&self) -> Result<()> {
        let before = self.world().now().minus(limits::WEBHOOK_KEEP);
        let forget = move |tx: &mut Tx<'_>| table::forget_before(tx, before);
        while self.world().store.write(forget)? > 0 {}
        Ok(())
    }

    pub(crate) fn measure_hooks(&self) -> Result<()> {
        let (open, stopped) = self
            .world()
            .store
            .read(|tx| Ok((table::open_count(tx)?, webhooks::stopped(tx)?)))?;
        metrics::gauge!("webhook_deliveries_open").set(open as f64);
        metrics::gauge!("webhooks_stopped").set(stopped as f64);
        Ok(())
    }
}

fn job(
    world: &World,
    row: &Webhook,
    target: &Target,
    d: &Delivery,
    told: &table::Told,
) -> Result<HookJob> {
    Ok(HookJob {
        webhook: d.webhook,
        event: d.event,
        kind: d.kind.clone(),
        url: target.url.clone(),
        secrets: target.secrets(row.old_until, world.now())?,
        body: body(row, d, told)?,
        tries: d.tries,
        organisation: d.organisation,
        lease: (d.position, d.fence),
    })
}

/// The same octets at every try: nothing in it depends on when it is sent.
fn body(row: &Webhook, d: &Delivery, told: &table::Told) -> Result<Vec<u8>> {
    let facts: BTreeMap<String, String> =
        serde_json::from_str(&told.facts).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    let known = model::events::find(&d.kind).map_or(&[][..], |kind| kind.facts);
    let facts: BTreeMap<_, _> = facts
        .into_iter()
        .filter(|(name, _)| known.contains(&name.as_str()))
        .collect();
    let (mode, stream) = told.of_message.unzip();
    let body = json!({
        "type": d.kind,
        "timestamp": told.at,
        "data": {
            "event": d.event,
            "sequence": d.position,
            "organisation": d.organisation,
            "webhook": d.webhook,
            "mode": mode.unwrap_or(row.mode),
            "stream": stream,
            "message": d.message,
            "recipient": d.recipient,
            "facts": facts,
        },
    });
    Ok(body.to_string().into_bytes())
}

fn settle(world: &Arc<World>, tx: &mut Tx<'_>, job: &HookJob, answered: Answered) -> Result<()> {
    let mut chance = [0];
    world.rng.fill(&mut chance);
    let (now, seen) = (world.now(), seen(answered));
    match judge(answered, job.tries, chance[0]) {
        Verdict::Delivered => {
            if table::end(tx, job.lease, DeliveryState::Delivered, now, seen)? {
                webhooks::note_good(tx, job.webhook, job.organisation, now)?;
            }
            Ok(())
        }
        Verdict::Retry(wait) => {
            if table::retry(tx, job.lease, now.plus(wait), seen)? {
                note_failure(world, tx, job, now)?;
            }
            Ok(())
        }
        Verdict::Dead => {
            if table::end(tx, job.lease, DeliveryState::Dead, now, seen)? {
                note_failure(world, tx, job, now)?;
            }
            Ok(())
        }
        Verdict::Pause => {
            if table::release(tx, job.lease, seen)? {
                stop(world, tx, job, HookState::Paused, "forbidden")?;
            }
            Ok(())
        }
        Verdict::Gone => {
            if table::end(tx, job.lease, DeliveryState::Dead, now, seen)? {
                stop(world, tx, job, HookState::Off, "gone")?;
                table::end_all(tx, job.webhook, now)?;
            }
            Ok(())
        }
    }
}

fn seen(answered: Answered) -> Seen<'static> {
    match answered {
        Answered::Status { code, .. } => Seen {
            answer: Some(code),
            fault: None,
        },
        Answered::Fault(word) => Seen {
            answer: None,
            fault: Some(word),
        },
    }
}

/// After days in which nothing was taken the endpoint is paused, and what comes meanwhile waits.
fn note_failure(world: &Arc<World>, tx: &mut Tx<'_>, job: &HookJob, now: Timestamp) -> Result<()> {
    let since = webhooks::note_bad(tx, job.webhook, job.organisation, now)?;
    if now.since(since) >= limits::WEBHOOK_FAILING_MAX {
        stop(world, tx, job, HookState::Paused, "failing")?;
    }
    Ok(())
}

/// The operator is told: by an audit entry, a warning, and the gauge `webhooks_stopped`.
fn stop(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    job: &HookJob,
    to: HookState,
    because: &'static str,
) -> Result<()> {
    if !webhooks::stop(tx, job.webhook, to, because)? {
        return Ok(());
    }
    tracing::warn!(webhook = %job.webhook, state = to.word(), because, "a webhook was stopped by its receiver's answers");
    let event = Event::new("webhook.stopped")
        .about(job.webhook)
        .fact("state", to.word())
        .fact("because", because);
    world.system(job.organisation).record(tx, event).map(drop)
}
