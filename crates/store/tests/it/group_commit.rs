//! One sync for all that wait, each undone alone.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};

use model::{Code, Error};
use sim::kit::{Engine, store_on};
use store::tables::meta;
use store::{Pending, Store};

use crate::{Outcome, code};

/// While the first transaction is held, forty more arrive; they share the second commit.
#[test]
fn what_waits_shares_a_commit() -> Outcome {
    let store = store_on(Engine::Sqlite);
    let before = store.commits();
    let (first, go) = held(&store)?;
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

/// They share a transaction, and no one sees what another wrote before it failed.
#[test]
fn what_a_failed_closure_wrote_is_not_seen_by_the_next() -> Outcome {
    let store = store_on(Engine::Sqlite);
    let (first, go) = held(&store)?;
    let failing = store.write_later(|tx| {
        meta::set(tx, "half", "done")?;
        Err::<(), _>(Error::new(Code::PolicyBlocked))
    });
    let next = store.write_later(|tx| {
        let seen = meta::find(tx, "half")?;
        meta::set(tx, "whole", "done").map(|()| seen)
    });
    go.send(())?;
    first.wait()?;
    assert_eq!(code(failing.wait()), Some(Code::PolicyBlocked));
    assert_eq!(next.wait()?, None);
    assert!(store.read(|tx| meta::find(tx, "whole"))?.is_some());
    Ok(())
}

/// A refusal that changed nothing costs those beside it nothing.
#[test]
fn a_closure_that_fails_before_it_writes_makes_no_other_run_again() -> Outcome {
    let store = store_on(Engine::Sqlite);
    let (first, go) = held(&store)?;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let beside = store.write_later(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        meta::set(tx, "beside", "x")
    });
    let refused = store.write_later(|tx| {
        meta::find(tx, "beside")?;
        Err::<(), _>(Error::new(Code::NotFound))
    });
    go.send(())?;
    first.wait()?;
    beside.wait()?;
    assert_eq!(code(refused.wait()), Some(Code::NotFound));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    Ok(())
}

/// A transaction that runs until told, so that those that come meanwhile share the next one.
fn held(store: &Store) -> Result<(Pending<()>, mpsc::Sender<()>), mpsc::RecvError> {
    let (go, held) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel::<()>();
    let first = store.write_later(move |tx| {
        begun.send(()).expect("the test listens");
        held.recv().expect("the test lets it go");
        meta::set(tx, "first", "x")
    });
    has_begun.recv()?;
    Ok((first, go))
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
