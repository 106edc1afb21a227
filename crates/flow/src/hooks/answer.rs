//! What a receiver's answer means: a pure function, and the ladder of retries.
//!
//! 2xx is delivered. 410 says that nobody is there any more: the endpoint is switched off and what
//! waits is dead. 403 says that we are not wanted as we come: the endpoint is paused, nothing is lost
//! and the operator is told. Everything else, redirects and silence included, is tried again.

use std::time::Duration;

/// After the first try, the second, …
pub const LADDER: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(5 * 3_600),
    Duration::from_secs(10 * 3_600),
    Duration::from_secs(10 * 3_600),
];
pub const TRIES_MAX: u32 = 8;
/// A receiver may ask for more time than the ladder gives, but not for ever.
pub(super) const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    Status {
        code: u16,
        retry_after: Option<Duration>,
    },
    /// A neutral word: `timed_out`, `refused`, `tls_failed`, …
    Fault(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Delivered,
    Retry(Duration),
    Dead,
    /// 403
    Pause,
    /// 410
    Gone,
}

/// `chance` is a random octet: up to a fifth is added, so that what failed together does not return
/// together.
pub(super) fn judge(answered: Answered, tries: u32, chance: u8) -> Verdict {
    let asked = match answered {
        Answered::Status {
            code: 200..=299, ..
        } => return Verdict::Delivered,
        Answered::Status { code: 403, .. } => return Verdict::Pause,
        Answered::Status { code: 410, .. } => return Verdict::Gone,
        Answered::Status { retry_after, .. } => retry_after.unwrap_or_default(),
        Answered::Fault(_) => Duration::ZERO,
    };
    let step = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    match LADDER.get(step) {
        Some(wait) => {
            let wait = *wait + wait.mul_f64(f64::from(chance) / 255.0 / 5.0);
            Verdict::Retry(wait.max(asked.min(RETRY_AFTER_MAX)))
        }
        None => Verdict::Dead,
    }
}

#[cfg(test)]
mod tests;
