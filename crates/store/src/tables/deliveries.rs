//! The queue at rest: sealed forms, one delivery per recipient and role, attempts with evidence.
//!
//! Invariant: a delivery references `sealed`, never `messages`, so nothing unsealed can be queued;
//! rows leave the open set only by `settle`, under the fence they were leased with.

use model::{
    AttemptId, BlobId, Code, DeliveryId, Demand, Error, MessageId, Method, NodeId, OrganisationId, RecipientId, Result,
    SealedId, Stream, Timestamp,
};

use crate::{Row, Tx, Value, statements};

pub struct Sealed {
    pub id: SealedId,
    pub message: MessageId,
    pub organisation: OrganisationId,
    pub method: Method,
    /// What goes before the content: our trace fields and DKIM signatures; or, without `content`,
    /// the whole letter (a notice).
    pub sealed_head: Vec<u8>,
    pub content: Option<BlobId>,
    /// SHA-256 of the exact letter.
    pub sent_sha256: [u8; 32],
    pub created_at: Timestamp,
}

pub struct Delivery {
    pub id: DeliveryId,
    pub sealed: SealedId,
    pub message: MessageId,
    pub recipient: RecipientId,
    pub organisation: OrganisationId,
    /// `letter` carries the message, `notice` announces it, `report` is a DSN to its sender.
    pub role: String,
    /// Return path and forward path.
    pub sealed_route: Vec<u8>,
    pub demand: Demand,
    pub stream: Stream,
    pub priority: u8,
    pub due_at: Timestamp,
    pub expires_at: Timestamp,
    pub attempts: u32,
    pub fence: u64,
    pub created_at: Timestamp,
    /// An attempt had begun and its end was never recorded.
    pub interrupted: bool,
    /// No attempt began that may have reached anyone: it can be withdrawn.
    pub untried: bool,
    /// The source its latest attempt left by; none before the first.
    pub source: Option<String>,
}

pub struct Attempt {
    pub id: AttemptId,
    pub delivery: DeliveryId,
    pub recipient: RecipientId,
    pub message: MessageId,
    pub organisation: OrganisationId,
    pub number: u32,
    /// `accepted`, `deferred`, `refused`, `ambiguous`, `below_demand`, `our_fault`.
    pub outcome: String,
    pub reply_code: Option<u16>,
    pub reply_enhanced: Option<String>,
    /// What the reply means, as `model::BounceClass` words it.
    pub class: Option<String>,
    pub tls_version: Option<String>,
    pub tls_verified: bool,
    /// Hosts, addresses, certificate, literal reply.
    pub sealed_evidence: Vec<u8>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
}

statements! {
    pub INSERT_SEALED = "INSERT INTO sealed (id, message, organisation, method, sealed_head, content, sent_sha256, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub FIND_SEALED = "SELECT id, message, organisation, method, sealed_head, content, sent_sha256, created_at
        FROM sealed WHERE id = $1";
    pub INSERT = "INSERT INTO deliveries (id, sealed, message, recipient, organisation, role, sealed_route, demand, stream,
        priority, state, due_at, expires_at, attempts, fence, created_at, node)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11, $12, $13, $14, $15, $16)";
    pub FIND = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority, due_at,
        expires_at, attempts, fence, created_at, state, source FROM deliveries WHERE id = $1";
    pub CLAIMABLE = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority, due_at,
        expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE state <> 'settled' AND state <> 'aside' AND due_at >= $3 AND node IS NOT NULL AND NOT EXISTS (SELECT 1
            FROM nodes n WHERE n.id = deliveries.node AND n.seen_at >= $1) ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    pub PARKED = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority, due_at,
        expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE node IS NULL AND state <> 'settled' AND state <> 'aside' AND stream = $1 AND due_at <= $2
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED";
    pub PARKED_OVER = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority,
        due_at, expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE node IS NULL AND state <> 'settled' AND state <> 'aside' AND expires_at <= $1
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    pub PARKED_AFTER = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority,
        due_at, expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE node IS NULL AND state <> 'settled' AND state <> 'aside' AND id > $1 ORDER BY id LIMIT $2";
    pub STILL_PARKED = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority,
        due_at, expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE node IS NULL AND state <> 'settled' AND state <> 'aside' AND id = $1 FOR UPDATE SKIP LOCKED";
    pub ANY_PARKED = "SELECT 1 FROM deliveries WHERE node IS NULL AND state <> 'settled' AND state <> 'aside'
        ORDER BY expires_at LIMIT 1";
    pub PARKED_COUNT = "SELECT count(*) FROM deliveries WHERE node IS NULL AND state <> 'settled' AND state <> 'aside'";
    pub PARK = "UPDATE deliveries SET node = NULL, fence = $2 + 1, due_at = $4
        WHERE id = $1 AND fence <= $2 AND node = $3 AND state <> 'settled' AND state <> 'running'";
    pub PARK_OF_DEAD = "UPDATE deliveries SET node = NULL, fence = fence + 1,
        state = CASE WHEN state = 'open' THEN 'open' ELSE 'ambiguous' END WHERE id = $1";
    pub UNPARK = "UPDATE deliveries SET due_at = $3 WHERE node IS NULL AND state <> 'settled' AND stream = $1 AND due_at = $2";
    pub OF_NODE = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority, due_at,
        expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE node = $1 AND state <> 'settled' AND id > $2 ORDER BY id LIMIT $3";
    pub CLAIM = "UPDATE deliveries SET node = $2, fence = fence + 1,
        state = CASE WHEN state = 'open' THEN 'open' ELSE 'ambiguous' END WHERE id = $1 RETURNING fence";
    pub BEGIN = "UPDATE deliveries SET state = 'running', fence = $3, source = $4, site = $5 WHERE id = $1 AND node = $2 AND fence < $3
        AND state <> 'settled' AND due_at <= $6";
    pub STILL_OWN = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority, due_at,
        expires_at, attempts, fence, created_at, state, source FROM deliveries
        WHERE id = $1 AND node = $2 AND state <> 'settled' AND state <> 'running'";
    pub JOIN = "INSERT INTO nodes (id, started_at, seen_at) VALUES ($1, $2, $2)";
    pub BEAT = "UPDATE nodes SET seen_at = $2 WHERE id = $1";
    pub LIVING = "SELECT id FROM nodes WHERE seen_at >= $1 ORDER BY id";
    pub BURY = "DELETE FROM nodes WHERE id <> $1 AND seen_at < $2";
    pub DEFER = "UPDATE deliveries SET due_at = $3, attempts = $4, state = $5, node = $7
        WHERE id = $1 AND fence = $2 AND node = $6 AND state <> 'settled'";
    pub SETTLE = "UPDATE deliveries SET state = 'settled', node = NULL
        WHERE id = $1 AND fence <= $2 AND node = $3 AND state <> 'settled'";
    pub SETTLE_ANY = "UPDATE deliveries SET state = 'settled', node = NULL, fence = fence + 1
        WHERE id = $1 AND state = 'open' AND attempts = 0";
    pub RELEASE = "UPDATE deliveries SET node = $4, fence = $2 + 1
        WHERE id = $1 AND fence <= $2 AND node = $3 AND state <> 'settled' AND state <> 'running'";
    pub RESCHEDULE = "UPDATE deliveries SET due_at = $2, expires_at = $3, node = $4, fence = fence + 1
        WHERE id = $1 AND state = 'open' AND attempts = 0 RETURNING fence";
    pub OPEN_OF_MESSAGE = "SELECT id, sealed, message, recipient, organisation, role, sealed_route, demand, stream, priority,
        due_at, expires_at, attempts, fence, created_at, state, source FROM deliveries WHERE message = $1 AND state <> 'settled'";
    pub BELOW_DEMAND_COUNT = "SELECT count(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery
        WHERE a.organisation = $1 AND a.outcome = 'accepted' AND a.tls_verified = 0 AND d.demand = 'verified_tls'
        AND EXISTS (SELECT 1 FROM messages m WHERE m.id = a.message AND m.mode = 'live')";
    pub SET_ASIDE = "UPDATE deliveries SET state = 'aside', node = NULL, fence = fence + 1
        WHERE id = $1 AND node = $2 AND state <> 'settled'";
    pub TAKE_UP_ASIDE = "UPDATE deliveries SET state = 'ambiguous' WHERE state <> 'settled' AND state = 'aside'";
    pub ASIDE_COUNT = "SELECT count(*) FROM deliveries WHERE state <> 'settled' AND state = 'aside'";
    pub ELSEWHERE_COUNT = "SELECT count(*) FROM (SELECT id FROM deliveries WHERE state <> 'settled' AND state <> 'aside'
        AND organisation = $1 AND ($2 = '' OR stream = $2) AND (node IS NULL OR node <> $3) LIMIT $4) counted";
    pub NODES = "SELECT id FROM nodes ORDER BY id LIMIT 100";
    pub OPEN_COUNT = "SELECT count(*) FROM deliveries WHERE state <> 'settled'";
    pub INSERT_ATTEMPT = "INSERT INTO attempts (id, delivery, recipient, message, organisation, number, outcome, reply_code,
        reply_enhanced, tls_version, tls_verified, sealed_evidence, started_at, ended_at, class)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    pub ATTEMPTS = "SELECT id, delivery, recipient, message, organisation, number, outcome, reply_code, reply_enhanced,
        tls_version, tls_verified, sealed_evidence, started_at, ended_at, class
        FROM attempts WHERE message = $1 ORDER BY started_at, id LIMIT 1000";
}

pub fn insert_sealed(tx: &mut Tx<'_>, s: &Sealed) -> Result<()> {
    tx.execute(
        &INSERT_SEALED,
        &[
            s.id.into(),
            s.message.into(),
            s.organisation.into(),
            s.method.word().into(),
            s.sealed_head.as_slice().into(),
            s.content.into(),
            (&s.sent_sha256).into(),
            s.created_at.into(),
        ],
    )
    .map(drop)
}

pub fn load_sealed(tx: &mut Tx<'_>, id: SealedId) -> Result<Sealed> {
    tx.find(&FIND_SEALED, &[id.into()], |row| {
        Ok(Sealed {
            id: SealedId::from_bytes(row.array(0)?),
            message: MessageId::from_bytes(row.array(1)?),
            organisation: OrganisationId::from_bytes(row.array(2)?),
            method: Method::from_word(row.text(3)?).ok_or_else(wrong)?,
            sealed_head: row.bytes(4)?.to_vec(),
            content: row.opt_bytes(5)?.map(BlobId::from_slice).transpose()?,
            sent_sha256: row.array(6)?,
            created_at: row.at(7)?,
        })
    })?
    .ok_or_else(wrong)
}

/// Inserts it leased to `node` from the start: it goes straight into that node's scheduler. Without one it
/// waits for a node that has room.
pub fn insert(tx: &mut Tx<'_>, d: &Delivery, node: Option<NodeId>) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            d.id.into(),
            d.sealed.into(),
            d.message.into(),
            d.recipient.into(),
            d.organisation.into(),
            d.role.as_str().into(),
            d.sealed_route.as_slice().into(),
            d.demand.word().into(),
            d.stream.word().into(),
            Value::Int(d.priority.into()),
            d.due_at.into(),
            d.expires_at.into(),
            Value::Int(d.attempts.into()),
            d.fence.into(),
            d.created_at.into(),
            node.into(),
        ],
    )
    .map(drop)
}

pub fn load(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Delivery> {
    tx.find(&FIND, &[id.into()], delivery)?.ok_or_else(wrong)
}

/// Up to `rows` that nobody holds, due until `until`: earliest first. `lease` must follow.
pub fn parked(tx: &mut Tx<'_>, stream: Stream, until: Timestamp, rows: usize) -> Result<Vec<Delivery>> {
    tx.query(&PARKED, &[stream.word().into(), until.into(), rows.into()], delivery)
}

/// Up to `rows` that nobody holds and whose time is over. `lease` must follow.
pub fn parked_over(tx: &mut Tx<'_>, now: Timestamp, rows: usize) -> Result<Vec<Delivery>> {
    tx.query(&PARKED_OVER, &[now.into(), rows.into()], delivery)
}

/// What nobody holds, in the order of ids from after `after`.
pub fn parked_after(tx: &mut Tx<'_>, after: DeliveryId, rows: usize) -> Result<Vec<Delivery>> {
    tx.query(&PARKED_AFTER, &[after.into(), rows.into()], delivery)
}

/// Those of them that nobody holds. `lease` must follow.
pub fn still_parked(tx: &mut Tx<'_>, ids: &[DeliveryId]) -> Result<Vec<Delivery>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(tx.find(&STILL_PARKED, &[(*id).into()], delivery)?);
    }
    Ok(found)
}

pub fn any_parked(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.find(&ANY_PARKED, &[], |_| Ok(()))?.is_some())
}

pub fn parked_count(tx: &mut Tx<'_>) -> Result<u64> {
    Ok(tx.find(&PARKED_COUNT, &[], |row| row.uint(0))?.unwrap_or(0))
}

/// Gives a waiting delivery back until a node has room; false when it is not `node`'s to give.
pub fn park(tx: &mut Tx<'_>, id: DeliveryId, (node, fence): (NodeId, u64), due: Timestamp) -> Result<bool> {
    Ok(tx.execute(&PARK, &[id.into(), fence.into(), node.into(), due.into()])? == 1)
}

/// What a dead node held, and no living one has room for.
pub fn park_of_dead(tx: &mut Tx<'_>, id: DeliveryId) -> Result<()> {
    tx.execute(&PARK_OF_DEAD, &[id.into()]).map(drop)
}

/// What was parked until exactly then is due now.
pub fn unpark(tx: &mut Tx<'_>, until: Timestamp, now: Timestamp) -> Result<()> {
    for stream in [Stream::Transactional, Stream::Marketing] {
        tx.execute(&UNPARK, &[stream.word().into(), until.into(), now.into()])?;
    }
    Ok(())
}

/// Up to `rows` open deliveries, due at `from` or later, whose node has not been seen since
/// `alive_since`: earliest first. `lease` or `park_of_dead` must follow.
pub fn of_dead(
    tx: &mut Tx<'_>,
    alive_since: Timestamp,
    from: Timestamp,
    rows: usize,
) -> Result<Vec<Delivery>> {
    tx.query(&CLAIMABLE, &[alive_since.into(), rows.into(), from.into()], delivery)
}

/// Leases it to `node` under a fence that no attempt had before.
pub fn lease(tx: &mut Tx<'_>, node: NodeId, d: &mut Delivery) -> Result<()> {
    let fence = tx.find(&CLAIM, &[d.id.into(), node.into()], |row| u64::try_from(row.int(0)?).map_err(|_| wrong()))?;
    d.fence = fence.ok_or_else(wrong)?;
    Ok(())
}

/// What a node holds, in the order of ids from after `after`.
pub fn of_node(tx: &mut Tx<'_>, node: NodeId, after: DeliveryId, rows: usize) -> Result<Vec<Delivery>> {
    tx.query(&OF_NODE, &[node.into(), after.into(), rows.into()], delivery)
}

/// A node says that it lives; the first time it joins.
pub fn beat(tx: &mut Tx<'_>, node: NodeId, now: Timestamp) -> Result<()> {
    if tx.execute(&BEAT, &[node.into(), now.into()])? == 0 {
        tx.execute(&JOIN, &[node.into(), now.into()])?;
    }
    Ok(())
}

/// Nodes seen since `alive_since`, in the order of their ids.
pub fn living(tx: &mut Tx<'_>, alive_since: Timestamp) -> Result<Vec<NodeId>> {
    tx.query(&LIVING, &[alive_since.into()], |row| row.id(0))
}

/// Forgets nodes not seen since `alive_since`, so that their deliveries can be claimed.
pub fn bury(tx: &mut Tx<'_>, node: NodeId, alive_since: Timestamp) -> Result<u64> {
    tx.execute(&BURY, &[node.into(), alive_since.into()])
}

/// Marks that an attempt begins, before a byte of it travels: what a crash leaves in this state is
/// ambiguous. False when another node holds it now, it was closed, or it was given a later time. `site` is
/// what all nodes count it under, where there can be several.
pub fn begin(
    tx: &mut Tx<'_>,
    id: DeliveryId,
    (node, fence): (NodeId, u64),
    (source, site): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<bool> {
    let values = [id.into(), node.into(), fence.into(), source.into(), site.into(), now.into()];
    Ok(tx.execute(&BEGIN, &values)? == 1)
}

/// Those of them that are `node`'s and do not run. `lease` must follow.
pub fn still_own(tx: &mut Tx<'_>, ids: &[DeliveryId], node: NodeId) -> Result<Vec<Delivery>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(tx.find(&STILL_OWN, &[(*id).into(), node.into()], delivery)?);
    }
    Ok(found)
}

/// Hands a waiting delivery to another node, whose next look finds it; false when it is not `node`'s to
/// hand over.
pub fn release(tx: &mut Tx<'_>, id: DeliveryId, (node, fence): (NodeId, u64), to: NodeId) -> Result<bool> {
    Ok(tx.execute(&RELEASE, &[id.into(), fence.into(), node.into(), to.into()])? == 1)
}

/// Another time for what was never tried; it is `holder`'s from now on, or whose there is room at, whoever
/// held it. False when it was tried, or is being tried now.
pub fn reschedule(
    tx: &mut Tx<'_>,
    d: &mut Delivery,
    (due, expires): (Timestamp, Timestamp),
    holder: Option<NodeId>,
) -> Result<bool> {
    let values = [d.id.into(), due.into(), expires.into(), holder.into()];
    let Some(fence) = tx.find(&RESCHEDULE, &values, |row| row.uint(0))? else {
        return Ok(false);
    };
    (d.due_at, d.expires_at, d.fence) = (due, expires, fence);
    Ok(true)
}

/// Puts a delivery off, and leaves it to `holder`: its node, or whichever has room; false when the fence is
/// stale or another node holds it.
pub fn defer(
    tx: &mut Tx<'_>,
    id: DeliveryId,
    (node, fence): (NodeId, u64),
    (due, attempts): (Timestamp, u32),
    ambiguous: bool,
    holder: Option<NodeId>,
) -> Result<bool> {
    let state = if ambiguous { "ambiguous" } else { "open" };
    let attempts = Value::Int(attempts.into());
    let values = [id.into(), fence.into(), due.into(), attempts, state.into(), node.into(), holder.into()];
    Ok(tx.execute(&DEFER, &values)? == 1)
}

/// Closes a delivery for good; false when the fence is stale, another node holds it, or it was closed
/// before. A fence above the stored one is the holder's own: an attempt that never began.
pub fn settle(tx: &mut Tx<'_>, id: DeliveryId, (node, fence): (NodeId, u64)) -> Result<bool> {
    Ok(tx.execute(&SETTLE, &[id.into(), fence.into(), node.into()])? == 1)
}

/// Closes a delivery that was never tried, whoever holds it: the sender cancelled. False when it was
/// tried, or is being tried now: it may have arrived.
pub fn withdraw(tx: &mut Tx<'_>, id: DeliveryId) -> Result<bool> {
    Ok(tx.execute(&SETTLE_ANY, &[id.into()])? == 1)
}

pub fn open_of_message(tx: &mut Tx<'_>, message: MessageId) -> Result<Vec<Delivery>> {
    tx.query(&OPEN_OF_MESSAGE, &[message.into()], delivery)
}

/// Letters that were taken without the verified TLS their decision demanded. Must be 0.
pub fn below_demand_count(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    let count = tx.find(&BELOW_DEMAND_COUNT, &[organisation.into()], |row| row.int(0))?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// A delivery whose own data cannot be read: nobody holds it until [`take_up_aside`]. False when
/// another node holds it, or it was closed.
pub fn set_aside(tx: &mut Tx<'_>, id: DeliveryId, node: NodeId) -> Result<bool> {
    Ok(tx.execute(&SET_ASIDE, &[id.into(), node.into()])? == 1)
}

/// Somebody may have mended them: they can be claimed again.
pub fn take_up_aside(tx: &mut Tx<'_>) -> Result<u64> {
    tx.execute(&TAKE_UP_ASIDE, &[])
}

pub fn aside_count(tx: &mut Tx<'_>) -> Result<u64> {
    Ok(tx.find(&ASIDE_COUNT, &[], |row| Ok(u64::try_from(row.int(0)?).unwrap_or(0)))?.unwrap_or(0))
}

/// Open deliveries of the organisation that this node does not hold, counted up to `most`.
pub fn elsewhere_count(
    tx: &mut Tx<'_>,
    (organisation, stream): (OrganisationId, Option<Stream>),
    node: NodeId,
    most: u64,
) -> Result<u64> {
    let stream = stream.map_or("", Stream::word);
    let values = [organisation.into(), stream.into(), node.into(), most.into()];
    tx.find(&ELSEWHERE_COUNT, &values, |row| row.uint(0)).map(|count| count.unwrap_or(0))
}

/// The processes that are running, by id.
pub fn nodes(tx: &mut Tx<'_>) -> Result<Vec<NodeId>> {
    tx.query(&NODES, &[], |row| Ok(NodeId::from_bytes(row.array(0)?)))
}

pub fn open_count(tx: &mut Tx<'_>) -> Result<u64> {
    Ok(tx.find(&OPEN_COUNT, &[], |row| Ok(u64::try_from(row.int(0)?).unwrap_or(0)))?.unwrap_or(0))
}

fn delivery(row: &Row<'_>) -> Result<Delivery> {
    let (attempts, state) = (row.int(12)?, row.text(15)?);
    Ok(Delivery {
        id: DeliveryId::from_bytes(row.array(0)?),
        sealed: SealedId::from_bytes(row.array(1)?),
        message: MessageId::from_bytes(row.array(2)?),
        recipient: RecipientId::from_bytes(row.array(3)?),
        organisation: OrganisationId::from_bytes(row.array(4)?),
        role: row.text(5)?.to_owned(),
        sealed_route: row.bytes(6)?.to_vec(),
        demand: Demand::from_word(row.text(7)?).ok_or_else(wrong)?,
        stream: Stream::from_word(row.text(8)?).ok_or_else(wrong)?,
        priority: u8::try_from(row.int(9)?).map_err(|_| wrong())?,
        due_at: row.at(10)?,
        expires_at: row.at(11)?,
        attempts: u32::try_from(attempts).map_err(|_| wrong())?,
        fence: u64::try_from(row.int(13)?).map_err(|_| wrong())?,
        created_at: row.at(14)?,
        interrupted: state == "running",
        untried: state == "open" && attempts == 0,
        source: row.opt_text(16)?.map(str::to_owned),
    })
}

pub fn insert_attempt(tx: &mut Tx<'_>, a: &Attempt) -> Result<()> {
    tx.execute(
        &INSERT_ATTEMPT,
        &[
            a.id.into(),
            a.delivery.into(),
            a.recipient.into(),
            a.message.into(),
            a.organisation.into(),
            Value::Int(a.number.into()),
            a.outcome.as_str().into(),
            a.reply_code.map(i64::from).into(),
            a.reply_enhanced.as_deref().into(),
            a.tls_version.as_deref().into(),
            a.tls_verified.into(),
            a.sealed_evidence.as_slice().into(),
            a.started_at.into(),
            a.ended_at.into(),
            a.class.as_deref().into(),
        ],
    )
    .map(drop)
}

/// Oldest first, at most 1,000.
pub fn attempts(tx: &mut Tx<'_>, message: MessageId) -> Result<Vec<Attempt>> {
    tx.query(&ATTEMPTS, &[message.into()], |row| {
        Ok(Attempt {
            id: AttemptId::from_bytes(row.array(0)?),
            delivery: DeliveryId::from_bytes(row.array(1)?),
            recipient: RecipientId::from_bytes(row.array(2)?),
            message: MessageId::from_bytes(row.array(3)?),
            organisation: OrganisationId::from_bytes(row.array(4)?),
            number: u32::try_from(row.int(5)?).map_err(|_| wrong())?,
            outcome: row.text(6)?.to_owned(),
            reply_code: row.opt_int(7)?.and_then(|c| u16::try_from(c).ok()),
            reply_enhanced: row.opt_text(8)?.map(str::to_owned),
            tls_version: row.opt_text(9)?.map(str::to_owned),
            tls_verified: row.flag(10)?,
            sealed_evidence: row.bytes(11)?.to_vec(),
            started_at: row.at(12)?,
            ended_at: row.at(13)?,
            class: row.opt_text(14)?.map(str::to_owned),
        })
    })
}

fn wrong() -> Error {
    Error::new(Code::StoredDataInvalid)
}
