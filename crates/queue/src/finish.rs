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
use crate::{Advice, Effect, Ending, Said, Settlement, State};

/// After a fault of ours, and by another source: soon, but not all at once.
const SOON: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// A full mailbox is emptied by its owner, in hours.
const QUOTA_DELAY: (Duration, Duration) = (
    Duration::from_secs(3 * 3_600),
    Duration::from_secs(5 * 3_600),
);
/// Greylisting that goes on after so many attempts is something else: the delays grow.
const GREYLISTED_MAX: u32 = 3;

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
    said: Said,
) -> Effect {
    let lane = state.entries[slot].lane;
    if let Some(rule) = said.rule {
        state.ruled(lane, rule, now);
    }
    let was_resting = state.lanes[lane].health.resting_until().is_some()
        || state.domain_rests_until(slot, now).is_some();
    let domain = state.entries[slot].domain;
    match signal(outcome, said.advice) {
        Signal::OfDomain => state.rest_domain(domain, now, chance),
        Signal::Answered => {
            state.domain_answers(domain, now);
            observe(state, lane, now, chance, Signal::Answered);
        }
        of_servers => observe(state, lane, now, chance, of_servers),
    }
    if said.advice == Some(Advice::Elsewhere)
        && let Some(effect) = by_another_source(state, slot, now, chance)
    {
        return effect;
    }
    match outcome {
        Outcome::Accepted => settle(state, slot, Settlement::Delivered),
        Outcome::Refused(scope) => settle(state, slot, Settlement::Bounced(scope)),
        Outcome::BelowDemand if state.entries[slot].phase == Phase::Recalled => {
            settle(state, slot, Settlement::Cancelled)
        }
        Outcome::BelowDemand => settle(state, slot, Settlement::ToPortal),
        Outcome::Ambiguous => retry(state, slot, now, chance, Counted::Yes, Certain::Unknown),
        Outcome::OurFault => {
            let due = now.plus(between(SOON.0, SOON.1, chance));
            again(state, slot, now, due, Counted::No, Certain::NotTaken)
        }
        Outcome::Deferred(scope) => match (said.advice, scope) {
            (Some(Advice::QuotaWait), _) => {
                let due = now.plus(between(QUOTA_DELAY.0, QUOTA_DELAY.1, chance));
                again(state, slot, now, due, Counted::Yes, Certain::NotTaken)
            }
            (Some(Advice::Greylisted), _) if state.entries[slot].item.attempts < GREYLISTED_MAX => {
                let due = now.plus(state.settings.retry.delay(1, chance));
                again(state, slot, now, due, Counted::Yes, Certain::NotTaken)
            }
            (_, RefusalScope::Us | RefusalScope::OurAddress | RefusalScope::OurDomain) => {
                retry(state, slot, now, chance, Counted::No, Certain::NotTaken)
            }
            // one of many that ran when the destination went away: told once, by those before it
            (_, RefusalScope::Domain) if was_resting => {
                again(state, slot, now, now, Counted::No, Certain::NotTaken)
            }
            _ => retry(state, slot, now, chance, Counted::Yes, Certain::NotTaken),
        },
    }
}

/// Soon, by a source of the pool that was not turned off there; none when all were, or it is recalled.
fn by_another_source(
    state: &mut State,
    slot: u32,
    now: Timestamp,
    chance: &dyn Rng,
) -> Option<Effect> {
    let entry = &state.entries[slot];
    if entry.phase == Phase::Recalled || entry.item.expires <= now {
        return None;
    }
    let other = state.find_other_source(slot, now)?;
    let present = state.lanes[entry.lane].source;
    let entry = &mut state.entries[slot];
    entry.turned_off |= present.bit();
    entry.item.source = Some(other);
    // whether its present servers rest is nothing to the other source
    let due = now.plus(between(SOON.0, SOON.1, chance));
    Some(put_off(
        state,
        slot,
        now,
        due,
        Counted::No,
        Certain::NotTaken,
    ))
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

/// The attempt that was to begin did not: the item keeps its turn.
pub(crate) fn not_begun(state: &mut State, slot: u32, now: Timestamp) -> Option<Effect> {
    if state.entries[slot].phase == Phase::Recalled {
        return Some(settle(state, slot, Settlement::Cancelled));
    }
    state.leave(slot);
    wait(state, slot, now);
    None
}

/// Gives an item that is in no phase back to where it came from.
pub(crate) fn park(state: &mut State, slot: u32, due: Timestamp) {
    let item = state.remove(slot);
    state.pending.push(Effect::Park {
        id: item.id,
        fence: item.fence,
        due,
    });
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

fn signal(outcome: Outcome, advice: Option<Advice>) -> Signal {
    match outcome {
        Outcome::Deferred(_) if advice == Some(Advice::Greylisted) => Signal::Answered,
        Outcome::Deferred(RefusalScope::Domain) if advice == Some(Advice::DomainOnly) => {
            Signal::OfDomain
        }
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
        Signal::OfDomain | Signal::Silent => {}
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
    let servers = state.lanes[entry.lane].health.resting_until();
    let rest = servers.max(state.domain_rests_until(slot, now));
    let due = rest.map_or(due, |rest| rest.max(due));
    put_off(state, slot, now, due, counted, certain)
}

fn put_off(
    state: &mut State,
    slot: u32,
    now: Timestamp,
    due: Timestamp,
    counted: Counted,
    certain: Certain,
) -> Effect {
    state.leave(slot);
    let item = &mut state.entries[slot].item;
    item.due = due.min(item.expires);
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
