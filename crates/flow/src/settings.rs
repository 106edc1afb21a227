//! What an installation tells the flow about itself.

use std::time::Duration;

use model::limits;

#[derive(Clone)]
pub struct Settings {
    /// Our name in EHLO, Received and Message-ID: a domain name.
    pub hostname: String,
    /// Where the portal is reached, without trailing slash: `https://mail.clinic.example`.
    pub portal_url: String,
    pub queue: queue::Settings,
    /// How long a letter may wait for its delivery.
    pub lifetime: Duration,
    /// zstd level of stored content; 1 is quick.
    pub compression: i32,
    /// Threads that seal; 1 runs on the caller.
    pub seal_threads: usize,
}

impl Settings {
    pub fn new(hostname: impl Into<String>, portal_url: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into(),
            portal_url: portal_url.into(),
            queue: queue::Settings::default(),
            lifetime: limits::DELIVERY_LIFETIME,
            compression: 1,
            seal_threads: 4,
        }
    }
}
