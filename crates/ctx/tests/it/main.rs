//! The ground under every use case: who may, what is recorded, and which key opens what.

extern crate caduceus_ctx as ctx;

mod keys;
mod log;
mod permission;
mod sequencing;
mod tampering;
mod vocabulary;

use std::ops::Deref;
use std::sync::Arc;

use ctx::{NewOrganisation, Parts, World};
use model::seams::Vault;
use model::{Code, OrganisationId, Result};
use sim::kit::{SimClock, SimRng, TestStore, memory_root};

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

/// A process on a store, with the root key of seed 1.
fn world(store: &TestStore, seed: u64) -> Arc<World> {
    world_with(store, seed, Arc::new(memory_root(1))).expect("a world")
}

fn world_with(store: &TestStore, seed: u64, vault: Arc<dyn Vault>) -> Result<Arc<World>> {
    World::open(Parts {
        store: store.deref().clone(),
        vault,
        clock: Arc::new(SimClock::default()),
        rng: Arc::new(SimRng::new(seed)),
    })
}

fn found(world: &Arc<World>, name: &str) -> OrganisationId {
    let new = NewOrganisation {
        name: name.to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    };
    world.create_organisation(new).expect("an organisation")
}

/// Writes so many entries, each in a commit of its own.
fn record(world: &Arc<World>, organisation: OrganisationId, times: usize) {
    for _ in 0..times {
        let ctx = world.system(organisation);
        let event = ctx::Event::new("test.happened").fact("what", "word");
        world
            .store
            .write(move |tx| ctx.record(tx, event.clone()).map(drop))
            .expect("recorded");
    }
}
