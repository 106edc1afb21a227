//! Which deliveries this node holds: what silent nodes left, and what it holds without knowing.
//!
//! Invariant: taking a delivery raises its fence, so whatever an earlier holder still does with it
//! changes nothing.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use ctx::World;
use model::{
    Address, Code, DeliveryId, Mode, NodeId, RecipientId, RecipientState, Result, Timestamp,
};
use queue::{Destination, Input, Item, Share};
use store::Tx;
use store::tables::{deliveries, messages, recipients};

use super::aside::{is_hopeless, mark};
use super::letter::Towards;
use super::{Dispatcher, Tracked};

/// How long a node may be silent before others take its deliveries.
const NODE_SILENCE: Duration = Duration::from_secs(15);
pub(super) const CLAIM_ROWS: usize = 500;
/// Claims in one call: a queue of a million does not keep its caller for a minute.
const CLAIMS_MAX: usize = 20;
/// Beats after which a node looks for abandoned deliveries although none fell silent: one that woke
/// up after it was buried may have left some and died. A look reads the whole open queue.
const LOOK_EVERY_BEATS: u32 = 12;
const INTERRUPTED: &str = "the program ended during the attempt";

/// A look at the queue for what is abandoned, which may take several calls.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// The beat that began it.
    beat: u32,
    alive_since: Timestamp,
    /// Where it stands: deliveries come in the order in which they are due.
    from: Timestamp,
}

/// A delivery that is this node's now.
pub(super) struct Taken {
    row: deliveries::Delivery,
    to: Address,
    mode: Mode,
}

/// What was given another time.
pub(crate) struct Moved {
    pub delivery: DeliveryId,
    pub recipient: RecipientId,
    /// None when it waits in the database.
    taken: Option<Taken>,
}

impl Dispatcher {
    /// Says that this node lives, takes over what silent nodes left, earliest due first, and obeys what
    /// was ordered: what one call does not reach, [`Self::take_over`] does. Call it at start and every
    /// few seconds. `alone`: no other node can exist (SQLite), so nothing needs to be waited for.
    pub fn beat(&self, alone: bool) -> Result<usize> {
        let (world, now) = (self.world.clone(), self.world.now());
        let alive_since = if alone { now } else { now.minus(NODE_SILENCE) };
        // Alone, every other node is dead, also one whose clock was ahead of ours.
        let dead_before = if alone { Timestamp::MAX } else { alive_since };
        let first = !self.began.load(Ordering::Acquire);
        let buried = self.world.store.write(move |tx| {
            deliveries::beat(tx, world.node, now)?;
            if first {
                deliveries::take_up_aside(tx)?;
            }
            let buried = deliveries::bury(tx, world.node, dead_before)?;
            Ok((buried, deliveries::living(tx, alive_since)?))
        });
        // What failed by its report may have buried someone: the next beat looks.
        let (buried, living) = buried.inspect_err(|_| self.beats.store(0, Ordering::Relaxed))?;
        self.began.store(true, Ordering::Release);
        if first {
            self.alone.store(alone, Ordering::Release);
        }
        self.count_off(&living);
        let beat = self.beats.fetch_add(1, Ordering::Relaxed);
        if buried > 0 || beat.is_multiple_of(LOOK_EVERY_BEATS) {
            let from = Timestamp::from_micros(i64::MIN);
            *self.looking() = Some(Look {
                beat,
                alive_since,
                from,
            });
        }
        // What comes in from the database is under the orders of now.
        let coming = self.obey().inspect_err(|_| self.note_unsure())?;
        let mut total = self.take_over()? + self.sweep()?;
        if self.unsure.swap(false, Ordering::AcqRel) || coming {
            total += self.adopt().inspect_err(|_| self.note_unsure())?;
        }
        Ok(total)
    }

    /// This node's place among those that live says which share of every limit is its own.
    fn count_off(&self, living: &[NodeId]) {
        let place = living.iter().position(|node| *node == self.world.node);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let share = match place {
            Some(place) => Share::new(number(place), number(living.len())),
            None => Share::WHOLE,
        };
        self.step(&mut self.lock(), Input::Shared(share));
    }

    /// Goes on with what a beat began; gives how much it took. Call it again until that is 0.
    pub fn take_over(&self) -> Result<usize> {
        let mut total = 0;
        for _ in 0..CLAIMS_MAX {
            let Some(look) = *self.looking() else { break };
            let (claimed, reached) = self.claim(look)?;
            total += claimed;
            let mut looking = self.looking();
            // A younger look goes over all of it anew.
            if looking.is_some_and(|now| now.beat == look.beat) {
                *looking = reached.map(|from| Look { from, ..look });
            }
        }
        Ok(total)
    }

    fn looking(&self) -> MutexGuard<'_, Option<Look>> {
        self.look.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A commit failed by its report, but may be done: then this node holds deliveries that it does
    /// not know. The next [`Self::beat`] looks.
    pub(crate) fn note_unsure(&self) {
        self.unsure.store(true, Ordering::Release);
    }

    /// How many, and how far it came when there may be more.
    fn claim(&self, look: Look) -> Result<(usize, Option<Timestamp>)> {
        let world = self.world.clone();
        let free = self.lock().room.free_of_each();
        let claimed = self.world.store.write(move |tx| {
            let (since, from) = (look.alive_since, look.from);
            let rows = deliveries::of_dead(tx, since, from, CLAIM_ROWS)?;
            let last = rows.last().map(|row| row.due_at);
            let reached = last.filter(|_| rows.len() == CLAIM_ROWS);
            let (mut free, mut taken, mut parked) = (free, Vec::new(), Vec::new());
            for mut row in rows {
                if free[row.stream as usize] == 0 {
                    parked.push(row.stream);
                    park(&world, tx, &row)?;
                    continue;
                }
                free[row.stream as usize] -= 1;
                deliveries::lease(tx, world.node, &mut row)?;
                taken.extend(open(&world, tx, row)?);
            }
            Ok((taken, parked, reached))
        });
        let (taken, parked, reached) = claimed.inspect_err(|_| self.note_unsure())?;
        for stream in &parked {
            self.signs.noted(*stream);
        }
        Ok((self.hold(taken)? + parked.len(), reached))
    }

    /// Takes what is this node's in the database and unknown to its memory.
    fn adopt(&self) -> Result<usize> {
        let (mut after, mut total) = (DeliveryId::from_bytes([0; 16]), 0);
        loop {
            let node = self.world.node;
            let seen = self
                .world
                .store
                .read(move |tx| deliveries::of_node(tx, node, after, CLAIM_ROWS))?;
            // Looked up after they were read: what begins from now on raises its fence.
            let unknown = self.unknown(&seen);
            let world = self.world.clone();
            let (last, taken) = self.world.store.write(move |tx| {
                let rows = deliveries::of_node(tx, world.node, after, CLAIM_ROWS)?;
                let last = rows
                    .last()
                    .map(|row| row.id)
                    .filter(|_| rows.len() == CLAIM_ROWS);
                let mut taken = Vec::new();
                for mut row in rows
                    .into_iter()
                    .filter(|row| unknown.contains(&(row.id, row.fence)))
                {
                    deliveries::lease(tx, world.node, &mut row)?;
                    taken.extend(open(&world, tx, row)?);
                }
                Ok((last, taken))
            })?;
            total += self.hold(taken)?;
            match last {
                // The rest is taken when there is room: its rows stay this node's.
                Some(_) if self.lock().room.free_of_each() == [0, 0] => {
                    self.note_unsure();
                    return Ok(total);
                }
                Some(last) => after = last,
                None => return Ok(total),
            }
        }
    }

    /// Another time for what was never tried. It becomes this node's, whoever held it: what another node,
    /// or an attempt about to begin, still knows of it is stale from here on. Without room it waits in the
    /// database. After the commit, [`Self::hold_moved`].
    pub(crate) fn reschedule(
        &self,
        tx: &mut Tx<'_>,
        mut row: deliveries::Delivery,
        (due, expires): (Timestamp, Timestamp),
    ) -> Result<Option<Moved>> {
        let here = self.has_room(row.stream, due, self.world.now());
        let holder = here.then_some(self.world.node);
        if !deliveries::reschedule(tx, &mut row, (due, expires), holder)? {
            return Ok(None);
        }
        let (delivery, recipient) = (row.id, row.recipient);
        let taken = match holder {
            Some(_) => open(&self.world, tx, row)?,
            None => None,
        };
        Ok(Some(Moved {
            delivery,
            recipient,
            taken,
        }))
    }

    pub(crate) fn hold_moved(&self, moved: Vec<Moved>) -> Result<()> {
        let mut taken = Vec::with_capacity(moved.len());
        for m in moved {
            self.drop_old_ends(m.delivery);
            match m.taken {
                Some(one) => taken.push(one),
                None => self.forget(m.delivery),
            }
        }
        self.hold(taken).map(drop)
    }

    /// What time or an order made of it before it was given another time counts no more.
    fn drop_old_ends(&self, id: DeliveryId) {
        let mut held = self.lock();
        held.parks.retain(|end| end.delivery() != id);
        held.unsettled
            .retain(|end| end.delivery() != id || end.is_of_an_attempt());
    }

    fn unknown(&self, rows: &[deliveries::Delivery]) -> BTreeSet<(DeliveryId, u64)> {
        let held = self.lock();
        let unknown = rows.iter().filter(|row| held.room.get(&row.id).is_none());
        unknown.map(|row| (row.id, row.fence)).collect()
    }

    pub(super) fn hold(&self, taken: Vec<Taken>) -> Result<usize> {
        let count = taken.len();
        for t in taken {
            let to = Destination::from(t.to.domain());
            let item = crate::enqueue::item_of(&t.row, to, &self.ways);
            self.replace(item, Tracked::of(&t.row, t.mode));
        }
        Ok(count)
    }

    /// Adds it in place of what was known of it: that has a stale fence.
    fn replace(&self, item: Item, tracked: Tracked) {
        let mut held = self.lock();
        if held.room.remove(&item.id, &self.signs).is_some() {
            // The first forgets it while it waits, the second while an attempt runs.
            self.step(&mut held, Input::Cancel(item.id));
            self.step(&mut held, Input::LeaseLost(item.id));
        }
        drop(held);
        self.add(item, tracked);
    }
}

/// For whoever has room.
fn park(world: &Arc<World>, tx: &mut Tx<'_>, row: &deliveries::Delivery) -> Result<()> {
    deliveries::park_of_dead(tx, row.id)?;
    if row.interrupted {
        note(world, tx, row, "delivery.ambiguous", INTERRUPTED)?;
    }
    Ok(())
}

/// What the scheduler needs to know of it; nothing when it cannot be read.
pub(super) fn open(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    row: deliveries::Delivery,
) -> Result<Option<Taken>> {
    let (id, tracked) = (row.id, Tracked::of(&row, Mode::Live));
    match read(world, tx, row) {
        Err(error) if is_hopeless(&error) => {
            mark(world, tx, id, tracked, error.code())?;
            Ok(None)
        }
        other => other,
    }
}

/// An attempt that had begun is noted as ambiguous; a message
/// that was destroyed has nothing left to deliver.
fn read(world: &Arc<World>, tx: &mut Tx<'_>, row: deliveries::Delivery) -> Result<Option<Taken>> {
    let message = messages::load(tx, row.message, row.organisation)?;
    if row.interrupted {
        note(world, tx, &row, "delivery.ambiguous", INTERRUPTED)?;
    }
    let key = match world.item_key(tx, row.organisation, row.message.as_bytes()) {
        Err(error) if error.code() == Code::KeyDestroyed => {
            deliveries::settle(tx, row.id, (world.node, row.fence))?;
            let (from, to) = (RecipientState::Queued, RecipientState::Recalled);
            recipients::move_state(tx, row.recipient, from, to, world.now())?;
            note(
                world,
                tx,
                &row,
                "delivery.cancelled",
                "the content was destroyed",
            )?;
            return Ok(None);
        }
        other => other?,
    };
    let to = Towards::open(&key, &row)?.to;
    let mode = message.mode;
    Ok(Some(Taken { row, to, mode }))
}

fn note(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    row: &deliveries::Delivery,
    kind: &'static str,
    because: &'static str,
) -> Result<()> {
    let event = ctx::Event::new(kind)
        .message(row.message)
        .recipient(row.recipient)
        .about(row.id)
        .fact("because", because);
    world.system(row.organisation).record(tx, event).map(drop)
}
