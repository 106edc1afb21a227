//! What is seen of orders before and after they are given: whom one would touch, what can be named,
//! and the list, a page at a time.

use ctx::{Action, Ctx};
use model::{Code, Error, NodeId, OrderId, Result, Timestamp, limits};
use queue::{Act, Ending};
use store::tables::{deliveries, queue_orders, waiting};

use super::{NewOrder, OrderAct, OrderView, view};
use crate::Flow;
use crate::deliver::obey::Named;
use crate::view::cursor;

/// How many deliveries an order would touch if it were given now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Waiting at this node and covered.
    pub waiting: usize,
    /// Under way at this node and covered: these are not interrupted.
    pub running: usize,
    /// Open, of the organisation and the stream, and not with this node. Which of them are covered is
    /// known where they are.
    pub elsewhere: u64,
}

/// What an order can name.
#[derive(Clone, Debug, Default)]
pub struct OrderChoices {
    pub providers: Vec<String>,
    pub sources: Vec<String>,
    /// The running nodes but this one.
    pub nodes: Vec<NodeId>,
}

pub struct OrderPage {
    /// Newest first.
    pub rows: Vec<OrderView>,
    pub next: Option<String>,
}

impl Flow {
    /// What the order would touch, were it given now. Nothing changes.
    ///
    /// # Errors
    /// Those of [`Flow::order`].
    pub fn order_touches(&self, ctx: &Ctx, new: &NewOrder) -> Result<Touched> {
        ctx.allow(Action::QueueManage, &ctx.own("queue"))?;
        self.check_order(ctx, new)?;
        let (wanted, organisation) = (new.scope.clone(), ctx.organisation());
        let (ways, node) = (self.settings().ways.clone(), self.world().node);
        let (scope, elsewhere) = self.world().store.read(move |tx| {
            let named = Named {
                organisation: (!wanted.everywhere).then_some(organisation),
                stream: wanted.stream,
                provider: wanted.provider.as_deref(),
                source: wanted.source.as_deref(),
                domain: wanted.domain.as_ref().map(|domain| domain.as_str()),
                message: wanted.message,
            };
            let whose = (organisation, wanted.stream);
            let elsewhere = deliveries::elsewhere_count(tx, whose, node, waiting::COUNTED_MAX)?;
            Ok((named.scope(tx, &ways)?, elsewhere))
        })?;
        // Whoever names what is not there was told so by the check.
        let scope = scope.ok_or(Error::new(Code::FieldInvalid))?;
        let act = self.scheduled_act(&new.act)?;
        let here = self.dispatcher().look(|queue| queue.covered(&scope, act));
        let elsewhere = match &scope.deliveries {
            Some(these) => self.dispatcher().look(|queue| {
                let gone = |id| queue.waiting(id).is_none() && queue.running(id).is_none();
                these.iter().filter(|id| gone(**id)).count() as u64
            }),
            None => elsewhere,
        };
        Ok(Touched {
            waiting: here.waiting,
            running: here.running,
            elsewhere,
        })
    }

    /// What an order can name on this installation.
    pub fn order_choices(&self, ctx: &Ctx) -> Result<OrderChoices> {
        ctx.allow(Action::QueueManage, &ctx.own("queue"))?;
        let own = self.world().node;
        let nodes = self.world().store.read(deliveries::nodes)?;
        let routing = self.settings().ways.routing();
        Ok(OrderChoices {
            providers: routing.shaping.words().map(str::to_owned).collect(),
            sources: routing.sources.names().map(str::to_owned).collect(),
            nodes: nodes.into_iter().filter(|node| *node != own).collect(),
        })
    }

    /// One order, in force or over.
    ///
    /// # Errors
    /// `not_found` for another organisation's.
    pub fn load_order(&self, ctx: &Ctx, id: OrderId) -> Result<OrderView> {
        ctx.allow(Action::QueueRead, &ctx.own("queue"))?;
        let (world, organisation, now) = (self.world().clone(), ctx.organisation(), ctx.now());
        self.world().store.read(move |tx| {
            let row = queue_orders::find(tx, id)?;
            let seen = row.filter(|row| row.everywhere || row.organisation == organisation);
            let row = seen.ok_or(Error::new(Code::NotFound))?;
            view(&world, tx, row, organisation, now)
        })
    }

    /// The organisation's orders and those for all; `in_force` leaves out what is over. `rows` is capped
    /// at 200.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn order_page(
        &self,
        ctx: &Ctx,
        in_force: bool,
        after: Option<&str>,
        rows: usize,
    ) -> Result<OrderPage> {
        ctx.allow(Action::QueueRead, &ctx.own("queue"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let after = after.map(cursor::decode).transpose()?;
        let after = after.map(|(at, id)| (at, OrderId::from_bytes(id)));
        let (world, organisation, now) = (self.world().clone(), ctx.organisation(), ctx.now());
        let since = if in_force {
            now
        } else {
            Timestamp::from_micros(i64::MIN)
        };
        self.world().store.read(move |tx| {
            let mut found = queue_orders::page(tx, organisation, since, after, rows + 1)?;
            let more = found.len() > rows;
            found.truncate(rows);
            let last = found.last().filter(|_| more);
            let next = last.map(|row| cursor::encode(row.created_at, row.id.as_bytes()));
            let shown = found
                .into_iter()
                .map(|row| view(&world, tx, row, organisation, now));
            Ok(OrderPage {
                rows: shown.collect::<Result<_>>()?,
                next,
            })
        })
    }

    /// The act as the scheduler knows it.
    fn scheduled_act(&self, act: &OrderAct) -> Result<Act> {
        let sources = &self.settings().ways.routing().sources;
        Ok(match act {
            OrderAct::Suspend => Act::Hold,
            OrderAct::Bounce => Act::End(Ending::Bounce),
            OrderAct::Expire => Act::End(Ending::Expire),
            OrderAct::Transfer(_) => Act::End(Ending::Transfer),
            OrderAct::Rebind(to) => {
                let source = sources
                    .find(to)
                    .ok_or(Error::new(Code::FieldInvalid).at("/to"))?;
                Act::Rebind(source)
            }
        })
    }
}
