//! Keys of the organisation's own: its letters are signed by their author's key, and opened by the organisation where
//! it chose so and said so.

use std::time::Duration;

use flow::inbound::{Incoming, Looked, Results};
use model::{Code, KeyFor, KeyStanding, Method, Outcome, RecipientState, Secret};
use seal::pgp::{MimeOpened, PublicKey, SecretKey, Version, mime_open};
use seal::smime::{
    Certificate, Cipher, Curve, Identity, Integrity, NewKey, Sealing, Signature, Trust,
    open_message, seal_message,
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

    /// What comes encrypted to a key of ours is read by staff, whole; what only has ciphertext in it, or names
    /// another author inside, stays closed.
    fn mail_to_our_own_key_is_opened_as_a_whole_or_not_at_all(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let desk = address("desk@clinic.example");
        clinic.flow.add_mailbox(&clinic.staff, &desk)?;
        let ours = certified(&clinic, "desk@clinic.example");
        clinic.flow.import_own_key(&clinic.staff, &pem(&ours), &nothing(), Some(&desk))?;
        let id = clinic.flow.generate_own_key(&clinic.staff, Some(&desk))?;
        let public = clinic.flow.own_key_public(&clinic.staff, id)?;
        let pgp = PublicKey::parse_all(&public).expect("a key").remove(0);

        let written = b"From: Lee <lee@peer.example>\r\nTo: desk@clinic.example\r\nSubject: Kanarisubject\r\n\
            Message-ID: <1@peer.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nKanaritext\r\n";
        let now = clinic.world.now();
        let how = Sealing { signer: None, to: &[ours.certificate()], cipher: Cipher::Aes256Cbc, subject_outside: "...", at: now };
        let smime = seal_message(written, &how, &SimRng::new(4)).expect("sealed");
        let parts = seal::protected::wrap(written, "...");
        let outer = [parts.outer.as_slice(), b"\r\n"].concat();
        let whole = seal::pgp::Letter { message: &outer, entity: Some(&parts.entity), subject_outside: "..." };
        let by_pgp = seal::pgp::mime_encrypt(&whole, &[&pgp], None, now, &SimRng::new(5)).expect("sealed");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        let impostor = text(&smime).replacen("Lee <lee@peer.example>", "Kim <kim@peer.example>", 1);
        let beside = text(&by_pgp).replace("octet-stream", "html");

        let subjects: Vec<Option<String>> = [smime, by_pgp, impostor.into_bytes(), beside.into_bytes()]
            .into_iter()
            .enumerate()
            .map(|(n, content)| {
                clinic.tick();
                let content = text(&content).replacen("<1@", &format!("<{n}@"), 1).into_bytes();
                let doors = vec![clinic.flow.inbound_door(&desk).expect("a door")];
                let incoming = Incoming {
                    doors,
                    from: Some(address("lee@peer.example")),
                    helo: "out.peer.example".to_owned(),
                    with: "ESMTPS",
                    content,
                    results: Results::unexamined(),
                    looked: Looked::default(),
                };
                clinic.flow.take_in(incoming).expect("taken in");
                clinic.work();
                let page = clinic.flow.list_messages(&clinic.staff, Default::default(), None, 1).expect("a page");
                let parsed = clinic.flow.parsed(&clinic.staff, page.rows[0].id).expect("opened");
                let parsed = parsed.content.into_open(clinic.staff.machine_access());
                assert_eq!(parsed.text.is_some_and(|text| text.contains("Kanaritext")), n < 2, "{n}");
                parsed.subject
            })
            .collect();
        let subjects: Vec<Option<&str>> = subjects.iter().map(Option::as_deref).collect();
        assert_eq!(subjects, [Some("Kanarisubject"), Some("Kanarisubject"), Some("..."), Some("...")]);
    }
}
