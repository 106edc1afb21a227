//! One sync for all that wait, each undone alone.

use std::sync::mpsc;

use model::{Code, Error};
use sim::kit::{Engine, store_on};
use store::tables::meta;

use crate::{Outcome, code};

/// While the first transaction is held, forty more arrive; they share the second commit.
#[test]
fn what_waits_shares_a_commit() -> Outcome {
    let store = store_on(Engine::Sqlite);
    let before = store.commits();
    let (go, held) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel::<()>();
    let first = store.write_later(move |tx| {
        begun.send(()).expect("the test listens");
        held.recv().expect("the test lets it go");
        meta::set(tx, "first", "x")
    });
    has_begun.recv()?;
    let rest: Vec<_> = (0..40)
        .map(|n| {
            store.write_later(move |tx| {
                meta::set(tx, &format!("n{n}"), "x")?;
                match n % 4 {
                    1 => Err(Error::new(Code::PolicyBlocked)),
                    2 => panic!("as a bug would"),
                    _ => Ok(n),
                }
            })
        })
        .collect();
    go.send(())?;
    first.wait()?;
    for (n, pending) in rest.into_iter().enumerate() {
        let expected = match n % 4 {
            1 => Some(Code::PolicyBlocked),
            2 => Some(Code::Internal),
            _ => None,
        };
        assert_eq!(code(pending.wait()), expected);
        let kept = store
            .read(move |tx| meta::find(tx, &format!("n{n}")))?
            .is_some();
        assert_eq!(kept, expected.is_none(), "closure {n}");
    }
    assert_eq!(store.commits() - before, 2);
    Ok(())
}

/// The log is copied while writing goes on: it does not grow with what was ever written.
#[test]
fn the_log_stays_bounded() -> Outcome {
    let store = store_on(Engine::Sqlite);
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..250 {
                    let name = format!("{caller}-{n}");
                    store
                        .write(move |tx| meta::set(tx, &name, &"x".repeat(60_000)))
                        .expect("there is room");
                }
            });
        }
    });
    let log = std::fs::metadata(store.dir().join("data/caduceus.db-wal"))?.len();
    assert!(log < 72 << 20, "120 MB were written, the log has {log}");
    let last = store.read(|tx| meta::find(tx, "7-249"))?;
    assert_eq!(last.map(|text| text.len()), Some(60_000));
    Ok(())
}
