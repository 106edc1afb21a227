//! What an entry may say.

use ctx::Event;
use model::Code;

use crate::{code, found, world};

sim::both_engines! {
    /// A fact with an address in it, or one that is no plain word, never gets into the log.
    fn values_are_refused(store) {
        let world = world(store, 1);
        let organisation = found(&world, "Clinic");
        for value in ["lee@peer.example", "a\nb", "Zo\u{eb}", &"x".repeat(513)] {
            let (ctx, event) = (world.system(organisation), Event::new("test.happened").fact("what", value));
            let answer = world.store.write(move |tx| ctx.record(tx, event.clone()).map(drop));
            assert!(answer.is_err(), "{value:?}");
            let said = format!("{:?}", answer.err());
            assert!(!said.contains(value), "the refusal repeats it");
        }
    }

    /// What may be PHI is sealed beside the log; the log commits to it, and proof opens it.
    fn payloads_are_sealed_and_open_with_their_key(store) {
        let world = world(store, 1);
        let organisation = found(&world, "Clinic");
        let id = model::MessageId::mint(world.now(), world.rng.as_ref());
        let key = std::sync::Arc::new(world.new_item_key(organisation, *id.as_bytes())?);
        let (ctx, stored) = (world.system(organisation), key.clone());
        let event = world.store.write(move |tx| {
            stored.insert(tx)?;
            let event = Event::new("test.happened").message(id).payload(b"lee@peer.example".to_vec(), stored.opened());
            ctx.record(tx, event)
        })?;
        while world.sequence()? > 0 {}
        let proven = world.prove(organisation, vec![event], Some(id))?;
        let entry = proven.entries.first().expect("proven");
        assert!(!String::from_utf8_lossy(&entry.leaf).contains("lee@"));
        assert_eq!(entry.opened.as_ref().map(|o| o.payload.as_slice()), Some(b"lee@peer.example".as_slice()));
        let closed = world.prove(organisation, vec![event], None)?;
        assert!(closed.entries.iter().all(|entry| entry.opened.is_none()));
        let other = model::MessageId::mint(world.now(), world.rng.as_ref());
        assert_eq!(code(world.prove(organisation, vec![event], Some(other))), Some(Code::KeyDestroyed));
    }
}
