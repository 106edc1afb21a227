//! Deliver: the scheduler's memory and its door to the wire.
//!
//! `queue::step` decides, the edge does: it takes [`Job`]s, asks for their [`OutLetter`], and gives
//! back an outcome. No transaction is held while a job is on the wire. Invariants: an attempt is
//! marked in the database before it may begin, so what a crash interrupts is known as ambiguous; an
//! end that could not be stored is kept and stored before any new job is given out, so a letter that
//! was taken is not sent twice because our disk was full.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

mod lease;

use ctx::World;
use model::{
    Address, Code, DeliveryId, Demand, Domain, Error, Evidence, MessageId, Mode, OrganisationId,
    Outcome, RecipientId, Result, Timestamp,
};
use queue::{Effect, Input, Item};
use store::tables::deliveries;
use vault::OpenedKey;

use crate::envelope::{Route, open_json};
use crate::fresh::Fresh;
use crate::settle::{Settling, settle};
use crate::{Inner, Settings};

pub struct Dispatcher {
    world: Arc<World>,
    flow: Weak<Inner>,
    held: Mutex<Held>,
    /// A commit may have given this node deliveries that are not in its memory.
    unsure: AtomicBool,
    /// Letters that were just sealed, for their first attempt.
    fresh: Fresh<DeliveryId, OutLetter>,
    bell: tokio::sync::Notify,
}

struct Held {
    queue: queue::State,
    tracked: BTreeMap<DeliveryId, Tracked>,
    ready: VecDeque<Job>,
    unsettled: VecDeque<Settling>,
}

/// What the dispatcher remembers of a delivery besides the scheduler's item.
#[derive(Clone, Copy)]
pub(crate) struct Tracked {
    pub message: MessageId,
    pub recipient: RecipientId,
    pub organisation: OrganisationId,
    pub role: Role,
    pub mode: Mode,
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
    pub(crate) tracked: Tracked,
}

/// What goes on the wire, and what the wire must achieve.
#[derive(Clone)]
pub struct OutLetter {
    /// `None` is the null reverse-path.
    pub from: Option<Address>,
    pub to: Address,
    /// `head` then `body` are the exact octets, before dot-stuffing.
    pub head: Arc<[u8]>,
    pub body: Arc<[u8]>,
    pub utf8: bool,
    pub eight_bit: bool,
    pub demand: Demand,
    pub destination: Domain,
    pub sent_sha256: [u8; 32],
}

/// What waits for one destination, for the queue page; the name may identify and stays inside.
pub struct QueueRow {
    pub waiting: usize,
    pub running: usize,
}

impl Dispatcher {
    pub(crate) fn new(world: Arc<World>, settings: &Settings, flow: Weak<Inner>) -> Self {
        let held = Held {
            queue: queue::State::new(settings.queue),
            tracked: BTreeMap::new(),
            ready: VecDeque::new(),
            unsettled: VecDeque::new(),
        };
        Self {
            world,
            flow,
            held: Mutex::new(held),
            unsure: AtomicBool::new(false),
            fresh: Fresh::new(model::limits::FRESH_OCTETS_MAX),
            bell: tokio::sync::Notify::new(),
        }
    }

    pub(crate) fn add(&self, item: Item, tracked: Tracked) {
        let mut held = self.lock();
        held.tracked.insert(item.id, tracked);
        self.step(&mut held, Input::Add(item));
        drop(held);
        self.bell.notify_one();
    }

    /// The same with its letter at hand.
    pub(crate) fn add_fresh(&self, item: Item, tracked: Tracked, letter: OutLetter) {
        let octets = letter.head.len() + letter.body.len() + 1_000;
        self.fresh.put(item.id, letter, octets);
        self.add(item, tracked);
    }

    /// Forgets a delivery that was closed in the database by a cancel.
    pub(crate) fn forget(&self, id: DeliveryId) {
        self.fresh.take(&id);
        let mut held = self.lock();
        held.tracked.remove(&id);
        self.step(&mut held, Input::Cancel(id));
    }

    /// Up to `max` attempts that are due, each marked as begun.
    ///
    /// # Errors
    /// The store's: nothing was begun; what was due stays due.
    pub fn take(&self, max: usize) -> Result<Vec<Job>> {
        self.flush()?;
        let jobs: Vec<Job> = {
            let mut held = self.lock();
            self.step(&mut held, Input::Tick);
            // What waited here longer than its lease went back to the queue and starts again later.
            let Held { queue, ready, .. } = &mut *held;
            ready.retain(|job| queue.running(job.delivery) == Some(job.fence));
            let count = max.min(ready.len());
            ready.drain(..count).collect()
        };
        if jobs.is_empty() {
            return Ok(jobs);
        }
        let (node, marks) = (
            self.world.node,
            jobs.iter()
                .map(|j| (j.delivery, j.fence))
                .collect::<Vec<_>>(),
        );
        let begun = self.world.store.write(move |tx| {
            marks
                .iter()
                .map(|&(id, fence)| deliveries::begin(tx, id, node, fence))
                .collect::<Result<Vec<bool>>>()
        });
        let begun = begun.inspect_err(|_| self.put_back(&jobs))?;
        let (mine, lost): (Vec<_>, Vec<_>) =
            jobs.into_iter().zip(begun).partition(|(_, begun)| *begun);
        for (job, _) in lost {
            self.forget_running(&job);
        }
        let (test, live): (Vec<Job>, Vec<Job>) = mine
            .into_iter()
            .map(|(job, _)| job)
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
        if held.ready.is_empty() && held.unsettled.is_empty() {
            held.queue.next_wake()
        } else {
            Some(self.world.now())
        }
    }

    /// Waits for news: something was added or ended.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Opens what a job is to transmit.
    pub fn letter(&self, job: &Job) -> Result<OutLetter> {
        match self.find_fresh(job) {
            Some(letter) => Ok(letter),
            None => self.load_letter(job),
        }
    }

    /// What a job is to transmit, where that was sealed a moment ago: once, and without reading.
    pub fn find_fresh(&self, job: &Job) -> Option<OutLetter> {
        self.fresh.take(&job.delivery)
    }

    fn load_letter(&self, job: &Job) -> Result<OutLetter> {
        let (world, delivery) = (self.world.clone(), job.delivery);
        let (key, row, letter) = self.world.store.read(move |tx| {
            let row = deliveries::load(tx, delivery)?;
            let key = world.item_key(tx, row.organisation, row.message.as_bytes())?;
            let letter = deliveries::load_sealed(tx, row.sealed)?;
            Ok((key, row, letter))
        })?;
        let (from, to) = to_address(&key, &row)?;
        let head = key.open(
            &vault::aad("sealed", "sealed_head", letter.id.as_bytes()),
            &letter.sealed_head,
        )?;
        let body = match letter.content {
            Some(blob) => crate::content::open_blob(&self.world, &key, blob)?,
            None => Vec::new(),
        };
        let octets = (head.into(), body.into());
        Ok(OutLetter::new(
            (from, to),
            octets,
            row.demand,
            letter.sent_sha256,
        ))
    }

    /// Stores how an attempt ended (commit 3). Blocks until durable.
    ///
    /// # Errors
    /// The store's. The end is kept and stored later; nothing new is given out before that.
    pub fn finish(&self, job: Job, outcome: Outcome, evidence: Evidence) -> Result<()> {
        let settling = {
            let mut held = self.lock();
            let input = Input::Finished {
                id: job.delivery,
                fence: job.fence,
                outcome,
            };
            let effects = queue::step(
                &mut held.queue,
                self.world.now(),
                self.world.rng.as_ref(),
                input,
            );
            let (own, others): (Vec<_>, Vec<_>) = effects
                .into_iter()
                .partition(|e| id_of(e) == job.delivery && !matches!(e, Effect::Start { .. }));
            self.apply(&mut held, others);
            own.into_iter()
                .map(|effect| Settling::after(&job, effect, outcome, evidence.clone()))
                .collect::<Vec<_>>()
        };
        let mut result = Ok(());
        for end in settling {
            if let Err(error) = self.store_end(&end) {
                self.lock().unsettled.push_back(end);
                result = Err(error);
            }
        }
        self.bell.notify_one();
        result
    }

    /// Starts nothing new; what runs may end.
    pub fn drain(&self) {
        let mut held = self.lock();
        self.step(&mut held, Input::Drain);
        held.ready.clear();
    }

    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    pub fn rows(&self) -> Vec<QueueRow> {
        self.lock()
            .queue
            .destinations()
            .map(|(_, waiting, running)| QueueRow { waiting, running })
            .collect()
    }

    /// Stores ends that could not be stored before.
    fn flush(&self) -> Result<()> {
        loop {
            let Some(next) = self.lock().unsettled.pop_front() else {
                return Ok(());
            };
            // Ends of one delivery stay in their order.
            if let Err(error) = self.store_end(&next) {
                self.lock().unsettled.push_front(next);
                return Err(error);
            }
        }
    }

    fn store_end(&self, settling: &Settling) -> Result<()> {
        let (world, copy) = (self.world.clone(), settling.clone());
        self.world
            .store
            .write(move |tx| settle(&world, tx, &copy).map(drop))?;
        if settling.is_final() {
            self.fresh.take(&settling.delivery());
            self.lock().tracked.remove(&settling.delivery());
            // A report or a notice may follow; so it may when an earlier try was stored unreported.
            if settling.may_ask_for_more()
                && let Some(flow) = self.flow.upgrade()
            {
                flow.bell.notify_one();
            }
        }
        Ok(())
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
            let Some(&tracked) = held.tracked.get(&id_of(&effect)) else {
                continue;
            };
            match effect {
                Effect::Start { id, fence, attempt } => {
                    held.ready.push_back(Job {
                        delivery: id,
                        fence,
                        attempt,
                        tracked,
                    });
                }
                other => held.unsettled.push_back(Settling::alone(
                    id_of(&other),
                    tracked,
                    other,
                    self.world.now(),
                )),
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
            };
            let effects = queue::step(
                &mut held.queue,
                self.world.now(),
                self.world.rng.as_ref(),
                input,
            );
            let others = effects.into_iter().filter(|e| {
                id_of(e) != job.delivery
                    || matches!(e, Effect::Start { .. } | Effect::Settle { .. })
            });
            let others = others.collect();
            self.apply(&mut held, others);
        }
    }

    /// Another node holds it: forget it without storing anything.
    fn forget_running(&self, job: &Job) {
        let mut held = self.lock();
        held.tracked.remove(&job.delivery);
        self.step(&mut held, Input::Cancel(job.delivery));
        self.step(
            &mut held,
            Input::Finished {
                id: job.delivery,
                fence: job.fence,
                outcome: Outcome::OurFault,
            },
        );
    }

    /// Test mail never leaves: the local part says what would have happened.
    fn finish_test(&self, job: Job) -> Result<()> {
        let letter = self.letter(&job)?;
        let mut evidence = Evidence::starting(self.world.now());
        let (outcome, code) = crate::settle::test_outcome(letter.to.local(), letter.demand);
        evidence.reply_code = code;
        self.finish(job, outcome, evidence)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutLetter {
    pub(crate) fn new(
        (from, to): (Option<Address>, Address),
        (head, body): (Arc<[u8]>, Arc<[u8]>),
        demand: Demand,
        sent_sha256: [u8; 32],
    ) -> Self {
        Self {
            utf8: to.needs_utf8()
                || from.as_ref().is_some_and(Address::needs_utf8)
                || header_is_utf8(&head, &body),
            eight_bit: !head.is_ascii() || !body.is_ascii(),
            destination: to.domain().clone(),
            demand,
            sent_sha256,
            head,
            body,
            from,
            to,
        }
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

fn id_of(effect: &Effect) -> DeliveryId {
    match effect {
        Effect::Start { id, .. } | Effect::Settle { id, .. } | Effect::Defer { id, .. } => *id,
    }
}

fn to_address(key: &OpenedKey, row: &deliveries::Delivery) -> Result<(Option<Address>, Address)> {
    let route: Route = open_json(
        &row.sealed_route,
        key,
        ("deliveries", "sealed_route", row.id.as_bytes()),
    )?;
    let from = route.from.as_deref().map(Address::parse).transpose()?;
    let to = Address::parse(&route.to).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    Ok((from, to))
}

/// Raw UTF-8 in header fields needs SMTPUTF8 (RFC 6532). Other raw octets there are old mail that
/// 8BITMIME carries.
fn header_is_utf8(head: &[u8], body: &[u8]) -> bool {
    let is_utf8 = |part: &[u8]| !part.is_ascii() && std::str::from_utf8(part).is_ok();
    is_utf8(head) || is_utf8(&body[..mail::header_block_end(body)])
}
