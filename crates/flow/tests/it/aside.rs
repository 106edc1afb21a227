//! A delivery whose data is damaged stands in nobody's way, and somebody hears of it.

use flow::hooks::NewHook;
use model::{MessageId, Mode, Outcome, RecipientState};
use sim::kit::TestStore;
use store::tables::{item_keys, webhooks};

use crate::clinic::Clinic;
use crate::on_disk;

/// Alters the wrapped key of a message; gives it as it was and as it is.
fn damage(clinic: &Clinic, store: &TestStore, id: MessageId) -> (Vec<u8>, Vec<u8>) {
    let organisation = clinic.organisation;
    let read = clinic
        .world
        .store
        .read(move |tx| item_keys::load(tx, id.as_bytes(), organisation));
    let whole = read.expect("a wrapped key");
    let mut broken = whole.clone();
    *broken.last_mut().expect("octets") ^= 1;
    let altered = store
        .beside()
        .replace("item_keys", "wrapped_key", &whole, &broken);
    assert_eq!(altered, 1);
    (whole, broken)
}

on_disk! {
    /// Its end cannot be stored, because what is sealed about it cannot: the others go on.
    fn an_end_that_cannot_be_stored_is_set_aside(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let job = clinic.take_one();
        let evidence = clinic.evidence(&job, Outcome::Accepted);
        let (whole, broken) = damage(&clinic, store, receipt.message);
        let other = clinic.send(&["kim@other.example"]);
        assert!(clinic.flow.dispatcher().finish(job, Outcome::Accepted, evidence).is_err());
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&other), RecipientState::Delivered);
        assert_eq!(clinic.flow.dispatcher().set_aside_count()?, 1);
        assert_eq!(clinic.count(receipt.message, "delivery.set_aside"), 1);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0, "it is still accounted for");

        // Mended: the next start tries it again, and says that it may have arrived before.
        store.beside().replace("item_keys", "wrapped_key", &broken, &whole);
        let next = clinic.again(store, 5);
        assert_eq!(next.flow.dispatcher().beat(true)?, 1);
        next.deliver(Outcome::Accepted);
        assert_eq!(next.state(&receipt), RecipientState::Delivered);
        assert_eq!(next.flow.dispatcher().set_aside_count()?, 0);
    }

    /// A process that starts takes over what can be read, whatever else there is.
    fn a_start_is_not_stopped(store) {
        let dead = Clinic::open(store);
        let receipt = dead.send(&["lee@peer.example"]);
        let other = dead.send(&["kim@other.example"]);
        damage(&dead, store, receipt.message);
        let clinic = dead.again(store, 5);
        assert_eq!(clinic.flow.dispatcher().beat(true)?, 1);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&other), RecipientState::Delivered);
        assert_eq!(clinic.state(&receipt), RecipientState::Queued);
        assert_eq!(clinic.count(receipt.message, "delivery.set_aside"), 1);
    }

    /// What cannot be read of one endpoint keeps no other from being told.
    fn an_unreadable_webhook_stops_nobody_elses(store) {
        let clinic = Clinic::open(store);
        let new = || NewHook { url: "https://hooks.practice.example/in".to_owned(), ..NewHook::default() };
        let broken = clinic.flow.create_hook(&clinic.staff, new())?.id;
        let other = clinic.flow.create_hook(&clinic.staff, new())?.id;
        let organisation = clinic.organisation;
        let rows = clinic.world.store.read(move |tx| webhooks::list(tx, organisation, ("", Mode::Live)))?;
        let sealed = rows.into_iter().find(|row| row.id == broken).expect("it is there").sealed_target;
        assert_eq!(store.beside().replace("webhooks", "sealed_target", &sealed, b"broken"), 1);
        clinic.send(&["lee@peer.example"]);
        let told = clinic.flow.hook_jobs()?;
        assert!(!told.is_empty() && told.iter().all(|job| job.webhook == other));
    }
}
