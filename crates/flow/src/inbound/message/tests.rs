//! What one message to many mailboxes costs while it is taken in.

use std::ops::Deref;

use ctx::{NewOrganisation, Parts, World};
use model::limits::BLOB_INLINE_OCTETS_MAX;
use model::seams::Rng;
use sim::kit::{Engine, SimClock, SimRng, memory_root, store_on};

use super::*;
use crate::Settings;
use crate::inbound::Results;

const OCTETS: usize = 4 * 1024 * 1024;
/// Of its rows and words.
const ROWS: usize = 64 * 1024;

/// Nothing that compression makes small.
fn content() -> Vec<u8> {
    let mut noise = vec![0; OCTETS / 2];
    SimRng::new(7).fill(&mut noise);
    let head = "From: kim@peer.example\r\nSubject: A scan\r\n\r\n".to_owned();
    (head + &hex::encode(noise) + "\r\n").into_bytes()
}

/// A large one leaves the memory for the blob folder as soon as it is sealed; what is left of it is what a
/// small one costs.
#[test]
fn a_large_message_is_not_held_once_for_each_mailbox() -> Result<()> {
    let store = store_on(Engine::Sqlite);
    let world = World::open(Parts {
        store: store.deref().clone(),
        vault: Arc::new(memory_root(1)),
        clock: Arc::new(SimClock::default()),
        rng: Arc::new(SimRng::new(1)),
    })?;
    let organisation = world.create_organisation(NewOrganisation {
        name: "Clinic".to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    })?;
    let flow = Flow::new(
        world.clone(),
        Settings::new("mx.clinic.example", "https://mail.clinic.example"),
    );
    let incoming = Incoming {
        doors: Vec::new(),
        from: Some(Address::parse("kim@peer.example")?),
        helo: "out.peer.example".to_owned(),
        with: "ESMTPS",
        content: content(),
        results: Results::unexamined(),
        looked: Default::default(),
    };
    let ctx = world.system(organisation);
    let mut held = 0;
    for n in 0..5 {
        let thread = ThreadId::mint(ctx.now(), world.rng.as_ref());
        let to = Address::parse(&format!("desk{n}@clinic.example"))?;
        held += decided(&flow, &ctx, draft(&flow, &ctx, &incoming, thread, to)?)?.octets();
    }
    assert!(held <= 5 * (BLOB_INLINE_OCTETS_MAX + ROWS), "{held} octets");
    Ok(())
}
