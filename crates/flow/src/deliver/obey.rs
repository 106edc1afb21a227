//! Obey: the orders of administrators, from the database into the scheduler of this node.
//!
//! Orders are read at every beat, so all nodes obey within seconds and a restart forgets none.

use std::sync::Arc;

use ctx::World;
use model::{MessageId, NodeId, OrganisationId, Result, Stream, Timestamp};
use queue::{Act, Destination, Ending, Input, Order, Scope};
use store::Tx;
use store::tables::{deliveries, queue_orders};

use super::Dispatcher;
use crate::Ways;
use crate::orders::{Detail, open_detail};

/// What is in force, as this node must see it.
struct InForce {
    orders: Vec<Order>,
    /// Someone hands deliveries to this node.
    coming: bool,
}

impl Dispatcher {
    /// True when another node hands deliveries to this one.
    pub(crate) fn obey(&self) -> Result<bool> {
        let (world, ways, now) = (self.world.clone(), self.ways.clone(), self.world.now());
        let found = self
            .world
            .store
            .read(move |tx| in_force(&world, tx, &ways, now))?;
        let endings = found.orders.iter().filter(|order| {
            let ending = [Act::End(Ending::Bounce), Act::End(Ending::Expire)];
            ending.contains(&order.act)
        });
        self.note_endings(endings.map(|order| order.id).collect());
        let mut held = self.lock();
        self.step(&mut held, Input::Orders(found.orders));
        drop(held);
        self.bell.notify_one();
        Ok(found.coming)
    }
}

fn in_force(world: &Arc<World>, tx: &mut Tx<'_>, ways: &Ways, now: Timestamp) -> Result<InForce> {
    let mut found = InForce {
        orders: Vec::new(),
        coming: false,
    };
    let nodes = deliveries::nodes(tx)?;
    for row in queue_orders::in_force(tx, now)? {
        let Some(act) = act(&row, ways) else { continue };
        let target: Option<NodeId> = row.target.as_deref().and_then(|word| word.parse().ok());
        if act == Act::End(Ending::Transfer) && target == Some(world.node) {
            found.coming = true;
            continue;
        }
        // To a node that is gone: it stays, or it would come back here until the order ends.
        let lives = target.is_some_and(|node| nodes.contains(&node));
        if act == Act::End(Ending::Transfer) && !lives {
            continue;
        }
        let detail = open_detail(world, tx, &row)?;
        if let Some(scope) = scope(tx, &row, &detail, ways)? {
            found.orders.push(Order {
                id: row.id,
                scope,
                act,
                until: row.until,
            });
        }
    }
    Ok(found)
}

/// None when it names a source that this installation has no more.
fn act(row: &queue_orders::Order, ways: &Ways) -> Option<Act> {
    match row.act.as_str() {
        "suspend" => Some(Act::Hold),
        "bounce" => Some(Act::End(Ending::Bounce)),
        "expire" => Some(Act::End(Ending::Expire)),
        "transfer" => Some(Act::End(Ending::Transfer)),
        "rebind" => {
            let source = row.target.as_deref()?;
            ways.routing().sources.find(source).map(Act::Rebind)
        }
        _ => None,
    }
}

fn scope(
    tx: &mut Tx<'_>,
    row: &queue_orders::Order,
    detail: &Detail,
    ways: &Ways,
) -> Result<Option<Scope>> {
    let named = Named {
        organisation: (!row.everywhere).then_some(row.organisation),
        stream: row.stream,
        provider: row.provider.as_deref(),
        source: row.source.as_deref(),
        domain: detail.domain.as_deref(),
        message: row.message,
    };
    named.scope(tx, ways)
}

/// What an order covers, in words.
pub(crate) struct Named<'a> {
    pub organisation: Option<OrganisationId>,
    pub stream: Option<Stream>,
    pub provider: Option<&'a str>,
    pub source: Option<&'a str>,
    pub domain: Option<&'a str>,
    pub message: Option<MessageId>,
}

impl Named<'_> {
    /// None when it covers a provider or source that this installation has no more.
    pub fn scope(&self, tx: &mut Tx<'_>, ways: &Ways) -> Result<Option<Scope>> {
        let routing = ways.routing();
        let provider = self.provider.map(|word| routing.shaping.find(word));
        let source = self.source.map(|name| routing.sources.find(name));
        if provider == Some(None) || source == Some(None) {
            return Ok(None);
        }
        let deliveries = match self.message {
            Some(message) => {
                let open = deliveries::open_of_message(tx, message)?;
                Some(Arc::new(open.iter().map(|d| d.id).collect()))
            }
            None => None,
        };
        Ok(Some(Scope {
            organisation: self.organisation,
            stream: self.stream,
            provider: provider.flatten(),
            destination: self.domain.map(Destination::new),
            source: source.flatten(),
            deliveries,
        }))
    }
}
