//! Share: this node's part of what all nodes together may do to a provider.
//!
//! Nodes that live are counted off in the order of their ids. Invariant: over all places the shares of
//! a limit add up to that limit, but that a node never gets less than 1: where there are more nodes
//! than places, the database says whose turn it is (`flow::deliver::begin`).

use std::sync::Arc;

use model::DeliveryId;

use crate::{Limits, ProviderId, SourceId, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    place: u32,
    nodes: u32,
}

/// What all nodes together may do: one source at one provider, or at one site of no named provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub source: SourceId,
    pub provider: ProviderId,
    /// None: all sites of the provider are one.
    pub site: Option<Arc<str>>,
    pub limits: Limits,
}

impl Share {
    /// No other node lives.
    pub const WHOLE: Self = Self { place: 0, nodes: 1 };

    /// That of the node at `place`, from 0, of `nodes`.
    pub fn new(place: u32, nodes: u32) -> Self {
        let nodes = nodes.max(1);
        Self {
            place: place.min(nodes - 1),
            nodes,
        }
    }

    pub fn of(self, limit: u32) -> u32 {
        let more = u32::from(self.place < limit % self.nodes);
        (limit / self.nodes + more).max(1)
    }

    pub(crate) fn nodes(self) -> u32 {
        self.nodes
    }
}

impl State {
    /// What the attempt under way counts against, over all nodes.
    pub fn bound_of(&self, id: DeliveryId) -> Option<Bound> {
        let lane = self.lanes.find(self.entries[self.find(id)?].lane)?;
        let (source, provider) = (lane.source, lane.provider);
        let mut limits = self.routing.shaping.limits(provider);
        let site = (provider == ProviderId::OTHER).then(|| lane.site.clone());
        if site.is_some() {
            limits.connections = Some(self.connections_to_site(provider));
        }
        Some(Bound {
            source,
            provider,
            site,
            limits,
        })
    }

    pub(crate) fn set_share(&mut self, share: Share) {
        if self.share == share {
            return;
        }
        self.share = share;
        self.reshare_groups();
        let lanes: Vec<u32> = self.lanes.iter().map(|(index, _)| index).collect();
        for lane in lanes {
            self.reopen(lane);
        }
    }
}

#[cfg(test)]
mod tests;
