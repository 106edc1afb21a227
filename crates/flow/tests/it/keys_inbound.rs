//! Keys that come with mail: taken where the author is not in doubt, used where somebody vouches for them.

use std::time::Duration;

use flow::inbound::{Incoming, Looked, Results};
use flow::keys::KeyView;
use model::{Code, KeyFor, KeySource, KeyStanding, Method, Outcome, Timestamp};
use seal::dmarc::{Dmarc, DmarcResult, Policy};
use seal::pgp::autocrypt::{self, Preference};
use seal::pgp::{SecretKey, Version};
use seal::smime::{Curve, Identity, NewKey, Trust, open_message, sign};
use sim::kit::SimRng;

use crate::clinic::Clinic;
use crate::letters::{address, letter, octets};
use crate::{code, on_disk};

const LEE: &str = "lee@peer.example";

fn taking(store: &sim::kit::TestStore) -> Clinic {
    let clinic = Clinic::open(store).taking_mail(false);
    let desk = address("desk@clinic.example");
    clinic
        .flow
        .add_mailbox(&clinic.staff, &desk)
        .expect("a mailbox");
    clinic
}

fn lee(clinic: &Clinic) -> Identity {
    let (year, rng) = (Duration::from_secs(365 * 86_400), SimRng::new(5));
    let key = NewKey::Ec(Curve::P256);
    Identity::generate(&address(LEE), key, clinic.world.now(), year, &rng).expect("a certificate")
}

fn pgp(clinic: &Clinic, seed: u64) -> SecretKey {
    let now = Timestamp::from_secs(clinic.world.now().secs());
    let name = format!("Lee <{LEE}>");
    SecretKey::generate(&name, None, now, &SimRng::new(seed), Version::V4).expect("a key")
}

/// What the author's domain says of the message.
fn proved(dmarc: Dmarc) -> Results {
    let policy = Policy::None;
    Results {
        dmarc: DmarcResult { dmarc, policy },
        ..Results::unexamined()
    }
}

fn arrive(clinic: &Clinic, content: Vec<u8>, dmarc: Dmarc) {
    clinic.tick();
    let desk = address("desk@clinic.example");
    let incoming = Incoming {
        doors: vec![clinic.flow.inbound_door(&desk).expect("a door")],
        from: Some(address(LEE)),
        helo: "out.peer.example".to_owned(),
        with: "ESMTPS",
        content,
        results: proved(dmarc),
        looked: Looked::default(),
    };
    clinic.flow.take_in(incoming).expect("taken in");
    clinic.work();
}

fn signed(clinic: &Clinic, who: &Identity, number: u32) -> Vec<u8> {
    let entity = format!("Content-Type: text/plain\r\n\r\nLetter {number}\r\n");
    let signed = sign(entity.as_bytes(), who, clinic.world.now()).expect("signed");
    let head = format!(
        "From: Lee <{LEE}>\r\nTo: desk@clinic.example\r\nSubject: Hello\r\n\
         Message-ID: <{number}@peer.example>\r\nMIME-Version: 1.0\r\n"
    );
    [head.as_bytes(), &signed].concat()
}

fn offering(key: &SecretKey, number: u32) -> Vec<u8> {
    let field = autocrypt::field(&address(LEE), key.public(), Preference::Mutual);
    let rest = format!(
        "From: Lee <{LEE}>\r\nTo: desk@clinic.example\r\nSubject: Hello\r\n\
         Message-ID: <{number}@peer.example>\r\n\r\nHello\r\n"
    );
    [field.expect("a field"), rest.into_bytes()].concat()
}

fn known(clinic: &Clinic) -> Vec<KeyView> {
    clinic
        .flow
        .keys_of(&clinic.staff, &address(LEE))
        .expect("keys")
}

on_disk! {
    /// RFC 8551 §2.5.2: from a signed letter both the certificate and what its owner's software can do are learnt.
    fn a_certificate_that_an_authority_vouches_for_is_used_at_once(store) {
        let clinic = taking(store);
        let lee = lee(&clinic);
        assert_eq!(clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?, 1);
        assert_eq!(clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?, 0);
        arrive(&clinic, signed(&clinic, &lee, 1), Dmarc::None);
        let found = known(&clinic);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].source, found[0].standing), (KeySource::Harvest, KeyStanding::Active));
        assert!(!found[0].pinned);

        let wish = flow::Letter { demanded: Some(Method::Smime), ..letter(&[LEE]) };
        let receipt = clinic.submit(&clinic.staff, wish)?;
        assert_eq!(receipt.recipients[0].method, Method::Smime);
        clinic.work();
        let sent = octets(&clinic.deliver(Outcome::Accepted));
        assert!(String::from_utf8_lossy(&sent).contains("smime-type=authEnveloped-data"), "GCM was announced");
        assert!(open_message(&sent, &[&lee], &Trust::new(), clinic.world.now()).is_ok());
    }

    /// Nobody known issued it: it waits for somebody's look, and is not taken at all where even the author is in doubt.
    fn a_certificate_that_nobody_vouches_for_waits(store) {
        let clinic = taking(store);
        let lee = lee(&clinic);
        arrive(&clinic, signed(&clinic, &lee, 1), Dmarc::None);
        assert!(known(&clinic).is_empty());
        arrive(&clinic, signed(&clinic, &lee, 2), Dmarc::Pass);
        let found = known(&clinic);
        assert_eq!(found[0].standing, KeyStanding::Waiting);
        let method = || {
            let wish = flow::Letter { demanded: Some(Method::Smime), ..letter(&[LEE]) };
            clinic.submit(&clinic.staff, wish).expect("accepted").recipients[0].method
        };
        assert_eq!(method(), Method::Portal);
        clinic.flow.set_key_standing(&clinic.staff, found[0].id, KeyStanding::Active)?;
        assert_eq!(method(), Method::Smime);
        assert!(known(&clinic)[0].pinned);

        // What somebody refused stays refused, however often it comes.
        clinic.flow.set_key_standing(&clinic.staff, found[0].id, KeyStanding::Refused)?;
        clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?;
        arrive(&clinic, signed(&clinic, &lee, 3), Dmarc::Pass);
        assert_eq!(known(&clinic)[0].standing, KeyStanding::Refused);
        assert_eq!(method(), Method::Portal);
    }

    /// A key that waited is used once an authority vouches for it.
    fn an_authority_that_is_believed_later_vouches_too(store) {
        let clinic = taking(store);
        let lee = lee(&clinic);
        arrive(&clinic, signed(&clinic, &lee, 1), Dmarc::Pass);
        assert_eq!(known(&clinic)[0].standing, KeyStanding::Waiting);
        clinic.flow.add_authorities(&clinic.staff, lee.certificate().der())?;
        arrive(&clinic, signed(&clinic, &lee, 2), Dmarc::Pass);
        assert_eq!(known(&clinic)[0].standing, KeyStanding::Active);
        let id = clinic.flow.authorities(&clinic.staff)?[0].id;
        let staff = clinic.user(&[ctx::Role::Staff]);
        assert_eq!(code(clinic.flow.authorities(&staff)), Some(Code::ActionForbidden));
        assert_eq!(code(clinic.flow.remove_authority(&clinic.neighbour(), id)), Some(Code::NotFound));
        clinic.flow.remove_authority(&clinic.staff, id)?;
        assert!(clinic.flow.authorities(&clinic.staff)?.is_empty());
        assert_eq!(code(clinic.flow.add_authorities(&clinic.staff, b"hello")), Some(Code::KeyFileInvalid));
    }

    /// Autocrypt level 1: a field counts where the author's domain vouches for the author; a second key is not
    /// used in place of the first.
    fn an_autocrypt_key_is_taken_from_its_author(store) {
        let clinic = taking(store);
        let (first, second) = (pgp(&clinic, 1), pgp(&clinic, 2));
        arrive(&clinic, offering(&first, 1), Dmarc::None);
        assert!(known(&clinic).is_empty());
        arrive(&clinic, offering(&first, 2), Dmarc::Pass);
        arrive(&clinic, offering(&first, 3), Dmarc::Pass);
        let found = known(&clinic);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].source, found[0].standing), (KeyFor::Pgp, KeySource::Autocrypt, KeyStanding::Active));
        arrive(&clinic, offering(&second, 4), Dmarc::Pass);
        let standings: Vec<_> = known(&clinic).iter().map(|key| (key.fingerprint.clone(), key.standing)).collect();
        assert!(standings.contains(&(first.public().fingerprint(), KeyStanding::Active)));
        assert!(standings.contains(&(second.public().fingerprint(), KeyStanding::Waiting)));
    }
}
