//! A message whose key was destroyed is gone for good, and stands in nobody's way.

use model::{Code, Outcome, RecipientState};

use crate::clinic::{Clinic, REFUSED};
use crate::letters::{PLAIN, arrival, letter, portal_letter};
use crate::{code, on_disk};

fn destroy(store: &sim::kit::TestStore, id: model::MessageId) {
    let gone = store.beside().remove("item_keys", "item", id.as_bytes());
    assert_eq!(gone, 1);
}

/// Ends the only attempt that is due; what follows from it is not done yet.
fn end(clinic: &Clinic, outcome: Outcome) {
    let job = clinic.take_one();
    let evidence = clinic.evidence(&job, outcome);
    let ended = clinic.flow.dispatcher().finish(job, outcome, evidence);
    ended.expect("stored");
}

on_disk! {
    /// Before it was sealed: its recipients end, on record.
    fn before_sealing(store) {
        let dead = Clinic::sealing_later(store);
        let receipt = dead.submit(&dead.staff, letter(&["lee@peer.example"]))?;
        destroy(store, receipt.message);
        let clinic = dead.again(store, 5);
        clinic.work();
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        assert_eq!(clinic.count(receipt.message, "message.unsealable"), 1);
        assert_eq!(code(clinic.flow.open_content(&clinic.staff, receipt.message)), Some(Code::KeyDestroyed));
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// During an attempt: the end is stored, and what is sealed about it is gone with the rest.
    fn during_an_attempt(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let other = clinic.send(&["kim@other.example"]);
        let accepted = |job| (clinic.evidence(&job, Outcome::Accepted), job);
        let ends: Vec<_> = clinic.take().into_iter().map(accepted).collect();
        destroy(store, receipt.message);
        for (evidence, job) in ends {
            clinic.flow.dispatcher().finish(job, Outcome::Accepted, evidence)?;
        }
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.state(&other), RecipientState::Delivered);
        while clinic.world.sequence()? > 0 {}
        clinic.world.verify_ledger(clinic.organisation)?;
    }

    /// While it waits: the next process takes over what is left, and this one ends.
    fn while_it_waits(store) {
        let dead = Clinic::open(store);
        let receipt = dead.send(&["lee@peer.example"]);
        let other = dead.send(&["kim@other.example"]);
        destroy(store, receipt.message);
        let clinic = dead.again(store, 5);
        assert_eq!(clinic.flow.dispatcher().beat(true)?, 1);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&other), RecipientState::Delivered);
        assert_eq!(clinic.state(&receipt), RecipientState::Recalled);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Before its notice was made, or the letter that was released: the recipient ends, on record, and
    /// nothing is tried again.
    fn before_what_follows_was_sealed(store) {
        let clinic = Clinic::open(store);
        let draft = clinic.to_be_held(letter(&["kim@peer.example"]));
        let released = clinic.submit(&clinic.staff, draft)?;
        let below = clinic.send(&["lee@peer.example"]);
        end(&clinic, Outcome::BelowDemand);
        let reason = "as she asked by phone";
        clinic.flow.review(&clinic.officer(), released.message, flow::Review::Release, reason)?;
        for receipt in [&below, &released] {
            destroy(store, receipt.message);
        }
        clinic.work();
        for receipt in [&below, &released] {
            assert_eq!(clinic.state(receipt), RecipientState::Bounced);
            assert_eq!(clinic.count(receipt.message, "message.unsealable"), 1);
        }
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Before its sender was told: the address to tell is gone with it, and the record says so.
    fn before_its_sender_was_told(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        end(&clinic, REFUSED);
        destroy(store, receipt.message);
        clinic.work();
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        assert_eq!(clinic.count(receipt.message, "report.withheld"), 1);
        assert!(clinic.take().is_empty());
        assert_eq!(store.beside().rows("outbox"), 0);
    }

    /// In the portal: the reader's visit shows nothing any more.
    fn in_the_portal(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        let link = crate::letters::link_of(&clinic.deliver(Outcome::Accepted));
        let visit = clinic.visit(&link);
        destroy(store, receipt.message);
        assert_eq!(code(clinic.flow.portal_thread(&visit)), Some(Code::KeyDestroyed));
        assert!(clinic.flow.proof(&clinic.staff, receipt.recipients[0].id).is_err());
    }
}
