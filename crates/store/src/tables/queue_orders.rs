//! What administrators ordered about the queue: so that every node obeys and restarts keep it.
//!
//! Invariant: an order is never changed but to end it, once.

use model::{MessageId, NodeId, OrderId, OrganisationId, Result, Stream, Timestamp};

use crate::{Row, Tx, statements};

pub struct Order {
    pub id: OrderId,
    /// Whose audit log tells of it, and whose mail it covers unless `everywhere`.
    pub organisation: OrganisationId,
    pub everywhere: bool,
    /// `suspend`, `bounce`, `expire`, `rebind`, `transfer`.
    pub act: String,
    pub stream: Option<Stream>,
    pub provider: Option<String>,
    /// Covers what leaves by this source.
    pub source: Option<String>,
    pub message: Option<MessageId>,
    /// The source that mail is bound to, or the node that takes it.
    pub target: Option<String>,
    /// The reason and, where it covers one, the destination's domain.
    pub sealed_detail: Vec<u8>,
    pub actor: String,
    pub created_at: Timestamp,
    pub until: Timestamp,
    pub ended_at: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO queue_orders (id, organisation, everywhere, act, stream, provider, source, message, target,
        sealed_detail, actor, created_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    pub FIND = "SELECT id, organisation, everywhere, act, stream, provider, source, message, target, sealed_detail, actor,
        created_at, until_at, ended_at FROM queue_orders WHERE id = $1";
    pub IN_FORCE = "SELECT id, organisation, everywhere, act, stream, provider, source, message, target, sealed_detail, actor,
        created_at, until_at, ended_at FROM queue_orders WHERE ended_at IS NULL AND until_at > $1
        ORDER BY everywhere DESC, created_at, id LIMIT 10000";
    pub PAGE = "SELECT id, organisation, everywhere, act, stream, provider, source, message, target, sealed_detail, actor,
        created_at, until_at, ended_at FROM queue_orders WHERE (organisation = $1 OR everywhere = 1)
        AND until_at > $2 AND (ended_at IS NULL OR ended_at > $2)
        AND (created_at < $3 OR (created_at = $3 AND id < $4)) ORDER BY created_at DESC, id DESC LIMIT $5";
    pub COUNT_IN_FORCE = "SELECT count(*) FROM queue_orders WHERE organisation = $1 AND ended_at IS NULL AND until_at > $2";
    pub END = "UPDATE queue_orders SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2";
}

pub fn insert(tx: &mut Tx<'_>, o: &Order) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            o.id.into(),
            o.organisation.into(),
            o.everywhere.into(),
            o.act.as_str().into(),
            o.stream.map(Stream::word).into(),
            o.provider.as_deref().into(),
            o.source.as_deref().into(),
            o.message.into(),
            o.target.as_deref().into(),
            o.sealed_detail.as_slice().into(),
            o.actor.as_str().into(),
            o.created_at.into(),
            o.until.into(),
        ],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<Order>> {
    tx.find(&FIND, &[id.into()], order)
}

/// How many of the organisation's are neither ended nor over.
pub fn count_in_force(tx: &mut Tx<'_>, organisation: OrganisationId, now: Timestamp) -> Result<u64> {
    let found = tx.find(&COUNT_IN_FORCE, &[organisation.into(), now.into()], |row| row.uint(0))?;
    Ok(found.unwrap_or(0))
}

/// Neither ended nor over, those for all first, then the oldest, of all organisations.
pub fn in_force(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<Order>> {
    tx.query(&IN_FORCE, &[now.into()], order)
}

/// Newest first, from after `(created, id)`: those that were in force at some time after `since`.
pub fn page(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    since: Timestamp,
    after: Option<(Timestamp, OrderId)>,
    rows: usize,
) -> Result<Vec<Order>> {
    let (at, id) = after.unwrap_or((Timestamp::MAX, OrderId::from_bytes([u8::MAX; 16])));
    let values = [organisation.into(), since.into(), at.into(), id.into(), rows.into()];
    tx.query(&PAGE, &values, order)
}

/// False when it had ended already.
pub fn end(tx: &mut Tx<'_>, id: OrderId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&END, &[id.into(), now.into()])? == 1)
}

/// The node that an order names.
pub fn find_node(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<NodeId>> {
    let target = find(tx, id)?.and_then(|order| order.target);
    Ok(target.and_then(|word| word.parse().ok()))
}

fn order(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        id: OrderId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        everywhere: row.flag(2)?,
        act: row.text(3)?.to_owned(),
        stream: row.opt_text(4)?.and_then(Stream::from_word),
        provider: row.opt_text(5)?.map(str::to_owned),
        source: row.opt_text(6)?.map(str::to_owned),
        message: row.opt_array(7)?.map(MessageId::from_bytes),
        target: row.opt_text(8)?.map(str::to_owned),
        sealed_detail: row.bytes(9)?.to_vec(),
        actor: row.text(10)?.to_owned(),
        created_at: row.at(11)?,
        until: row.at(12)?,
        ended_at: row.opt_at(13)?,
    })
}
