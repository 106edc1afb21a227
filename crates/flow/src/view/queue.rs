//! The queue as it stands on this node: what waits, why, and until when, by provider and source.
//!
//! Counts and words only: names of destinations stay inside. They are of all organisations together,
//! since limits are.

use ctx::{Action, Ctx};
use model::{Result, Timestamp};
use queue::Why;
use store::tables::source_days;

use crate::Flow;

pub struct QueueView {
    /// One source at one provider, where something waits or runs.
    pub rows: Vec<QueueLine>,
    /// Due later, or their destination is being asked for.
    pub unbound: usize,
    /// Kept from starting by an order.
    pub held: usize,
    pub waiting: usize,
    pub ready: usize,
    pub running: usize,
}

pub struct QueueLine {
    pub provider: String,
    pub source: String,
    pub waiting: usize,
    pub ready: usize,
    pub running: usize,
    /// Sets of mail servers, and how many of them are left alone because they did not answer.
    pub sites: usize,
    pub resting_sites: usize,
    pub rest_ends: Option<Timestamp>,
    /// Why the source starts nothing at the provider, and until when: `rate`, `back_off`,
    /// `suspended`, `warm_up`.
    pub stopped: Option<(&'static str, Timestamp)>,
    /// While the source is new: sent today and at most.
    pub warm_up: Option<(u64, u32)>,
}

impl Flow {
    pub fn queue(&self, ctx: &Ctx) -> Result<QueueView> {
        ctx.allow(Action::QueueRead, &ctx.own("queue"))?;
        let mut view = self.dispatcher().view();
        let routing = self.settings().ways.routing().clone();
        let warm: Vec<_> = view
            .rows
            .iter()
            .map(|row| {
                let id = routing.sources.find(&row.source)?;
                let day = routing.sources.warm_up(id, ctx.now())?;
                Some((row.source.clone(), row.provider.clone(), day))
            })
            .collect();
        let sent = self.world().store.read(move |tx| {
            let counts = warm.iter().map(|row| match row {
                None => Ok(None),
                Some((source, provider, day)) => {
                    let sent = source_days::messages(tx, source, provider, day.day)?;
                    Ok(Some((sent, day.messages_max)))
                }
            });
            counts.collect::<Result<Vec<_>>>()
        })?;
        for (row, warm_up) in view.rows.iter_mut().zip(sent) {
            row.warm_up = warm_up;
        }
        Ok(view)
    }
}

impl crate::Dispatcher {
    pub(crate) fn view(&self) -> QueueView {
        self.look(|queue| {
            let routing = queue.routing();
            let rows = queue
                .traffic()
                .into_iter()
                .map(|((provider, source), row)| {
                    let stopped = row.shut.map(|shut| (why(shut.why), shut.until));
                    QueueLine {
                        provider: routing.shaping.word(provider).to_owned(),
                        source: routing.sources.name(source).to_owned(),
                        waiting: row.waiting,
                        ready: row.ready,
                        running: row.running,
                        sites: row.sites,
                        resting_sites: row.resting_sites,
                        rest_ends: row.rest_ends,
                        stopped,
                        warm_up: None,
                    }
                });
            let counts = queue.counts();
            QueueView {
                rows: rows.collect(),
                unbound: queue.unbound(),
                held: queue.held(),
                waiting: queue.len() - counts.running,
                ready: counts.ready,
                running: counts.running,
            }
        })
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Rate => "rate",
        Why::BackOff => "back_off",
        Why::Suspended => "suspended",
        Why::WarmUp => "warm_up",
    }
}
