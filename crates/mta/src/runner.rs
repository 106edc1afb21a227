//! The delivery runner: takes what is due from `flow`'s dispatcher, attempts it, gives back the end.
//!
//! The dispatcher decides what is due and how much may run; this only keeps it busy. Invariants: a
//! job that was taken is finished exactly once, also when its attempt panics or hangs; no store call runs on
//! the threads that carry the sockets.

use std::sync::Arc;
use std::time::Duration;

use flow::{Dispatcher, Flow, Job};
use model::seams::Net;
use model::{Code, Domain, Error, Evidence, Outcome, Result};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tracing::Instrument;

use crate::attempt::{attempt, mail_hosts};
use crate::own_keys::OwnKeys;
use crate::pool::{Pool, PoolSettings};
use crate::{stopped, telemetry};

/// How often idle connections are looked through.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// After a store error: the store says by itself when it is well again, asking costs little.
const STORE_ERROR_WAIT: Duration = Duration::from_secs(1);
/// Shortest and longest sleep between two looks at the queue when nobody rings.
const LOOK_EVERY_MIN: Duration = Duration::from_millis(20);
const LOOK_EVERY_MAX: Duration = Duration::from_secs(30);
/// Questions to DNS about where mail shares its limits, at once.
const LOOKUPS_MAX: usize = 100;
/// What runs at shutdown may end. What is cut off was marked as begun and counts as ambiguous.
const LAST_ATTEMPTS_WAIT: Duration = Duration::from_secs(20);

struct Runner {
    flow: Flow,
    net: Arc<dyn Net>,
    pool: Pool,
    keys: OwnKeys,
}

/// Delivers until `stop` is true or its sender is gone, then lets running attempts end.
///
/// # Errors
/// `config_invalid` when our host name is no domain name.
pub async fn deliver_forever(
    flow: Flow,
    net: Arc<dyn Net>,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let hostname = Domain::parse(&flow.settings().hostname)
        .map_err(|e| Error::new(Code::ConfigInvalid).at("/hostname").because(e))?;
    let slots = usize::try_from(flow.settings().queue.concurrency_total)
        .unwrap_or(usize::MAX)
        .max(1);
    let runner = Arc::new(Runner {
        flow,
        net,
        pool: Pool::new(PoolSettings::new(hostname)),
        keys: OwnKeys::default(),
    });
    let mut running = JoinSet::new();
    runner.keep_busy(slots, stop, &mut running).await;

    runner.dispatcher().drain();
    if timeout(LAST_ATTEMPTS_WAIT, async {
        while running.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        tracing::warn!(
            attempts = running.len(),
            "attempts were cut off by shutdown"
        );
    }
    running.shutdown().await;
    runner.pool.close_all().await;
    Ok(())
}

impl Runner {
    fn dispatcher(&self) -> &Dispatcher {
        self.flow.dispatcher()
    }

    async fn keep_busy(
        self: &Arc<Self>,
        slots: usize,
        mut stop: watch::Receiver<bool>,
        running: &mut JoinSet<()>,
    ) {
        let mut sweep = interval(SWEEP_EVERY);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asking = JoinSet::new();
        loop {
            while running.try_join_next().is_some() {}
            self.ask(&mut asking);
            let free = slots.saturating_sub(running.len());
            let pause = match self.take(free).await {
                Ok(jobs) if jobs.is_empty() => self.pause(),
                Ok(jobs) => {
                    for job in jobs {
                        let span = tracing::debug_span!("attempt", delivery = %job.delivery, fence = job.fence);
                        running.spawn(Arc::clone(self).deliver(job).instrument(span));
                    }
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "no deliveries could be taken");
                    STORE_ERROR_WAIT
                }
            };
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = self.dispatcher().rung() => {}
                () = sleep(pause) => {}
                Some(_) = running.join_next() => {}
                _ = sweep.tick() => self.pool.close_idle(self.flow.world().now()).await,
            }
        }
    }

    /// Asks DNS what the scheduler wants to know. An answer that is lost is asked for again.
    fn ask(self: &Arc<Self>, asking: &mut JoinSet<()>) {
        while asking.try_join_next().is_some() {}
        let free = LOOKUPS_MAX.saturating_sub(asking.len());
        for domain in self.dispatcher().lookups(free) {
            let runner = Arc::clone(self);
            asking.spawn(async move {
                let hosts = mail_hosts(&*runner.net, &domain).await;
                runner.dispatcher().found(&domain, hosts);
            });
        }
    }

    fn pause(&self) -> Duration {
        let now = self.flow.world().now();
        let next = self
            .dispatcher()
            .next_wake()
            .map_or(LOOK_EVERY_MAX, |at| at.since(now));
        next.clamp(LOOK_EVERY_MIN, LOOK_EVERY_MAX)
    }

    async fn take(self: &Arc<Self>, max: usize) -> Result<Vec<Job>> {
        if max == 0 {
            return Ok(Vec::new());
        }
        self.blocking(move |runner| runner.dispatcher().take(max))
            .await
    }

    async fn deliver(self: Arc<Self>, job: Job) {
        let (outcome, evidence) = self.attempt(&job).await;
        telemetry::attempted(outcome, &evidence, &job.way);
        let delivery = job.delivery;
        let finished = self.dispatcher().finish_later(job, outcome, evidence).await;
        if let Err(error) = finished {
            // The dispatcher keeps the end and stores it before it gives out anything new.
            tracing::warn!(%delivery, %error, "the end of an attempt could not be stored yet");
        }
    }

    /// In a task of its own, so that a panic is an outcome and not a job that was never finished.
    async fn attempt(self: &Arc<Self>, job: &Job) -> (Outcome, Evidence) {
        let started = Evidence::starting(self.flow.world().now());
        let (runner, job, delivery) = (Arc::clone(self), job.clone(), job.delivery);
        let way = job.way.clone();
        let letter = match self.dispatcher().find_fresh(&job) {
            Some(letter) => Ok(letter),
            None => {
                self.blocking(move |runner| runner.dispatcher().letter(&job))
                    .await
            }
        };
        let letter = match letter {
            Ok(letter) => letter,
            Err(error) => {
                tracing::error!(%delivery, %error, "a letter could not be opened");
                return (Outcome::OurFault, started);
            }
        };
        let head = Arc::clone(&letter.head);
        let task = tokio::spawn(async move {
            let world = runner.flow.world();
            attempt(
                &runner.pool,
                &*runner.net,
                &*world.clock,
                &*world.rng,
                (&letter, &way),
            )
            .await
        });
        // Cut off with its runner: a task left alone would go on sending after shutdown.
        let task = AbortOnDrop(task);
        // All waiting in an attempt has its own bound; this is for a fault of ours, which would keep a
        // place for good. The delivery itself is given back by the end of its lease.
        let bound = self.flow.settings().queue.lease;
        let clock = &*self.flow.world().clock;
        let keys = self.keys.seen(&*self.net, clock, &head);
        let (ended, keys) = tokio::join!(timeout(bound, task.ended()), keys);
        match ended {
            Ok(Some((outcome, mut evidence))) => {
                if evidence.sent_sha256.is_some() {
                    evidence.dns.extend(keys);
                }
                return (outcome, evidence);
            }
            Ok(None) => tracing::error!(%delivery, "an attempt panicked; it may have been sent"),
            Err(_) => {
                metrics::counter!("dispatcher_watchdog_aborted_total").increment(1);
                tracing::error!(%delivery, "an attempt made no progress and was ended; it may have been sent");
            }
        }
        (Outcome::Ambiguous, started)
    }

    /// Runs store work on a thread that may block.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let runner = Arc::clone(self);
        crate::blocking(move || work(&runner)).await
    }
}

struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> AbortOnDrop<T> {
    async fn ended(mut self) -> Option<T> {
        (&mut self.0).await.ok()
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
