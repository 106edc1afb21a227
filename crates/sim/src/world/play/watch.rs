//! What the driver remembers in order to judge each start: what providers take from a source, what a new
//! source carried today, what operators suspended.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use flow::orders::OrderScope;
use flow::{Job, OutLetter};
use model::seams::Clock;
use model::{DeliveryId, OrderId, OrganisationId, Timestamp};
use store::tables::deliveries;

use super::Driver;
use crate::world::house::{CONNECTIONS_MAX, Flying, PROVIDER, WARM_UP};
use crate::world::oracle::{Verdict, ensure};

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Default)]
pub(crate) struct Watch {
    suspended: Vec<Suspended>,
    /// Attempts of the new source, by its day.
    carried: BTreeMap<u64, u32>,
}

/// An order that keeps mail from starting.
struct Suspended {
    id: OrderId,
    organisation: OrganisationId,
    scope: OrderScope,
    until: Timestamp,
    /// Nodes that read it.
    known_by: BTreeSet<usize>,
}

impl Watch {
    pub fn suspend(
        &mut self,
        order: (OrderId, OrganisationId),
        scope: OrderScope,
        until: Timestamp,
        node: usize,
    ) {
        self.suspended.push(Suspended {
            id: order.0,
            organisation: order.1,
            scope,
            until,
            known_by: BTreeSet::from([node]),
        });
    }
    /// Whether its end was stored or not.
    pub fn may_be_over(&mut self, id: OrderId) {
        self.suspended.retain(|order| order.id != id);
    }
    /// A new process there has to read them first.
    pub fn forgets_orders(&mut self, node: usize) {
        for order in &mut self.suspended {
            order.known_by.remove(&node);
        }
    }
    pub fn reads_orders(&mut self, node: usize) {
        for order in &mut self.suspended {
            order.known_by.insert(node);
        }
    }
}

impl Driver {
    /// An attempt of this node begins.
    pub(super) fn check_start(&mut self, job: &Job, letter: &OutLetter) -> Verdict {
        self.check_connections(job)?;
        self.check_warm_up(job)?;
        self.check_suspended(job, letter)
    }

    /// No source has more connections to the provider than its shaping says, whatever nodes they are of.
    /// Attempts whose lease is over count no more, nor those that another node took over.
    fn check_connections(&self, job: &Job) -> Verdict {
        let now = self.house.clock.now();
        let lease = model::limits::DELIVERY_LEASE;
        let flights = self
            .house
            .nodes
            .iter()
            .flatten()
            .flat_map(|node| &node.flights);
        let alike = flights.filter(|flight| {
            let way = &flight.job.way;
            matches!(flight.state, Flying::Wire(_))
                && (&way.provider, &way.source) == (&job.way.provider, &job.way.source)
                && now.since(flight.began) < lease
        });
        let alike: Vec<(DeliveryId, u64)> = alike.map(|f| (f.job.delivery, f.job.fence)).collect();
        self.house.faults.arm(false);
        let count = self.house.store.read(move |tx| {
            let mut count = 0;
            for (id, fence) in &alike {
                let row = deliveries::load(tx, *id)?;
                count += usize::from(row.interrupted && row.fence == *fence);
            }
            Ok(count)
        });
        self.house.faults.arm(true);
        let count = count?;
        ensure!(
            *job.way.provider != *PROVIDER || count <= CONNECTIONS_MAX,
            "{count} connections of one source to one provider"
        );
        Ok(())
    }

    /// A new source carries no more on its day than the day allows, on all nodes together.
    fn check_warm_up(&mut self, job: &Job) -> Verdict {
        if *job.way.source != *"new" || *job.way.provider != *PROVIDER {
            return Ok(());
        }
        let day = self.house.clock.now().since(self.began_warming()).as_secs() / DAY.as_secs();
        let Some(most) = usize::try_from(day).ok().and_then(|day| WARM_UP.get(day)) else {
            return Ok(());
        };
        let carried = self.watch.carried.entry(day).or_default();
        *carried += 1;
        let carried = *carried;
        ensure!(
            carried <= *most,
            "the new source carried {carried} on its day {day}, and {most} are allowed"
        );
        Ok(())
    }

    /// Nothing starts that a node knows to be suspended.
    fn check_suspended(&self, job: &Job, letter: &OutLetter) -> Verdict {
        let (now, delivery) = (self.house.clock.now(), job.delivery);
        let mut known = self
            .watch
            .suspended
            .iter()
            .filter(|order| order.until > now && order.known_by.contains(&self.acting))
            .peekable();
        if known.peek().is_none() {
            return Ok(());
        }
        self.house.faults.arm(false);
        let row = self
            .house
            .store
            .read(move |tx| deliveries::load(tx, delivery));
        self.house.faults.arm(true);
        let row = row?;
        for order in known {
            let scope = &order.scope;
            let covered = order.organisation == row.organisation
                && scope.stream.is_none_or(|stream| stream == row.stream)
                && scope
                    .provider
                    .as_ref()
                    .is_none_or(|word| **word == *job.way.provider)
                && scope
                    .source
                    .as_ref()
                    .is_none_or(|name| **name == *job.way.source)
                // one of a message covers the deliveries that it had when it was read
                && scope.message.is_none()
                && scope
                    .domain
                    .as_ref()
                    .is_none_or(|to| *to == letter.destination);
            ensure!(
                !covered,
                "{delivery} started while {} suspends it",
                order.id
            );
        }
        Ok(())
    }

    /// When the world began: the new source's first day.
    fn began_warming(&self) -> Timestamp {
        crate::kit::SimClock::default().now()
    }
}
