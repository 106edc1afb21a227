//! Which MX hosts a destination has: asked once, shared by all its items, asked again in time.
//!
//! An item whose destination is not known yet, or left alone, waits in the lobby. Invariants: the lobby is
//! never waited in for an answer for long: a question that gets none is put again, and in the end the
//! destination counts as a site of its own; all who wait for the end of a rest go on when it ends, so that
//! what becomes due later does not start before them; what is ready for a domain is ready on the lanes of its
//! present servers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::seams::Rng;

use crate::finish;
use crate::state::{Owner, Phase, State};
use crate::step::wait;
use crate::{Destination, Effect, ProviderId, SourceId};

/// Until a question is put again.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Questions without an answer before the destination stands for itself.
const QUESTIONS_MAX: u8 = 3;
/// How long an answer is used. Attempts ask DNS themselves: this only says who shares limits.
const ROUTE_AGE_MAX: Duration = Duration::from_secs(3_600);

/// One destination domain with items.
pub(crate) struct DomainRow {
    pub name: Destination,
    pub items: u32,
    pub route: Option<Route>,
    /// A question is open: how many times it was put, and when it is put again.
    asked: Option<(u8, Timestamp)>,
    /// Its own servers' word is that it takes nothing now: how many times in a row, and until when it is
    /// left alone. Other domains of the same servers are not.
    rest: Option<(u32, Timestamp)>,
}

#[derive(Clone)]
pub(crate) struct Route {
    pub site: Arc<str>,
    pub provider: ProviderId,
    fresh_until: Timestamp,
}

impl DomainRow {
    pub fn new(name: Destination) -> Self {
        Self {
            name,
            items: 0,
            route: None,
            asked: None,
            rest: None,
        }
    }
}

/// Items that are due and whose destination is not known yet, or left alone.
pub(crate) type Lobby = BTreeSet<(u32, u32)>;

impl State {
    /// Puts an item on the lane it is to take; false when its destination must be asked for first.
    pub(crate) fn bind(&mut self, slot: u32, now: Timestamp) -> bool {
        let domain = self.entries[slot].domain;
        if !self.routing.by_mx_hosts {
            let site = self.domains[domain].name.shared();
            self.put_on_lane(slot, SourceId(0), site, ProviderId::OTHER);
            return true;
        }
        let Some(route) = self.domains[domain].route.clone() else {
            self.ask(domain, now);
            return false;
        };
        if route.fresh_until <= now {
            self.ask(domain, now);
        }
        let source = self.choose_source(slot, &route, now);
        self.entries[slot].item.source = Some(source);
        self.put_on_lane(slot, source, route.site, route.provider);
        true
    }

    /// The source it had, or else one of its pool; not one whose mail goes elsewhere just now.
    fn choose_source(&self, slot: u32, route: &Route, now: Timestamp) -> SourceId {
        let item = &self.entries[slot].item;
        let sources = &self.routing.sources;
        let can_be_used = |source| !self.is_elsewhere(source, route, now);
        // RFC 6647 §2.1: greylisting knows a retry by the address and name it comes from
        let kept = item
            .source
            .filter(|source| sources.contains(*source) && can_be_used(*source));
        let whose = (item.stream, item.organisation);
        kept.unwrap_or_else(|| sources.choose(whose, item.id, can_be_used))
    }

    pub(crate) fn domain_rests_until(&self, slot: u32, now: Timestamp) -> Option<Timestamp> {
        let (_, until) = self.domains[self.entries[slot].domain].rest?;
        (until > now).then_some(until)
    }

    /// Leaves a domain alone; how long depends on how many times in a row it said so.
    pub(crate) fn rest_domain(&mut self, domain: u32, now: Timestamp, chance: &dyn Rng) {
        let times = match self.domains[domain].rest {
            // of several that ran when it began
            Some((_, until)) if until > now => return,
            Some((times, _)) => times.saturating_add(1),
            None => 1,
        };
        let until = now.plus(self.settings.retry.delay(times, chance));
        self.domains[domain].rest = Some((times, until));
    }

    pub(crate) fn domain_answers(&mut self, domain: u32, now: Timestamp) {
        if self.domains[domain].rest.take().is_some() {
            self.leave_lobby(domain, now);
        }
    }

    /// A source for what its present one was turned off with; each of the pool has one try.
    pub(crate) fn find_other_source(&self, slot: u32, now: Timestamp) -> Option<SourceId> {
        let entry = &self.entries[slot];
        let route = self.domains[entry.domain].route.as_ref()?;
        let present = self.lanes[entry.lane].source;
        let sources = &self.routing.sources;
        let whose = (entry.item.stream, entry.item.organisation);
        sources.choose_other(whose, entry.item.id, |source| {
            let tried = source == present || entry.turned_off & source.bit() != 0;
            !tried && !self.is_elsewhere(source, route, now)
        })
    }

    fn ask(&mut self, domain: u32, now: Timestamp) {
        if self.domains[domain].asked.is_none() {
            self.put_question(domain, 1, now);
        }
    }

    fn put_question(&mut self, domain: u32, times: u8, now: Timestamp) {
        let again = now.plus(ANSWER_WAIT);
        self.domains[domain].asked = Some((times, again));
        self.timers.insert((again, Owner::Domain(domain)));
        self.pending.push(Effect::Resolve(domain));
    }

    /// A question was open for too long.
    pub(crate) fn wake_domain(&mut self, at: Timestamp, domain: u32, now: Timestamp) {
        self.timers.remove(&(at, Owner::Domain(domain)));
        let row = &mut self.domains[domain];
        let Some((times, _)) = row.asked.take() else {
            return;
        };
        if row.items == 0 {
            self.forget_domain_if_idle(domain);
        } else if times < QUESTIONS_MAX {
            self.put_question(domain, times + 1, now);
        } else if row.route.is_none() {
            let name = row.name.shared();
            self.learn(domain, name, ProviderId::OTHER, now);
        }
    }

    /// What DNS said: the MX hosts, or none when there are none or nobody could tell. Then the
    /// attempt finds out what that means, and the destination stands for itself.
    pub(crate) fn resolved(&mut self, name: &Destination, hosts: &[String], now: Timestamp) {
        let Some(&domain) = self.domain_names.get(name) else {
            return;
        };
        if let Some((_, again)) = self.domains[domain].asked.take() {
            self.timers.remove(&(again, Owner::Domain(domain)));
        }
        if self.domains[domain].items == 0 {
            return self.forget_domain_if_idle(domain);
        }
        let mut sorted: Vec<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let provider = self
            .routing
            .shaping
            .provider_of(sorted.iter().map(String::as_str));
        let site = if sorted.is_empty() {
            self.domains[domain].name.shared()
        } else {
            sorted.join(",").into()
        };
        self.learn(domain, site, provider, now);
    }

    fn learn(&mut self, domain: u32, site: Arc<str>, provider: ProviderId, now: Timestamp) {
        let before = self.domains[domain].route.replace(Route {
            site: site.clone(),
            provider,
            fresh_until: now.plus(ROUTE_AGE_MAX),
        });
        if let Some(before) = before.filter(|before| before.site != site) {
            self.leave_site(domain, &before.site, now);
        }
        self.leave_lobby(domain, now);
    }

    /// What is ready for servers that its domain has no more goes to those that it has: there may be no room
    /// there, and mail that becomes due later must not pass it by.
    fn leave_site(&mut self, domain: u32, site: &Arc<str>, now: Timestamp) {
        let sources = 0..self.routing.sources.names().count();
        let names = sources
            .filter_map(SourceId::at)
            .map(|source| (source, site.clone()));
        let lanes: Vec<u32> = names
            .filter_map(|name| self.lane_names.get(&name).copied())
            .collect();
        for lane in lanes {
            for slot in self.ready.of_lane(lane) {
                if self.entries[slot].domain == domain {
                    self.leave(slot);
                    wait(self, slot, now);
                }
            }
        }
    }

    fn leave_lobby(&mut self, domain: u32, now: Timestamp) {
        let waiting = self.lobby.range((domain, 0)..=(domain, u32::MAX));
        let waiting: Vec<u32> = waiting.map(|(_, slot)| *slot).collect();
        for slot in waiting {
            self.leave(slot);
            wait(self, slot, now);
        }
    }

    pub(crate) fn intern_domain(&mut self, name: &Destination) -> u32 {
        if let Some(domain) = self.domain_names.get(name) {
            return *domain;
        }
        let domain = self.domains.insert(DomainRow::new(name.clone()));
        self.domain_names.insert(name.clone(), domain);
        domain
    }

    /// One that was asked about is remembered until the answer came or is given up.
    pub(crate) fn forget_domain_if_idle(&mut self, domain: u32) {
        let row = &self.domains[domain];
        if row.items == 0 && row.asked.is_none() {
            self.domain_names.remove(&row.name);
            self.domains.remove(domain);
        }
    }

    /// Looks at what waits after the orders changed, a portion at a time.
    pub(crate) fn review(&mut self, now: Timestamp, portion: u32) {
        let Some(from) = self.review_from else {
            return;
        };
        let end = from.saturating_add(portion).min(self.entries.slots());
        for slot in from..end {
            let looked_at = self
                .entries
                .find(slot)
                .is_some_and(|entry| !entry.is_running());
            if looked_at {
                self.review_one(slot, now);
            }
        }
        self.review_from = (end < self.entries.slots()).then_some(end);
    }

    fn review_one(&mut self, slot: u32, now: Timestamp) {
        let entry = &self.entries[slot];
        if entry.phase != Phase::Scheduled || entry.held {
            self.leave(slot);
            wait(self, slot, now);
        } else if let Some(end) = self.orders.ends(&self.facts(slot), now) {
            self.leave(slot);
            finish::by_order(self, slot, end);
        }
    }
}
