//! Sockets for mail: submission, MX, delivery, DNS, TLS.
//!
//! What SMTP means is in `mail`, what becomes of a message in `flow`; this crate moves the bytes.
//! Invariant: no message leaves on a connection below its demand, and no message is acknowledged
//! before `flow` has made it durable.

mod attempt;
mod directories;
mod engines;
mod ldap;
mod listening;
mod mx;
pub mod net;
mod own_keys;
mod policy;
mod pool;
mod probe;
mod reports;
mod runner;
mod submission;
mod telemetry;

use model::{Code, Result};
use tokio::sync::watch;

pub use attempt::{Errand, attempt, carry, mail_hosts};
pub use directories::KeyDirectories;
pub use engines::{Brought, Engine, EngineAt, Engines, OnFound};
pub use mx::{Intake, mx};
pub use pool::{Pool, PoolKey, PoolSettings};
pub use probe::Prober;
pub use reports::{report_forever, tls_round};
pub use runner::deliver_forever;
pub use submission::{Listeners, server_tls, submission, submission_within};

/// Runs work that waits for the store on a thread that may; a panic there is our fault, `internal`.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Code::Internal.into()))
}

/// Waits until the program is to end; a sender that is gone means that too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The error says that the sender is gone, the value that it said so.
    let _ = stop.wait_for(|stop| *stop).await;
}
