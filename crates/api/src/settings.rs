//! What an installation may set about the API.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub rate: RateLimit,
    /// Octets of request bodies held in memory at once, over all requests. Above it: 503.
    pub body_octets_held_max: usize,
    /// How long a client may take to send its body.
    pub body_wait: Duration,
}

/// A token bucket for each app and mode.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// Requests that may come at once after a rest.
    pub burst: u32,
    /// Requests a second that may go on for ever.
    pub per_second: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rate: RateLimit {
                burst: 2_000,
                per_second: 200,
            },
            body_octets_held_max: 256 * 1024 * 1024,
            body_wait: Duration::from_secs(120),
        }
    }
}
