//! The sequencer: every committed entry once, in one order, whoever chains.

use std::sync::atomic::{AtomicBool, Ordering};

use ctx::Event;
use ledger::checkpoint;
use ledger::note::Verifier;

use crate::{code, found, record, world};

sim::both_engines! {
    /// A fresh organisation's first entries are chained by a process that never used its key.
    fn the_first_entry_is_chained(store) {
        let one = world(store, 1);
        let two = world(store, 2);
        let organisation = found(&one, "Clinic");
        assert_eq!(two.sequence()?, 1);
        assert_eq!(two.sequence()?, 0);
        assert_eq!(one.verify_ledger(organisation)?, 1);
    }

    /// Writers and sequencers all at once: nothing is lost, doubled or left.
    fn many_hands_make_one_log(store) {
        let (one, two) = (world(store, 1), world(store, 2));
        let organisations = [found(&one, "Clinic"), found(&one, "Other")];
        let writing = AtomicBool::new(true);
        std::thread::scope(|scope| {
            for process in [&one, &two] {
                scope.spawn(|| {
                    // A sequencer that loses against another is one that tries again.
                    while writing.load(Ordering::Relaxed) {
                        drop(process.sequence());
                    }
                });
            }
            let writers: Vec<_> = (0..4)
                .map(|i| {
                    let (process, organisation) = (if i < 2 { &one } else { &two }, organisations[i % 2]);
                    scope.spawn(move || record(process, organisation, 20))
                })
                .collect();
            writers.into_iter().for_each(|writer| writer.join().expect("recorded"));
            writing.store(false, Ordering::Relaxed);
        });
        while one.sequence()? > 0 {}
        for organisation in organisations {
            let state = one.ledger_state(organisation)?;
            assert_eq!((state.size, state.pending), (41, 0));
            assert_eq!(one.verify_ledger(organisation)?, 41);
        }
    }

    /// Each head is signed over its size and root by the organisation's own key.
    fn heads_are_signed(store) {
        let world = world(store, 1);
        let (organisation, other) = (found(&world, "Clinic"), found(&world, "Other"));
        let mut sizes = Vec::new();
        for _ in 0..3 {
            record(&world, organisation, 2);
            while world.sequence()? > 0 {}
            let state = world.ledger_state(organisation)?;
            let head = checkpoint::open(&state.checkpoint, &Verifier::parse(&state.verifier)?)?;
            assert_eq!((head.size, head.root), (state.size, state.root));
            assert!(head.origin.ends_with(&organisation.to_string()));
            sizes.push(state.size);
            let stranger = Verifier::parse(&world.ledger_state(other)?.verifier)?;
            assert!(checkpoint::open(&state.checkpoint, &stranger).is_err());
        }
        assert_eq!(sizes, [3, 5, 7]);
    }

    /// More than one batch and one tile.
    fn a_long_log_verifies(store) {
        let world = world(store, 1);
        let organisation = found(&world, "Clinic");
        let ctx = world.system(organisation);
        for _ in 0..5 {
            let ctx = ctx.clone();
            world.store.write(move |tx| (0..120).try_for_each(|_| ctx.record(tx, Event::new("test.happened")).map(drop)))?;
            world.sequence()?;
        }
        assert_eq!(world.verify_ledger(organisation)?, 601);
    }

    /// Nothing is recorded of what was not done.
    fn a_failed_transaction_leaves_no_entry(store) {
        let world = world(store, 1);
        let organisation = found(&world, "Clinic");
        let ctx = world.system(organisation);
        let failed: model::Result<()> = world.store.write(move |tx| {
            ctx.record(tx, Event::new("test.happened"))?;
            Err(model::Code::StateConflict.into())
        });
        assert_eq!(code(failed), Some(model::Code::StateConflict));
        while world.sequence()? > 0 {}
        assert_eq!(world.ledger_state(organisation)?.size, 1);
    }
}
