//! Orders about the queue: suspend, bounce, expire, rebind, transfer; to end one is to resume.
//!
//! An order has a scope, a reason, a duration and an audit entry, and stands in the database, so that
//! every node obeys it and a restart keeps it. Invariants: an organisation's people and software
//! reach their own mail only; the reason and the destination's domain are sealed; what was tried and
//! may have arrived ends by an order as it would end by its expiry, with a report to its sender.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Action, Ctx, Event, World};
use model::{
    Code, Domain, Error, MessageId, NodeId, OrderId, OrganisationId, Result, Stream, Timestamp,
    limits,
};
use queue::SourceId;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::{messages, queue_orders};

mod seen;

pub use seen::{OrderChoices, OrderPage, Touched};

use crate::Flow;
use crate::envelope::{open_json, seal_json};
use crate::view::live_only;

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderAct {
    /// Nothing of it starts until the order ends.
    Suspend,
    /// Its deliveries end as refused; senders hear of it.
    Bounce,
    /// Its deliveries end as if their time were over.
    Expire,
    /// Its deliveries leave by this source.
    Rebind(String),
    /// Its deliveries go to this node.
    Transfer(NodeId),
}

/// What is covered: everything given must fit, what is left out fits all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderScope {
    pub stream: Option<Stream>,
    pub provider: Option<String>,
    /// The recipients' domain.
    pub domain: Option<Domain>,
    pub source: Option<String>,
    pub message: Option<MessageId>,
    /// Also the mail of other organisations. Only the command line on the server may ask for it.
    pub everywhere: bool,
}

pub struct NewOrder {
    pub act: OrderAct,
    pub scope: OrderScope,
    pub reason: String,
    /// Mail that comes meanwhile is covered too.
    pub lasts: Duration,
}

/// An order as it is shown.
pub struct OrderView {
    pub id: OrderId,
    /// `suspend`, `bounce`, `expire`, `rebind`, `transfer`.
    pub act: String,
    pub scope: OrderScope,
    /// The source or the node that it names.
    pub target: Option<String>,
    pub reason: String,
    pub actor: String,
    pub created_at: Timestamp,
    pub until: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub in_force: bool,
}

/// The sealed part.
#[derive(Serialize, Deserialize)]
pub(crate) struct Detail {
    pub reason: String,
    pub domain: Option<String>,
}

impl Flow {
    /// Orders something about waiting mail, at once on this node and within seconds on the others.
    ///
    /// # Errors
    /// `field_invalid` with the field; `not_found` for a message that is not there; `state_conflict`
    /// when the organisation has as many in force as it may.
    pub fn order(&self, ctx: &Ctx, new: NewOrder) -> Result<OrderId> {
        ctx.allow(Action::QueueManage, &ctx.own("queue"))?;
        self.check_order(ctx, &new)?;
        let (now, organisation) = (ctx.now(), ctx.organisation());
        let id = OrderId::mint(now, self.world().rng.as_ref());
        let key = self.world().new_item_key(organisation, *id.as_bytes())?;
        let detail = Detail {
            reason: new.reason.clone(),
            domain: new.scope.domain.as_ref().map(|d| d.as_str().to_owned()),
        };
        let sealed_detail = seal_json(
            &detail,
            key.opened(),
            ("queue_orders", "sealed_detail", id.as_bytes()),
            self.world().rng.as_ref(),
        )?;
        let row = queue_orders::Order {
            id,
            organisation,
            everywhere: new.scope.everywhere,
            act: new.act.word().to_owned(),
            stream: new.scope.stream,
            provider: new.scope.provider,
            source: new.scope.source,
            message: new.scope.message,
            target: new.act.target(),
            sealed_detail,
            actor: ctx.actor().to_owned(),
            created_at: now,
            until: now.plus(new.lasts),
            ended_at: None,
        };
        let (actor, row, key) = (ctx.clone(), Arc::new(row), Arc::new(key));
        self.world().store.write(move |tx| {
            let others = queue_orders::count_in_force(tx, row.organisation, now)?;
            if !row.everywhere && others >= limits::ORDERS_IN_FORCE_MAX {
                return Err(Code::StateConflict.into());
            }
            key.insert(tx)?;
            queue_orders::insert(tx, &row)?;
            actor.record(tx, ordered(&row, &detail, &key)).map(drop)
        })?;
        self.dispatcher().obey()?;
        Ok(id)
    }

    /// Ends an order before its time; what it kept waiting goes on.
    ///
    /// # Errors
    /// `state_conflict` when it was over already.
    pub fn end_order(&self, ctx: &Ctx, id: OrderId) -> Result<()> {
        ctx.allow(Action::QueueManage, &ctx.own("queue"))?;
        live_only(ctx)?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            let row = queue_orders::find(tx, id)?.filter(|row| may_end(&actor, row));
            let row = row.ok_or(Error::new(Code::NotFound))?;
            if !queue_orders::end(tx, id, actor.now())? {
                return Err(Code::StateConflict.into());
            }
            // what it kept waiting where no node had room
            store::tables::deliveries::unpark(tx, row.until, actor.now())?;
            let event = Event::new("queue.resumed").about(id).fact("act", &row.act);
            actor.record(tx, event).map(drop)
        })?;
        self.dispatcher().obey().map(drop)
    }

    pub(crate) fn check_order(&self, ctx: &Ctx, new: &NewOrder) -> Result<()> {
        live_only(ctx)?;
        let invalid = |field: &str| Error::new(Code::FieldInvalid).at(field);
        let routing = self.settings().ways.routing();
        let is_source = |name: &String| routing.sources.find(name).is_some();
        // Another organisation's source has a name to lose.
        let is_open = |source: SourceId| {
            ctx.actor() == "system" || routing.sources.is_open_to(source, ctx.organisation())
        };
        let scope = &new.scope;
        if new.reason.trim().is_empty() || new.reason.len() > limits::ORDER_REASON_OCTETS_MAX {
            return Err(invalid("/reason"));
        }
        if new.lasts.is_zero() || new.lasts > limits::ORDER_DURATION_MAX {
            return Err(invalid("/seconds"));
        }
        if scope.everywhere && ctx.actor() != "system" {
            return Err(invalid("/everywhere"));
        }
        if scope.source.as_ref().is_some_and(|name| !is_source(name)) {
            return Err(invalid("/source"));
        }
        let known = |word: &String| routing.shaping.find(word).is_some();
        if scope.provider.as_ref().is_some_and(|word| !known(word)) {
            return Err(invalid("/provider"));
        }
        if let OrderAct::Rebind(to) = &new.act
            && !routing.sources.find(to).is_some_and(is_open)
        {
            return Err(invalid("/to"));
        }
        if let Some(message) = scope.message {
            let organisation = ctx.organisation();
            let found = move |tx: &mut Tx<'_>| messages::load(tx, message, organisation).map(drop);
            self.world().store.read(found)?;
        }
        Ok(())
    }
}

impl OrderAct {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Bounce => "bounce",
            Self::Expire => "expire",
            Self::Rebind(_) => "rebind",
            Self::Transfer(_) => "transfer",
        }
    }
    fn target(&self) -> Option<String> {
        match self {
            Self::Rebind(source) => Some(source.clone()),
            Self::Transfer(node) => Some(node.to_string()),
            Self::Suspend | Self::Bounce | Self::Expire => None,
        }
    }
}

/// An order for all is ended where it was given.
fn may_end(ctx: &Ctx, row: &queue_orders::Order) -> bool {
    row.organisation == ctx.organisation() && (!row.everywhere || ctx.actor() == "system")
}

fn ordered<'a>(row: &queue_orders::Order, detail: &Detail, key: &'a ctx::ItemKey) -> Event<'a> {
    let mut event = Event::new("queue.ordered")
        .about(row.id)
        .fact("act", &row.act)
        .fact("everywhere", row.everywhere)
        .fact("until", row.until);
    let words = [
        ("stream", row.stream.map(|stream| stream.word().to_owned())),
        ("provider", row.provider.clone()),
        ("source", row.source.clone()),
        ("message", row.message.map(|id| id.to_string())),
        ("target", row.target.clone()),
    ];
    for (name, word) in words {
        if let Some(word) = word {
            event = event.fact(name, word);
        }
    }
    let payload = serde_json::json!({ "reason": detail.reason, "domain": detail.domain });
    event.payload(payload.to_string().into_bytes(), key.opened())
}

pub(crate) fn open_detail(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    row: &queue_orders::Order,
) -> Result<Detail> {
    let key = world.item_key(tx, row.organisation, row.id.as_bytes())?;
    let at = ("queue_orders", "sealed_detail", row.id.as_bytes());
    open_json(&row.sealed_detail, &key, at)
}

/// What another organisation wrote down about an order for all stays with it.
fn view(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    row: queue_orders::Order,
    reader: OrganisationId,
    now: Timestamp,
) -> Result<OrderView> {
    let detail = if row.organisation == reader {
        open_detail(world, tx, &row)?
    } else {
        Detail {
            reason: String::new(),
            domain: None,
        }
    };
    let domain = detail.domain.as_deref().map(Domain::parse).transpose();
    Ok(OrderView {
        id: row.id,
        in_force: row.ended_at.is_none() && row.until > now,
        act: row.act,
        scope: OrderScope {
            stream: row.stream,
            provider: row.provider,
            domain: domain.map_err(|_| Error::new(Code::StoredDataInvalid))?,
            source: row.source,
            message: row.message,
            everywhere: row.everywhere,
        },
        target: row.target,
        reason: detail.reason,
        actor: row.actor,
        created_at: row.created_at,
        until: row.until,
        ended_at: row.ended_at,
    })
}
