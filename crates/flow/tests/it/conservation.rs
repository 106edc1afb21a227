//! What conservation is for: it is 0 along every way of a message, and not 0 when anyone loses one.

use model::{Outcome, RecipientState};

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::letter;
use crate::on_disk;

on_disk! {
    /// Accepted, sealed, deferred, delivered, refused, moved to the portal, cancelled: never off.
    fn along_the_way(store) {
        let clinic = Clinic::open(store);
        let off = || clinic.flow.conservation().map(|found| found.off());
        assert_eq!(off()?, 0);
        let accepted = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        assert_eq!(off()?, 0, "before sealing");
        clinic.work();
        assert_eq!(off()?, 0, "in the queue");
        clinic.deliver(DEFERRED);
        assert_eq!(off()?, 0, "waiting for the next attempt");
        clinic.flow.cancel(&clinic.staff, clinic.send(&["kim@other.example"]).message)?;
        assert_eq!(off()?, 0, "cancelled");
        for outcome in [Outcome::Accepted, REFUSED, Outcome::BelowDemand] {
            clinic.send(&["kim@other.example"]);
            clinic.deliver(outcome);
            assert_eq!(off()?, 0, "{outcome:?}");
        }
        assert_eq!(clinic.state(&accepted), RecipientState::Queued);
        let found = clinic.flow.conservation()?;
        assert_eq!((found.accepted, found.accounted), (5, 5));
    }

    fn a_recipient_that_is_gone_is_missed(store) {
        let clinic = Clinic::sealing_later(store);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example", "kim@peer.example"]))?;
        let gone = store.beside().remove("recipients", "id", receipt.recipients[0].id.as_bytes());
        assert_eq!(gone, 1);
        assert_eq!(clinic.flow.conservation()?.off(), 1);
    }

    /// Queued, and nothing will ever act: the fault that peers' users waited days for.
    fn a_recipient_that_waits_for_nothing_is_missed(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        assert_eq!(store.beside().replace_text("deliveries", "state", "open", "settled"), 1);
        assert_eq!(clinic.flow.conservation()?.off(), 1);
    }

    fn a_state_that_nobody_knows_is_missed(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        assert_eq!(store.beside().replace_text("recipients", "state", "queued", "elsewhere"), 1);
        assert_eq!(clinic.flow.conservation()?.off(), 1);
    }
}
