//! Reports to those who sent a message: who was told of a delay, and how many reports an address got.
//!
//! Invariant: a recipient's delay is claimed once, and an hour's count never exceeds its cap, however
//! many nodes try.

use model::{DeliveryId, OrganisationId, RecipientId, Result, Timestamp};

use crate::{Tx, statements};

/// A delivery that is not finished, submitted by SMTP.
pub struct Waiting {
    pub organisation: OrganisationId,
    pub recipient: RecipientId,
}

statements! {
    pub CLAIM_DELAY = "INSERT INTO delay_reports (recipient, organisation, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    pub OPEN_HOUR = "INSERT INTO report_hours (organisation, address_token, hour, reports) VALUES ($1, $2, $3, 0)
        ON CONFLICT DO NOTHING";
    pub TAKE = "UPDATE report_hours SET reports = reports + 1
        WHERE organisation = $1 AND address_token = $2 AND hour = $3 AND reports < $4";
    pub TAKEN = "SELECT reports FROM report_hours WHERE organisation = $1 AND address_token = $2 AND hour = $3";
    pub WAITING = "SELECT d.organisation, d.recipient FROM deliveries d JOIN messages m ON m.id = d.message
        WHERE d.id > $1 AND d.id <= $2 AND d.state <> 'settled' AND d.role IN ('letter', 'notice') AND m.origin = 'smtp'
        ORDER BY d.id";
    pub EXPIRES = "SELECT MAX(expires_at) FROM deliveries WHERE message = $1 AND recipient = $2 AND state <> 'settled'
        AND role IN ('letter', 'notice')";
    pub FORGET_HOURS = "DELETE FROM report_hours WHERE hour < $1";
}

/// True the first time.
pub fn claim_delay(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    recipient: RecipientId,
    at: Timestamp,
) -> Result<bool> {
    let row = [recipient.into(), organisation.into(), at.into()];
    Ok(tx.execute(&CLAIM_DELAY, &row)? == 1)
}

/// Takes one of an hour's reports to an address; false when none is left.
pub fn take(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address_token: &[u8; 32],
    hour: i64,
    reports_max: u32,
) -> Result<bool> {
    let took = [
        organisation.into(),
        address_token.into(),
        hour.into(),
        reports_max.into(),
    ];
    if tx.execute(&TAKE, &took)? == 1 {
        return Ok(true);
    }
    // the first of the hour opens it
    tx.execute(
        &OPEN_HOUR,
        &[organisation.into(), address_token.into(), hour.into()],
    )?;
    Ok(tx.execute(&TAKE, &took)? == 1)
}

/// How many of an hour's reports an address got.
pub fn taken(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address_token: &[u8; 32],
    hour: i64,
) -> Result<u32> {
    let asked = [organisation.into(), address_token.into(), hour.into()];
    let found = tx.find(&TAKEN, &asked, |row| row.int(0))?;
    Ok(found.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)))
}

/// What was enqueued between two moments and is still under way.
pub fn waiting(tx: &mut Tx<'_>, after: DeliveryId, until: DeliveryId) -> Result<Vec<Waiting>> {
    tx.query(&WAITING, &[after.into(), until.into()], |row| {
        Ok(Waiting {
            organisation: OrganisationId::from_bytes(row.array(0)?),
            recipient: RecipientId::from_bytes(row.array(1)?),
        })
    })
}

/// When a recipient's delivery gives up; none when nothing is under way.
pub fn expires_at(
    tx: &mut Tx<'_>,
    message: model::MessageId,
    recipient: RecipientId,
) -> Result<Option<Timestamp>> {
    let found = tx.find(&EXPIRES, &[message.into(), recipient.into()], |row| {
        row.opt_at(0)
    })?;
    Ok(found.flatten())
}

pub fn forget_before(tx: &mut Tx<'_>, hour: i64) -> Result<u64> {
    tx.execute(&FORGET_HOURS, &[hour.into()])
}
