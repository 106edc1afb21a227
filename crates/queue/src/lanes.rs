//! Lanes and groups: what may start where.
//!
//! A lane is one source's way to one set of MX hosts; it has the feedback window of Postfix's model.
//! A group is one source at one provider, whatever its hosts: connections, rate, suspensions. Mail
//! for a server of no named provider has a group for each lane. A lane with something to start and
//! room in its window is open in its group; a group with an open lane and room is open. The demand
//! on protection plays no part: limits guard the peer's host, which is the same for both.
//!
//! Invariants: no window, no group's connections, no total is ever exceeded, and marketing never
//! fills any of them; turns go round groups, in a group round lanes, in a lane round organisations.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{OrganisationId, Stream, Timestamp};

use crate::health::Health;
use crate::pace::Pace;
use crate::routes::Route;
use crate::shaping::{Limits, RuleId, Then};
use crate::state::{NO_LANE, Owner, State};
use crate::step::wait;
use crate::{ProviderId, SourceId};

pub(crate) struct Lane {
    pub source: SourceId,
    pub provider: ProviderId,
    pub site: Arc<str>,
    pub group: u32,
    /// Items bound to it, in whatever phase.
    pub items: u32,
    pub ready: [u32; 2],
    pub running: [u32; 2],
    last_turn: [OrganisationId; 2],
    pub health: Health,
}

/// A group is named by its lane's site too when its provider is `other`.
pub(crate) type GroupName = (SourceId, ProviderId, Option<Arc<str>>);

pub(crate) struct Group {
    name: GroupName,
    limits: Limits,
    lanes: u32,
    running: [u32; 2],
    open: [BTreeSet<u32>; 2],
    last_lane: [u32; 2],
    pace: Pace,
    pub shut: Option<Shut>,
    hits: Vec<Hit>,
    timer: Option<Timestamp>,
}

/// Why a source starts nothing at a provider, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shut {
    pub until: Timestamp,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The rate that the provider takes.
    Rate,
    /// A reply asked for it.
    BackOff,
    /// A reply made it necessary that someone looks.
    Suspended,
    /// The source is new, and its day's share is used up.
    WarmUp,
}

/// Replies that one rule matched.
struct Hit {
    rule: RuleId,
    count: u32,
    since: Timestamp,
    until: Timestamp,
}

impl State {
    /// Binds an item to a lane, and unbinds it from the one it had.
    pub(crate) fn put_on_lane(
        &mut self,
        slot: u32,
        source: SourceId,
        site: Arc<str>,
        provider: ProviderId,
    ) {
        let had = self.entries[slot].lane;
        if had != NO_LANE {
            let lane = &self.lanes[had];
            if lane.source == source && lane.provider == provider && lane.site == site {
                return;
            }
        }
        let lane = self.intern_lane(source, site, provider);
        self.lanes[lane].items += 1;
        self.entries[slot].lane = lane;
        if had != NO_LANE {
            self.lanes[had].items -= 1;
            self.forget_lane_if_idle(had);
        }
    }

    fn intern_lane(&mut self, source: SourceId, site: Arc<str>, provider: ProviderId) -> u32 {
        let name = (source, site);
        if let Some(lane) = self.lane_names.get(&name) {
            return *lane;
        }
        let own_group = provider == ProviderId::OTHER;
        let group = self.intern_group((source, provider, own_group.then(|| name.1.clone())));
        self.groups[group].lanes += 1;
        let window = self.window_max(provider);
        let lane = self.lanes.insert(Lane {
            source,
            provider,
            site: name.1.clone(),
            group,
            items: 0,
            ready: [0; 2],
            running: [0; 2],
            last_turn: [OrganisationId::from_bytes([0; 16]); 2],
            health: Health::new(window),
        });
        self.lane_names.insert(name, lane);
        lane
    }

    /// Attempts at once on one lane, when all is well.
    pub(crate) fn window_max(&self, provider: ProviderId) -> u32 {
        self.share.of(self.connections_to_site(provider))
    }

    /// The same on all nodes together.
    pub(crate) fn connections_to_site(&self, provider: ProviderId) -> u32 {
        let own = self.settings.concurrency_per_destination;
        let theirs = self.routing.shaping.of(provider).limits.connections;
        theirs.map_or(own, |theirs| own.min(theirs)).max(1)
    }

    /// Whether as much of its stream is ready on its lane as may be.
    pub(crate) fn is_overfull(&self, slot: u32) -> bool {
        let entry = &self.entries[slot];
        let ready = self.lanes[entry.lane].ready[entry.item.stream as usize];
        ready >= self.settings.ready_per_lane_max.max(1)
    }

    pub(crate) fn reshare_groups(&mut self) {
        let nodes = self.share.nodes();
        for (_, group) in self.groups.iter_mut() {
            group.pace.reshare(&group.limits, nodes);
        }
    }

    fn intern_group(&mut self, name: GroupName) -> u32 {
        if let Some(group) = self.group_names.get(&name) {
            return *group;
        }
        let limits = self.routing.shaping.of(name.1).limits;
        let group = self.groups.insert(Group {
            name: name.clone(),
            limits,
            lanes: 0,
            running: [0; 2],
            open: [BTreeSet::new(), BTreeSet::new()],
            last_lane: [u32::MAX; 2],
            pace: Pace::new(&limits, self.share.nodes()),
            shut: None,
            hits: Vec::new(),
            timer: None,
        });
        self.group_names.insert(name, group);
        group
    }

    /// A resting lane is remembered until its rest ends, even without items.
    pub(crate) fn forget_lane_if_idle(&mut self, index: u32) {
        let lane = &self.lanes[index];
        if lane.items == 0 && lane.health.resting_until().is_none() {
            let lane = self.lanes.remove(index);
            self.lane_names.remove(&(lane.source, lane.site));
            self.groups[lane.group].lanes -= 1;
            self.forget_group_if_idle(lane.group);
        }
    }

    /// What was taken of its rate, and which rules were hit, is remembered as long as it matters.
    fn forget_group_if_idle(&mut self, index: u32) {
        let group = &self.groups[index];
        if group.lanes > 0 {
            return;
        }
        match group.remembered_until() {
            // what shuts it ends first; the rest is looked at again then
            Some(until) => {
                let next = group.shut.map_or(until, |shut| shut.until);
                self.set_group_timer(index, next);
            }
            None => {
                let group = self.groups.remove(index);
                group
                    .timer
                    .map(|at| self.timers.remove(&(at, Owner::Group(index))));
                self.group_names.remove(&group.name);
            }
        }
    }

    fn set_group_timer(&mut self, index: u32, at: Timestamp) {
        let before = self.groups[index].timer.replace(at);
        before.map(|at| self.timers.remove(&(at, Owner::Group(index))));
        self.timers.insert((at, Owner::Group(index)));
    }

    pub(crate) fn wake_group(&mut self, at: Timestamp, index: u32) {
        self.timers.remove(&(at, Owner::Group(index)));
        let group = &mut self.groups[index];
        group.timer = None;
        group.shut = group.shut.filter(|shut| shut.until > at);
        group.hits.retain(|hit| hit.until > at);
        group.pace.forget_before(at);
        if let Some(shut) = group.shut {
            self.set_group_timer(index, shut.until);
        }
        self.reopen_group(index);
        self.forget_group_if_idle(index);
    }

    /// Starts nothing more there until then.
    fn shut(&mut self, index: u32, until: Timestamp, why: Why) {
        if self.groups[index]
            .shut
            .is_some_and(|shut| shut.until >= until)
        {
            return;
        }
        self.groups[index].shut = Some(Shut { until, why });
        self.set_group_timer(index, until);
        self.reopen_group(index);
    }

    /// What a lane's group took from its rate by one start.
    pub(crate) fn paced(&mut self, lane: u32, now: Timestamp) {
        let group = self.lanes[lane].group;
        if let Some(next) = self.groups[group].pace.take(now) {
            self.shut(group, next, Why::Rate);
        }
    }

    /// A reply on this lane matched a rule.
    pub(crate) fn ruled(&mut self, lane: u32, id: RuleId, now: Timestamp) {
        let Lane {
            group, provider, ..
        } = self.lanes[lane];
        let Some(rule) = self.routing.shaping.rule(provider, id).cloned() else {
            return;
        };
        if self.groups[group].count_hit(id, rule.within, now) < rule.hits {
            return;
        }
        self.groups[group].hits.retain(|hit| hit.rule != id);
        let until = now.plus(rule.wait);
        match rule.then {
            Then::BackOff => self.shut(group, until, Why::BackOff),
            Then::Suspend => self.shut(group, until, Why::Suspended),
            Then::SwitchSource => {
                self.shut(group, until, Why::Suspended);
                let name = self.groups[group].name.clone();
                self.send_elsewhere(group, name, until, now);
            }
        }
    }

    /// The day's share of a new source is used up: other sources of the pool carry the rest.
    pub(crate) fn exhausted(&mut self, lane: u32, until: Timestamp, now: Timestamp) {
        let Lane {
            group,
            source,
            provider,
            ..
        } = self.lanes[lane];
        self.shut(group, until, Why::WarmUp);
        self.send_elsewhere(group, (source, provider, None), until, now);
    }

    /// All nodes together do as much there as they may: this one waits for its turn.
    pub(crate) fn crowded(&mut self, lane: u32, until: Timestamp) {
        self.shut(self.lanes[lane].group, until, Why::Rate);
    }

    fn send_elsewhere(&mut self, group: u32, what: GroupName, until: Timestamp, now: Timestamp) {
        self.elsewhere.retain(|_, until| *until > now);
        self.elsewhere.insert(what, until);
        let lanes = self.lanes.iter().filter(|(_, lane)| lane.group == group);
        let lanes: Vec<u32> = lanes.map(|(index, _)| index).collect();
        for lane in lanes {
            for slot in self.ready.of_lane(lane) {
                self.leave(slot);
                wait(self, slot, now);
            }
        }
    }

    /// Whether mail for this provider shall not leave by this source now.
    pub(crate) fn is_elsewhere(&self, source: SourceId, route: &Route, now: Timestamp) -> bool {
        let mut names = [None, Some(route.site.clone())].into_iter();
        !self.elsewhere.is_empty()
            && names.any(|site| {
                let until = self.elsewhere.get(&(source, route.provider, site));
                until.is_some_and(|until| *until > now)
            })
    }

    /// Counts a start or an end on a lane.
    pub(crate) fn count_running(&mut self, index: u32, stream: Stream, change: Change) {
        let lane = &mut self.lanes[index];
        let group = &mut self.groups[lane.group];
        for count in [
            &mut lane.running[stream as usize],
            &mut group.running[stream as usize],
            &mut self.running[stream as usize],
        ] {
            match change {
                Change::OneMore => *count += 1,
                Change::OneLess => *count -= 1,
            }
        }
    }

    /// Sets whether a lane can start something now, after anything it depends on changed.
    pub(crate) fn reopen(&mut self, index: u32) {
        let lane = &self.lanes[index];
        let window = lane.health.window().min(self.window_max(lane.provider));
        let rooms = rooms(lane.running, window);
        let ready = lane.ready;
        let group = lane.group;
        for stream in [0, 1] {
            let open = &mut self.groups[group].open[stream];
            if rooms[stream] && ready[stream] > 0 {
                open.insert(index);
            } else {
                open.remove(&index);
            }
        }
        self.reopen_group(group);
    }

    fn reopen_group(&mut self, index: u32) {
        let group = &self.groups[index];
        let window = match group.shut {
            Some(_) => 0,
            // the lane's own window is the limit where the group is one lane
            None => group
                .limits
                .connections
                .map_or(u32::MAX, |all| self.share.of(all)),
        };
        let rooms = rooms(group.running, window);
        for (stream, room) in rooms.into_iter().enumerate() {
            if room && !group.open[stream].is_empty() {
                self.open[stream].insert(index);
            } else {
                self.open[stream].remove(&index);
            }
        }
    }

    /// Whether some item has a turn now.
    pub(crate) fn has_turn(&self) -> bool {
        let total = self.settings.concurrency_total.max(1);
        let [transactional, marketing] = self.running;
        let urgent = !self.open[0].is_empty();
        let other = marketing < marketing_share(total) && !self.open[1].is_empty();
        transactional + marketing < total && (urgent || other)
    }

    /// The item whose turn it is: transactional before marketing; groups, lanes and organisations in
    /// turn.
    pub(crate) fn take_turn(&mut self) -> Option<u32> {
        let total = self.settings.concurrency_total.max(1);
        let [transactional, marketing] = self.running;
        if transactional + marketing >= total {
            return None;
        }
        let first = next_after(&self.open[0], self.last_group[0]);
        let (group, stream) = match first {
            Some(group) => (group, Stream::Transactional),
            None if marketing < marketing_share(total) => (
                next_after(&self.open[1], self.last_group[1])?,
                Stream::Marketing,
            ),
            None => return None,
        };
        let turn = stream as usize;
        let row = &mut self.groups[group];
        let lane = next_after(&row.open[turn], row.last_lane[turn])?;
        row.last_lane[turn] = lane;
        self.last_group[turn] = group;
        let last = self.lanes[lane].last_turn[turn];
        let slot = self.ready.find_next(lane, stream, last)?;
        self.lanes[lane].last_turn[turn] = self.entries[slot].item.organisation;
        Some(slot)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    OneMore,
    OneLess,
}

impl Group {
    fn count_hit(&mut self, rule: RuleId, within: std::time::Duration, now: Timestamp) -> u32 {
        self.hits.retain(|hit| hit.until > now && hit.since <= now);
        if let Some(hit) = self.hits.iter_mut().find(|hit| hit.rule == rule) {
            hit.count += 1;
            return hit.count;
        }
        self.hits.push(Hit {
            rule,
            count: 1,
            since: now,
            until: now.plus(within),
        });
        1
    }

    fn remembered_until(&self) -> Option<Timestamp> {
        let hits = self.hits.iter().map(|hit| hit.until);
        let others = [self.shut.map(|shut| shut.until), self.pace.full_at()];
        hits.chain(others.into_iter().flatten()).max()
    }
}

/// Whether each stream may start one more within a limit.
fn rooms([transactional, marketing]: [u32; 2], limit: u32) -> [bool; 2] {
    let room = transactional + marketing < limit;
    [room, room && marketing < marketing_share(limit)]
}

/// How much of a limit marketing may fill, so that transactional mail finds a free place at once.
fn marketing_share(limit: u32) -> u32 {
    match limit {
        0 | 1 => limit,
        _ => limit - (limit / 4).max(1),
    }
}

fn next_after(open: &BTreeSet<u32>, last: u32) -> Option<u32> {
    let after = last.wrapping_add(1); // u32::MAX, none yet, wraps to the first
    open.range(after..).next().or_else(|| open.first()).copied()
}
