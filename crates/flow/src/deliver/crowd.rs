//! Crowd: limits that all nodes keep together, looked at where attempts are marked.
//!
//! Each node paces itself by its share of every limit (`queue::Share`), which is fair while nobody comes
//! or goes; this is what holds always. Invariants: over all nodes no source has more attempts on the wire
//! to a provider, and begins no more a minute and an hour, than its shaping says; a node that was turned
//! away gets the next place, so that fewer places than nodes go round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::{NodeId, OrganisationId, Result, Timestamp};
use queue::Limits;
use store::Tx;
use store::tables::way_limits::{self, WayLimits};

use super::{Dispatcher, Held, Job};

/// A node that found every place taken looks again after this long.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long a place is kept for the node that is to have it: a few looks.
const KEPT_FOR: Duration = Duration::from_secs(5);

/// What one attempt counts against.
#[derive(Clone)]
pub(super) struct Bound {
    /// A provider's word, or a token of the MX hosts that share a limit: hosts can name a practice.
    pub site: Arc<str>,
    limits: Limits,
}

/// What one transaction knows of the limits it touched.
#[derive(Default)]
pub(super) struct Crowd(BTreeMap<(Arc<str>, Arc<str>), Known>);

struct Known {
    row: WayLimits,
    running: u32,
}

impl Dispatcher {
    /// None where no other node can exist: then the scheduler's own limits are all there is.
    pub(super) fn bound(
        &self,
        held: &Held,
        job: &Job,
        tokens: Option<OrganisationId>,
    ) -> Option<Bound> {
        let bound = held.queue.bound_of(job.delivery)?;
        let site = match &bound.site {
            None => job.way.provider.clone(),
            Some(hosts) => {
                let keys = self.world.keys(tokens?).ok()?;
                hex::encode(&keys.blind("mx-hosts", hosts)[..16]).into()
            }
        };
        Some(Bound {
            site,
            limits: bound.limits,
        })
    }

    /// Whose key makes tokens that all nodes have in common: the oldest organisation's.
    pub(super) fn token_maker(&self) -> Result<Option<OrganisationId>> {
        if let Some(known) = self.tokens.get() {
            return Ok(Some(*known));
        }
        let oldest = self.world.organisations()?.into_iter().min();
        Ok(oldest.map(|oldest| *self.tokens.get_or_init(|| oldest)))
    }
}

impl Crowd {
    /// Locks what a transaction needs in one order, so that two nodes never wait for each other.
    pub fn open(
        &mut self,
        tx: &mut Tx<'_>,
        names: BTreeSet<(Arc<str>, Arc<str>)>,
        now: Timestamp,
    ) -> Result<()> {
        for name in names {
            let (row, running) = way_limits::lock(tx, &name.0, &name.1, now)?;
            self.0.insert(name, Known { row, running });
        }
        Ok(())
    }

    /// Takes a place for one attempt; or says when to look again.
    pub fn enter(
        &mut self,
        tx: &mut Tx<'_>,
        (source, bound): (&Arc<str>, &Bound),
        node: NodeId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let name = (source.clone(), bound.site.clone());
        if !self.0.contains_key(&name) {
            let (row, running) = way_limits::lock(tx, source, &bound.site, now)?;
            self.0.insert(name.clone(), Known { row, running });
        }
        let Some(known) = self.0.get_mut(&name) else {
            return Ok(None);
        };
        Ok(known.enter(&bound.limits, node, now))
    }

    /// Stores what changed.
    pub fn close(self, tx: &mut Tx<'_>) -> Result<()> {
        for ((source, site), known) in &self.0 {
            way_limits::put(tx, source, site, &known.row)?;
        }
        Ok(())
    }
}

impl Known {
    fn enter(&mut self, limits: &Limits, node: NodeId, now: Timestamp) -> Option<Timestamp> {
        if let Some(most) = limits.connections {
            let free = most.saturating_sub(self.running);
            let kept = self
                .row
                .next
                .filter(|(other, at)| *other != node && now.since(*at) < KEPT_FOR);
            if free <= u32::from(kept.is_some()) {
                self.row.next = kept.or(Some((node, now)));
                return Some(now.plus(LOOK_AGAIN));
            }
        }
        match queue::take_shared(limits, self.row.full_at, now) {
            Ok(full_at) => self.row.full_at = full_at,
            Err(until) => return Some(until),
        }
        self.row.next = self.row.next.filter(|(next, _)| *next != node);
        self.running += 1;
        None
    }
}

#[cfg(test)]
mod tests;
