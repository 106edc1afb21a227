//! Two processes on one store: a delivery is one's at a time, and only its holder can end it.

use std::time::Duration;

use flow::Receipt;
use flow::orders::{NewOrder, OrderAct, OrderScope};
use model::{Outcome, RecipientState};

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::letter;
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

    /// A node that looks for what it was handed leaves alone what it has on the wire.
    fn an_attempt_under_way_is_not_taken_up_again(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let job = clinic.take_one();
        let coming = NewOrder {
            act: OrderAct::Transfer(clinic.world.node),
            scope: OrderScope::default(),
            reason: "to look".to_owned(),
            lasts: HOUR,
        };
        clinic.flow.order(&clinic.staff, coming)?;
        assert_eq!(clinic.beat(), 0);
        assert!(clinic.take().is_empty());
        clinic.finish(job, Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.count(receipt.message, "delivery.ambiguous"), 0);
        assert_eq!(clinic.outcomes(&receipt), ["accepted"]);
    }

    /// Its time was over in memory, and not yet in the database, when it was given another.
    fn another_time_counts_though_the_old_one_was_over(store) {
        let clinic = Clinic::open(store);
        let receipt = in_an_hour(&clinic);
        clinic.clock.advance(100 * HOUR);
        let other = clinic.send(&["lee@peer.example"]);
        let at = clinic.world.now().plus(HOUR);
        assert_eq!(clinic.flow.reschedule(&clinic.staff, receipt.message, at)?.len(), 1);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&other), RecipientState::Delivered);
        clinic.clock.advance(2 * HOUR);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
    }

    /// Whichever node answers, the old holder does not send at the old time.
    fn another_time_holds_for_every_node(store) {
        let one = Clinic::open(store);
        let receipt = in_an_hour(&one);
        let two = one.again(store, 5);
        two.beat();
        let at = one.world.now().plus(2 * HOUR);
        assert_eq!(two.flow.reschedule(&two.staff, receipt.message, at)?.len(), 1);
        one.clock.advance(HOUR + SECOND);
        assert!(one.take().is_empty(), "not at the old time");
        assert!(two.take().is_empty());
        one.clock.advance(HOUR);
        assert!(one.take().is_empty(), "it is the other's now");
        two.deliver(Outcome::Accepted);
        assert_eq!(two.state(&receipt), RecipientState::Delivered);
        assert_eq!(two.count(receipt.message, "message.rescheduled"), 1);
        assert_eq!(two.flow.overview(&two.staff)?.off_by, 0);
    }

    fn an_earlier_time_is_kept_by_the_node_that_answers(store) {
        let one = Clinic::open(store);
        let receipt = in_an_hour(&one);
        let two = one.again(store, 5);
        two.beat();
        two.flow.reschedule(&two.staff, receipt.message, one.world.now())?;
        two.deliver(Outcome::Accepted);
        one.clock.advance(HOUR + SECOND);
        assert!(one.take().is_empty() && two.take().is_empty(), "once");
        assert_eq!(one.state(&receipt), RecipientState::Delivered);
    }

    /// A node without room leaves it to whichever has some.
    fn another_time_given_by_a_full_node(store) {
        let one = Clinic::open(store);
        let receipt = in_an_hour(&one);
        let two = one.again_tuned(store, 5, |settings| settings.in_memory_max = 4);
        two.beat();
        for n in 0..4 {
            two.send(&[&format!("lee{n}@other.example")]);
        }
        two.flow.reschedule(&two.staff, receipt.message, one.world.now().plus(2 * HOUR))?;
        for job in two.take() {
            two.finish(job, Outcome::Accepted);
        }
        one.clock.advance(HOUR + SECOND);
        one.beat();
        assert!(one.take().is_empty(), "not at the old time");
        one.clock.advance(HOUR);
        one.beat();
        one.deliver(Outcome::Accepted);
        assert_eq!(one.state(&receipt), RecipientState::Delivered);
    }

    /// What is chosen and not yet begun has not left.
    fn another_time_for_what_is_about_to_begin(store) {
        let clinic = Clinic::open(store);
        let receipts = [clinic.send(&["lee@peer.example"]), clinic.send(&["kim@other.example"])];
        let first = clinic.flow.dispatcher().take(1)?.remove(0);
        let waits = receipts.iter().find(|r| clinic.flow.message(&clinic.staff, r.message).is_ok_and(|m| m.may_cancel));
        let receipt = waits.expect("one was not begun");
        let at = clinic.world.now().plus(HOUR);
        clinic.flow.reschedule(&clinic.staff, receipt.message, at)?;
        clinic.finish(first, Outcome::Accepted);
        assert!(clinic.take().is_empty(), "not at the old time");
        clinic.clock.advance(HOUR + SECOND);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(receipt), RecipientState::Delivered);
    }

    fn what_another_node_cancelled_is_not_sent(store) {
        let one = Clinic::open(store);
        let receipt = in_an_hour(&one);
        let two = one.again(store, 5);
        two.beat();
        assert_eq!(two.flow.cancel(&two.staff, receipt.message)?.len(), 1);
        one.clock.advance(HOUR + SECOND);
        assert!(one.take().is_empty() && two.take().is_empty());
        assert_eq!(one.flow.dispatcher().waiting(), 0);
        assert_eq!(one.state(&receipt), RecipientState::Cancelled);
        assert_eq!(one.flow.overview(&one.staff)?.off_by, 0);
    }
}

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

fn in_an_hour(clinic: &Clinic) -> Receipt {
    let mut later = letter(&["lee@peer.example"]);
    later.send_at = Some(clinic.world.now().plus(HOUR));
    let receipt = clinic.submit(&clinic.staff, later).expect("accepted");
    clinic.work();
    receipt
}
