//! Room: how many deliveries a node holds in memory; the rest waits in the database and comes in as room
//! appears, transactional mail first, earliest due first.
//!
//! What waits in the database is nobody's (`deliveries.node` is null), so whichever node has room takes it.
//! Invariants: no more are held than the limit, but for what a commit under way brings; marketing leaves
//! a quarter of it free; what is over its time ends without waiting for room, and so does what an order
//! ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use model::{DeliveryId, OrderId, Result, Stream, Timestamp};
use queue::{Destination, Effect, Input};
use store::tables::deliveries::{self, Delivery};

use super::lease::{CLAIM_ROWS, open};
use super::letter::Towards;
use super::{Dispatcher, Tracked};

const BOTH: [Stream; 2] = [Stream::Transactional, Stream::Marketing];
/// What is due later than this waits in the database while others wait there.
const SOON: Duration = Duration::from_secs(30);
/// What is due later than this is not taken into a memory that is half full.
const FAR: Duration = Duration::from_secs(600);
/// Rows looked at in one beat after something was ordered.
const REVIEWED_PER_BEAT: usize = 20;

/// What a node holds, and whether there is room for more.
pub(super) struct Room {
    max: usize,
    held: BTreeMap<DeliveryId, Tracked>,
    marketing: usize,
}

/// What others may ask without waiting.
#[derive(Default)]
pub(super) struct Signs {
    /// No room for a stream.
    full: [AtomicBool; 2],
    half_full: AtomicBool,
    /// Something may wait in the database,
    parked: AtomicBool,
    /// and be due, of a stream.
    hungry: [AtomicBool; 2],
    /// There is room for a portion of a stream.
    roomy: [AtomicBool; 2],
    /// This node is about to stop.
    closed: AtomicBool,
}

/// A look at what waits in the database, after something was ordered that ends deliveries.
#[derive(Default)]
pub(super) struct Review {
    known: BTreeSet<OrderId>,
    /// How many times it began.
    times: u64,
    from: Option<DeliveryId>,
}

impl Signs {
    /// Something of a stream waits in the database from now on.
    pub fn noted(&self, stream: Stream) {
        self.parked.store(true, Ordering::Relaxed);
        self.hungry[stream as usize].store(true, Ordering::Relaxed);
    }

    /// Nothing more is taken in.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    fn is_hungry(&self, stream: Stream) -> bool {
        self.hungry[stream as usize].load(Ordering::Relaxed)
    }

    fn is_roomy(&self, stream: Stream) -> bool {
        self.roomy[stream as usize].load(Ordering::Relaxed)
    }
}

impl Room {
    pub fn new(max: usize) -> Self {
        Self {
            max: max.max(4),
            held: BTreeMap::new(),
            marketing: 0,
        }
    }
    pub fn get(&self, id: &DeliveryId) -> Option<&Tracked> {
        self.held.get(id)
    }
    pub fn insert(&mut self, id: DeliveryId, tracked: Tracked, signs: &Signs) {
        self.remove(&id, signs);
        self.marketing += usize::from(tracked.stream == Stream::Marketing);
        self.held.insert(id, tracked);
        self.tell(signs);
    }
    pub fn remove(&mut self, id: &DeliveryId, signs: &Signs) -> Option<Tracked> {
        let was = self.held.remove(id)?;
        self.marketing -= usize::from(was.stream == Stream::Marketing);
        self.tell(signs);
        Some(was)
    }
    /// How many more of a stream.
    pub fn free(&self, stream: Stream) -> usize {
        let free = self.max.saturating_sub(self.held.len());
        match stream {
            Stream::Transactional => free,
            Stream::Marketing => free.min((self.max - self.max / 4).saturating_sub(self.marketing)),
        }
    }
    pub fn free_of_each(&self) -> [usize; 2] {
        [
            self.free(Stream::Transactional),
            self.free(Stream::Marketing),
        ]
    }
    fn tell(&self, signs: &Signs) {
        for stream in BOTH {
            let free = self.free(stream);
            signs.full[stream as usize].store(free == 0, Ordering::Relaxed);
            let roomy = free >= (self.max / 8).max(1);
            signs.roomy[stream as usize].store(roomy, Ordering::Relaxed);
        }
        let half = self.held.len() >= self.max / 2;
        signs.half_full.store(half, Ordering::Relaxed);
    }
}

impl Dispatcher {
    /// Whether a new delivery is to be this node's, or to wait in the database: behind what waits there
    /// already.
    pub(crate) fn has_room(&self, stream: Stream, due: Timestamp, now: Timestamp) -> bool {
        let signs = &self.signs;
        let far = due > now.plus(FAR) && signs.half_full.load(Ordering::Relaxed);
        let full = signs.full[stream as usize].load(Ordering::Relaxed);
        let behind = signs.is_hungry(stream) && !signs.is_roomy(stream);
        let room = !far && !full && !behind;
        if !room {
            signs.noted(stream);
        }
        room
    }

    /// What was deferred for longer makes room for what waits in the database.
    pub(super) fn makes_room(&self, effect: &Effect, now: Timestamp) -> bool {
        let parked = self.signs.parked.load(Ordering::Relaxed);
        matches!(effect, Effect::Defer { due, .. } if parked && *due > now.plus(SOON))
    }

    /// There is room, and something may be due in the database.
    pub(super) fn is_hungry(&self) -> bool {
        let worth_it = |stream| self.signs.is_hungry(stream) && self.signs.is_roomy(stream);
        // what leaves has its turn first, or what came in would go back at once
        let leaving = !self.lock().parks.is_empty();
        !leaving && !self.signs.closed.load(Ordering::Relaxed) && BOTH.into_iter().any(worth_it)
    }

    /// Takes in what is due and has room, a portion of each stream; gives how many.
    pub(super) fn fill(&self) -> Result<usize> {
        let mut total = 0;
        for stream in BOTH {
            total += self.fill_with(stream)?;
        }
        let left = self.world.store.read(deliveries::any_parked)?;
        self.signs.parked.store(left, Ordering::Relaxed);
        self.step(&mut self.lock(), Input::Pressed(left));
        Ok(total)
    }

    fn fill_with(&self, stream: Stream) -> Result<usize> {
        let hungry = &self.signs.hungry[stream as usize];
        let rows = self.lock().room.free(stream).min(CLAIM_ROWS);
        if rows == 0 {
            return Ok(0);
        }
        // before the look: what is put there meanwhile is noted again
        hungry.store(false, Ordering::Relaxed);
        let until = self.world.now().plus(SOON);
        let taken = self.take_in(move |tx| deliveries::parked(tx, stream, until, rows));
        if taken.as_ref().map_or(true, |taken| *taken == rows) {
            hungry.store(true, Ordering::Relaxed);
        }
        taken
    }

    /// At every beat: what no node holds and is over its time, then what there is room for.
    pub(super) fn sweep(&self) -> Result<usize> {
        let parked = self.world.store.read(deliveries::any_parked)?;
        if !parked || self.signs.closed.load(Ordering::Relaxed) {
            self.signs.parked.store(parked, Ordering::Relaxed);
            self.step(&mut self.lock(), Input::Pressed(parked));
            return Ok(0);
        }
        let now = self.world.now();
        let mut total = self.take_in(move |tx| deliveries::parked_over(tx, now, CLAIM_ROWS))?;
        total += self.review_parked()?;
        Ok(total + self.fill()?)
    }

    /// Put off and left to the database, it is forgotten, unless it came back meanwhile.
    pub(super) fn forget_parked(&self, id: DeliveryId, fence: u64) {
        let waits = self.look(|queue| queue.waiting(id).map(|item| item.fence));
        if waits == Some(fence) {
            self.forget(id);
        }
    }

    fn reviewing(&self) -> MutexGuard<'_, Review> {
        self.review.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes rows that nobody holds this node's, or its own again.
    pub(super) fn take_in(
        &self,
        find: impl Fn(&mut store::Tx<'_>) -> Result<Vec<Delivery>> + Send + 'static,
    ) -> Result<usize> {
        let world = self.world.clone();
        let taken = self.world.store.write(move |tx| {
            let mut taken = Vec::new();
            for mut row in find(tx)? {
                deliveries::lease(tx, world.node, &mut row)?;
                taken.extend(open(&world, tx, row)?);
            }
            Ok(taken)
        });
        self.hold(taken.inspect_err(|_| self.note_unsure())?)
    }

    /// Orders that end deliveries are obeyed by what waits in the database too.
    pub(super) fn note_endings(&self, endings: BTreeSet<OrderId>) {
        let mut review = self.reviewing();
        if endings.difference(&review.known).next().is_some() {
            review.from = Some(DeliveryId::from_bytes([0; 16]));
            review.times += 1;
        }
        review.known = endings;
    }

    fn review_parked(&self) -> Result<usize> {
        let mut total = 0;
        for _ in 0..REVIEWED_PER_BEAT {
            let (times, Some(from)) = self.review_stands() else {
                break;
            };
            let rows = self
                .world
                .store
                .read(move |tx| deliveries::parked_after(tx, from, CLAIM_ROWS))?;
            let last = rows.last().map(|row| row.id);
            let next = last.filter(|_| rows.len() == CLAIM_ROWS);
            let covered = self.covered(rows)?;
            if !covered.is_empty() {
                total += self.take_in(move |tx| deliveries::still_parked(tx, &covered))?;
            }
            let mut review = self.reviewing();
            // unless it began anew meanwhile
            if review.times == times {
                review.from = next;
            }
        }
        Ok(total)
    }

    fn review_stands(&self) -> (u64, Option<DeliveryId>) {
        let review = self.reviewing();
        (review.times, review.from)
    }

    /// Those that an order in force ends, as far as their rows tell: what depends on a provider is found
    /// out when they are due.
    fn covered(&self, rows: Vec<Delivery>) -> Result<Vec<DeliveryId>> {
        let (world, rows) = (self.world.clone(), Arc::new(rows));
        let read = Arc::clone(&rows);
        let opened = self.world.store.read(move |tx| {
            let each = read.iter().map(|row| {
                let key = world.item_key(tx, row.organisation, row.message.as_bytes())?;
                Towards::open(&key, row).map(|towards| towards.to)
            });
            // what cannot be opened is found out when it is taken up
            Ok(each.map(Result::ok).collect::<Vec<_>>())
        })?;
        let (held, now) = (self.lock(), self.world.now());
        let ended = rows.iter().zip(opened).filter(|(row, to)| {
            let to = to.as_ref().map(|to| Destination::from(to.domain()));
            to.is_some_and(|to| {
                let item = crate::enqueue::item_of(row, to, &self.ways);
                held.queue.is_ended(&item, now)
            })
        });
        Ok(ended.map(|(row, _)| row.id).collect())
    }
}
