//! How an attempt's end becomes a settlement or another try.
//!
//! Two questions are kept apart: what the outcome says about the destination (its health) and what
//! it means for this item. Only what the peer said about the recipient or its domain counts as an
//! attempt; our own faults and being turned away ourselves do not.

use std::time::Duration;

use model::seams::Rng;
use model::{OrderId, Outcome, RefusalScope, Timestamp};

use crate::health::Signal;
use crate::settings::between;
use crate::state::{Owner, Phase};
use crate::step::wait;
use crate::{Effect, Ending, Settlement, State};

/// After a fault of ours: soon, but not all at once.
const OUR_FAULT_DELAY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// Whether an attempt counts against the recipient and makes the next delay longer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Yes,
    No,
}

/// Whether the peer may have taken the message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certain {
    NotTaken,
    Unknown,
}

pub(crate) fn finished(
    state: &mut State,
    slot: u32,
    now: Timestamp,
    chance: &dyn Rng,
    outcome: Outcome,
) -> Effect {
    let lane = state.entries[slot].lane;
    let was_resting = state.lanes[lane].health.resting_until().is_some();
    observe(state, lane, now, chance, signal(outcome));
    match outcome {
        Outcome::Accepted => settle(state, slot, Settlement::Delivered),
        Outcome::Refused(scope) => settle(state, slot, Settlement::Bounced(scope)),
        Outcome::BelowDemand if state.entries[slot].phase == Phase::Recalled => {
            settle(state, slot, Settlement::Cancelled)
        }
        Outcome::BelowDemand => settle(state, slot, Settlement::ToPortal),
        Outcome::Ambiguous => retry(state, slot, now, chance, Counted::Yes, Certain::Unknown),
        Outcome::OurFault => {
            let due = now.plus(between(OUR_FAULT_DELAY.0, OUR_FAULT_DELAY.1, chance));
            again(state, slot, now, due, Counted::No, Certain::NotTaken)
        }
        Outcome::Deferred(
            RefusalScope::Us | RefusalScope::OurAddress | RefusalScope::OurDomain,
        ) => retry(state, slot, now, chance, Counted::No, Certain::NotTaken),
        // one of many that ran when the destination went away: told once, by those before it
        Outcome::Deferred(RefusalScope::Domain) if was_resting => {
            again(state, slot, now, now, Counted::No, Certain::NotTaken)
        }
        Outcome::Deferred(_) => retry(state, slot, now, chance, Counted::Yes, Certain::NotTaken),
    }
}

/// The attempt's runner is gone or its lease is over: it may have reached the peer.
pub(crate) fn lost(state: &mut State, slot: u32, now: Timestamp, chance: &dyn Rng) -> Effect {
    retry(state, slot, now, chance, Counted::Yes, Certain::Unknown)
}

/// Ends an item in whatever phase it is.
pub(crate) fn settle(state: &mut State, slot: u32, settlement: Settlement) -> Effect {
    state.leave(slot);
    forget(state, slot, settlement)
}

/// Ends an item that is in no phase.
pub(crate) fn forget(state: &mut State, slot: u32, settlement: Settlement) -> Effect {
    let item = state.remove(slot);
    Effect::Settle {
        id: item.id,
        fence: item.fence,
        settlement,
    }
}

/// The attempt that was to begin did not. The source's share is gone, the item keeps its turn.
pub(crate) fn not_begun(
    state: &mut State,
    slot: u32,
    until: Timestamp,
    now: Timestamp,
) -> Option<Effect> {
    if state.entries[slot].phase == Phase::Recalled {
        return Some(settle(state, slot, Settlement::Cancelled));
    }
    let lane = state.entries[slot].lane;
    state.exhausted(lane, until, now);
    state.leave(slot);
    wait(state, slot, now);
    None
}

/// Ends an item that is in no phase, as an order says.
pub(crate) fn by_order(state: &mut State, slot: u32, (order, ending): (OrderId, Ending)) {
    let effect = match ending {
        Ending::Bounce => forget(state, slot, Settlement::Bounced(RefusalScope::Us)),
        Ending::Expire => forget(state, slot, Settlement::Expired),
        Ending::Transfer => {
            let item = state.remove(slot);
            Effect::Release {
                id: item.id,
                fence: item.fence,
                order,
            }
        }
    };
    state.pending.push(effect);
}

fn signal(outcome: Outcome) -> Signal {
    match outcome {
        Outcome::Accepted | Outcome::BelowDemand | Outcome::Refused(_) => Signal::Answered,
        Outcome::Deferred(RefusalScope::Recipient | RefusalScope::Content) => Signal::Answered,
        Outcome::Deferred(
            RefusalScope::Us | RefusalScope::OurAddress | RefusalScope::OurDomain,
        ) => Signal::TurnedAway,
        Outcome::Deferred(RefusalScope::Domain) => Signal::Unreachable,
        Outcome::Ambiguous | Outcome::OurFault => Signal::Silent,
    }
}

fn observe(state: &mut State, index: u32, now: Timestamp, chance: &dyn Rng, signal: Signal) {
    let limit = state.window_max(state.lanes[index].provider);
    let health = &mut state.lanes[index].health;
    let before = health.resting_until();
    match signal {
        Signal::Answered => health.answered(limit),
        Signal::TurnedAway => health.turned_away(now, &state.settings.retry, chance),
        Signal::Unreachable => health.unreachable(now, &state.settings.retry, chance),
        Signal::Silent => {}
    }
    let after = health.resting_until();
    if before != after {
        before.map(|at| state.timers.remove(&(at, Owner::Lane(index))));
        after.map(|at| state.timers.insert((at, Owner::Lane(index))));
    }
    state.reopen(index);
}

fn retry(
    state: &mut State,
    slot: u32,
    now: Timestamp,
    chance: &dyn Rng,
    counted: Counted,
    certain: Certain,
) -> Effect {
    let attempts = state.entries[slot].item.attempts;
    let stage = match counted {
        Counted::Yes => attempts.saturating_add(1),
        Counted::No => attempts,
    };
    let due = now.plus(state.settings.retry.delay(stage, chance));
    again(state, slot, now, due, counted, certain)
}

/// Back to waiting until `due`, or until the destination's rest ends if that is later.
fn again(
    state: &mut State,
    slot: u32,
    now: Timestamp,
    due: Timestamp,
    counted: Counted,
    certain: Certain,
) -> Effect {
    let entry = &state.entries[slot];
    if entry.phase == Phase::Recalled {
        return settle(state, slot, Settlement::Cancelled);
    }
    if entry.item.expires <= now {
        return settle(state, slot, Settlement::Expired);
    }
    let rest = state.lanes[entry.lane].health.resting_until();
    state.leave(slot);
    let item = &mut state.entries[slot].item;
    item.due = rest.map_or(due, |rest| rest.max(due)).min(item.expires);
    if counted == Counted::Yes {
        item.attempts = item.attempts.saturating_add(1);
    }
    let (id, fence, due, attempts) = (item.id, item.fence, item.due, item.attempts);
    wait(state, slot, now);
    Effect::Defer {
        id,
        fence,
        due,
        attempts,
        ambiguous: certain == Certain::Unknown,
    }
}
