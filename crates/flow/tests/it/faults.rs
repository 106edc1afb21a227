//! A store that fails: an end is kept and stored before anything new begins, and what was done but
//! reported as failed is found again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use model::{Code, Outcome, RecipientState, limits};
use sim::kit::{Engine, TestStore, store_on};
use store::seam::{Point, Verdict};
use store::tables::meta;

use crate::clinic::Clinic;
use crate::letters::letter;
use crate::{code, on_disk, refusal};

/// Says how the next writes end.
struct Trip(Arc<AtomicU8>);

const WELL: u8 = 0;
const NOT_DONE: u8 = 1;
const UNREPORTED: u8 = 2;

impl Trip {
    fn set_up(store: &TestStore) -> Self {
        let state = Arc::new(AtomicU8::new(WELL));
        let shared = state.clone();
        store.inject(Arc::new(move |point| {
            match (shared.load(Ordering::SeqCst), point) {
                (NOT_DONE, Point::BeforeWrite) | (UNREPORTED, Point::AfterWrite) => Verdict::Fail,
                _ => Verdict::Go,
            }
        }));
        Self(state)
    }
    fn now(&self, how: u8) {
        self.0.store(how, Ordering::SeqCst);
    }
}

on_disk! {
    /// The letter was taken by its server while our store was away: it is not sent again.
    fn an_end_waits_for_the_store(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::open(store);
        let first = clinic.send(&["lee@peer.example"]);
        let job = clinic.take_one();
        clinic.send(&["kim@other.example"]);
        let evidence = clinic.evidence(&job, Outcome::Accepted);
        trip.now(NOT_DONE);
        let ended = clinic.flow.dispatcher().finish(job, Outcome::Accepted, evidence);
        assert_eq!(code(ended), Some(Code::StoreUnavailable));
        assert!(clinic.flow.dispatcher().take(10).is_err(), "nothing new before it is stored");
        trip.now(WELL);
        clinic.take_one();
        assert_eq!(clinic.state(&first), RecipientState::Delivered);
        assert_eq!(clinic.outcomes(&first), ["accepted"]);
    }

    /// Stored, but not reported: stored once, and what follows from it follows.
    fn an_end_is_stored_once(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let job = clinic.take_one();
        let evidence = clinic.evidence(&job, Outcome::BelowDemand);
        trip.now(UNREPORTED);
        assert!(clinic.flow.dispatcher().finish(job, Outcome::BelowDemand, evidence).is_err());
        trip.now(WELL);
        assert!(clinic.take().is_empty());
        clinic.tick();
        clinic.work();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Notified);
        assert_eq!(clinic.outcomes(&receipt), ["below_demand", "accepted"]);
    }

    /// The commit was done and its report lost: the caller asks again and hears of the first.
    fn a_lost_receipt_is_repeated(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::open(store);
        let submit = || {
            let draft = clinic.flow.draft_from_letter(&clinic.staff, letter(&["lee@peer.example"]))?;
            clinic.flow.submit(&clinic.staff, draft, Some("key"))
        };
        trip.now(UNREPORTED);
        assert_eq!(code(submit()), Some(Code::StoreUnavailable));
        trip.now(WELL);
        assert!(submit()?.repeated);
        trip.now(NOT_DONE);
        assert!(submit()?.repeated, "a repeat needs no write");
        trip.now(WELL);
        clinic.work();
        clinic.beat();
        clinic.take_one();
    }

    /// Enqueued, and nobody knows: the next beat finds it.
    fn an_unreported_delivery_is_found(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::sealing_later(store);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        trip.now(UNREPORTED);
        assert!(clinic.flow.work().is_err());
        trip.now(WELL);
        clinic.work();
        clinic.beat();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.count(receipt.message, "message.sealed"), 1);
        assert_eq!(clinic.beat(), 0);
    }

    /// The mark of the attempt could not be stored: nothing was begun, and it stays due.
    fn nothing_begins_unmarked(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        trip.now(NOT_DONE);
        assert!(clinic.flow.dispatcher().take(10).is_err());
        trip.now(WELL);
        clinic.wait();
        assert_eq!(clinic.take_one().attempt, 1);
        assert_eq!(clinic.count(receipt.message, "delivery.ambiguous"), 0);
    }

    /// A start that never became an attempt does not keep its delivery from expiring.
    fn what_never_began_expires(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        trip.now(NOT_DONE);
        assert!(clinic.flow.dispatcher().take(10).is_err());
        trip.now(WELL);
        clinic.clock.advance(limits::DELIVERY_LIFETIME);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Expired);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// A code that could not be sent is no code; the next one is.
    fn a_code_needs_the_store(store) {
        let trip = Trip::set_up(store);
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        trip.now(NOT_DONE);
        assert_eq!(code(clinic.flow.portal_send_code(&link)), Some(Code::StoreUnavailable));
        trip.now(WELL);
        let visit = clinic.visit(&link);
        trip.now(NOT_DONE);
        assert!(clinic.flow.portal_thread(&visit).is_err(), "no word without its record");
        trip.now(WELL);
        clinic.flow.portal_thread(&visit)?;
    }
}

/// Fills what is free until nothing fits.
fn fill(store: &TestStore) {
    store.limit_pages(Some(1)).expect("a cap");
    let mut name = 0;
    for octets in [100_000, 8_000, 500, 20] {
        loop {
            name += 1;
            let text = "x".repeat(octets);
            if store
                .write(move |tx| meta::set(tx, &format!("filling-{name}"), &text))
                .is_err()
            {
                break;
            }
        }
    }
}

/// The same with a disk that is really full.
#[test]
fn a_full_disk_loses_no_end() -> Result<(), model::Error> {
    let store = store_on(Engine::Sqlite);
    let clinic = Clinic::open(&store);
    let people: Vec<String> = (0..40).map(|i| format!("p{i}@peer{i}.example")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let receipt = clinic.send(&people);
    let jobs = clinic.take();
    assert_eq!(jobs.len(), 40);
    let ends: Vec<_> = jobs
        .into_iter()
        .map(|job| (clinic.evidence(&job, Outcome::Accepted), job))
        .collect();
    let other = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
    clinic.work();
    fill(&store);
    let large = letter(&["kim@peer.example"]);
    let large = flow::Letter {
        files: vec![crate::letters::noise("scan.bin", 100_000)],
        ..large
    };
    assert_eq!(
        refusal(clinic.submit(&clinic.staff, large)),
        Some((Code::StoreFull, None))
    );
    let mut full = 0;
    for (evidence, job) in ends {
        full += usize::from(
            clinic
                .flow
                .dispatcher()
                .finish(job, Outcome::Accepted, evidence)
                .is_err(),
        );
    }
    assert!(full > 0, "some end did not fit");
    assert_eq!(
        code(clinic.flow.dispatcher().take(100)),
        Some(Code::StoreFull)
    );

    store.limit_pages(None)?;
    clinic.take_one();
    let found = clinic.recipients(receipt.message);
    assert!(
        found
            .iter()
            .all(|r| r.state == RecipientState::Delivered && r.attempts.len() == 1)
    );
    assert_eq!(clinic.state(&other), RecipientState::Queued);
    assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    Ok(())
}
