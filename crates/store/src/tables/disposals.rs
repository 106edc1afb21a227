//! Disposals: records that are destroyed together, by whose word, and what became of each.
//!
//! Invariant: the key of a message goes by [`destroy`] alone, and its statement asks itself whether the message is
//! listed by a disposal that somebody else than its author agreed to, and whose time has come.

use model::{
    BlobId, Code, DisposalId, DisposalState, DisposedState, Error, EventId, MessageId, OrganisationId, Result,
    SparedFor, Timestamp,
};

use crate::{Row, Tx, statements};

#[derive(Clone, Debug)]
pub struct Disposal {
    pub id: DisposalId,
    pub organisation: OrganisationId,
    pub state: DisposalState,
    /// Why it was asked for, approved or refused.
    pub sealed_text: Vec<u8>,
    pub asked_by: String,
    pub asked_at: Timestamp,
    /// While it is listed: the candidate that was looked at last.
    pub looked_at: MessageId,
    /// Listed to be destroyed.
    pub records: u64,
    /// Due, and kept by a hold.
    pub held: u64,
    /// Who approved or refused it.
    pub closed_by: Option<String>,
    pub closed_at: Option<Timestamp>,
    pub begins_at: Option<Timestamp>,
    pub destroyed: u64,
    pub spared: u64,
    pub ended_at: Option<Timestamp>,
    /// From here on no backup holds a key of it.
    pub keys_gone_by: Option<Timestamp>,
    /// Its entries in the audit log.
    pub certified: Option<EventId>,
    pub finished: Option<EventId>,
    /// What its certificate says, as text.
    pub certificate: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub number: u64,
    pub message: MessageId,
    pub state: DisposedState,
    pub why: Option<SparedFor>,
    /// What its certificate says of it, as text.
    pub told: String,
}

/// As of a message in which nothing was found.
const NO_FINDINGS: &str = r#"{"findings":[],"level":"none","subject_phi":false,"unscannable":[],"health_terms":0,"counts":{}}"#;

statements! {
    pub INSERT = "INSERT INTO disposals (id, organisation, state, sealed_text, asked_by, asked_at, looked_at, records, held,
        destroyed, spared) VALUES ($1, $2, 'listing', $3, $4, $5, $6, 0, 0, 0, 0)";
    pub LOAD = "SELECT id, organisation, state, sealed_text, asked_by, asked_at, looked_at, records, held, closed_by, closed_at,
        begins_at, destroyed, spared, ended_at, keys_gone_by, certified, finished, certificate FROM disposals
        WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, state, sealed_text, asked_by, asked_at, looked_at, records, held, closed_by, closed_at,
        begins_at, destroyed, spared, ended_at, keys_gone_by, certified, finished, NULL FROM disposals
        WHERE organisation = $1 AND (asked_at < $2 OR (asked_at = $2 AND id < $3)) ORDER BY asked_at DESC, id DESC LIMIT $4";
    pub UNDER_WAY = "SELECT id, organisation, state, sealed_text, asked_by, asked_at, looked_at, records, held, closed_by,
        closed_at, begins_at, destroyed, spared, ended_at, keys_gone_by, certified, finished, NULL FROM disposals
        WHERE organisation = $1 AND state NOT IN ('final', 'refused') ORDER BY id";
    pub LOOKED = "UPDATE disposals SET looked_at = $2, records = $3, held = $4 WHERE id = $1 AND state = 'listing'";
    pub MOVE = "UPDATE disposals SET state = $3, sealed_text = $4 WHERE id = $1 AND state = $2";
    pub APPROVE = "UPDATE disposals SET state = 'approved', sealed_text = $2, closed_by = $3, closed_at = $4, begins_at = $5
        WHERE id = $1 AND state = 'proposed' AND asked_by <> $3 AND records > 0";
    pub REFUSE = "UPDATE disposals SET state = 'refused', sealed_text = $2, closed_by = $3, closed_at = $4
        WHERE id = $1 AND state IN ('listing', 'proposed', 'approved')";
    pub FREE = "UPDATE disposal_items SET state = 'spared', why = 'refused' WHERE disposal = $1 AND state = 'listed'";
    pub BEGIN = "UPDATE disposals SET state = 'destroying' WHERE id = $1 AND state = 'approved' AND begins_at <= $2";
    pub COUNT = "UPDATE disposals SET destroyed = destroyed + $2, spared = spared + $3 WHERE id = $1 AND state = 'destroying'";
    pub CERTIFY = "UPDATE disposals SET state = 'provisional', ended_at = $2, keys_gone_by = $3, certified = $4, certificate = $5
        WHERE id = $1 AND state = 'pruning'";
    pub FINISH = "UPDATE disposals SET state = 'final', finished = $2 WHERE id = $1 AND state = 'provisional'";
    pub ADD = "INSERT INTO disposal_items (disposal, number, message, state, why, told) VALUES ($1, $2, $3, $4, $5, $6)";
    pub IS_LISTED = "SELECT 1 FROM disposal_items WHERE message = $1 AND state <> 'spared'";
    pub ITEMS = "SELECT number, message, state, why, told FROM disposal_items WHERE disposal = $1 AND state = $2 AND number > $3
        ORDER BY number LIMIT $4";
    pub OF_MESSAGE = "SELECT i.disposal, i.number, i.message, i.state, i.why, i.told FROM disposal_items i
        JOIN disposals d ON d.id = i.disposal WHERE i.message = $1 AND i.state = 'destroyed' AND d.organisation = $2";
    pub DONE = "UPDATE disposal_items SET state = $3, why = $4, told = $5 WHERE disposal = $1 AND number = $2 AND state = 'listed'";
    pub DESTROY_KEY = "DELETE FROM item_keys WHERE item = $2 AND organisation = $3 AND EXISTS (
        SELECT 1 FROM disposal_items i JOIN disposals d ON d.id = i.disposal WHERE i.disposal = $1 AND i.message = $2
        AND i.state = 'listed' AND d.organisation = $3 AND d.state = 'destroying' AND d.closed_by <> d.asked_by
        AND d.begins_at <= $4)";
    pub CONTENTS = "SELECT content FROM messages WHERE id = $1 UNION SELECT s.content FROM deliveries d
        JOIN sealed s ON s.id = d.sealed WHERE d.message = $1 AND s.message = $1 AND s.content IS NOT NULL";
    pub ERASE_BLOB = "DELETE FROM blobs WHERE id = $1 AND organisation = $2";
    pub ERASE_MESSAGE = "UPDATE messages SET sealed_envelope = $2, findings = $3, content_sha256 = $4 WHERE id = $1";
    pub ERASE_RECIPIENTS = "UPDATE recipients SET sealed_address = $2, address_token = $3 WHERE message = $1";
    pub ERASE_SEALED = "UPDATE sealed SET sealed_head = $2, sent_sha256 = $3 WHERE message = $1 AND id IN (
        SELECT sealed FROM deliveries WHERE message = $1)";
    pub ERASE_ROUTES = "UPDATE deliveries SET sealed_route = $2 WHERE message = $1";
    pub ERASE_EVIDENCE = "UPDATE attempts SET sealed_evidence = $2 WHERE message = $1";
    pub ERASE_PAYLOADS = "DELETE FROM ledger_payloads WHERE event IN (SELECT id FROM events WHERE message = $1)";
    pub ERASE_ARRIVAL = "UPDATE arrivals SET sender_token = $2, domain_token = $2 WHERE message = $1";
    pub ERASE_RECORD = "UPDATE records SET state = 'destroyed', unread = '', words = 0 WHERE message = $1";
    pub ERASE_KEEPING = "UPDATE retention_items SET state = 'destroyed', party_token = NULL, patient_token = NULL, month = NULL,
        sealed_answer = NULL, generation = $2 WHERE message = $1";
    pub IN_DELIVERY = "SELECT 1 FROM deliveries WHERE message = $1 AND state <> 'settled' LIMIT 1";
    pub IN_REVIEW = "SELECT 1 FROM recipients WHERE message = $1 AND state = 'held'
        UNION SELECT 1 FROM arrivals WHERE message = $1 AND state = 'quarantined' LIMIT 1";
    pub IN_PORTAL = "SELECT 1 FROM recipients r JOIN notices n ON n.recipient = r.id WHERE r.message = $1
        AND n.message = $1 AND n.expires_at > $2 LIMIT 1";
    pub IN_EXPORT = "SELECT 1 FROM disclosed d JOIN exports e ON e.id = d.export WHERE d.message = $1 AND e.ends_at >= $2 LIMIT 1";
}

pub fn insert(tx: &mut Tx<'_>, d: &Disposal) -> Result<()> {
    let given = [
        d.id.into(),
        d.organisation.into(),
        d.sealed_text.as_slice().into(),
        d.asked_by.as_str().into(),
        d.asked_at.into(),
        d.looked_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: DisposalId, of: OrganisationId) -> Result<Disposal> {
    let found = tx.find(&LOAD, &[id.into(), of.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first, without their certificates.
pub fn list(
    tx: &mut Tx<'_>,
    of: OrganisationId,
    before: Option<(Timestamp, DisposalId)>,
    rows: usize,
) -> Result<Vec<Disposal>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, DisposalId::from_bytes([255; 16])));
    tx.query(&LIST, &[of.into(), at.into(), id.into(), rows.into()], row)
}

/// Those that are neither over nor called off, oldest first.
pub fn under_way(tx: &mut Tx<'_>, of: OrganisationId) -> Result<Vec<Disposal>> {
    tx.query(&UNDER_WAY, &[of.into()], row)
}

/// How far its listing is. False when it is listed no more.
pub fn looked(tx: &mut Tx<'_>, id: DisposalId, at: MessageId, (records, held): (u64, u64)) -> Result<bool> {
    Ok(tx.execute(&LOOKED, &[id.into(), at.into(), records.into(), held.into()])? == 1)
}

/// On to the next state; false when it was not in that one.
pub fn advance(tx: &mut Tx<'_>, d: &Disposal, to: DisposalState) -> Result<bool> {
    let given = [d.id.into(), d.state.into(), to.into(), d.sealed_text.as_slice().into()];
    Ok(tx.execute(&MOVE, &given)? == 1)
}

/// False when it is not proposed, nothing is listed, or `by` asked for it.
pub fn approve(tx: &mut Tx<'_>, d: &Disposal, by: &str, now: Timestamp, begins_at: Timestamp) -> Result<bool> {
    let given = [d.id.into(), d.sealed_text.as_slice().into(), by.into(), now.into(), begins_at.into()];
    Ok(tx.execute(&APPROVE, &given)? == 1)
}

/// Its records are free again. False when it has begun.
pub fn refuse(tx: &mut Tx<'_>, d: &Disposal, by: &str, now: Timestamp) -> Result<bool> {
    let given = [d.id.into(), d.sealed_text.as_slice().into(), by.into(), now.into()];
    if tx.execute(&REFUSE, &given)? != 1 {
        return Ok(false);
    }
    tx.execute(&FREE, &[d.id.into()])?;
    Ok(true)
}

/// False when it is not approved, or still cools off.
pub fn begin(tx: &mut Tx<'_>, id: DisposalId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&BEGIN, &[id.into(), now.into()])? == 1)
}

pub fn count(tx: &mut Tx<'_>, id: DisposalId, destroyed: u64, spared: u64) -> Result<()> {
    tx.execute(&COUNT, &[id.into(), destroyed.into(), spared.into()]).map(drop)
}

/// Done, with its certificate; false when it was.
pub fn certify(
    tx: &mut Tx<'_>,
    id: DisposalId,
    (now, keys_gone_by): (Timestamp, Timestamp),
    entry: EventId,
    certificate: &str,
) -> Result<bool> {
    let given = [id.into(), now.into(), keys_gone_by.into(), entry.into(), certificate.into()];
    Ok(tx.execute(&CERTIFY, &given)? == 1)
}

pub fn finish(tx: &mut Tx<'_>, id: DisposalId, entry: EventId) -> Result<bool> {
    Ok(tx.execute(&FINISH, &[id.into(), entry.into()])? == 1)
}

pub fn add(tx: &mut Tx<'_>, disposal: DisposalId, item: &Item) -> Result<()> {
    let given = [
        disposal.into(),
        item.number.into(),
        item.message.into(),
        item.state.into(),
        item.why.map(SparedFor::word).into(),
        item.told.as_str().into(),
    ];
    tx.execute(&ADD, &given).map(drop)
}

/// Whether a disposal has it, or had.
pub fn is_listed(tx: &mut Tx<'_>, message: MessageId) -> Result<bool> {
    Ok(tx.find(&IS_LISTED, &[message.into()], |_| Ok(()))?.is_some())
}

/// Those in a state, behind a number.
pub fn items(tx: &mut Tx<'_>, id: DisposalId, state: DisposedState, after: u64, rows: usize) -> Result<Vec<Item>> {
    tx.query(&ITEMS, &[id.into(), state.into(), after.into(), rows.into()], |row| item(row, 0))
}

/// By which disposal a message was destroyed.
pub fn of_message(tx: &mut Tx<'_>, message: MessageId, of: OrganisationId) -> Result<Option<(DisposalId, Item)>> {
    tx.find(&OF_MESSAGE, &[message.into(), of.into()], |row| Ok((row.id(0)?, item(row, 1)?)))
}

/// What became of a listed one.
pub fn done(tx: &mut Tx<'_>, disposal: DisposalId, item: &Item) -> Result<bool> {
    let given = [
        disposal.into(),
        item.number.into(),
        item.state.into(),
        item.why.map(SparedFor::word).into(),
        item.told.as_str().into(),
    ];
    Ok(tx.execute(&DONE, &given)? == 1)
}

/// Whether somebody may still be given it: by a delivery or a release, in the portal, in a package.
pub fn is_in_use(tx: &mut Tx<'_>, message: MessageId, now: Timestamp) -> Result<bool> {
    let is = |found: Option<()>| found.is_some();
    Ok(is(tx.find(&IN_DELIVERY, &[message.into()], |_| Ok(()))?)
        || is(tx.find(&IN_REVIEW, &[message.into()], |_| Ok(()))?)
        || is(tx.find(&IN_PORTAL, &[message.into(), now.into()], |_| Ok(()))?)
        || is(tx.find(&IN_EXPORT, &[message.into(), now.into()], |_| Ok(()))?))
}

/// A message is gone: its key, all that was sealed with it, every token by which it could be found. Gives the blobs
/// whose bytes lie outside. Whoever calls has asked holds and retention in this transaction.
///
/// # Errors
/// `state_conflict` where no disposal that two people agreed to lists it, or its key is gone already.
pub fn destroy(
    tx: &mut Tx<'_>,
    disposal: DisposalId,
    message: MessageId,
    of: OrganisationId,
    now: Timestamp,
) -> Result<Vec<BlobId>> {
    let keys = [disposal.into(), message.into(), of.into(), now.into()];
    if tx.execute(&DESTROY_KEY, &keys)? != 1 {
        return Err(Error::new(Code::StateConflict));
    }
    let blobs: Vec<BlobId> = tx.query(&CONTENTS, &[message.into()], |row| row.id(0))?;
    for blob in &blobs {
        tx.execute(&ERASE_BLOB, &[(*blob).into(), of.into()])?;
    }
    let nothing: &[u8] = &[];
    // No address has this token, no text this sum.
    let nobody: &[u8] = &[0; 32];
    let id = message.into();
    tx.execute(&ERASE_MESSAGE, &[id, nothing.into(), NO_FINDINGS.into(), nobody.into()])?;
    tx.execute(&ERASE_SEALED, &[message.into(), nothing.into(), nobody.into()])?;
    tx.execute(&ERASE_ROUTES, &[message.into(), nothing.into()])?;
    tx.execute(&ERASE_EVIDENCE, &[message.into(), nothing.into()])?;
    tx.execute(&ERASE_RECIPIENTS, &[message.into(), nothing.into(), nobody.into()])?;
    tx.execute(&ERASE_ARRIVAL, &[message.into(), nobody.into()])?;
    tx.execute(&ERASE_PAYLOADS, &[message.into()])?;
    tx.execute(&ERASE_RECORD, &[message.into()])?;
    tx.execute(&ERASE_KEEPING, &[message.into(), i64::MAX.into()])?;
    Ok(blobs)
}

fn item(row: &Row<'_>, from: usize) -> Result<Item> {
    Ok(Item {
        number: row.uint(from)?,
        message: row.id(from + 1)?,
        state: row.word(from + 2)?,
        why: row.opt_word(from + 3)?,
        told: row.text(from + 4)?.to_owned(),
    })
}

fn row(row: &Row<'_>) -> Result<Disposal> {
    Ok(Disposal {
        id: row.id(0)?,
        organisation: row.id(1)?,
        state: row.word(2)?,
        sealed_text: row.bytes(3)?.to_vec(),
        asked_by: row.text(4)?.to_owned(),
        asked_at: row.at(5)?,
        looked_at: row.id(6)?,
        records: row.uint(7)?,
        held: row.uint(8)?,
        closed_by: row.opt_text(9)?.map(str::to_owned),
        closed_at: row.opt_at(10)?,
        begins_at: row.opt_at(11)?,
        destroyed: row.uint(12)?,
        spared: row.uint(13)?,
        ended_at: row.opt_at(14)?,
        keys_gone_by: row.opt_at(15)?,
        certified: row.opt_id(16)?,
        finished: row.opt_id(17)?,
        certificate: row.opt_text(18)?.map(str::to_owned),
    })
}
