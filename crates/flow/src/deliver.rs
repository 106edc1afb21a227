//! Deliver: the scheduler's memory and its door to the wire.
//!
//! `queue::step` decides, the edge does: it takes [`Job`]s, asks for their [`OutLetter`], and gives
//! back an outcome. No transaction is held while a job is on the wire. Invariants: an attempt is
//! marked in the database before it may begin, so what a crash interrupts is known as ambiguous; an
//! end that could not be stored is kept and stored before any new job is given out, so a letter that
//! was taken is not sent twice because our disk was full.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

mod aside;
mod begin;
mod crowd;
mod lease;
mod letter;
pub(crate) mod obey;
mod room;
mod route;

use ctx::World;
use model::{
    DeliveryId, Evidence, MessageId, Mode, OrganisationId, Outcome, RecipientId, Result, Stream,
    Timestamp,
};
use queue::{Destination, Effect, Input, Item, Said, SourceId};
use store::Pending;
use store::tables::deliveries;

pub(crate) use lease::Moved;
pub use letter::OutLetter;

use crate::fresh::Fresh;
use crate::settle::{Settled, Settling, settle};
use crate::{Inner, Settings, Way, Ways};

pub struct Dispatcher {
    world: Arc<World>,
    flow: Weak<Inner>,
    ways: Ways,
    held: Mutex<Held>,
    /// A commit may have given this node deliveries that are not in its memory.
    unsure: AtomicBool,
    /// The first beat was made.
    began: AtomicBool,
    /// Beats so far, and the look for abandoned deliveries that one of them began.
    beats: AtomicU32,
    /// No other node can exist, said the first beat: nothing is counted for others.
    alone: AtomicBool,
    /// Whose key makes the tokens that all nodes have in common.
    tokens: OnceLock<OrganisationId>,
    look: Mutex<Option<lease::Look>>,
    signs: room::Signs,
    review: Mutex<room::Review>,
    /// Letters that were just sealed, for their first attempt.
    fresh: Fresh<DeliveryId, OutLetter>,
    bell: tokio::sync::Notify,
}

struct Held {
    queue: queue::State,
    room: room::Room,
    /// What the last step started, for the one who asked.
    ready: Vec<Job>,
    /// Destinations that nobody asked DNS for yet.
    lookups: VecDeque<Destination>,
    unsettled: VecDeque<Settling>,
    /// To wait in the database.
    parks: VecDeque<Settling>,
    /// Ended in memory and not in the database: it may be this node's still.
    strays: Vec<DeliveryId>,
}

/// What the dispatcher remembers of a delivery besides the scheduler's item.
#[derive(Clone, Copy)]
pub(crate) struct Tracked {
    pub message: MessageId,
    pub recipient: RecipientId,
    pub organisation: OrganisationId,
    pub role: Role,
    pub mode: Mode,
    pub stream: Stream,
    /// When it was first due; of one taken up between tries, when it was made.
    pub first_due: Timestamp,
}

/// What a letter is for; see `deliveries.role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Letter,
    Notice,
    Code,
    Report,
}

/// One attempt to make. Give it back to [`Dispatcher::finish`], whatever happens.
#[derive(Clone)]
pub struct Job {
    pub delivery: DeliveryId,
    pub fence: u64,
    /// From 1.
    pub attempt: u32,
    pub way: Way,
    /// None when the scheduler no longer knew it.
    source: Option<SourceId>,
    pub(crate) tracked: Tracked,
}

impl Dispatcher {
    pub(crate) fn new(world: Arc<World>, settings: &Settings, flow: Weak<Inner>) -> Self {
        let held = Held {
            queue: queue::State::routed(settings.queue, settings.ways.routing().clone())
                .start_when_asked(),
            room: room::Room::new(settings.in_memory_max),
            ready: Vec::new(),
            lookups: VecDeque::new(),
            unsettled: VecDeque::new(),
            parks: VecDeque::new(),
            strays: Vec::new(),
        };
        Self {
            world,
            flow,
            ways: settings.ways.clone(),
            held: Mutex::new(held),
            unsure: AtomicBool::new(false),
            began: AtomicBool::new(false),
            beats: AtomicU32::new(0),
            // Until a beat says otherwise.
            alone: AtomicBool::new(false),
            tokens: OnceLock::new(),
            look: Mutex::new(None),
            signs: room::Signs::default(),
            review: Mutex::new(room::Review::default()),
            fresh: Fresh::new(model::limits::FRESH_OCTETS_MAX),
            bell: tokio::sync::Notify::new(),
        }
    }

    pub(crate) fn add(&self, item: Item, tracked: Tracked) {
        let mut held = self.lock();
        held.room.insert(item.id, tracked, &self.signs);
        self.step(&mut held, Input::Add(item));
        drop(held);
        self.bell.notify_one();
    }

    /// The same with its letter at hand.
    pub(crate) fn add_fresh(&self, item: Item, tracked: Tracked, letter: OutLetter) {
        let octets = letter.octets();
        self.fresh.put(item.id, letter, octets);
        self.add(item, tracked);
    }

    /// Forgets a delivery that was closed in the database by a cancel.
    pub(crate) fn forget(&self, id: DeliveryId) {
        self.fresh.take(&id);
        let mut held = self.lock();
        held.room.remove(&id, &self.signs);
        self.step(&mut held, Input::Cancel(id));
    }

    /// Up to `max` attempts that are due, each marked as begun.
    ///
    /// # Errors
    /// The store's: nothing was begun; what was due stays due.
    pub fn take(&self, max: usize) -> Result<Vec<Job>> {
        self.flush()?;
        let strays = std::mem::take(&mut self.lock().strays);
        if !strays.is_empty() {
            self.regain(strays);
        }
        if self.is_hungry() {
            self.fill()?;
        }
        let jobs: Vec<Job> = {
            let mut held = self.lock();
            self.step(&mut held, Input::Ask(max));
            std::mem::take(&mut held.ready)
        };
        if jobs.is_empty() {
            return Ok(jobs);
        }
        let (test, live): (Vec<Job>, Vec<Job>) = self
            .begin(jobs)?
            .into_iter()
            .partition(|job| job.tracked.mode == Mode::Test);
        for job in test {
            // An end that could not be stored is kept; the live jobs were begun and must go out.
            if let Err(error) = self.finish_test(job) {
                tracing::warn!(%error, "the end of a test delivery waits to be stored");
            }
        }
        Ok(live)
    }

    /// When there may be something to take without anything else happening.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let held = self.lock();
        let idle = held.unsettled.is_empty() && held.parks.is_empty() && held.strays.is_empty();
        if idle && held.lookups.is_empty() {
            held.queue.next_wake()
        } else {
            Some(self.world.now())
        }
    }

    /// Waits for news: something was added or ended.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Stores how an attempt ended (commit 3). Blocks until durable.
    ///
    /// # Errors
    /// The store's. The end is kept and stored later; nothing new is given out before that.
    pub fn finish(&self, job: Job, outcome: Outcome, evidence: Evidence) -> Result<()> {
        let mut result = Ok(());
        for end in self.ends(&job, outcome, &evidence) {
            let stored = self.storing(&end).wait();
            result = result.and(self.note_stored(end, stored));
        }
        self.bell.notify_one();
        result
    }

    /// The same for a caller that awaits the commit.
    pub async fn finish_later(&self, job: Job, outcome: Outcome, evidence: Evidence) -> Result<()> {
        let mut result = Ok(());
        for end in self.ends(&job, outcome, &evidence) {
            let stored = self.storing(&end).await;
            result = result.and(self.note_stored(end, stored));
        }
        self.bell.notify_one();
        result
    }

    /// What the end of an attempt means for its delivery; what it means for others is applied.
    ///
    /// An end that comes twice, or too late, is none: what befalls its delivery in the same step (an
    /// expiry, an order) is not this attempt's doing. Nor is what follows the first effect.
    fn ends(&self, job: &Job, outcome: Outcome, evidence: &Evidence) -> Vec<Settling> {
        let mut held = self.lock();
        let said = self.said(&held, job, outcome, evidence);
        let is_current = held.queue.running(job.delivery) == Some(job.fence);
        let now = self.world.now();
        let input = Input::Finished {
            id: job.delivery,
            fence: job.fence,
            outcome,
            said,
        };
        let effects = queue::step(&mut held.queue, now, self.world.rng.as_ref(), input);
        let (own, others): (Vec<_>, Vec<_>) = effects.into_iter().partition(|e| {
            is_current && id_of(e) == Some(job.delivery) && !matches!(e, Effect::Start { .. })
        });
        self.apply(&mut held, others);
        let ends = own.into_iter().enumerate().map(|(nth, effect)| match nth {
            0 => {
                let parks = self.makes_room(&effect, now);
                Settling::after(job, effect, outcome, evidence.clone()).parking(parks)
            }
            _ => Settling::alone(job.delivery, job.tracked, effect, now),
        });
        ends.collect()
    }

    /// An end that could not be stored is kept, behind those kept before it.
    fn note_stored(&self, end: Settling, stored: Result<Settled>) -> Result<()> {
        match stored {
            Ok(settled) => {
                self.is_stored(&end, settled);
                Ok(())
            }
            Err(error) => {
                self.lock().unsettled.push_back(end);
                Err(error)
            }
        }
    }

    /// Starts nothing new; what runs may end.
    pub fn drain(&self) {
        let mut held = self.lock();
        self.signs.close();
        self.step(&mut held, Input::Drain);
    }

    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    /// A look at the scheduler; nothing moves meanwhile.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&queue::State) -> T) -> T {
        at(&self.lock().queue)
    }

    /// How many wait for their time, for a place, and how many are on the wire.
    pub fn counts(&self) -> queue::Counts {
        self.lock().queue.counts()
    }

    /// Stores ends that could not be stored before, and a portion of what is to wait in the database: that
    /// may be much, it is in no hurry, and its rows are this node's until then.
    fn flush(&self) -> Result<()> {
        self.flush_ends()?;
        self.flush_parks()
    }

    /// Asked for at once, so that few commits take them all.
    fn flush_parks(&self) -> Result<()> {
        let portion: Vec<Settling> = {
            let mut held = self.lock();
            let count = held.parks.len().min(lease::CLAIM_ROWS);
            held.parks.drain(..count).collect()
        };
        let asked: Vec<Pending<Settled>> = portion.iter().map(|park| self.storing(park)).collect();
        let mut result = Ok(());
        for (park, stored) in portion.into_iter().zip(asked) {
            match stored.wait() {
                Ok(settled) => self.is_stored(&park, settled),
                Err(error) if aside::is_hopeless(&error) => {
                    if self.set_aside(&park, &error).is_err() {
                        self.lock().parks.push_back(park);
                    }
                }
                Err(error) => {
                    self.lock().parks.push_back(park);
                    result = Err(error);
                }
            }
        }
        result
    }

    fn flush_ends(&self) -> Result<()> {
        loop {
            let Some(next) = self.lock().unsettled.pop_front() else {
                return Ok(());
            };
            // Ends of one delivery stay in their order.
            let error = match self.storing(&next).wait() {
                Ok(settled) => {
                    self.is_stored(&next, settled);
                    continue;
                }
                Err(error) => error,
            };
            let aside = aside::is_hopeless(&error) && self.set_aside(&next, &error).is_ok();
            if !aside {
                self.lock().unsettled.push_front(next);
                return Err(error);
            }
        }
    }

    fn storing(&self, settling: &Settling) -> Pending<Settled> {
        let span = tracing::debug_span!("settle", delivery = %settling.delivery());
        let _settling = span.enter();
        let (world, copy) = (self.world.clone(), settling.clone());
        self.world
            .store
            .write_later(move |tx| settle(&world, tx, &copy))
    }

    fn is_stored(&self, settling: &Settling, settled: Settled) {
        if let (Some((domain, policy)), Some(flow)) = (settling.learned(), self.flow.upgrade()) {
            flow.policies
                .note(settling.organisation(), domain, Some(policy.clone()));
        }
        let stale = settled == Settled::Stale;
        if settling.is_release() || settling.is_park() && stale {
            self.note_unsure();
        }
        if let Some(fence) = settling.parked_fence() {
            self.forget_parked(settling.delivery(), fence);
        }
        if !settling.is_final() {
            return;
        }
        if settling.is_park() {
            self.signs.noted(settling.tracked().stream);
        } else if !stale {
            crate::measure::ended(settling);
            self.tell_bounce(settling);
        }
        self.fresh.take(&settling.delivery());
        self.leave_room(settling.delivery(), stale);
        // A report or a notice may follow; so it may when an earlier try was stored unreported.
        if settling.may_ask_for_more()
            && let Some(flow) = self.flow.upgrade()
        {
            flow.bell.notify_one();
        }
    }

    /// What bounced counts for its sender.
    fn tell_bounce(&self, settling: &Settling) {
        let flow = settling.is_bounce().then(|| self.flow.upgrade()).flatten();
        if let Some(flow) = flow {
            let tracked = settling.tracked();
            let whose = (tracked.message, tracked.recipient);
            flow.watch
                .heard(tracked.organisation, whose, crate::risk::Heard::Bounce);
        }
    }

    /// It ended, unless it came back before its end was stored: that end is stale, and it lives on here or
    /// is to be looked up.
    fn leave_room(&self, id: DeliveryId, stale: bool) {
        let mut held = self.lock();
        if held.queue.waiting(id).is_none() && held.queue.running(id).is_none() {
            held.room.remove(&id, &self.signs);
            if stale {
                held.strays.push(id);
            }
        }
    }

    fn step(&self, held: &mut Held, input: Input) {
        let effects = queue::step(
            &mut held.queue,
            self.world.now(),
            self.world.rng.as_ref(),
            input,
        );
        self.apply(held, effects);
    }

    fn apply(&self, held: &mut Held, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Resolve(number) = effect {
                let wanted = held.queue.destination(number).cloned();
                held.lookups.extend(wanted);
            }
            let Some(of) = id_of(&effect) else { continue };
            let Some(&tracked) = held.room.get(&of) else {
                continue;
            };
            match effect {
                Effect::Start { id, fence, attempt } => {
                    let lane = held.queue.lane_of(id);
                    held.ready.push(Job {
                        delivery: id,
                        fence,
                        attempt,
                        way: lane.map(|lane| self.ways.way(lane)).unwrap_or_default(),
                        source: lane.map(|(source, _)| source),
                        tracked,
                    });
                }
                other => {
                    let end = Settling::alone(of, tracked, other, self.world.now());
                    match end.is_park() {
                        true => held.parks.push_back(end),
                        false => held.unsettled.push_back(end),
                    }
                }
            }
        }
    }

    /// The mark could not be stored: our fault, so it does not count and is tried again soon. The
    /// jobs' own deferrals are dropped: their rows in the database never said otherwise.
    fn put_back(&self, jobs: &[Job]) {
        let mut held = self.lock();
        for job in jobs {
            let input = Input::Finished {
                id: job.delivery,
                fence: job.fence,
                outcome: Outcome::OurFault,
                said: Said::default(),
            };
            let effects = queue::step(
                &mut held.queue,
                self.world.now(),
                self.world.rng.as_ref(),
                input,
            );
            let others = effects
                .into_iter()
                .filter(|e| id_of(e) != Some(job.delivery) || matches!(e, Effect::Settle { .. }));
            let others = others.collect();
            self.apply(&mut held, others);
        }
    }

    /// Another node holds it, or it ended before it left: forget it without storing anything.
    fn forget_running(&self, job: &Job) {
        let mut held = self.lock();
        if held.queue.running(job.delivery) != Some(job.fence) {
            // Taken up anew meanwhile: what is in memory is another attempt's.
            return;
        }
        held.room.remove(&job.delivery, &self.signs);
        self.step(&mut held, Input::Cancel(job.delivery));
        self.step(
            &mut held,
            Input::Finished {
                id: job.delivery,
                fence: job.fence,
                outcome: Outcome::OurFault,
                said: Said::default(),
            },
        );
    }

    /// Test mail never leaves: the local part says what would have happened.
    fn finish_test(&self, job: Job) -> Result<()> {
        let letter = self.letter(&job)?;
        let mut evidence = Evidence::starting(self.world.now());
        let (outcome, code) = crate::settle::test_outcome(letter.to.local(), letter.demand);
        evidence.reply_code = code;
        evidence.success_untold = letter.dsn.notify.wants_success() && outcome == Outcome::Accepted;
        self.finish(job, outcome, evidence)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tracked {
    pub(crate) fn of(row: &deliveries::Delivery, mode: Mode) -> Self {
        Self {
            message: row.message,
            recipient: row.recipient,
            organisation: row.organisation,
            role: match row.role.as_str() {
                "notice" => Role::Notice,
                "code" => Role::Code,
                "report" => Role::Report,
                _ => Role::Letter,
            },
            mode,
            stream: row.stream,
            first_due: if row.attempts == 0 {
                row.due_at
            } else {
                row.created_at
            },
        }
    }
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Notice => "notice",
            Self::Code => "code",
            Self::Report => "report",
        }
    }
}

/// The delivery it is about.
fn id_of(effect: &Effect) -> Option<DeliveryId> {
    match effect {
        Effect::Start { id, .. }
        | Effect::Settle { id, .. }
        | Effect::Defer { id, .. }
        | Effect::Park { id, .. }
        | Effect::Release { id, .. } => Some(*id),
        Effect::Resolve(_) => None,
    }
}
