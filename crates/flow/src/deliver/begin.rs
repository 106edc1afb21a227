//! Begin: attempts are marked before a byte of them travels, and a new source's day is counted.
//!
//! Invariant: the mark and the counts are one commit, so no node and no crash can send more for a new
//! source than its day allows, nor all nodes together more than a provider takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ctx::World;
use model::{DeliveryId, Result, Timestamp};
use queue::{Input, WarmUp};
use store::Tx;
use store::tables::{deliveries, source_days};

use super::crowd::{Bound, Crowd};
use super::{Dispatcher, Job};

/// What the database needs to know of an attempt that is to begin.
#[derive(Clone)]
struct Mark {
    id: DeliveryId,
    fence: u64,
    source: Arc<str>,
    provider: Arc<str>,
    warm_up: Option<WarmUp>,
    bound: Option<Bound>,
    job: Job,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    Yes,
    /// Another node holds it now, it was closed, or it was given another time.
    Lost,
    /// Its address gets no more mail since it was accepted.
    Suppressed,
    /// The day's share of its source is used up; what it would have been is not known.
    Exhausted(Timestamp),
    /// All nodes together do as much there as they may; when to look again.
    Crowded(Timestamp),
}

impl Dispatcher {
    /// Those of the jobs that may begin, marked.
    pub(super) fn begin(&self, jobs: Vec<Job>) -> Result<Vec<Job>> {
        let now = self.world.now();
        let marks = self
            .marks(&jobs, now)
            .inspect_err(|_| self.put_back(&jobs))?;
        let world = self.world.clone();
        let begun = self.world.store.write(move |tx| {
            let mut crowd = Crowd::default();
            let bound = marks
                .iter()
                .filter_map(|mark| Some((mark.source.clone(), mark.bound.as_ref()?.site.clone())));
            crowd.open(tx, bound.collect(), now)?;
            let begun = marks.iter().map(|mark| begin(&world, tx, mark, &mut crowd));
            let begun = begun.collect::<Result<Vec<Begun>>>()?;
            crowd.close(tx).map(|()| begun)
        });
        let begun = begun.inspect_err(|_| self.put_back(&jobs))?;
        let mut mine = Vec::with_capacity(jobs.len());
        let (mut suppressed, mut lost) = (false, Vec::new());
        for (job, begun) in jobs.into_iter().zip(begun) {
            match begun {
                Begun::Yes => mine.push(job),
                Begun::Lost => {
                    self.forget_running(&job);
                    lost.push(job.delivery);
                }
                Begun::Suppressed => {
                    self.forget_running(&job);
                    suppressed = true;
                }
                Begun::Exhausted(until) => self.not_begun(Input::Exhausted {
                    id: job.delivery,
                    fence: job.fence,
                    until,
                }),
                Begun::Crowded(until) => self.not_begun(Input::Crowded {
                    id: job.delivery,
                    fence: job.fence,
                    until,
                }),
            }
        }
        if suppressed && let Some(flow) = self.flow.upgrade() {
            // It asks for a report.
            flow.bell.notify_one();
        }
        if !lost.is_empty() {
            self.regain(lost);
        }
        Ok(mine)
    }

    /// What was to begin as the memory knew it, and is this node's all the same, goes on as the database
    /// says. A look that fails is made up for by the next beat.
    pub(super) fn regain(&self, lost: Vec<DeliveryId>) {
        let node = self.world.node;
        if let Err(error) = self.take_in(move |tx| deliveries::still_own(tx, &lost, node)) {
            tracing::warn!(%error, "what did not begin is looked up later");
        }
    }

    fn marks(&self, jobs: &[Job], now: Timestamp) -> Result<Vec<Mark>> {
        if self.alone.load(Ordering::Acquire) {
            return Ok(jobs.iter().map(|job| self.mark(job, None, now)).collect());
        }
        let tokens = self.token_maker()?;
        let held = self.lock();
        // what is not counted for a patient's practice is not counted for a test either
        let bounds = jobs.iter().map(|job| match job.tracked.mode {
            model::Mode::Test => None,
            model::Mode::Live => self.bound(&held, job, tokens),
        });
        let marks = jobs.iter().zip(bounds);
        Ok(marks
            .map(|(job, bound)| self.mark(job, bound, now))
            .collect())
    }

    fn mark(&self, job: &Job, bound: Option<Bound>, now: Timestamp) -> Mark {
        let source = job.source;
        let warm_up = source.and_then(|s| self.ways.routing().sources.warm_up(s, now));
        Mark {
            id: job.delivery,
            fence: job.fence,
            source: job.way.source.clone(),
            provider: job.way.provider.clone(),
            bound,
            job: job.clone(),
            warm_up: warm_up.filter(|_| job.tracked.mode != model::Mode::Test),
        }
    }

    /// Its row was not touched: it waits on, or goes by another source.
    fn not_begun(&self, input: Input) {
        self.step(&mut self.lock(), input);
    }
}

fn begin(world: &Arc<World>, tx: &mut Tx<'_>, mark: &Mark, crowd: &mut Crowd) -> Result<Begun> {
    if crate::suppression::stops(world, tx, &mark.job)? {
        return Ok(Begun::Suppressed);
    }
    let node = world.node;
    if let Some(bound) = &mark.bound
        && let Some(until) = crowd.enter(tx, (&mark.source, bound), node, world.now())?
    {
        return Ok(Begun::Crowded(until));
    }
    if let Some(warm_up) = mark.warm_up {
        let (day, most) = (warm_up.day, warm_up.messages_max);
        if !source_days::take(tx, &mark.source, &mark.provider, day, most)? {
            return Ok(Begun::Exhausted(warm_up.day_ends));
        }
    }
    let source = Some(&*mark.source).filter(|name| !name.is_empty());
    let site = mark.bound.as_ref().map(|bound| &*bound.site);
    let by = (node, mark.fence);
    let begun = deliveries::begin(tx, mark.id, by, (source, site), world.now())?;
    Ok(if begun { Begun::Yes } else { Begun::Lost })
}
