//! How much a client network may bring and ask in a minute: messages, and addresses that lead nowhere.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Code, Result, Timestamp, limits};

use crate::submission::slots::network;

/// Counts of the present minute. Invariant: nothing of an earlier minute is kept.
#[derive(Clone, Default)]
pub(super) struct Pace(Arc<Mutex<Minute>>);

#[derive(Default)]
struct Minute {
    number: i64,
    messages: BTreeMap<IpAddr, u32>,
    /// Recipients asked for that are unknown here.
    unknown: BTreeMap<IpAddr, u32>,
}

impl Pace {
    /// Counts one message.
    ///
    /// # Errors
    /// `rate_limited` when there were too many this minute.
    pub fn count(&self, ip: IpAddr, now: Timestamp) -> Result<()> {
        let mut minute = self.at(now);
        let count = minute.messages.entry(network(ip)).or_insert(0);
        *count += 1;
        within(*count, limits::MX_MESSAGES_PER_MINUTE_MAX)
    }

    /// Whether it may ask for one more recipient: who guesses addresses learns no more, of known ones
    /// neither.
    ///
    /// # Errors
    /// `rate_limited` when too many were unknown this minute.
    pub fn may_ask(&self, ip: IpAddr, now: Timestamp) -> Result<()> {
        let minute = self.at(now);
        let count = minute.unknown.get(&network(ip)).copied().unwrap_or(0);
        within(count + 1, limits::MX_UNKNOWN_PER_MINUTE_MAX)
    }

    /// Counts a recipient that leads nowhere.
    pub fn count_unknown(&self, ip: IpAddr, now: Timestamp) {
        *self.at(now).unknown.entry(network(ip)).or_insert(0) += 1;
    }

    fn at(&self, now: Timestamp) -> MutexGuard<'_, Minute> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.secs().div_euclid(60);
        if minute.number != number {
            *minute = Minute {
                number,
                ..Minute::default()
            };
        }
        minute
    }
}

fn within(count: u32, most: u32) -> Result<()> {
    if count > most {
        return Err(Code::RateLimited.into());
    }
    Ok(())
}
