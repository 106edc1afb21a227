//! The way of a message, seen by those it serves: senders, recipients, auditors, and whoever steals
//! the disk. Deliveries are driven by hand with made-up ends; no socket is opened.

extern crate caduceus_flow as flow;

mod accept;
mod aside;
mod at_rest;
mod cancel;
mod carried;
mod clinic;
mod conservation;
mod correspondents;
mod crowd;
mod delivery;
mod destroyed;
mod detectors;
mod faults;
mod held;
mod hooks;
mod idempotency;
mod inbound;
mod keys;
mod keys_directories;
mod keys_inbound;
mod keys_lookup;
mod keys_own;
mod keys_revocation;
mod letters;
mod limits;
mod nodes;
mod options;
mod portal;
mod portal_codes;
mod proof;
mod quarantine;
mod registry;
mod reports;
mod restart;
mod risk;
mod room;
mod rules;
mod senders;
mod spans;
mod subjects;
mod suppression;
mod test_mode;
mod tidy;
mod tokens;
mod transport;
mod travel;
mod trials;
mod triggers;
mod views;
mod ways;

/// The stable code of a refusal, for comparing.
fn code<T>(result: model::Result<T>) -> Option<model::Code> {
    result.err().map(|error| error.code())
}

/// Code and pointer of a refusal.
fn refusal<T>(result: model::Result<T>) -> Option<(model::Code, Option<String>)> {
    let pointer = |error: &model::Error| error.pointer().map(str::to_owned);
    result.err().map(|error| (error.code(), pointer(&error)))
}

/// Each function becomes two tests: SQLite in a file, and PostgreSQL. The third engine, SQLite in
/// memory, speaks the first one's dialect; a scanner and an access policy are built for every test,
/// so each must be worth it.
macro_rules! on_disk {
    ($($(#[$doc:meta])* fn $name:ident($store:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            fn check($store: &sim::kit::TestStore) -> Result<(), Box<dyn std::error::Error>> {
                $body
                Ok(())
            }
            #[test]
            fn sqlite() -> Result<(), Box<dyn std::error::Error>> {
                check(&sim::kit::store_on(sim::kit::Engine::Sqlite))
            }
            #[test]
            fn postgres() -> Result<(), Box<dyn std::error::Error>> {
                check(&sim::kit::store_on(sim::kit::Engine::Postgres))
            }
        }
    )*};
}
pub(crate) use on_disk;
