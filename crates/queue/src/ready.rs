//! Items whose time has come, in the order in which they may start.
//!
//! On one lane and in one stream, organisations take turns; inside a turn the lowest priority
//! number goes first, then the earliest due, then the earliest added. One tree holds them all: a
//! tree for each organisation and lane would cost more than the items in it.
//!
//! The demand on protection plays no part: limits guard the peer's host, which is the same for both,
//! and a verified connection may carry either kind.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

use model::{OrganisationId, Stream, Timestamp};

/// The place of a ready item. The order of the fields is the order of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub lane: u32,
    pub stream: Stream,
    pub organisation: OrganisationId,
    pub priority: u8,
    pub due: Timestamp,
    /// Which `Add` it came by.
    pub arrival: u64,
}

pub(crate) struct Ready {
    tree: BTreeMap<Place, u32>,
}

impl Ready {
    pub fn new() -> Self {
        Self {
            tree: BTreeMap::new(),
        }
    }
    pub fn len(&self) -> usize {
        self.tree.len()
    }
    pub fn insert(&mut self, place: Place, slot: u32) {
        self.tree.insert(place, slot);
    }
    pub fn remove(&mut self, place: &Place) {
        self.tree.remove(place);
    }
    /// Everything ready there.
    pub fn of_lane(&self, lane: u32) -> Vec<u32> {
        let first = Place {
            lane,
            stream: Stream::Transactional,
            organisation: OrganisationId::from_bytes([0; 16]),
            priority: 0,
            due: Timestamp::from_micros(i64::MIN),
            arrival: 0,
        };
        let from = self.tree.range(first..);
        from.take_while(|(place, _)| place.lane == lane)
            .map(|(_, slot)| *slot)
            .collect()
    }
    /// Whose turn it is on a lane after `last` had one.
    pub fn find_next(&self, lane: u32, stream: Stream, last: OrganisationId) -> Option<u32> {
        let here = |(place, slot): (&Place, &u32)| {
            (place.lane == lane && place.stream == stream).then_some(*slot)
        };
        let end_of_turn = Place {
            lane,
            stream,
            organisation: last,
            priority: u8::MAX,
            due: Timestamp::MAX,
            arrival: u64::MAX,
        };
        let after = self
            .tree
            .range((Excluded(end_of_turn), Unbounded))
            .next()
            .and_then(here);
        after.or_else(|| {
            let first = Place {
                lane,
                stream,
                organisation: OrganisationId::from_bytes([0; 16]),
                priority: 0,
                due: Timestamp::from_micros(i64::MIN),
                arrival: 0,
            };
            self.tree
                .range((Included(first), Unbounded))
                .next()
                .and_then(here)
        })
    }
}
