//! The one transition: take the input, let due timers act, start what can start.

use std::time::Duration;

use model::seams::Rng;
use model::{DeliveryId, Timestamp};

use crate::finish;
use crate::sources::spread;
use crate::state::{Owner, Phase};
use crate::{Effect, Input, Item, Settlement, State};

/// How long what found its lane full stays away.
const OVERFLOW_SECONDS: (u64, u64) = (60, 300);
/// Timers acted upon in one step. Those left over keep `next_wake` in the past: the caller ticks
/// again, and hears of finished attempts in between.
const TIMERS_PER_STEP: usize = 10_000;
/// Items looked at in one step after the orders changed: ending a long queue takes many steps, and
/// little memory.
const REVIEWED_PER_STEP: u32 = 10_000;

/// Takes one input and says what to do.
pub fn step(state: &mut State, now: Timestamp, chance: &dyn Rng, input: Input) -> Vec<Effect> {
    let mut effects = Vec::new();
    // what is known comes before what time presumes: an answer beats the end of its lease
    take(state, now, chance, input, &mut effects);
    fire_timers(state, now, chance, &mut effects);
    state.review(now, REVIEWED_PER_STEP);
    // what was not looked at since the orders changed may be under one
    if !state.draining && state.review_from.is_none() {
        start_ready(state, now, &mut effects);
    }
    if let Some(asked) = &mut state.asked {
        *asked = 0;
    }
    effects.append(&mut state.pending);
    effects
}

fn take(
    state: &mut State,
    now: Timestamp,
    chance: &dyn Rng,
    input: Input,
    effects: &mut Vec<Effect>,
) {
    match input {
        Input::Add(item) => effects.extend(add(state, now, item)),
        Input::Finished {
            id,
            fence,
            outcome,
            said,
        } => {
            let current = under_way(state, id, fence);
            let end = current.map(|slot| finish::finished(state, slot, now, chance, outcome, said));
            effects.extend(end);
        }
        Input::Exhausted { id, fence, until } => {
            if let Some(slot) = under_way(state, id, fence) {
                state.exhausted(state.entries[slot].lane, until, now);
                effects.extend(finish::not_begun(state, slot, now));
            }
        }
        Input::Crowded { id, fence, until } => {
            if let Some(slot) = under_way(state, id, fence) {
                state.crowded(state.entries[slot].lane, until);
                effects.extend(finish::not_begun(state, slot, now));
            }
        }
        Input::Shared(share) => state.set_share(share),
        Input::Pressed(pressed) => {
            if pressed && !state.pressed && state.held() > 0 {
                state.review_from = Some(0);
            }
            state.pressed = pressed;
        }
        Input::Ask(room) => {
            if let Some(asked) = &mut state.asked {
                *asked = room;
            }
        }
        Input::Resolved { destination, hosts } => state.resolved(&destination, &hosts, now),
        Input::Orders(orders) => {
            if state.orders.replace(orders) {
                state.review_from = Some(0);
            }
        }
        Input::LeaseLost(id) => {
            let running = state
                .find(id)
                .filter(|slot| state.entries[*slot].is_running());
            effects.extend(running.map(|slot| finish::lost(state, slot, now, chance)));
        }
        Input::Cancel(id) => effects.extend(cancel(state, id)),
        Input::Drain => state.draining = true,
        Input::Tick => {}
    }
}

/// The item whose attempt has this fence.
fn under_way(state: &State, id: DeliveryId, fence: u64) -> Option<u32> {
    state.find(id).filter(|_| state.running(id) == Some(fence))
}

fn add(state: &mut State, now: Timestamp, mut item: Item) -> Option<Effect> {
    if state.find(item.id).is_some() {
        return None;
    }
    item.expires = item
        .expires
        .min(item.due.max(now).plus(state.settings.lifetime));
    let slot = state.insert(item);
    let item = &state.entries[slot].item;
    if item.expires <= now {
        return Some(finish::forget(state, slot, Settlement::Expired));
    }
    if let Some(end) = state.orders.ends(&state.facts(slot), now) {
        finish::by_order(state, slot, end);
        return None;
    }
    wait(state, slot, now);
    None
}

/// Puts an item in no phase where its due time and the orders say.
pub(crate) fn wait(state: &mut State, slot: u32, now: Timestamp) {
    let item = &state.entries[slot].item;
    let (due, expires) = (item.due, item.expires);
    if due > now {
        return state.enter(slot, Phase::Scheduled, due.min(expires));
    }
    if let Some(until) = state.domain_rests_until(slot, now) {
        return state.enter(slot, Phase::Lobby, until.min(expires));
    }
    if !state.bind(slot, now) {
        return state.enter(slot, Phase::Lobby, expires);
    }
    if let Some(source) = state.orders.rebound(&state.facts(slot), now) {
        state.entries[slot].item.source = Some(source);
        state.bind(slot, now);
    }
    let facts = state.facts(slot);
    if let Some(end) = state.orders.ends(&facts, now) {
        finish::by_order(state, slot, end);
    } else if let Some(until) = state.orders.held_until(&facts, now) {
        if state.pressed {
            // the end of the order as it stands, by which its rows are found when it ends sooner
            finish::park(state, slot, until);
        } else {
            state.hold(slot, until.min(expires));
        }
    } else if state.is_overfull(slot) {
        let id = state.entries[slot].item.id;
        finish::park(state, slot, now.plus(overflow_delay(id)).min(expires));
    } else {
        state.enter(slot, Phase::Ready, expires);
    }
}

/// Not all at once, and the same for one delivery.
fn overflow_delay(id: DeliveryId) -> Duration {
    let (low, high) = OVERFLOW_SECONDS;
    Duration::from_secs(low + spread(id) % (high - low))
}

fn cancel(state: &mut State, id: DeliveryId) -> Option<Effect> {
    let slot = state.find(id)?;
    if state.entries[slot].is_running() {
        state.entries[slot].phase = Phase::Recalled;
        return None;
    }
    Some(finish::settle(state, slot, Settlement::Cancelled))
}

fn fire_timers(state: &mut State, now: Timestamp, chance: &dyn Rng, effects: &mut Vec<Effect>) {
    for _ in 0..TIMERS_PER_STEP {
        match state.timers.first().copied() {
            Some((at, owner)) if at <= now => match owner {
                Owner::Lane(index) => wake_lane(state, at, index),
                Owner::Group(index) => state.wake_group(at, index),
                Owner::Domain(index) => state.wake_domain(at, index, now),
                Owner::Item(slot) => effects.extend(wake_item(state, slot, now, chance)),
            },
            _ => return,
        }
    }
}

fn wake_lane(state: &mut State, at: Timestamp, index: u32) {
    state.timers.remove(&(at, Owner::Lane(index)));
    state.lanes[index].health.probe();
    state.reopen(index);
    state.forget_lane_if_idle(index);
}

fn wake_item(state: &mut State, slot: u32, now: Timestamp, chance: &dyn Rng) -> Option<Effect> {
    let entry = &state.entries[slot];
    if entry.is_running() {
        return Some(finish::lost(state, slot, now, chance));
    }
    if entry.item.expires <= now {
        return Some(finish::settle(state, slot, Settlement::Expired));
    }
    state.leave(slot);
    wait(state, slot, now);
    None
}

fn start_ready(state: &mut State, now: Timestamp, effects: &mut Vec<Effect>) {
    while state.asked != Some(0)
        && let Some(slot) = state.take_turn()
    {
        // its timer may be among those left over for the next step
        if state.entries[slot].item.expires <= now {
            effects.push(finish::settle(state, slot, Settlement::Expired));
            continue;
        }
        // its domain wants nothing since it was made ready
        if state.domain_rests_until(slot, now).is_some() {
            state.leave(slot);
            wait(state, slot, now);
            continue;
        }
        if let Some(asked) = &mut state.asked {
            *asked -= 1;
        }
        state.leave(slot);
        state.paced(state.entries[slot].lane, now);
        let item = &mut state.entries[slot].item;
        item.fence += 1;
        effects.push(Effect::Start {
            id: item.id,
            fence: item.fence,
            attempt: item.attempts.saturating_add(1),
        });
        state.enter(slot, Phase::Running, now.plus(state.settings.lease));
    }
}
