//! Certificates that their issuers took back: asked about beside all mail, used no more once that is known, and what each
//! organisation makes of not knowing. Certificates, lists and answers are those of `seal/tests/it/data/revocation`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ctx::Role;
use flow::keys::{
    Answers, Asked, Directories, DirectorySpec, Fetch, KeyHealth, KeyView, Reply, Search, Tried,
};
use model::{
    Code, DirectoryTls, Method, Outcome, RecipientState, RevocationState, RevocationUse, Timestamp,
    limits,
};

use crate::clinic::Clinic;
use crate::letters::{address, letter};
use crate::{code, on_disk};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../../seal/tests/it/data/revocation/", $name)).as_slice()
    };
}

/// Names a list; its issuer is nowhere to be had.
const PAT: &str = "pat@peer.example";
/// Names a responder and where its issuer is.
const LEE: &str = "lee@peer.example";
/// Names nobody.
const KIM: &str = "kim@peer.example";
const LIST: &str = "http://lists.issuer.example/all.crl";
const RESPONDER: &str = "http://ask.issuer.example/";
const ISSUER: &str = "http://issuer.example/issuer.cer";
const MINUTE: Duration = Duration::from_secs(60);

/// What is at which place, and what was asked.
#[derive(Default)]
struct Elsewhere {
    has: Mutex<BTreeMap<&'static str, &'static [u8]>>,
    asked: Mutex<Vec<String>>,
}

impl Elsewhere {
    /// At a moment when the answers are of now.
    fn of(clinic: &Clinic) -> Arc<Self> {
        let made = include_str!("../../../seal/tests/it/data/revocation/answers.txt");
        let made = Timestamp::parse_rfc3339(made.trim()).expect("a moment");
        clinic.clock.advance_to(made.plus(MINUTE));
        let elsewhere = Arc::new(Self::default());
        clinic.flow.look_keys_up_by(elsewhere.clone());
        elsewhere
    }
    fn has(&self, place: &'static str, octets: &'static [u8]) {
        self.has.lock().expect("whole").insert(place, octets);
    }
    fn lacks(&self, place: &str) {
        self.has.lock().expect("whole").remove(place);
    }
    fn taken_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("whole"))
    }
}

impl Directories for Elsewhere {
    fn ask(&self, asked: Asked, _: Duration) -> Answers {
        let mut answers = Answers::none_to(&asked);
        for (search, replies) in asked.searches.iter().zip(&mut answers.searches) {
            for (address, reply) in search.addresses.iter().zip(replies) {
                if address.as_str() == KIM {
                    *reply = Reply::Found(vec![file!("kim.pem").to_vec()]);
                }
            }
        }
        answers
    }
    fn try_out(&self, _: Search, _: Duration) -> Tried {
        unreachable!("nobody tries a directory here")
    }
    fn fetch(&self, asked: Vec<Fetch>, wait: Duration) -> Vec<Reply<Vec<u8>>> {
        assert!(wait <= MINUTE);
        let has = self.has.lock().expect("whole");
        let mut all = self.asked.lock().expect("whole");
        let reply = |one: Fetch| {
            assert_eq!(one.body.is_some(), one.url == RESPONDER);
            let found = has.get(one.url.as_str());
            all.push(one.url);
            found.map_or(Reply::Fault, |octets| Reply::Found(octets.to_vec()))
        };
        asked.into_iter().map(reply).collect()
    }
}

fn added(clinic: &Clinic, certificate: &[u8]) {
    let taken = clinic.flow.add_keys(&clinic.staff, certificate, None);
    assert!(taken.expect("taken")[0].id.is_some());
}

fn believed(clinic: &Clinic) {
    let new = clinic
        .flow
        .add_authorities(&clinic.staff, file!("issuer.pem"));
    assert_eq!(new.expect("an authority"), 1);
}

fn checked(clinic: &Clinic) {
    clinic.flow.check_revocations(&|| false).expect("a round");
}

fn key(clinic: &Clinic, of: &str) -> KeyView {
    let mut found = clinic.flow.keys_of(&clinic.staff, &address(of));
    found.as_mut().expect("a list").remove(0)
}

fn known(clinic: &Clinic, of: &str) -> (RevocationState, String, KeyHealth) {
    let key = key(clinic, of);
    let known = key.revocation.expect("of a certificate");
    (known.state, known.because, key.health)
}

fn sent_by(clinic: &Clinic, to: &str) -> Method {
    let wish = flow::Letter {
        demanded: Some(Method::Smime),
        ..letter(&[to])
    };
    let receipt = clinic.submit(&clinic.staff, wish);
    receipt.expect("accepted").recipients[0].method
}

fn on_record(clinic: &Clinic, kind: &str) -> usize {
    while clinic.world.sequence().expect("a chain") > 0 {}
    let log = clinic.flow.audit(&clinic.staff, Some(kind), None, false);
    log.expect("a log").rows.len()
}

fn uses(clinic: &Clinic, is: RevocationUse) {
    clinic
        .flow
        .set_revocation_use(&clinic.staff, is)
        .expect("set");
    assert_eq!(
        clinic
            .flow
            .revocation_use(&clinic.staff)
            .expect("a setting"),
        is
    );
}

const GOOD: (RevocationState, KeyHealth) = (RevocationState::Good, KeyHealth::Usable);
const REVOKED: (RevocationState, KeyHealth) = (RevocationState::Revoked, KeyHealth::Revoked);

fn is(found: &(RevocationState, String, KeyHealth)) -> (RevocationState, KeyHealth) {
    (found.0, found.2)
}

on_disk! {
    fn what_its_issuer_revoked_is_used_no_more_and_never_again(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        elsewhere.has(LIST, file!("good.crl"));
        assert_eq!(clinic.flow.revocation_use(&clinic.staff)?, RevocationUse::Prefer);
        assert_eq!(sent_by(&clinic, PAT), Method::Smime);
        assert!(elsewhere.taken_asked().is_empty(), "no message asks");
        assert_eq!(known(&clinic, PAT).0, RevocationState::Due);

        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), GOOD);
        checked(&clinic);
        assert_eq!(elsewhere.taken_asked(), [LIST], "the list, and nobody who hears of one certificate");
        assert_eq!(sent_by(&clinic, PAT), Method::Smime);

        elsewhere.has(LIST, file!("revoked.crl"));
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        let found = known(&clinic, PAT);
        assert_eq!((is(&found), found.1.as_str()), (REVOKED, "key_compromise"));
        assert_eq!(sent_by(&clinic, PAT), Method::Portal);
        assert_eq!(on_record(&clinic, "recipient_key.revoked"), 1);

        elsewhere.has(LIST, file!("lifted.crl"));
        elsewhere.taken_asked();
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        added(&clinic, file!("pat.pem"));
        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), REVOKED, "whoever brings it");
        assert_eq!(sent_by(&clinic, PAT), Method::Portal);
        assert_eq!(on_record(&clinic, "recipient_key.revoked"), 1);
    }

    fn what_was_suspended_holds_again_when_a_later_list_says_so(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        elsewhere.has(LIST, file!("held.crl"));
        checked(&clinic);
        let found = known(&clinic, PAT);
        assert_eq!((is(&found), found.1.as_str()), (REVOKED, "hold"));
        assert_eq!(sent_by(&clinic, PAT), Method::Portal);
        // a list as old as the one that suspended it takes nothing back
        elsewhere.has(LIST, file!("good.crl"));
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), REVOKED);
        elsewhere.has(LIST, file!("lifted.crl"));
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), GOOD);
        assert_eq!(sent_by(&clinic, PAT), Method::Smime);
        assert_eq!(on_record(&clinic, "recipient_key.reinstated"), 1);
    }

    fn a_responder_is_asked_where_no_list_is_named_with_the_issuer_that_the_certificate_names(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        added(&clinic, file!("lee.pem"));
        elsewhere.has(RESPONDER, file!("answer_good.ocsp"));
        checked(&clinic);
        assert_eq!(known(&clinic, LEE).1, "no_issuer");
        assert_eq!(elsewhere.taken_asked(), [ISSUER]);
        elsewhere.has(ISSUER, file!("pat.pem"));
        clinic.clock.advance(limits::REVOCATION_RETRY_FIRST);
        checked(&clinic);
        assert_eq!(known(&clinic, LEE).1, "no_issuer", "another certificate is no issuer");
        elsewhere.has(ISSUER, file!("issuer.cer"));
        clinic.clock.advance(limits::REVOCATION_RETRY_FIRST * 2);
        elsewhere.taken_asked();
        checked(&clinic);
        assert_eq!(elsewhere.taken_asked(), [ISSUER, RESPONDER]);
        assert_eq!(is(&known(&clinic, LEE)), GOOD);
        elsewhere.has(RESPONDER, file!("answer_revoked.ocsp"));
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        assert_eq!(known(&clinic, LEE).1, "superseded");
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
    }

    fn an_authority_that_is_the_issuer_is_used_at_once(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        added(&clinic, file!("pat.pem"));
        elsewhere.has(LIST, file!("good.crl"));
        checked(&clinic);
        assert_eq!(known(&clinic, PAT).1, "no_issuer");
        believed(&clinic);
        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), GOOD);
    }

    /// Nobody answers: mail goes as before, and they are asked less and less often.
    fn who_does_not_answer_changes_nothing_and_is_asked_less_often(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        let mut wait = limits::REVOCATION_RETRY_FIRST;
        for _ in 0..10 {
            checked(&clinic);
            assert_eq!(elsewhere.taken_asked(), [LIST]);
            clinic.clock.advance(wait - MINUTE);
            checked(&clinic);
            assert!(elsewhere.taken_asked().is_empty());
            clinic.clock.advance(MINUTE);
            wait = (wait * 2).min(limits::REVOCATION_RETRY_MAX);
        }
        let found = known(&clinic, PAT);
        assert_eq!((found.0, found.1.as_str(), found.2), (RevocationState::Unknown, "not_reached", KeyHealth::Usable));
        assert_eq!(sent_by(&clinic, PAT), Method::Smime);
        elsewhere.has(LIST, file!("forged.crl"));
        checked(&clinic);
        assert_eq!(known(&clinic, PAT).1, "wrong_signer");
        elsewhere.has(LIST, file!("good.crl"));
        clinic.clock.advance(limits::REVOCATION_RETRY_MAX);
        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), GOOD);
        // What is known counts on while nobody answers.
        elsewhere.lacks(LIST);
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        assert_eq!(is(&known(&clinic, PAT)), GOOD);
    }

    fn whoever_requires_it_uses_only_what_is_known_to_hold_for_as_long_as_it_is(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        added(&clinic, file!("lee.pem"));
        elsewhere.has(ISSUER, file!("issuer.cer"));
        uses(&clinic, RevocationUse::Require);
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
        assert_eq!(known(&clinic, LEE).2, KeyHealth::Unconfirmed);
        checked(&clinic);
        assert_eq!(sent_by(&clinic, LEE), Method::Portal, "nobody answered");
        elsewhere.has(RESPONDER, file!("answer_good.ocsp"));
        clinic.clock.advance(limits::REVOCATION_RETRY_FIRST);
        checked(&clinic);
        assert_eq!(sent_by(&clinic, LEE), Method::Smime);
        assert_eq!(is(&known(&clinic, LEE)), GOOD);
        elsewhere.lacks(RESPONDER);
        // Ten days is how long the answer counts.
        clinic.clock.advance(Duration::from_secs(9 * 86_400));
        checked(&clinic);
        assert_eq!(sent_by(&clinic, LEE), Method::Smime);
        clinic.clock.advance(Duration::from_secs(86_400));
        assert_eq!(sent_by(&clinic, LEE), Method::Portal);
        uses(&clinic, RevocationUse::Prefer);
        assert_eq!(sent_by(&clinic, LEE), Method::Smime);
    }

    /// Decided while it was known to hold, made when it is not: the portal, with the reason on record.
    fn a_letter_made_when_its_certificate_is_confirmed_no_more_waits_in_the_portal(store) {
        let clinic = Clinic::sealing_later(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        elsewhere.has(LIST, file!("good.crl"));
        uses(&clinic, RevocationUse::Require);
        checked(&clinic);
        let wish = flow::Letter { demanded: Some(Method::Smime), ..letter(&[PAT]) };
        let receipt = clinic.submit(&clinic.staff, wish)?;
        assert_eq!(receipt.recipients[0].method, Method::Smime);
        elsewhere.has(LIST, file!("revoked.crl"));
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        clinic.work();
        for job in clinic.take() {
            clinic.finish(job, Outcome::Accepted);
        }
        assert_eq!(clinic.recipient(&receipt).method, Method::Portal);
        assert_eq!(clinic.state(&receipt), RecipientState::Notified);
        assert_eq!(clinic.count(receipt.message, "message.key_unusable"), 1);
    }

    fn a_certificate_that_names_nobody_needs_somebodys_word_where_confirmation_is_required(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        clinic.flow.add_directory(&clinic.staff, &DirectorySpec {
            name: "peer".to_owned(),
            host: "ldap.peer.example".to_owned(),
            port: 636,
            tls: DirectoryTls::Ldaps,
            base: "dc=peer".to_owned(),
            bind_name: None,
            password: None,
            roots: String::new(),
            domains: Vec::new(),
        })?;
        assert_eq!(sent_by(&clinic, KIM), Method::Smime);
        checked(&clinic);
        assert_eq!(known(&clinic, KIM).0, RevocationState::Unnamed);
        uses(&clinic, RevocationUse::Require);
        assert_eq!(sent_by(&clinic, KIM), Method::Portal);
        added(&clinic, file!("kim.pem"));
        checked(&clinic);
        assert_eq!(sent_by(&clinic, KIM), Method::Smime);
        assert!(elsewhere.taken_asked().is_empty());
    }

    fn whoever_ignores_it_asks_nobody_and_heeds_nothing(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        elsewhere.has(LIST, file!("revoked.crl"));
        uses(&clinic, RevocationUse::Ignore);
        checked(&clinic);
        assert!(elsewhere.taken_asked().is_empty());
        assert_eq!(sent_by(&clinic, PAT), Method::Smime);
        uses(&clinic, RevocationUse::Prefer);
        checked(&clinic);
        assert_eq!(elsewhere.taken_asked(), [LIST]);
        assert_eq!(sent_by(&clinic, PAT), Method::Portal);
        uses(&clinic, RevocationUse::Ignore);
        assert_eq!(sent_by(&clinic, PAT), Method::Smime);
        assert_eq!(on_record(&clinic, "settings.revocation_set"), 3);
    }

    /// One node has a certificate at a time; what is gone or used no more is asked about no more.
    fn what_is_taken_up_is_nobody_elses_and_what_is_gone_is_forgotten(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        elsewhere.has(LIST, file!("good.crl"));
        let lease = || {
            let now = clinic.world.now();
            clinic.world.store.write(move |tx| {
                store::tables::revocations::lease(tx, now, now.plus(limits::REVOCATION_LEASE), 10)
            })
        };
        assert_eq!(lease()?.len(), 1);
        assert!(lease()?.is_empty());
        checked(&clinic);
        assert!(elsewhere.taken_asked().is_empty(), "another node has it");
        clinic.clock.advance(limits::REVOCATION_LEASE);
        checked(&clinic);
        assert_eq!(elsewhere.taken_asked(), [LIST], "that node is gone");

        let id = key(&clinic, PAT).id;
        clinic.flow.set_key_standing(&clinic.staff, id, model::KeyStanding::Retired)?;
        clinic.clock.advance(limits::REVOCATION_CHECK_EVERY);
        checked(&clinic);
        assert!(elsewhere.taken_asked().is_empty());
        clinic.flow.set_key_standing(&clinic.staff, id, model::KeyStanding::Active)?;
        checked(&clinic);
        assert_eq!(elsewhere.taken_asked(), [LIST]);
        clinic.flow.remove_key(&clinic.staff, id)?;
        let organisation = clinic.organisation;
        let left = clinic.world.store.read(move |tx| store::tables::revocations::find(tx, organisation, id))?;
        assert_eq!(left, None);
    }

    fn a_round_ends_when_it_is_told_to(store) {
        let clinic = Clinic::open(store);
        let elsewhere = Elsewhere::of(&clinic);
        believed(&clinic);
        added(&clinic, file!("pat.pem"));
        clinic.flow.check_revocations(&|| true)?;
        assert!(elsewhere.taken_asked().is_empty());
        assert_eq!(known(&clinic, PAT).0, RevocationState::Due);
    }

    fn who_manages_encryption_alone_says_what_is_made_of_it(store) {
        let clinic = Clinic::open(store);
        let staff = clinic.user(&[Role::Staff]);
        let set = clinic.flow.set_revocation_use(&staff, RevocationUse::Ignore);
        assert_eq!(code(set), Some(Code::ActionForbidden));
        assert_eq!(code(clinic.flow.revocation_use(&staff)), Some(Code::ActionForbidden));
    }
}
