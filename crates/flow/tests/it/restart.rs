//! A process that died anywhere: the next one goes on from the database alone.

use model::{Outcome, RecipientState};

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::{PLAIN, arrival, letter, link_of};
use crate::on_disk;

on_disk! {
    /// Between the answer and the sealing.
    fn accepted_only(store) {
        let dead = Clinic::sealing_later(store);
        let receipt = dead.submit(&dead.staff, letter(&["lee@peer.example"]))?;
        let clinic = dead.again(store, 5);
        clinic.flow.dispatcher().beat(true)?;
        assert!(clinic.take().is_empty());
        clinic.work();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.count(receipt.message, "message.sealed"), 1);
    }

    /// Right after the answer: the commit that accepted has enqueued.
    fn accepted_and_enqueued(store) {
        let dead = Clinic::open(store);
        let before = store.commits();
        let receipt = dead.submit(&dead.staff, letter(&["lee@peer.example", "kim@peer.example"]))?;
        assert_eq!(store.commits(), before + 1);
        let clinic = dead.again(store, 5);
        assert_eq!(clinic.flow.work()?, 0, "nothing is left to be sealed");
        assert_eq!(clinic.flow.dispatcher().beat(true)?, 2);
        for job in clinic.take() {
            clinic.finish(job, Outcome::Accepted);
        }
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.count(receipt.message, "message.sealed"), 2);
    }

    fn enqueued_and_deferred(store) {
        let dead = Clinic::open(store);
        let waiting = dead.send(&["lee@peer.example"]);
        let later = dead.send(&["kim@other.example"]);
        for job in dead.take() {
            if dead.letter(&job).destination.as_str() == "other.example" {
                dead.finish(job, DEFERRED);
            } else {
                dead.finish(job, Outcome::OurFault);
            }
        }
        let clinic = dead.again(store, 5);
        assert_eq!(clinic.flow.dispatcher().beat(true)?, 2);
        assert!(clinic.take().is_empty(), "due times are kept");
        clinic.clock.advance(std::time::Duration::from_secs(300));
        let mut attempts: Vec<u32> = clinic.take().into_iter().map(|job| job.attempt).collect();
        attempts.sort_unstable();
        assert_eq!(attempts, [1, 2], "and so is what counted");
        assert_eq!(clinic.state(&waiting), clinic.state(&later));
    }

    /// The end of the attempt is unknown: it is said so, once, and tried again.
    fn running(store) {
        let dead = Clinic::open(store);
        let receipt = dead.send(&["lee@peer.example"]);
        let lost = dead.take_one();
        let clinic = dead.again(store, 5);
        clinic.flow.dispatcher().beat(true)?;
        assert_eq!(clinic.count(receipt.message, "delivery.ambiguous"), 1);
        clinic.flow.dispatcher().beat(true)?;
        assert_eq!(clinic.count(receipt.message, "delivery.ambiguous"), 1);
        let job = clinic.take_one();
        assert!(job.fence > lost.fence);
        clinic.finish(job, Outcome::Accepted);
        // Should the dead process speak once more, it changes nothing.
        let evidence = dead.evidence(&lost, REFUSED);
        dead.flow.dispatcher().finish(lost, REFUSED, evidence)?;
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.outcomes(&receipt), ["accepted"]);
    }

    /// The first server stayed below the demand; the notice was not made yet.
    fn before_the_notice(store) {
        let dead = Clinic::open(store);
        let receipt = dead.send(&["lee@peer.example"]);
        let job = dead.take_one();
        let evidence = dead.evidence(&job, Outcome::BelowDemand);
        dead.flow.dispatcher().finish(job, Outcome::BelowDemand, evidence)?;
        let clinic = dead.again(store, 5);
        clinic.flow.dispatcher().beat(true)?;
        clinic.work();
        link_of(&clinic.deliver(Outcome::Accepted));
        assert_eq!(clinic.state(&receipt), RecipientState::Notified);
    }

    fn before_the_report(store) {
        let dead = Clinic::open(store);
        dead.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let job = dead.take_one();
        let evidence = dead.evidence(&job, REFUSED);
        dead.flow.dispatcher().finish(job, REFUSED, evidence)?;
        let clinic = dead.again(store, 5);
        clinic.flow.dispatcher().beat(true)?;
        clinic.work();
        assert!(clinic.deliver(Outcome::Accepted).from.is_none());
    }

    /// What had not been chained is chained, and the log verifies.
    fn before_the_sequencer(store) {
        let dead = Clinic::open(store);
        dead.send(&["lee@peer.example"]);
        let clinic = dead.again(store, 5);
        while clinic.world.sequence()? > 0 {}
        let state = clinic.world.ledger_state(clinic.organisation)?;
        assert_eq!((state.pending, state.size), (0, 3));
        assert_eq!(clinic.world.verify_ledger(clinic.organisation)?, 3);
    }
}
