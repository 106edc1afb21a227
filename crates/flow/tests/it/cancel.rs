//! Cancelling: what has not left is stopped; what may have arrived is not said to be.

use model::{Code, Outcome, RecipientState, RefusalScope};

use crate::clinic::{Clinic, DEFERRED};
use crate::letters::{letter, portal_letter};
use crate::{code, on_disk};

on_disk! {
    fn before_sealing(store) {
        let clinic = Clinic::sealing_later(store);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@a.example", "kim@b.example"]))?;
        let stopped = clinic.flow.cancel(&clinic.staff, receipt.message)?;
        assert_eq!(stopped.len(), 2);
        clinic.work();
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Cancelled);
        assert_eq!(clinic.count(receipt.message, "message.cancelled"), 2);
        assert_eq!(code(clinic.flow.cancel(&clinic.staff, receipt.message)), Some(Code::StateConflict));
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    fn while_it_waits(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        assert!(clinic.flow.message(&clinic.staff, receipt.message)?.may_cancel);
        clinic.flow.cancel(&clinic.staff, receipt.message)?;
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Cancelled);
        assert_eq!(clinic.flow.dispatcher().waiting(), 0);
        assert!(!clinic.flow.message(&clinic.staff, receipt.message)?.may_cancel);
    }

    /// After a first try only those go unsent who were not tried.
    fn after_a_first_try(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(DEFERRED);
        assert!(!clinic.flow.message(&clinic.staff, receipt.message)?.may_cancel);
        assert_eq!(code(clinic.flow.cancel(&clinic.staff, receipt.message)), Some(Code::StateConflict));
        clinic.wait();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
    }

    /// An attempt under way may arrive: it is neither stopped nor said to be.
    fn during_an_attempt(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let job = clinic.take_one();
        assert!(!clinic.flow.message(&clinic.staff, receipt.message)?.may_cancel);
        assert_eq!(code(clinic.flow.cancel(&clinic.staff, receipt.message)), Some(Code::StateConflict));
        clinic.finish(job, Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
    }

    /// Being turned away ourselves is no try.
    fn after_we_were_turned_away(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(Outcome::Deferred(RefusalScope::Us));
        clinic.flow.cancel(&clinic.staff, receipt.message)?;
        assert_eq!(clinic.state(&receipt), RecipientState::Cancelled);
    }

    /// A crash in the first attempt leaves it unknown whether it arrived.
    fn after_a_crash_in_the_first_attempt(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.take_one();
        let process = clinic.again(store, 5);
        process.flow.dispatcher().beat(true)?;
        assert_eq!(code(process.flow.cancel(&process.staff, receipt.message)), Some(Code::StateConflict));
        process.deliver(Outcome::Accepted);
        assert_eq!(process.state(&receipt), RecipientState::Delivered);
    }

    /// Silence after the final dot may have been a yes: withdrawing the notice that follows would not
    /// take the letter back.
    fn a_notice_after_a_letter_that_may_have_arrived(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(Outcome::Ambiguous);
        clinic.wait();
        clinic.deliver(Outcome::BelowDemand);
        while clinic.flow.work()? > 0 {}
        assert!(!clinic.flow.message(&clinic.staff, receipt.message)?.may_cancel);
        assert_eq!(code(clinic.flow.cancel(&clinic.staff, receipt.message)), Some(Code::StateConflict));
        assert_ne!(clinic.state(&receipt), RecipientState::Cancelled);
    }

    /// A code on its way is not the message.
    fn a_code_is_not_cancelled(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        clinic.flow.portal_send_code(&link)?;
        assert!(!clinic.flow.message(&clinic.staff, receipt.message)?.may_cancel);
        assert_eq!(code(clinic.flow.cancel(&clinic.staff, receipt.message)), Some(Code::StateConflict));
        clinic.take_one();
    }
}
