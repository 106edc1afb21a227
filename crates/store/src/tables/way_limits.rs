//! What all nodes together do to a provider from one source: whose turn is next, both rates' buckets, and
//! the count of what is on the wire.
//!
//! Invariant: [`lock`] writes, so of two transactions that look at the same row the later one begins anew
//! and sees what the earlier one marked.

use model::{NodeId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayLimits {
    /// When the buckets of a minute's and an hour's rate are full again.
    pub full_at: [Timestamp; 2],
    /// A node that was turned away while all places were taken, and when.
    pub next: Option<(NodeId, Timestamp)>,
}

statements! {
    pub OPEN = "INSERT INTO way_limits (source, site, minute_at, hour_at, used_at) VALUES ($1, $2, $3, $3, $4)
        ON CONFLICT DO NOTHING";
    pub LOCK = "UPDATE way_limits SET used_at = $3 WHERE source = $1 AND site = $2
        RETURNING minute_at, hour_at, next_node, next_at";
    pub PUT = "UPDATE way_limits SET minute_at = $3, hour_at = $4, next_node = $5, next_at = $6
        WHERE source = $1 AND site = $2";
    pub RUNNING = "SELECT count(*) FROM deliveries WHERE state = 'running' AND source = $1 AND site = $2";
    pub FORGET = "DELETE FROM way_limits WHERE used_at < $1";
}

/// The row, this transaction's until it ends; and how many attempts are on the wire.
pub fn lock(tx: &mut Tx<'_>, source: &str, site: &str, now: Timestamp) -> Result<(WayLimits, u32)> {
    let found = tx.find(&LOCK, &[source.into(), site.into(), now.into()], limits)?;
    let limits = match found {
        Some(limits) => limits,
        None => {
            let never = Timestamp::from_micros(i64::MIN);
            tx.execute(&OPEN, &[source.into(), site.into(), never.into(), now.into()])?;
            WayLimits { full_at: [never; 2], next: None }
        }
    };
    let running = tx.find(&RUNNING, &[source.into(), site.into()], |row| row.uint(0))?;
    Ok((limits, running.and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX)))
}

pub fn put(tx: &mut Tx<'_>, source: &str, site: &str, limits: &WayLimits) -> Result<()> {
    let [minute, hour] = limits.full_at;
    let (node, at) = (limits.next.map(|(node, _)| node), limits.next.map(|(_, at)| at));
    tx.execute(&PUT, &[source.into(), site.into(), minute.into(), hour.into(), node.into(), at.into()])
        .map(drop)
}

/// Rows that nobody used since `at`: an hour's bucket is full again by then.
pub fn forget_before(tx: &mut Tx<'_>, at: Timestamp) -> Result<u64> {
    tx.execute(&FORGET, &[at.into()])
}

fn limits(row: &Row<'_>) -> Result<WayLimits> {
    let next = row.opt_id::<NodeId>(2)?.zip(row.opt_at(3)?);
    Ok(WayLimits { full_at: [row.at(0)?, row.at(1)?], next })
}
