//! How many messages a client network may bring in a minute.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Code, Result, Timestamp, limits};

use crate::submission::slots::network;

/// Counts of the present minute. Invariant: nothing of an earlier minute is kept.
#[derive(Clone, Default)]
pub(super) struct Pace(Arc<Mutex<Minute>>);

#[derive(Default)]
struct Minute {
    number: i64,
    messages: BTreeMap<IpAddr, u32>,
}

impl Pace {
    /// Counts one message.
    ///
    /// # Errors
    /// `rate_limited` when there were too many this minute.
    pub fn count(&self, ip: IpAddr, now: Timestamp) -> Result<()> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.secs().div_euclid(60);
        if minute.number != number {
            *minute = Minute {
                number,
                messages: BTreeMap::new(),
            };
        }
        let count = minute.messages.entry(network(ip)).or_insert(0);
        *count += 1;
        if *count > limits::MX_MESSAGES_PER_MINUTE_MAX {
            return Err(Code::RateLimited.into());
        }
        Ok(())
    }
}
