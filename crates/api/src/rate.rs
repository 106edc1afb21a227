//! How often one app may ask: a token bucket for each app and mode, in this process.
//!
//! Invariant: time is the caller's; a bucket never holds more than its burst.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use model::Timestamp;

use crate::RateLimit;

/// Buckets kept before those that are full again are forgotten.
const BUCKETS_KEPT: usize = 10_000;
/// A token in millionths, so that a bucket fills evenly.
const TOKEN: u64 = 1_000_000;

pub(crate) struct Buckets {
    rate: RateLimit,
    held: Mutex<BTreeMap<String, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    millionths: u64,
    at: Timestamp,
}

/// What one request was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub allowed: bool,
    pub limit: u32,
    pub remaining: u64,
    /// Seconds until the bucket is full.
    pub reset: u64,
    /// Seconds until there is a token; 0 when there is one.
    pub retry_after: u64,
}

impl Buckets {
    pub(crate) fn new(rate: RateLimit) -> Self {
        let rate = RateLimit {
            burst: rate.burst.max(1),
            per_second: rate.per_second.max(1),
        };
        Self {
            rate,
            held: Mutex::default(),
        }
    }

    pub(crate) fn take(&self, key: &str, now: Timestamp) -> Taken {
        let full = u64::from(self.rate.burst) * TOKEN;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= BUCKETS_KEPT {
            held.retain(|_, bucket| self.filled(*bucket, now).millionths < full);
        }
        let fresh = Bucket {
            millionths: full,
            at: now,
        };
        let bucket = held.entry(key.to_owned()).or_insert(fresh);
        *bucket = self.filled(*bucket, now);
        let allowed = bucket.millionths >= TOKEN;
        if allowed {
            bucket.millionths -= TOKEN;
        }
        let fill = u64::from(self.rate.per_second) * TOKEN;
        Taken {
            allowed,
            limit: self.rate.burst,
            remaining: bucket.millionths / TOKEN,
            reset: (full - bucket.millionths).div_ceil(fill),
            retry_after: if allowed {
                0
            } else {
                (TOKEN - bucket.millionths).div_ceil(fill).max(1)
            },
        }
    }

    fn filled(&self, bucket: Bucket, now: Timestamp) -> Bucket {
        let full = u64::from(self.rate.burst) * TOKEN;
        let micros = u64::try_from(now.since(bucket.at).as_micros()).unwrap_or(u64::MAX);
        let gained = micros.saturating_mul(u64::from(self.rate.per_second));
        Bucket {
            millionths: bucket.millionths.saturating_add(gained).min(full),
            at: now.max(bucket.at),
        }
    }
}

impl Taken {
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let mut set = |name: &'static str, value: u64| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        };
        set("ratelimit-limit", self.limit.into());
        set("ratelimit-remaining", self.remaining);
        set("ratelimit-reset", self.reset);
    }
}

#[cfg(test)]
mod tests;
