//! What the delivery runner does, one move at a time: take, dial and speak, finish. The same calls
//! in the same order as `mta::deliver_forever` makes them, so that anything may happen in between.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use flow::{Job, OutLetter};
use model::seams::{Clock, Later};
use model::{Address, DeliveryId, Evidence, Outcome, RefusalScope};
use store::tables::deliveries;

use super::Driver;
use crate::world::house::{Carried, Flight, Flying};
use crate::world::oracle::{Verdict, ensure};
use crate::world::planted::Planted;
use crate::world::sea::SeaNet;

/// Moves of the clock in one `fly`: more than a conversation has.
const MOVES_MAX: usize = 60;
/// Ended attempts that are remembered for being given back twice.
const ENDED_KEPT: usize = 6;

impl Driver {
    pub(super) fn work(&mut self) -> Verdict {
        let done = self.node()?.flow.work();
        let what = format!(
            "work: {}",
            done.as_ref()
                .map_or("failed".to_owned(), ToString::to_string)
        );
        self.judge(&what, &done).map(drop)
    }

    pub(super) fn sequence(&mut self) -> Verdict {
        let chained = self.node()?.flow.world().sequence();
        let what = format!(
            "sequence: {}",
            chained
                .as_ref()
                .map_or("failed".to_owned(), ToString::to_string)
        );
        self.judge(&what, &chained).map(drop)
    }

    pub(super) fn beat(&mut self) -> Verdict {
        let claimed = self.node()?.flow.dispatcher().beat(self.house.alone());
        let what = format!(
            "beat: claimed {}",
            claimed.as_ref().map_or(0, |count| *count)
        );
        self.judge(&what, &claimed)?;
        if claimed.is_ok() {
            self.watch.reads_orders(self.acting);
        }
        Ok(())
    }

    pub(super) fn take(&mut self) -> Verdict {
        let max = 1 + self.below(5);
        self.take_up_to(max)
    }

    fn take_up_to(&mut self, max: usize) -> Verdict {
        self.look_up()?;
        let jobs = self.node()?.flow.dispatcher().take(max);
        self.judge(&format!("take {max}"), &jobs)?;
        for job in jobs.unwrap_or_default() {
            self.launch(job)?;
        }
        Ok(())
    }

    fn launch(&mut self, job: Job) -> Verdict {
        let letter = self.node()?.flow.dispatcher().letter(&job);
        self.judge(
            &format!(
                "{} attempt {} fence {}",
                job.delivery, job.attempt, job.fence
            ),
            &letter,
        )?;
        let started = letter.as_ref().ok().cloned();
        let state = match letter {
            Err(_) => Flying::Landed(Box::new((
                Outcome::OurFault,
                Evidence::starting(self.house.clock.now()),
            ))),
            Ok(letter) => {
                let letter = self.misaddressed(letter);
                let node = self.node()?;
                let (pool, world) = (Arc::clone(&node.pool), Arc::clone(node.flow.world()));
                let net = SeaNet(Arc::clone(&self.house.sea));
                let twice = self.plant.happens(Planted::SendsTwice, 40);
                let way = job.way.clone();
                let attempt: Later<'static, Carried> = Box::pin(async move {
                    let (clock, rng) = (&*world.clock, &*world.rng);
                    if twice {
                        mta::attempt(&pool, &net, clock, rng, (&letter, &way)).await;
                    }
                    mta::attempt(&pool, &net, clock, rng, (&letter, &way)).await
                });
                Flying::Wire(attempt)
            }
        };
        let began = self.house.clock.now();
        let flying = job.clone();
        let stream = self.asked_stream(job.delivery)?;
        let flight = Flight {
            job,
            stream,
            began,
            state,
        };
        self.node_mut()?.flights.push(flight);
        match started {
            Some(letter) => self.check_start(&flying, &letter),
            None => Ok(()),
        }
    }

    /// Lets one attempt go on for as long as it need not wait; gives its end back at once, mostly.
    pub(super) fn poll(&mut self) -> Verdict {
        let count = self.node()?.flights.len();
        if count == 0 {
            return self.take();
        }
        let (at, at_once) = (self.below(count), self.chance.happens(9, 10));
        if self.poll_one(at)? && at_once {
            return self.finish(at);
        }
        Ok(())
    }

    /// Some time on the wire: everything under way goes on, and what ends is given back.
    pub(super) fn fly(&mut self) -> Verdict {
        self.take_up_to(5)?;
        for _ in 0..MOVES_MAX {
            if self.land_all()? {
                return Ok(());
            }
            let soon = self.house.clock.now().plus(Duration::from_millis(1));
            let next = self.house.sea.next_moment().unwrap_or(soon);
            // Silences are for `jump`.
            if next.since(soon) > Duration::from_secs(60) {
                return Ok(());
            }
            self.house.clock.advance_to(next.max(soon));
        }
        Ok(())
    }

    /// True when it has ended.
    fn poll_one(&mut self, at: usize) -> Verdict<bool> {
        let flight = &mut self.node_mut()?.flights[at];
        let delivery = flight.job.delivery;
        let Flying::Wire(attempt) = &mut flight.state else {
            return Ok(true);
        };
        let Poll::Ready(carried) = Pin::new(attempt).poll(&mut Context::from_waker(Waker::noop()))
        else {
            return Ok(false);
        };
        let said = format!(
            "{delivery} ended {:?} {}",
            carried.0,
            carried.1.reply_code.unwrap_or(0)
        );
        flight.state = Flying::Landed(Box::new(carried));
        self.note(said);
        Ok(true)
    }

    /// Gives back an end that lay about.
    pub(super) fn finish_landed(&mut self) -> Verdict {
        let landed = self
            .node()?
            .flights
            .iter()
            .position(|flight| matches!(flight.state, Flying::Landed(_)));
        landed.map_or(Ok(()), |at| self.finish(at))
    }

    fn finish(&mut self, at: usize) -> Verdict {
        let flight = self.node_mut()?.flights.remove(at);
        let Flying::Landed(landed) = flight.state else {
            return Ok(());
        };
        let (outcome, evidence) = *landed;
        let outcome = self.mistaken(outcome);
        let job = flight.job;
        let stale = !self.is_open(job.delivery, job.fence)?;
        let before = if stale { Some(self.snapshot()?) } else { None };
        let finished = self
            .node()?
            .flow
            .dispatcher()
            .finish(job.clone(), outcome, evidence);
        let word = if stale { "stale " } else { "" };
        self.judge(
            &format!(
                "{word}finish {} fence {} {outcome:?}",
                job.delivery, job.fence
            ),
            &finished,
        )?;
        if let Some(before) = before {
            ensure!(
                self.snapshot()? == before,
                "a stale finish of {} changed the database",
                job.delivery
            );
        }
        let ended = &mut self.node_mut()?.ended;
        ended.push(job);
        if ended.len() > ENDED_KEPT {
            ended.remove(0);
        }
        Ok(())
    }

    /// What a broken program would make of an end.
    fn mistaken(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Deferred(_) if self.plant.happens(Planted::MistakesReply, 50) => {
                Outcome::Accepted
            }
            Outcome::Ambiguous if self.plant.is(Planted::ForgetsAmbiguity) => {
                self.plant.happens(Planted::ForgetsAmbiguity, 100);
                Outcome::Deferred(RefusalScope::Recipient)
            }
            other => other,
        }
    }

    /// A letter under another's name, where a fault is planted.
    fn misaddressed(&self, mut letter: OutLetter) -> OutLetter {
        let others: Vec<&str> = self
            .books
            .sent
            .iter()
            .flat_map(|sent| &sent.people)
            .map(|person| person.address.as_str())
            .filter(|address| *address != letter.to.as_str())
            .collect();
        if !others.is_empty() && self.plant.happens(Planted::MisaddressesLetter, 40) {
            let other = Address::parse(self.plant.pick::<&str>(&others));
            letter.to = other.unwrap_or(letter.to);
        }
        letter
    }

    /// Whether the database has it open under this fence, whatever disturbs the program.
    fn is_open(&self, delivery: DeliveryId, fence: u64) -> Verdict<bool> {
        let open = self.undisturbed(move |tx| {
            let message = deliveries::load(tx, delivery)?.message;
            deliveries::open_of_message(tx, message)
        })?;
        Ok(open.iter().any(|d| d.id == delivery && d.fence == fence))
    }

    /// The same end once more, or another end of the same attempt: neither may count.
    pub(super) fn finish_again(&mut self) -> Verdict {
        let ended = &self.node()?.ended;
        if ended.is_empty() {
            return Ok(());
        }
        let job = ended[self.below(ended.len())].clone();
        let outcomes = [
            Outcome::Accepted,
            Outcome::Refused(RefusalScope::Recipient),
            Outcome::BelowDemand,
        ];
        let outcome = *self.chance.pick(&outcomes);
        let before = self.snapshot()?;
        let (delivery, fence) = (job.delivery, job.fence);
        let evidence = Evidence::starting(self.house.clock.now());
        let finished = self
            .node()?
            .flow
            .dispatcher()
            .finish(job, outcome, evidence);
        self.judge(
            &format!("finish again {delivery} fence {fence} {outcome:?}"),
            &finished,
        )?;
        ensure!(
            self.snapshot()? == before,
            "a second finish of {delivery} changed the database"
        );
        Ok(())
    }

    /// To the next moment at which something waits for the clock.
    pub(super) fn tick(&mut self) -> Verdict {
        let soon = self.house.clock.now().plus(Duration::from_millis(1));
        let next = self.next_moment().unwrap_or(soon);
        // A far moment is for `jump`.
        let next = next.max(soon).min(soon.plus(Duration::from_secs(900)));
        self.house.clock.advance_to(next);
        self.note("tick".to_owned());
        Ok(())
    }

    /// The clock was wrong, and is corrected.
    pub(super) fn set_back(&mut self) -> Verdict {
        let seconds = *self.chance.pick(&[1, 30, 600, 4_000]);
        let before = self.house.clock.now();
        self.house.clock.set_back(Duration::from_secs(seconds));
        self.watch.time_is_told_again(before);
        self.note(format!("the clock is set back by {seconds} seconds"));
        Ok(())
    }

    pub(super) fn jump(&mut self) -> Verdict {
        let seconds = *self
            .chance
            .pick(&[5, 30, 120, 600, 1_200, 3_600, 20_000, 90_000, 200_000]);
        self.house.clock.advance(Duration::from_secs(seconds));
        self.note(format!("{seconds} seconds pass"));
        Ok(())
    }

    /// Everything that a node does by itself, until nothing more can be done now.
    pub(super) fn drain_node(&mut self) -> Verdict {
        if self.house.nodes[self.acting].is_none() {
            self.start_node()?;
        }
        self.beat()?;
        while self.node()?.flow.work()? > 0 {}
        while self.node()?.flow.world().sequence()? > 0 {}
        self.take_up_to(50)?;
        while !self.land_all()? {
            let soon = self.house.clock.now().plus(Duration::from_millis(1));
            let next = self.house.sea.next_moment().unwrap_or(soon);
            self.house.clock.advance_to(next.max(soon));
        }
        self.house.faults.arm(false);
        Ok(())
    }

    /// Lets every attempt of the node go on; true when none is left.
    fn land_all(&mut self) -> Verdict<bool> {
        let mut at = 0;
        while at < self.node()?.flights.len() {
            if self.poll_one(at)? {
                self.finish(at)?;
            } else {
                at += 1;
            }
        }
        Ok(self.node()?.flights.is_empty())
    }
}
