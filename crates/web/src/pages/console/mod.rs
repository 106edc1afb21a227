//! The console: what staff see, from signing in to the audit log.

pub mod audit;
pub mod cancel;
pub mod enrol;
pub mod message;
pub mod messages;
pub mod missing;
pub mod overview;
pub mod second_factor;
pub mod sign_in;
pub mod trouble;
