//! Keys: rotation keeps content readable, retires the old for good, and survives a crash halfway.

use std::sync::Arc;

use ctx::{Rotated, World};
use model::{Code, MessageId, OrganisationId};
use sim::kit::{MemoryRoot, SimRng, memory_root};
use store::tables::{item_keys, organisations};

use crate::{code, found, world, world_with};

/// Seals something under a new item key and gives its id and ciphertext.
fn seal(world: &Arc<World>, organisation: OrganisationId) -> (MessageId, Vec<u8>) {
    let id = MessageId::mint(world.now(), world.rng.as_ref());
    let key = world
        .new_item_key(organisation, *id.as_bytes())
        .expect("a key");
    let sealed = key
        .opened()
        .seal(b"place", b"content", world.rng.as_ref())
        .expect("sealed");
    world.store.write(move |tx| key.insert(tx)).expect("stored");
    (id, sealed)
}

fn open(
    world: &Arc<World>,
    organisation: OrganisationId,
    (id, sealed): &(MessageId, Vec<u8>),
) -> model::Result<Vec<u8>> {
    let (inner, id) = (world.clone(), *id);
    let key = world
        .store
        .read(move |tx| inner.item_key(tx, organisation, id.as_bytes()))?;
    key.open(b"place", sealed)
}

/// Roots that hold the keys of these seeds, the first current.
fn roots(seeds: &[u64]) -> Arc<MemoryRoot> {
    Arc::new(MemoryRoot::new(
        seeds
            .iter()
            .map(|&seed| vault::random_key(&SimRng::new(seed)))
            .collect(),
    ))
}

sim::both_engines! {
    /// Another installation's key does not look like damage, and nothing opens at all.
    fn a_wrong_root_key_is_named_at_once(store) {
        let organisation = found(&world(store, 1), "Clinic");
        assert_eq!(code(world_with(store, 2, Arc::new(memory_root(2)))), Some(Code::KeyWrong));
        assert!(world(store, 3).keys(organisation).is_ok());
    }

    /// New root: content opens under it alone; the old one, retired, opens nothing.
    fn the_root_rotates(store) {
        let before = world(store, 1);
        let organisations = [found(&before, "Clinic"), found(&before, "Other")];
        let content = seal(&before, organisations[0]);
        before.rotate_organisation_key(organisations[0])?;
        let both = world_with(store, 2, roots(&[7, 1]))?;
        assert_eq!(both.rewrap_organisation_keys()?, Rotated { keys: 3 });
        assert_eq!(both.rewrap_organisation_keys()?, Rotated { keys: 0 });
        assert_eq!(open(&both, organisations[0], &content)?, b"content");
        let after = world_with(store, 3, roots(&[7]))?;
        assert_eq!(open(&after, organisations[0], &content)?, b"content");
        assert_eq!(code(world_with(store, 4, roots(&[1]))), Some(Code::KeyWrong));
        for organisation in organisations {
            let rows = after.store.read(move |tx| organisations::keys(tx, organisation))?;
            let former = roots(&[1]);
            let opened = rows
                .iter()
                .map(|row| vault::unwrap_organisation_key(former.as_ref(), organisation, row.id, &row.wrapped_key));
            assert!(opened.into_iter().all(|key| code(key) == Some(Code::KeyWrong)));
        }
        while after.sequence()? > 0 {}
        after.verify_ledger(organisations[0])?;
    }

    /// A crash after some keys: what is left is taken up again.
    fn a_root_rotation_goes_on_after_a_crash(store) {
        let before = world(store, 1);
        let (first, second) = (found(&before, "Clinic"), found(&before, "Other"));
        let content = seal(&before, second);
        let both = world_with(store, 2, roots(&[7, 1]))?;
        let row = both.store.read(move |tx| organisations::keys(tx, first))?.remove(0);
        let key = vault::unwrap_organisation_key(both.vault.as_ref(), first, row.id, &row.wrapped_key)?;
        let wrapped = vault::wrap_organisation_key(both.vault.as_ref(), first, row.id, &key, both.rng.as_ref())?;
        let name = both.vault.fingerprint();
        both.store.write(move |tx| organisations::rewrap_key(tx, row.id, &wrapped, &name))?;
        let again = world_with(store, 3, roots(&[7, 1]))?;
        assert_eq!(open(&again, second, &content)?, b"content", "in between both are needed and there");
        assert_eq!(again.rewrap_organisation_keys()?, Rotated { keys: 1 });
        assert!(world_with(store, 4, roots(&[7])).is_ok());
    }

    /// Every item is wrapped anew, opens as before, and look-ups find what they found.
    fn an_organisation_key_rotates(store) {
        let world = world(store, 1);
        let (organisation, other) = (found(&world, "Clinic"), found(&world, "Other"));
        let contents: Vec<_> = (0..5).map(|_| seal(&world, organisation)).collect();
        let elsewhere = seal(&world, other);
        let token = world.keys(organisation)?.blind("address", "lee@peer.example");
        assert_eq!(world.rotate_organisation_key(organisation)?, Rotated { keys: 5 });
        let keys = world.keys(organisation)?;
        assert_eq!(keys.blind("address", "lee@peer.example"), token);
        for (id, sealed) in &contents {
            assert_eq!(open(&world, organisation, &(*id, sealed.clone()))?, b"content");
            let (id, current) = (*id.as_bytes(), keys.clone());
            let wrapped = world.store.read(move |tx| item_keys::load(tx, &id, organisation))?;
            assert!(!current.needs_rewrap(&wrapped));
        }
        assert_eq!(open(&world, other, &elsewhere)?, b"content");
        let newer = seal(&world, organisation);
        assert_eq!(open(&crate::world(store, 2), organisation, &newer)?, b"content");
        while world.sequence()? > 0 {}
        world.verify_ledger(organisation)?;
    }

    /// A crash between the new version and the items: the second half is repeatable.
    fn an_organisation_rotation_goes_on_after_a_crash(store) {
        let dead = world(store, 1);
        let organisation = found(&dead, "Clinic");
        let content = seal(&dead, organisation);
        // The first half alone: a new version, no item under it.
        let version = model::KeyVersionId::mint(dead.now(), dead.rng.as_ref());
        let key = vault::random_key(dead.rng.as_ref());
        let row = organisations::KeyRow {
            id: version,
            organisation,
            position: 1,
            wrapped_key: vault::wrap_organisation_key(dead.vault.as_ref(), organisation, version, &key, dead.rng.as_ref())?,
            root_fingerprint: dead.vault.fingerprint(),
            created_at: dead.now(),
        };
        dead.store.write(move |tx| organisations::insert_key(tx, &row))?;
        let world = world(store, 2);
        assert_eq!(open(&world, organisation, &content)?, b"content");
        assert_eq!(world.rewrap_items(organisation)?, Rotated { keys: 1 });
        assert_eq!(world.rewrap_items(organisation)?, Rotated { keys: 0 });
        assert_eq!(open(&world, organisation, &content)?, b"content");
    }

    /// Another process that runs on learns of a rotation when it meets a key it does not know.
    fn a_running_process_learns_of_a_rotation(store) {
        let (one, two) = (world(store, 1), world(store, 2));
        let organisation = found(&one, "Clinic");
        let old = seal(&two, organisation);
        one.rotate_organisation_key(organisation)?;
        let new = seal(&one, organisation);
        assert_eq!(open(&two, organisation, &old)?, b"content");
        assert_eq!(open(&two, organisation, &new)?, b"content");
    }

    /// A shredded item is gone, and says so.
    fn an_item_without_its_key_is_gone(store) {
        let world = world(store, 1);
        let organisation = found(&world, "Clinic");
        let id = MessageId::mint(world.now(), world.rng.as_ref());
        assert_eq!(code(open(&world, organisation, &(id, Vec::new()))), Some(Code::KeyDestroyed));
        let content = seal(&world, organisation);
        let other = found(&world, "Other");
        assert_eq!(code(open(&world, other, &content)), Some(Code::KeyDestroyed), "nor is it anyone else's");
    }
}
