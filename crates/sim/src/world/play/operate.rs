//! Operators and DNS: orders about the queue and their end, other times, answers about mail servers
//! that come late or not at all.

use std::time::Duration;

use flow::orders::{NewOrder, OrderAct, OrderScope};
use model::seams::Clock;
use model::{Code, OrderId, Stream, limits};
use store::tables::queue_orders;

use super::Driver;
use crate::world::house::PROVIDER;
use crate::world::oracle::{Verdict, ensure};
use crate::world::planted::Planted;

impl Driver {
    /// Answers what the scheduler asks of DNS; some answers are lost on their way.
    pub(super) fn look_up(&mut self) -> Verdict {
        let wanted = self.node()?.flow.dispatcher().lookups(10);
        for domain in wanted {
            if self.chance.happens(1, 10) {
                self.note("an answer about mail servers is lost".to_owned());
                continue;
            }
            // A lie about whose servers these are decides who shares limits, and nothing else.
            let asked = if self.chance.happens(1, 12) {
                crate::world::sea::domain(self.chance.pick::<String>(&self.domains))
            } else {
                domain.clone()
            };
            let hosts = self.house.sea.mail_hosts(&asked);
            self.node()?.flow.dispatcher().found(&domain, hosts);
        }
        Ok(())
    }

    /// An order with a scope of chance, for some minutes or hours.
    pub(super) fn order(&mut self) -> Verdict {
        let clinic = self.below(self.house.clinics.len());
        let node = self.node()?;
        let other = self.house.nodes.iter().flatten().next_back();
        let other = other.map_or(node.flow.world().node, |node| node.flow.world().node);
        let ctx = node.flow.world().system(self.house.clinics[clinic].id);
        let act = match self.below(12) {
            0..=5 => OrderAct::Suspend,
            6 => OrderAct::Bounce,
            7 => OrderAct::Expire,
            8 | 9 => OrderAct::Rebind("old".to_owned()),
            _ => OrderAct::Transfer(other),
        };
        let sent = self.some_sent().map(|at| &self.books.sent[at]);
        let message = sent
            .filter(|sent| sent.clinic == clinic)
            .map(|sent| sent.message);
        let mut scope = OrderScope::default();
        match self.below(5) {
            0 => scope.stream = Some(Stream::Transactional),
            1 => scope.provider = Some(PROVIDER.to_owned()),
            2 => scope.source = Some("new".to_owned()),
            3 => scope.message = message,
            _ => {
                let name: &String = self.chance.pick(&self.domains);
                scope.domain = Some(crate::world::sea::domain(name));
            }
        }
        let lasts = Duration::from_secs(*self.chance.pick(&[60, 600, 3_600, 20_000]));
        let what = format!("order {} for {} s", act.word(), lasts.as_secs());
        let new = NewOrder {
            act,
            scope,
            reason: "a drill".to_owned(),
            lasts,
        };
        let (holds, scope) = (new.act == OrderAct::Suspend, new.scope.clone());
        let until = self.house.clock.now().plus(lasts);
        let ordered = self.node()?.flow.order(&ctx, new);
        self.judge(&what, &ordered)?;
        if let Ok(id) = ordered
            && holds
        {
            let order = (id, ctx.organisation());
            self.watch.suspend(order, scope, until, self.acting);
            self.ignore_suspension(id)?;
        }
        Ok(())
    }

    /// Where that fault is planted: the order is over before its time, and nobody was told.
    fn ignore_suspension(&mut self, id: OrderId) -> Verdict {
        if !self.plant.happens(Planted::IgnoresSuspension, 90) {
            return Ok(());
        }
        let now = self.house.clock.now();
        self.house.faults.arm(false);
        self.house
            .store
            .write(move |tx| queue_orders::end(tx, id, now))?;
        self.node()?.flow.dispatcher().beat(self.house.alone())?;
        self.house.faults.arm(true);
        Ok(())
    }

    /// Ends whatever is in force.
    pub(super) fn resume(&mut self) -> Verdict {
        let clinic = self.below(self.house.clinics.len());
        let node = self.node()?;
        let ctx = node.flow.world().system(self.house.clinics[clinic].id);
        let page = node
            .flow
            .order_page(&ctx, true, None, limits::PAGE_ROWS_MAX);
        self.judge("list orders", &page)?;
        for order in page.map(|page| page.rows).unwrap_or_default() {
            self.watch.may_be_over(order.id);
            let ended = self.node()?.flow.end_order(&ctx, order.id);
            self.judge(&format!("end {}", order.id), &ended)?;
        }
        Ok(())
    }

    pub(super) fn reschedule(&mut self) -> Verdict {
        let Some(at) = self.some_sent() else {
            return Ok(());
        };
        let (clinic, mode, message) = {
            let sent = &self.books.sent[at];
            (sent.clinic, sent.mode, sent.message)
        };
        let ctx = self.house.clinics[clinic].app(self.node()?, mode);
        self.judge("sign in", &ctx)?;
        let Ok(ctx) = ctx else { return Ok(()) };
        let seconds = *self.chance.pick(&[0, 30, 600, 7_200]);
        let to = ctx.now().plus(Duration::from_secs(seconds));
        let moved = self.node()?.flow.reschedule(&ctx, message, to);
        self.judge(&format!("reschedule {message} by {seconds} s"), &moved)?;
        if let Err(error) = moved {
            ensure!(
                error.code() != Code::NotFound,
                "{message} is there and has no time"
            );
        }
        Ok(())
    }
}
