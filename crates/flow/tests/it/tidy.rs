//! What has a keeping time and is past it: ended on the record where somebody must know, forgotten
//! where it was over before.

use std::time::Duration;

use model::seams::Blobs;
use model::{BlobId, Code, Outcome, RecipientState, SessionId, UserId, limits};
use store::tables::{portal, users};

use crate::clinic::Clinic;
use crate::letters::{PLAIN, arrival, link_of, noise, octets};
use crate::{code, on_disk};

const SECOND: Duration = Duration::from_secs(1);
const PORTAL: &str = "Caduceus-Method: portal\n";

on_disk! {
    /// After ninety days the link is dead: then the recipient did not get it, the timeline says so,
    /// and who submitted it by SMTP is told.
    fn a_notice_that_nobody_picked_up_ends(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], &format!("{PORTAL}{PLAIN}")))?;
        let link = link_of(&clinic.deliver(Outcome::Accepted));
        clinic.clock.advance(limits::NOTICE_LIFETIME - SECOND * 30);
        clinic.flow.tidy()?;
        assert_eq!(clinic.state(&receipt), RecipientState::Notified, "there is time left");
        clinic.clock.advance(SECOND * 60);
        clinic.flow.tidy()?;
        clinic.flow.tidy()?;
        assert_eq!(clinic.state(&receipt), RecipientState::Expired);
        assert_eq!(clinic.count(receipt.message, "portal.expired"), 1);
        assert_eq!(code(clinic.flow.portal_landing(&link)), Some(Code::NotFound));
        clinic.work();
        clinic.beat();
        let report = clinic.letter(&clinic.take_one());
        let said = octets(&report);
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("Status: 4.4.7") && said.contains("Action: failed"), "{said}");
        assert!(!said.contains("Kanari") && !said.contains("Diagnostic-Code"), "{said}");
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
        while clinic.world.sequence()? > 0 {}
        assert!(clinic.world.verify_ledger(clinic.organisation).is_ok());
    }

    /// Who read it got it, however long ago.
    fn a_notice_that_was_followed_stays(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        let visit = clinic.visit(&link);
        clinic.flow.portal_thread(&visit)?;
        clinic.clock.advance(limits::NOTICE_LIFETIME * 2);
        clinic.flow.tidy()?;
        assert_eq!(clinic.state(&receipt), RecipientState::PickedUp);
        assert_eq!(clinic.count(receipt.message, "portal.expired"), 0);
    }

    /// More than one batch of each; what is still of use stays.
    fn what_is_over_is_forgotten(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        let visit = clinic.visit(&link);
        sessions(&clinic, 0..450);
        clinic.clock.advance(limits::ENDED_KEEP - SECOND * 3_600);
        sessions(&clinic, 450..451);
        clinic.flow.tidy()?;
        assert!(found(&clinic, 0) && found(&clinic, 449), "not over for long enough");
        clinic.clock.advance(SECOND * 7_200);
        clinic.flow.tidy()?;
        for i in [0, 199, 200, 449] {
            assert!(!found(&clinic, i), "{i}");
        }
        assert!(found(&clinic, 450), "a session of this hour");
        let (visit, link) = (vault::hash_token(&visit), vault::hash_token(&link));
        let left = clinic.world.store.write(move |tx| {
            let notice = portal::find_notice(tx, &link)?.expect("links live longer");
            Ok((portal::find_visit(tx, &visit)?.is_some(), portal::newest_code(tx, notice.id)?.is_some()))
        })?;
        assert_eq!(left, (false, false), "visit, code");
    }

    /// A blob whose commit failed belongs to nobody; one that a message names stays.
    fn a_blob_that_nobody_names_goes(store) {
        let clinic = Clinic::open(store);
        let mut large = crate::letters::letter(&["lee@peer.example"]);
        large.files = vec![noise("scan.bin", 600_000)];
        let kept = clinic.submit(&clinic.staff, large)?;
        let orphan = BlobId::mint(clinic.world.now(), clinic.world.rng.as_ref()).to_string();
        let blobs: &dyn Blobs = store.blobs().as_ref();
        blobs.put(&orphan, b"sealed")?;
        let tidy = || (0..70).try_for_each(|_| clinic.flow.tidy());
        tidy()?;
        assert!(blobs.load(&orphan).is_ok(), "its commit may be under way");
        clinic.clock.advance(limits::ORPHAN_KEEP + SECOND);
        tidy()?;
        assert_eq!(code(blobs.load(&orphan)), Some(Code::StoredDataInvalid));
        assert!(clinic.flow.open_content(&clinic.staff, kept.message).is_ok());
    }

    /// A visit ends in the evening, however busy its reader.
    fn a_visit_has_an_age(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        let visit = clinic.visit(&link);
        let steps = limits::VISIT_AGE_MAX.as_secs() / 1_200;
        for _ in 0..steps {
            clinic.flow.portal_thread(&visit)?;
            clinic.clock.advance(SECOND * 1_200);
        }
        clinic.clock.advance(SECOND);
        assert_eq!(code(clinic.flow.portal_thread(&visit)), Some(Code::SessionExpired));
    }
}

fn token(i: usize) -> [u8; 32] {
    vault::hash_token(&format!("session {i}"))
}

fn found(clinic: &Clinic, i: usize) -> bool {
    let found = clinic
        .world
        .store
        .read(move |tx| users::find_session(tx, &token(i)));
    found.expect("a read").is_some()
}

/// Sessions that begin now.
fn sessions(clinic: &Clinic, which: std::ops::Range<usize>) {
    let (world, organisation, now) = (
        clinic.world.clone(),
        clinic.organisation,
        clinic.world.now(),
    );
    let person = UserId::mint(now, world.rng.as_ref());
    let written = clinic.world.store.write(move |tx| {
        let user = users::User {
            id: person,
            organisation,
            email_token: token(which.start + 10_000),
            sealed_profile: Vec::new(),
            password_hash: String::new(),
            sealed_totp: None,
            totp_step: 0,
            roles: String::new(),
            active: true,
            failures: 0,
            locked_until: None,
            created_at: now,
            failed_at: None,
        };
        users::insert(tx, &user)?;
        for i in which.clone() {
            let session = users::Session {
                id: SessionId::mint(now, world.rng.as_ref()),
                token_hash: token(i),
                person,
                organisation,
                stage: "full".to_owned(),
                created_at: now,
                seen_at: now,
                ended_at: None,
            };
            users::insert_session(tx, &session)?;
        }
        Ok(())
    });
    written.expect("sessions");
}
