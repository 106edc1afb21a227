//! Whoever changes the log beside the program is found out, and the first place is named.

use std::ops::Deref;

use model::Code;
use sim::kit::{Engine, store_on};
use store::tables::ledger as log;

use crate::{found, record, world};

#[test]
fn the_first_broken_entry_is_named() -> Result<(), model::Error> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let store = store_on(engine);
        let world = world(&store, 1);
        let organisation = found(&world, "Clinic");
        record(&world, organisation, 9);
        while world.sequence()? > 0 {}
        assert_eq!(world.verify_ledger(organisation)?, 10);
        let broken = || {
            world
                .verify_ledger(organisation)
                .err()
                .map(|e| (e.code(), e.pointer().map(str::to_owned)))
        };
        let named = |at: u64| Some((Code::LedgerBroken, Some(format!("/entries/{at}"))));
        let entry = |at: u64| {
            store
                .deref()
                .read(move |tx| log::find(tx, organisation, at))
                .map(|e| e.expect("there"))
        };

        // Altered in two places: the first is named.
        let (four, seven) = (entry(4)?.entry, entry(7)?.entry);
        store
            .beside()
            .replace("ledger_entries", "entry", &seven, b"{}");
        assert_eq!(broken(), named(7));
        store
            .beside()
            .replace("ledger_entries", "entry", &four, b"{}");
        assert_eq!(broken(), named(4));
        store
            .beside()
            .replace("ledger_entries", "entry", b"{}", &four);
        assert_eq!(broken(), named(7), "{engine:?}");
    }
    Ok(())
}

#[test]
fn removal_and_forged_tiles_are_found() -> Result<(), model::Error> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let store = store_on(engine);
        let world = world(&store, 1);
        let organisation = found(&world, "Clinic");
        record(&world, organisation, 9);
        while world.sequence()? > 0 {}
        let tile = store
            .deref()
            .read(move |tx| log::find_tile(tx, organisation, 0, 0))?
            .expect("a tile");
        let mut forged = tile.clone();
        forged[5 * 32] ^= 1;
        store
            .beside()
            .replace("ledger_tiles", "hashes", &tile, &forged);
        let broken = || {
            world
                .verify_ledger(organisation)
                .err()
                .and_then(|e| e.pointer().map(str::to_owned))
        };
        assert_eq!(broken().as_deref(), Some("/entries/5"));
        // Nothing is signed over a history that was altered.
        record(&world, organisation, 1);
        assert_eq!(
            world.sequence().err().map(|e| e.code()),
            Some(Code::LedgerBroken)
        );
        store
            .beside()
            .replace("ledger_tiles", "hashes", &forged, &tile);
        assert_eq!(world.sequence()?, 1);
        let gone = store
            .deref()
            .read(move |tx| log::find(tx, organisation, 6))?
            .expect("there");
        store
            .beside()
            .remove("ledger_entries", "entry", &gone.entry);
        assert_eq!(broken().as_deref(), Some("/entries/6"), "{engine:?}");
    }
    Ok(())
}

/// Tiles above the leaves serve proofs: a forged one is found, and the first entry below it is named.
#[test]
fn forged_higher_tiles_are_found() -> Result<(), model::Error> {
    let store = store_on(Engine::Sqlite);
    let world = world(&store, 1);
    let organisation = found(&world, "Clinic");
    record(&world, organisation, 600);
    while world.sequence()? > 0 {}
    assert_eq!(world.verify_ledger(organisation)?, 601);
    let tile = store
        .deref()
        .read(move |tx| log::find_tile(tx, organisation, 1, 0))?
        .expect("a tile");
    assert_eq!(tile.len(), 64, "601 entries fill two tiles of leaves");
    let mut forged = tile.clone();
    forged[32] ^= 1;
    store
        .beside()
        .replace("ledger_tiles", "hashes", &tile, &forged);
    let broken = world.verify_ledger(organisation).err();
    let pointer = broken.and_then(|e| e.pointer().map(str::to_owned));
    assert_eq!(pointer.as_deref(), Some("/entries/256"));
    store
        .beside()
        .replace("ledger_tiles", "hashes", &forged, &tile[..32]);
    let broken = world.verify_ledger(organisation).err();
    let pointer = broken.and_then(|e| e.pointer().map(str::to_owned));
    assert_eq!(
        pointer.as_deref(),
        Some("/entries/256"),
        "a hash is missing"
    );
    Ok(())
}
