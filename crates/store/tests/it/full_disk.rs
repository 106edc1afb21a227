//! A full disk: what does not fit is refused, what fits stays, and space makes it well again.

use std::sync::mpsc;

use model::Code;
use sim::kit::{Engine, TestStore, store_on};
use store::tables::meta;

use crate::{Outcome, code};

const LARGE: usize = 200_000;

fn write_large(store: &TestStore, name: &'static str) -> store::Pending<()> {
    store.write_later(move |tx| meta::set(tx, name, &"x".repeat(LARGE)))
}

#[test]
fn the_store_says_full_and_recovers() -> Outcome {
    let store = store_on(Engine::Sqlite);
    store.write(|tx| meta::set(tx, "before", "x"))?;
    store.limit_pages(Some(1))?;
    assert_eq!(
        code(write_large(&store, "large").wait()),
        Some(Code::StoreFull)
    );
    assert_eq!(store.read(|tx| meta::find(tx, "large"))?, None);
    assert!(store.read(|tx| meta::find(tx, "before"))?.is_some());

    store.limit_pages(None)?;
    write_large(&store, "large").wait()?;
    assert_eq!(
        store.read(|tx| meta::find(tx, "large"))?.map(|t| t.len()),
        Some(LARGE)
    );
    Ok(())
}

/// SQLite ends the whole transaction when the disk is full; the innocent in the batch must not
/// suffer, and must not be answered before their own commit.
#[test]
fn only_what_does_not_fit_fails() -> Outcome {
    let mut store = store_on(Engine::Sqlite);
    store.limit_pages(Some(1))?;
    let (go, held) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel::<()>();
    let first = store.write_later(move |tx| {
        begun.send(()).expect("the test listens");
        held.recv().expect("the test lets it go");
        meta::set(tx, "first", "x")
    });
    has_begun.recv()?;
    let small = store.write_later(|tx| meta::set(tx, "small", "x"));
    let large = write_large(&store, "large");
    let late = store.write_later(|tx| meta::set(tx, "late", "x"));
    go.send(())?;
    first.wait()?;
    small.wait()?;
    late.wait()?;
    assert_eq!(code(large.wait()), Some(Code::StoreFull));
    store.reopen();
    for (name, expected) in [
        ("first", true),
        ("small", true),
        ("late", true),
        ("large", false),
    ] {
        assert_eq!(
            store.read(move |tx| meta::find(tx, name))?.is_some(),
            expected,
            "{name}"
        );
    }
    Ok(())
}

#[test]
fn free_space_is_known_for_the_watchful() -> Outcome {
    let store = store_on(Engine::Sqlite);
    assert!(store.free_octets()?.expect("it is on a file system") > 0);
    Ok(())
}
