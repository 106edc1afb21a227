//! Measure: the gauges that operators watch, and whether everything accepted is accounted for.
//!
//! Every name is in `model::METRICS`. Not here: what the wire counts (`mta`). Invariant: conservation
//! is read from the database alone, in one snapshot, and uses at most 1 % of the time.

use std::sync::{Mutex, PoisonError};

use ctx::World;
use model::{Origin, Result, Timestamp};
use store::tables::recipients;

use crate::Flow;
use crate::settle::Settling;

/// The share of time that conservation may use: one in so many.
const SHARE: u32 = 100;

/// `accepted = delivered + picked up + bounced + suppressed + recalled + expired + held + queued`,
/// with the states between them, over all recipients of the installation.
pub struct Conservation {
    pub accepted: u64,
    pub accounted: u64,
    /// When the oldest delivery that is due and not finished was made.
    pub oldest: Option<Timestamp>,
}

impl Conservation {
    /// Must be 0. A recipient whose row is gone is off, and so is one that waits for nothing.
    pub fn off(&self) -> u64 {
        self.accepted.abs_diff(self.accounted)
    }
}

/// When conservation may be read again.
#[derive(Default)]
pub(crate) struct Pace(Mutex<Option<Timestamp>>);

impl Pace {
    fn is_due(&self, now: Timestamp) -> bool {
        let next = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        next.is_none_or(|at| at <= now)
    }
    fn rest_until(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }
}

impl Flow {
    /// Sets the gauges; call it every minute.
    ///
    /// # Errors
    /// The store's.
    pub fn measure(&self) -> Result<()> {
        let world = self.world();
        let mut pending = 0;
        for organisation in world.organisations()? {
            pending += world.ledger_state(organisation)?.pending;
        }
        metrics::gauge!("ledger_pending_entries").set(pending as f64);
        let counts = self.dispatcher().counts();
        let parked = world.store.read(store::tables::deliveries::parked_count)?;
        metrics::gauge!("scheduled_count").set(counts.scheduled as f64);
        metrics::gauge!("deliveries_in_database").set(parked as f64);
        metrics::gauge!("ready_count").set(counts.ready as f64);
        metrics::gauge!("running_count").set(counts.running as f64);
        for row in &self.dispatcher().view().rows {
            let (provider, source) = (row.provider.clone(), row.source.clone());
            let labels = [("provider", provider), ("source", source)];
            let waiting = row.waiting as f64;
            metrics::gauge!("queued_count_by_provider_and_source", &labels).set(waiting);
        }
        let aside = self.dispatcher().set_aside_count()?;
        metrics::gauge!("deliveries_set_aside").set(aside as f64);
        self.measure_hooks()?;
        self.measure_disk()?;
        let began = world.now();
        if self.measured().is_due(began) {
            let found = self.conservation()?;
            let ended = world.now();
            let took = ended.since(began);
            metrics::gauge!("conservation_off").set(found.off() as f64);
            metrics::gauge!("conservation_seconds").set(took.as_secs_f64());
            let age = found.oldest.map_or(0.0, |at| ended.since(at).as_secs_f64());
            metrics::gauge!("queue_oldest_seconds").set(age);
            self.measured().rest_until(ended.plus(took * SHARE));
        }
        Ok(())
    }

    /// Looks whether everything accepted is accounted for.
    ///
    /// # Errors
    /// The store's.
    pub fn conservation(&self) -> Result<Conservation> {
        let now = self.world().now();
        let found = self
            .world()
            .store
            .read(move |tx| recipients::conservation(tx, now))?;
        Ok(Conservation {
            accepted: found.accepted,
            accounted: found.ended + found.queued,
            oldest: found.oldest,
        })
    }

    fn measure_disk(&self) -> Result<()> {
        let Some(disk) = self.world().store.disk()? else {
            return Ok(());
        };
        let percent = |free: u64, all: u64| free as f64 * 100.0 / all.max(1) as f64;
        metrics::gauge!("disk_free_bytes", "name" => "data").set(disk.octets_free as f64);
        metrics::gauge!("disk_free_percent", "name" => "data")
            .set(percent(disk.octets_free, disk.octets));
        if disk.files > 0 {
            metrics::gauge!("disk_free_inodes", "name" => "data").set(disk.files_free as f64);
            metrics::gauge!("disk_free_inodes_percent", "name" => "data")
                .set(percent(disk.files_free, disk.files));
        }
        Ok(())
    }
}

/// Counts a message that is durable now; its commit was asked for at `began`.
pub(crate) fn accepted(world: &World, began: Timestamp, origin: Origin) {
    let took = world.now().since(began);
    metrics::histogram!("message_save_latency").record(took.as_secs_f64());
    metrics::counter!("total_messages_received", "service" => service(origin)).increment(1);
}

/// Counts how long a delivery took whose end is stored.
pub(crate) fn ended(end: &Settling) {
    if end.is_delivered() {
        let (stream, due) = (end.tracked().stream.word(), end.tracked().first_due);
        metrics::histogram!("delivery_duration_seconds", "stream" => stream)
            .record(end.at().since(due).as_secs_f64());
    }
}

/// The door's name in metrics: those of `connection_count` where a door has connections.
fn service(origin: Origin) -> &'static str {
    match origin {
        Origin::Smtp => "smtp_submission",
        Origin::Api => "http_api",
        other => other.word(),
    }
}
