//! Two processes on one store: a delivery is one's at a time, and only its holder can end it.

use std::time::Duration;

use model::{Outcome, RecipientState};

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::on_disk;

on_disk! {
    fn a_living_node_keeps_what_it_holds(store) {
        let one = Clinic::open(store);
        let two = one.again(store, 5);
        two.beat();
        one.send(&["lee@peer.example"]);
        one.clock.advance(Duration::from_secs(14));
        assert_eq!(two.beat(), 0);
        assert!(two.take().is_empty());
        one.take_one();
    }

    /// A silent node loses its deliveries; what it says of them later changes nothing.
    fn two_never_both_settle(store) {
        let one = Clinic::open(store);
        let receipt = one.send(&["lee@peer.example"]);
        let slow = one.take_one();
        let two = one.again(store, 5);
        one.clock.advance(Duration::from_secs(16));
        assert_eq!(two.beat(), 1);
        let job = two.take_one();
        assert!(job.fence > slow.fence);
        one.finish(slow, Outcome::Accepted);
        assert_eq!(one.state(&receipt), RecipientState::Queued, "it is not the first's to end");
        two.finish(job, REFUSED);
        assert_eq!(two.state(&receipt), RecipientState::Bounced);
        assert_eq!(two.outcomes(&receipt), ["refused"]);
        assert_eq!(two.count(receipt.message, "delivery.ambiguous"), 1);
        assert_eq!(two.flow.overview(&two.staff)?.off_by, 0);
    }

    /// What was taken from it while it waited, a node does not begin.
    fn what_was_taken_is_not_begun(store) {
        let one = Clinic::open(store);
        let receipt = one.send(&["lee@peer.example"]);
        let two = one.again(store, 5);
        one.clock.advance(Duration::from_secs(16));
        assert_eq!(two.beat(), 1);
        assert!(one.take().is_empty());
        two.deliver(Outcome::Accepted);
        assert_eq!(two.state(&receipt), RecipientState::Delivered);
        assert!(one.take().is_empty() && two.take().is_empty());
    }

    /// Taken back by a node that still remembers it from before, it goes on under its new fence.
    fn what_comes_back_goes_on(store) {
        let one = Clinic::open(store);
        let receipt = one.send(&["lee@peer.example"]);
        one.deliver(DEFERRED);
        let two = one.again(store, 5);
        one.clock.advance(Duration::from_secs(16));
        assert_eq!(two.beat(), 1);
        one.clock.advance(Duration::from_secs(16));
        assert_eq!(one.beat(), 1, "the second fell silent in its turn");
        one.clock.advance(Duration::from_secs(300));
        one.deliver(Outcome::Accepted);
        assert_eq!(one.state(&receipt), RecipientState::Delivered);
    }
}
