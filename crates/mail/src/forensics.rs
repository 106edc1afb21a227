//! What the header of a message says of its way, and what in it looks forged.
//!
//! Octets in, codes and numbers out: nothing is looked up, nothing is believed. Only the server that
//! took a message in, and those behind it in its own network, wrote what they saw; every field below
//! may be the sender's own. Invariant: a [`Finding`] holds no text of the message; the hops' texts
//! stand apart, since they name people's machines.

use model::{Result, Timestamp, limits};

use crate::message::{Message, parse};
use crate::suspect::hops::{self, Hop};

mod fields;
mod finding;
mod names;
mod way;

pub use finding::{Finding, FindingKind};

/// One header gives at most so many findings; a broken one would give one for each line.
pub const FINDINGS_MAX: usize = 200;

/// One server's word as numbers, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub at: Option<Timestamp>,
    /// Since the nearest hop below with a moment; negative where clocks differ or lie.
    pub delay_seconds: Option<i64>,
    /// Written by the server that took it in, or behind that; not by whoever sent it.
    pub is_vouched: bool,
}

/// A header, taken apart.
pub struct Forensics {
    pub legs: Vec<Leg>,
    /// The texts of the same hops, for whoever may read the message.
    pub hops: Vec<Hop>,
    /// From the lowest moment to the topmost.
    pub total_seconds: Option<i64>,
    /// By hop, top down, then of the header as a whole.
    pub findings: Vec<Finding>,
}

/// Reads a header block, or a message that begins with one; its body is not looked at.
pub fn examine(wire: &[u8]) -> Result<Forensics> {
    let head = &wire[..crate::header_block_end(wire)];
    let message = parse(head)?;
    let hops = hops::hops(&message);
    let legs = way::legs(&hops);
    let mut findings = way::findings(&hops, &legs);
    let count = message.received_count();
    if count > limits::RECEIVED_FIELDS_MAX {
        findings.push(Finding::of(FindingKind::HopsTooMany).counting(count));
    }
    findings.extend(fields::findings(head, &message, first_moment(&legs)));
    findings.truncate(FINDINGS_MAX);
    Ok(Forensics {
        total_seconds: total(&legs),
        legs,
        hops,
        findings,
    })
}

/// When the first server that names a moment had it.
fn first_moment(legs: &[Leg]) -> Option<Timestamp> {
    legs.iter().rev().find_map(|leg| leg.at)
}

fn total(legs: &[Leg]) -> Option<i64> {
    let last = legs.iter().find_map(|leg| leg.at)?;
    let first = first_moment(legs)?;
    Some(last.secs().saturating_sub(first.secs()))
}

/// The author's domain where there is exactly one author.
fn author_domain(message: &Message<'_>) -> Option<model::Domain> {
    match message.from().as_slice() {
        [(_, author)] => Some(author.domain().clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
