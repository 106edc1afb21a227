//! Keys of the organisation's own: its letters are signed by their author's key, and opened by the organisation where
//! it chose so and said so.

use std::time::Duration;

use model::{Code, KeyFor, KeyStanding, Method, Outcome, RecipientState, Secret};
use seal::pgp::{MimeOpened, PublicKey, SecretKey, Version, mime_open};
use seal::smime::{
    Certificate, Curve, Identity, Integrity, NewKey, Signature, Trust, open_message,
};
use sim::kit::SimRng;

use crate::clinic::Clinic;
use crate::letters::{address, letter, octets};
use crate::{code, on_disk, refusal};

const NURSE: &str = "nurse@clinic.example";
const LEE: &str = "lee@peer.example";

fn certified(clinic: &Clinic, of: &str) -> Identity {
    let (year, rng) = (
        Duration::from_secs(365 * 86_400),
        SimRng::new(of.len() as u64),
    );
    let key = NewKey::Ec(Curve::P256);
    Identity::generate(&address(of), key, clinic.world.now(), year, &rng).expect("a certificate")
}

fn pem(identity: &Identity) -> Vec<u8> {
    let block = |label: &str, der: &[u8]| {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    };
    let key = identity.private_key().expect("a key");
    let parts = [
        block("PRIVATE KEY", key.expose()),
        block("CERTIFICATE", identity.certificate().der()),
    ];
    parts.concat().into_bytes()
}

fn nothing() -> Secret<String> {
    Secret::new(String::new())
}

/// A letter to Lee that is to be encrypted so, sent.
fn sent(clinic: &Clinic, method: Method) -> Vec<u8> {
    let wish = flow::Letter {
        demanded: Some(method),
        ..letter(&[LEE])
    };
    let receipt = clinic.submit(&clinic.staff, wish).expect("accepted");
    assert_eq!(receipt.recipients[0].method, method);
    clinic.work();
    octets(&clinic.deliver(Outcome::Accepted))
}

on_disk! {
    /// Signed inside the envelope by the author's own key, so that the reader knows who wrote it.
    fn a_letter_is_signed_by_its_authors_key(store) {
        let clinic = Clinic::open(store);
        let (nurse, lee) = (certified(&clinic, NURSE), certified(&clinic, LEE));
        clinic.flow.add_keys(&clinic.staff, lee.certificate().der(), None)?;
        clinic.flow.import_own_key(&clinic.staff, &pem(&nurse), &nothing(), Some(&address(NURSE)))?;
        let bytes = sent(&clinic, Method::Smime);
        let mut trust = Trust::new();
        trust.pin(nurse.certificate().fingerprint());
        let opened = open_message(&bytes, &[&lee], &trust, clinic.world.now()).expect("it opens");
        assert_eq!(opened.integrity, Integrity::Signed);
        let signed = opened.signed.expect("a signature");
        assert_eq!(signed.signature, Signature::Good);
        assert!(signed.is_by(&address(NURSE)));

        // OpenPGP likewise, by a key that was made here.
        let id = clinic.flow.generate_own_key(&clinic.staff, Some(&address(NURSE)))?;
        let public = clinic.flow.own_key_public(&clinic.staff, id)?;
        let signers = PublicKey::parse_all(&public).expect("a public key");
        let pat = SecretKey::generate(&format!("Lee <{LEE}>"), None, clinic.world.now(), &SimRng::new(3), Version::V4).expect("a key");
        clinic.flow.add_keys(&clinic.staff, &pat.public().binary(), None)?;
        let bytes = sent(&clinic, Method::Pgp);
        let Ok(MimeOpened::Opened(opened)) = mime_open(&bytes, &[&pat], &signers, clinic.world.now()) else {
            panic!("it opens");
        };
        assert_eq!(opened.signatures.len(), 1);
    }

    /// The organisation's own key opens it too, where that was chosen, and the letter's events say so.
    fn escrow_is_a_choice_and_is_said(store) {
        let clinic = Clinic::open(store);
        let (house, lee) = (certified(&clinic, "records@clinic.example"), certified(&clinic, LEE));
        clinic.flow.add_keys(&clinic.staff, lee.certificate().der(), None)?;
        clinic.flow.import_own_key(&clinic.staff, &pem(&house), &nothing(), None)?;
        assert!(!clinic.flow.escrow(&clinic.staff)?);
        let now = clinic.world.now();
        let bytes = sent(&clinic, Method::Smime);
        assert!(open_message(&bytes, &[&house], &Trust::new(), now).is_err(), "nobody chose it");
        clinic.flow.set_escrow(&clinic.staff, true)?;
        let bytes = sent(&clinic, Method::Smime);
        for reader in [&house, &lee] {
            let opened = open_message(&bytes, &[reader], &Trust::new(), now).expect("it opens");
            assert_eq!(opened.header.subject().as_deref(), Some("Your visit"));
        }
        let page = clinic.flow.list_messages(&clinic.staff, Default::default(), None, 10)?;
        let events = clinic.flow.events(&clinic.staff, page.rows[0].id, None, 100)?;
        let sealed = events.rows.iter().find(|row| row.kind == "message.sealed").expect("sealed");
        assert_eq!(sealed.facts.get("escrow").map(String::as_str), Some("true"));
    }

    /// Chosen, and no key for it: nothing is encrypted past the choice, and nothing is lost.
    fn without_a_key_for_the_copy_the_portal_stands_in(store) {
        let clinic = Clinic::open(store);
        let lee = certified(&clinic, LEE);
        clinic.flow.add_keys(&clinic.staff, lee.certificate().der(), None)?;
        clinic.flow.set_escrow(&clinic.staff, true)?;
        let wish = flow::Letter { demanded: Some(Method::Smime), ..letter(&[LEE]) };
        let receipt = clinic.submit(&clinic.staff, wish)?;
        clinic.work();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Notified);
        assert_eq!(clinic.count(receipt.message, "message.key_unusable"), 1);
    }

    /// A key is of one of the organisation's addresses or of itself; its secret half is nowhere in the clear and
    /// leaves for nobody.
    fn secrets_stay_here(store) {
        let clinic = Clinic::open(store);
        let nurse = certified(&clinic, NURSE);
        let import = |owner: &str| clinic.flow.import_own_key(&clinic.staff, &pem(&nurse), &nothing(), Some(&address(owner)));
        assert_eq!(refusal(import("nurse@other.example")).map(|(code, _)| code), Some(Code::SenderForbidden));
        let id = import(NURSE)?;
        assert_eq!(code(import(NURSE)), Some(Code::StateConflict));
        let bad = clinic.flow.import_own_key(&clinic.staff, b"hello", &nothing(), None);
        assert_eq!(code(bad), Some(Code::KeyFileInvalid));
        let staff = clinic.user(&[ctx::Role::Staff]);
        assert_eq!(code(clinic.flow.own_keys(&staff)), Some(Code::ActionForbidden));
        assert_eq!(code(clinic.flow.own_key_public(&clinic.neighbour(), id)), Some(Code::NotFound));
        let public = clinic.flow.own_key_public(&clinic.staff, id)?;
        assert_eq!(Certificate::parse_all(&public).expect("a certificate")[0], *nurse.certificate());
        assert!(!String::from_utf8(public)?.contains("PRIVATE"));
        let view = &clinic.flow.own_keys(&clinic.staff)?[0];
        assert_eq!((view.kind, view.address.as_ref().map(|a| a.as_str())), (KeyFor::Smime, Some(NURSE)));

        let secret = nurse.private_key().expect("a key");
        let secret = &secret.expose()[40..70];
        for cell in store.beside().cells() {
            let holds = cell.bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!holds, "{}.{}", cell.table, cell.column);
        }
        clinic.flow.set_own_key(&clinic.staff, id, KeyStanding::Retired)?;
        assert_eq!(clinic.flow.own_keys(&clinic.staff)?[0].standing, KeyStanding::Retired);
        clinic.flow.remove_own_key(&clinic.staff, id)?;
        assert!(clinic.flow.own_keys(&clinic.staff)?.is_empty());
    }
}
