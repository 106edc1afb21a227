//! The console: what staff see, from signing in to the audit log.

pub mod audit;
pub mod cancel;
pub mod domain;
pub mod domains;
pub mod enrol;
pub mod headers;
pub mod held;
pub mod message;
pub mod messages;
pub mod missing;
pub mod overview;
pub mod queue;
pub mod recovery;
pub mod second_factor;
pub mod sign_in;
pub mod suppression_add;
pub mod suppression_lift;
pub mod suppressions;
pub mod trace;
pub mod trouble;
pub mod webhook;
pub mod webhook_ask;
pub mod webhook_secret;
pub mod webhooks;
