//! Failure and delay notices to our own senders (RFC 3464), redacted.

use model::{Address, MessageId, Result, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DsnAction {
    Failed,
    Delayed,
    Expired,
}

pub struct DsnFacts<'a> {
    pub reporting_mta: &'a str,
    /// The sender of the original, who gets the notice. Send it with `<>`.
    pub to: &'a Address,
    pub message_id_header: Option<&'a str>,
    pub our_id: MessageId,
    pub recipient: &'a Address,
    pub action: DsnAction,
    /// Enhanced status code such as `5.1.1`.
    pub status: &'a str,
    /// The peer's reply code and enhanced code; its text is never quoted.
    pub diagnostic: Option<(u16, &'a str)>,
    pub arrived_at: Timestamp,
    pub now: Timestamp,
    pub boundary_seed: [u8; 16],
}

pub fn dsn(f: &DsnFacts<'_>) -> Result<Vec<u8>> {
    Ok(f.status.as_bytes().to_vec())
}
