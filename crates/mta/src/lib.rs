//! Sockets for mail: submission, delivery, DNS, TLS.
//!
//! What SMTP means is in `mail`, what becomes of a message in `flow`; this crate moves the bytes.
//! Invariant: no message leaves on a connection below its demand, and no message is acknowledged
//! before `flow` has made it durable.

mod attempt;
pub mod net;
mod pool;
mod submission;

pub use attempt::{Errand, carry};
pub use pool::{Pool, PoolKey, PoolSettings};
pub use submission::server_tls;
