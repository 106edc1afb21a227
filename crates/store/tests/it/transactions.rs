//! Closures: what stays, what is undone, what is refused. The same on every engine.

use model::{Code, Error};
use store::tables::{meta, organisations};

use crate::{code, organisation, told};

sim::both_engines! {
    /// Every kind of column comes back as it went in.
    fn a_commit_is_seen_whole(store) {
        let written = organisation(1, "Clinic at the Lake");
        let id = written.id;
        let sealed = written.sealed_ledger_seed.clone();
        store.write(move |tx| organisations::insert(tx, &written))?;
        let read = store.read(move |tx| organisations::find(tx, id))?.expect("committed");
        assert_eq!(read.id, id);
        assert_eq!(read.name, "Clinic at the Lake");
        assert_eq!(read.sealed_ledger_seed, sealed);
        assert_eq!(read.ledger_verifier, "é𝄞");
        assert_eq!(read.created_at.micros(), i64::MAX);
        assert!(read.portal_on);
    }

    /// Data survives closing; the schema is not applied twice.
    fn what_was_committed_is_there_after_reopening(store) {
        if store.engine() == store::Engine::Memory {
            return Ok(());
        }
        store.write(|tx| meta::set(tx, "kept", "yes"))?;
        store.reopen();
        assert_eq!(store.read(|tx| meta::find(tx, "kept"))?.as_deref(), Some("yes"));
    }

    fn an_error_undoes_its_closure_alone(store) {
        let failed = store.write(|tx| {
            meta::set(tx, "half", "done")?;
            Err::<(), _>(Error::new(Code::PolicyBlocked))
        });
        assert_eq!(code(failed), Some(Code::PolicyBlocked));
        store.write(|tx| meta::set(tx, "whole", "done"))?;
        assert_eq!(store.read(|tx| meta::find(tx, "half"))?, None);
        assert!(store.read(|tx| meta::find(tx, "whole"))?.is_some());
    }

    /// A bug in one closure costs that closure, not the store.
    fn a_panic_undoes_its_closure_alone(store) {
        let panicked = store.write(|tx| -> model::Result<()> {
            meta::set(tx, "half", "done")?;
            panic!("as a bug would");
        });
        assert_eq!(code(panicked), Some(Code::Internal));
        store.write(|tx| meta::set(tx, "whole", "done"))?;
        assert_eq!(store.read(|tx| meta::find(tx, "half"))?, None);
    }

    /// Both engines behave as PostgreSQL does: nobody learns to carry on after a failed statement.
    fn a_failed_statement_dooms_its_closure(store) {
        let row = organisation(2, "Twice");
        let doomed = store.write(move |tx| {
            organisations::insert(tx, &row)?;
            assert_eq!(code(organisations::insert(tx, &row)), Some(Code::StateConflict));
            assert_eq!(code(meta::set(tx, "after", "x")), Some(Code::StateConflict));
            Ok(())
        });
        assert_eq!(code(doomed), Some(Code::StateConflict));
        assert_eq!(store.read(organisations::list)?.len(), 0);
    }

    /// PostgreSQL quotes the offending key in its message; no log of ours may.
    fn an_error_names_the_constraint_and_no_value(store) {
        let row = organisation(3, "canary-name-8241");
        let error = store
            .write(move |tx| {
                organisations::insert(tx, &row)?;
                organisations::insert(tx, &row)
            })
            .expect_err("the id is taken");
        assert_eq!(error.code(), Code::StateConflict);
        let told = told(&error);
        assert!(told.contains("organisations::INSERT"), "{told}");
        assert!(!told.contains("canary-name-8241"), "{told}");
        assert!(!told.contains("Key ("), "{told}");
    }

    fn a_read_changes_nothing(store) {
        let refused = store.read(|tx| meta::set(tx, "written", "by a reader"));
        assert_eq!(code(refused), Some(Code::Internal));
        store.write(|tx| meta::set(tx, "other", "by a writer"))?;
        assert_eq!(store.read(|tx| meta::find(tx, "written"))?, None);
    }

    /// A mistake of this program is its own fault, not a conflict of the caller's.
    fn a_value_of_another_type_is_internal(store) {
        let refused = store.write(|tx| tx.execute(&meta::SET, &["name".into(), store::Value::Bytes(b"x")]));
        assert_eq!(code(refused), Some(Code::Internal));
    }

    /// A broken row is reported and not converted.
    fn a_column_of_another_type_is_invalid(store) {
        store.write(|tx| meta::set(tx, "word", "not an integer"))?;
        let misread = store.read(|tx| tx.find(&meta::FIND, &["word".into()], |row| row.int(0)));
        assert_eq!(code(misread), Some(Code::StoredDataInvalid));
        let missing = store.read(|tx| tx.find(&meta::FIND, &["word".into()], |row| row.int(7)));
        assert_eq!(code(missing), Some(Code::StoredDataInvalid));
    }

    /// PostgreSQL cannot store it, so SQLite does not either.
    fn text_with_nul_is_refused(store) {
        let refused = store.write(|tx| meta::set(tx, "n", "a\0b"));
        assert_eq!(code(refused), Some(Code::FieldInvalid));
    }

    /// It would wait for itself for ever.
    fn a_transaction_inside_a_transaction_is_refused(store) {
        let inner = (*store).clone();
        let refused = store.write(move |_| inner.read(|tx| meta::find(tx, "x")));
        assert_eq!(code(refused), Some(Code::Internal));
    }

    fn after_closing_everything_is_refused_at_once(store) {
        let clone = (*store).clone();
        (*store).clone().close();
        assert_eq!(code(clone.write(|tx| meta::set(tx, "x", "y"))), Some(Code::StoreUnavailable));
        assert_eq!(code(clone.read(|tx| meta::find(tx, "x"))), Some(Code::StoreUnavailable));
    }

    /// What is pending can be awaited without a runtime of ours.
    fn a_pending_answer_can_be_awaited(store) {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let pending = store.write_later(|tx| meta::set(tx, "awaited", "yes"));
        runtime.block_on(pending)?;
        let found = runtime.block_on(store.read_later(|tx| meta::find(tx, "awaited")))?;
        assert_eq!(found.as_deref(), Some("yes"));
    }

    /// Counting from many threads at once loses nothing: a closure that read what another changed
    /// is run again, or waits.
    fn concurrent_counting_loses_nothing(store) {
        store.write(|tx| meta::set(tx, "count", "0"))?;
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        store.write(count_one).expect("counted");
                    }
                });
            }
        });
        assert_eq!(store.read(|tx| meta::find(tx, "count"))?.as_deref(), Some("200"));
    }

    /// What another commits meanwhile does not show half way.
    fn a_read_sees_one_snapshot(store) {
        if store.engine() == store::Engine::Memory {
            return Ok(());
        }
        store.write(|tx| meta::set(tx, "x", "old"))?;
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (go, may_go) = std::sync::mpsc::channel();
        let reading = store.read_later(move |tx| {
            let before = meta::find(tx, "x")?;
            begun.send(()).expect("the test listens");
            may_go.recv().expect("the test lets it go");
            Ok((before, meta::find(tx, "x")?))
        });
        has_begun.recv()?;
        store.write(|tx| meta::set(tx, "x", "new"))?;
        go.send(())?;
        assert_eq!(reading.wait()?, (Some("old".to_owned()), Some("old".to_owned())));
    }

    fn a_newer_schema_is_refused_and_left_alone(store) {
        if store.engine() == store::Engine::Memory {
            return Ok(());
        }
        store.write(|tx| meta::set(tx, meta::SCHEMA_VERSION, "9999"))?;
        (*store).clone().close();
        let refused = store::Store::open(store.config().clone()).err().expect("refused");
        assert_eq!(refused.code(), Code::StoreNewer);
        assert!(told(&refused).contains("9999"));
    }
}

fn count_one(tx: &mut store::Tx<'_>) -> model::Result<()> {
    let now: u32 = meta::find(tx, "count")?
        .and_then(|n| n.parse().ok())
        .expect("a number");
    meta::set(tx, "count", &(now + 1).to_string())
}
