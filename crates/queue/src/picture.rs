//! What waits, why and until when, for the queue page: counts by source and provider, never names of
//! destinations.

use std::collections::BTreeMap;

use model::Timestamp;

use crate::{Destination, ProviderId, Shut, SourceId, State};

/// One source at one provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bound for it and not running: ready, between two attempts, or held.
    pub waiting: usize,
    /// Of these, ready to start now.
    pub ready: usize,
    pub running: usize,
    /// Sets of MX hosts among them, and how many of those are left alone for not answering.
    pub sites: usize,
    pub resting_sites: usize,
    /// When the first of those is tried again.
    pub rest_ends: Option<Timestamp>,
    pub shut: Option<Shut>,
}

impl State {
    /// What waits, by provider and source; what has no provider yet is left out.
    pub fn traffic(&self) -> BTreeMap<(ProviderId, SourceId), Traffic> {
        let mut rows = BTreeMap::<_, Traffic>::new();
        for (_, lane) in self.lanes.iter() {
            let row = rows.entry((lane.provider, lane.source)).or_default();
            let running = (lane.running[0] + lane.running[1]) as usize;
            row.waiting += lane.items as usize - running;
            row.ready += (lane.ready[0] + lane.ready[1]) as usize;
            row.running += running;
            row.sites += 1;
            if let Some(until) = lane.health.resting_until() {
                row.resting_sites += 1;
                row.rest_ends = Some(row.rest_ends.map_or(until, |known| known.min(until)));
            }
            let shut = self.groups[lane.group].shut;
            row.shut = match (row.shut, shut) {
                (Some(known), Some(other)) if known.until >= other.until => Some(known),
                (known, other) => other.or(known),
            };
        }
        rows
    }

    /// Items that are not bound to a source yet: sent later, or their destination is being asked for.
    pub fn unbound(&self) -> usize {
        let bound: usize = self.lanes.iter().map(|(_, lane)| lane.items as usize).sum();
        self.len() - bound
    }

    /// Each destination with its waiting and running items, by name.
    pub fn destinations(&self) -> impl Iterator<Item = (&Destination, usize, usize)> {
        let mut running = BTreeMap::<u32, usize>::new();
        for (_, entry) in self.entries.iter().filter(|(_, e)| e.is_running()) {
            *running.entry(entry.domain).or_default() += 1;
        }
        self.domain_names.iter().filter_map(move |(name, index)| {
            let (items, runs) = (
                self.domains[*index].items as usize,
                running.get(index).copied().unwrap_or(0),
            );
            (items > 0).then_some((name, items - runs, runs))
        })
    }

    /// Until when the servers of a destination are left alone, by whatever source.
    pub fn resting_until(&self, destination: &Destination) -> Option<Timestamp> {
        let site = match self.domain_names.get(destination) {
            Some(domain) => match &self.domains[*domain].route {
                Some(route) => route.site.clone(),
                None => destination.shared(),
            },
            None => destination.shared(),
        };
        self.lanes
            .iter()
            .filter(|(_, lane)| lane.site == site)
            .find_map(|(_, lane)| lane.health.resting_until())
    }
}
