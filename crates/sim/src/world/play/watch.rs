//! What the driver remembers in order to judge each start: what providers take from a source, at once and
//! in a while, what a new source carried today, what operators suspended, what is urgent and waits.
//!
//! Invariant: what a sender asked for is judged by the sender's books, and rates by the steady clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use flow::orders::OrderScope;
use flow::{Job, OutLetter};
use model::seams::Clock;
use model::{DeliveryId, Mode, OrderId, OrganisationId, Stream, Timestamp};
use store::tables::{deliveries, queue_orders};

use super::Driver;
use crate::world::house::{
    AT_ONCE, CONNECTIONS_MAX, Flight, Flying, MARKETING_MAX, PER_MINUTE, PROVIDER, WARM_UP,
};
use crate::world::oracle::{Verdict, ensure};
use crate::world::planted::Planted;

/// DNS may have to be asked first, and its answer may be lost.
const LOOKED_UP: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Default)]
pub(crate) struct Watch {
    suspended: Vec<Suspended>,
    /// Attempts of the new source, by its day.
    carried: BTreeMap<u64, u32>,
    /// When each source began an attempt at the provider, on whatever node.
    begun: BTreeMap<Arc<str>, Vec<Timestamp>>,
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
    /// A new process there has to read them first. Where it is the only one, it starts its rates anew too.
    pub fn starts_anew(&mut self, node: usize, alone: bool) {
        for order in &mut self.suspended {
            order.known_by.remove(&node);
        }
        if alone {
            self.begun.clear();
        }
    }
    /// What was over then may be told as lasting once more, and nobody needs to obey it.
    pub fn time_is_told_again(&mut self, then: Timestamp) {
        self.suspended.retain(|order| order.until > then);
    }
    pub fn reads_orders(&mut self, node: usize) {
        for order in &mut self.suspended {
            order.known_by.insert(node);
        }
    }
}

impl Driver {
    /// The stream that a sender asked for; none of a test, and of what no sender asked for.
    pub(super) fn asked_stream(&self, delivery: DeliveryId) -> Verdict<Option<Stream>> {
        let row = self.undisturbed(move |tx| deliveries::load(tx, delivery))?;
        let sent = self.books.find_message(row.message);
        let sent = sent.map(|at| &self.books.sent[at]);
        Ok(sent.filter(|s| s.mode == Mode::Live).map(|s| s.stream))
    }

    /// An attempt of this node begins.
    pub(super) fn check_start(&mut self, job: &Job, letter: &OutLetter) -> Verdict {
        let stream = self.asked_stream(job.delivery)?;
        if stream.is_some() && *job.way.provider == *PROVIDER {
            self.check_connections(job)?;
            self.check_rate(job)?;
        }
        if stream == Some(Stream::Marketing) {
            self.check_nothing_urgent_waits(job, letter)?;
        }
        self.check_warm_up(job)?;
        self.check_suspended(job, letter)
    }

    /// No source has more connections to the provider than its shaping says, whatever nodes they are of,
    /// and marketing leaves room. Attempts whose lease is over count no more, nor those that another node
    /// took over.
    fn check_connections(&self, job: &Job) -> Verdict {
        let now = self.house.clock.now();
        let lease = model::limits::DELIVERY_LEASE;
        let nodes = self.house.nodes.iter().flatten();
        let flights = nodes.flat_map(|node| &node.flights);
        let alike = flights.filter(|flight| {
            let way = &flight.job.way;
            matches!(flight.state, Flying::Wire(_))
                && flight.stream.is_some()
                && (&way.provider, &way.source) == (&job.way.provider, &job.way.source)
                && now.since(flight.began) < lease
        });
        let alike: Vec<&Flight> = alike.collect();
        let (mut count, mut marketing) = (0, 0);
        for flight in alike {
            let holds = usize::from(self.is_running(&flight.job)?);
            count += holds;
            marketing += holds * usize::from(flight.stream == Some(Stream::Marketing));
        }
        ensure!(
            count <= CONNECTIONS_MAX,
            "{count} connections of one source to one provider"
        );
        // several nodes know of each other's numbers, not of each other's streams
        ensure!(
            marketing <= MARKETING_MAX
                || !self.house.alone()
                || self.plant.is(Planted::PrefersMarketing),
            "marketing fills {marketing} connections of one source to one provider"
        );
        Ok(())
    }

    fn is_running(&self, job: &Job) -> Verdict<bool> {
        let (delivery, fence) = (job.delivery, job.fence);
        let row = self.undisturbed(move |tx| deliveries::load(tx, delivery))?;
        Ok(row.interrupted && row.fence == fence)
    }

    /// Over any span, no source begins more at the provider than its rate and one burst.
    fn check_rate(&mut self, job: &Job) -> Verdict {
        let now = self.house.clock.steady();
        let begun = self.watch.begun.entry(job.way.source.clone()).or_default();
        begun.push(now);
        for (nth, since) in begun.iter().rev().enumerate() {
            let (count, span) = (nth + 1, now.since(*since));
            // so many more than one burst take so many times a minute's share
            let over = u32::try_from(count.saturating_sub(AT_ONCE)).unwrap_or(u32::MAX);
            ensure!(
                span >= MINUTE / PER_MINUTE * over,
                "{count} attempts within {} s by one source at one provider",
                span.as_secs()
            );
        }
        Ok(())
    }

    /// No marketing starts while something urgent is due for the same domain on the same node: where there
    /// is one line, nothing failed and nobody ordered anything.
    fn check_nothing_urgent_waits(&self, job: &Job, letter: &OutLetter) -> Verdict {
        if !self.house.single_source || !self.house.faults.are_none() {
            return Ok(());
        }
        let (now, node) = (self.house.clock.now(), self.node()?.flow.world().node);
        let (rows, ordered) = self.undisturbed(move |tx| {
            let ordered = !queue_orders::in_force(tx, now)?.is_empty();
            let rows = deliveries::of_node(tx, node, DeliveryId::from_bytes([0; 16]), 10_000)?;
            Ok((rows, ordered))
        })?;
        for row in rows.into_iter().filter(|_| !ordered) {
            let due = !row.interrupted && row.due_at.plus(LOOKED_UP) <= now;
            // a report goes to the sender
            let due = due && row.role != "report";
            let urgent = self.asked_stream(row.id)? == Some(Stream::Transactional);
            let sent = self.books.find_message(row.message);
            let people = sent.map_or(&[][..], |at| &self.books.sent[at].people);
            let person = people
                .iter()
                .find(|person| person.id == Some(row.recipient));
            let there = person.is_some_and(|person| {
                let domain = person.address.rsplit('@').next();
                domain == Some(letter.destination.as_str())
            });
            ensure!(
                !(due && urgent && there),
                "{} waits behind {}, which is marketing",
                row.id,
                job.delivery
            );
        }
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
        let row = self.undisturbed(move |tx| deliveries::load(tx, delivery))?;
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
