//! What the store promises, on every engine.

extern crate caduceus_store as store;

mod blobs;
mod disposals;
mod durability;
mod frequent;
mod full_disk;
mod group_commit;
mod guard;
mod holds;
mod lists;
mod postgres;
mod postings;
mod retention;
mod settings;
mod transactions;

use model::seams::Rng;
use model::{Code, OrganisationId, Timestamp};
use sim::kit::SimRng;
use store::tables::organisations::Organisation;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The code of a failure.
fn code<T>(result: model::Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

/// What the log would show of an error: itself and its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(" <- {cause} {cause:?}"));
        next = cause.source();
    }
    text
}

/// A row with every kind of column.
fn organisation(seed: u64, name: &str) -> Organisation {
    let rng = SimRng::new(seed);
    let mut sealed = vec![0u8; 300];
    rng.fill(&mut sealed);
    Organisation {
        id: OrganisationId::mint(Timestamp::from_secs(1), &rng),
        name: name.to_owned(),
        zone: "Europe/Berlin".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
        sealed_ledger_seed: sealed,
        ledger_verifier: "é𝄞".to_owned(),
        created_at: Timestamp::from_micros(i64::MAX),
    }
}
