//! Each kind of key and cipher, there and back, and before OpenSSL's own CMS.

use openssl::cms::{CMSOptions, CmsContentInfo};
use seal::smime::{
    Capabilities, Certificate, Cipher, Identity, Integrity, KeyKind, Signature, SmimeError,
    decrypt, encrypt, harvest, sign, verify,
};

use super::persons::{Counting, DAY, KIM, LEE, NURSE, PAT, believing, noon};

const LETTER: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\
\r\n\
The result is in. \xe2\x80\x94 Dr. Lee\r\n";

fn able(one: &Identity) -> Certificate {
    one.certificate()
        .clone()
        .with_capabilities(Capabilities::OURS)
}

#[test]
fn who_is_named_reads_it_and_nobody_else_does() {
    for cipher in [Cipher::Aes256Cbc, Cipher::Aes256Gcm] {
        for reader in [&*NURSE, &*PAT, &*LEE, &*KIM] {
            for to in [reader.certificate().clone(), able(reader)] {
                let sealed = encrypt(LETTER, &[&to], cipher, &Counting::new()).expect("sealed");
                let opened = decrypt(&sealed, &[reader]).expect("opened");
                assert_eq!(opened.entity, LETTER);
                assert_eq!(opened.by, reader.certificate().fingerprint());
                let authentic = match cipher {
                    Cipher::Aes256Cbc => Integrity::None,
                    Cipher::Aes256Gcm => Integrity::Authenticated,
                };
                assert_eq!(opened.integrity, authentic);
                let is_pat = reader.certificate() == PAT.certificate();
                let stranger = if is_pat { &*LEE } else { &*PAT };
                assert_eq!(
                    decrypt(&sealed, &[stranger]).err(),
                    Some(SmimeError::NotForUs)
                );
            }
        }
    }
}

#[test]
fn one_envelope_is_for_all_its_recipients_whatever_their_keys() {
    let people = [&*NURSE, &*PAT, &*LEE, &*KIM];
    let to: Vec<&Certificate> = people.iter().map(|one| one.certificate()).collect();
    let sealed = encrypt(LETTER, &to, Cipher::Aes256Cbc, &Counting::new()).expect("sealed");
    for reader in people {
        assert_eq!(decrypt(&sealed, &[reader]).expect("opened").entity, LETTER);
    }
}

#[test]
fn gcm_is_chosen_only_when_every_recipient_announces_it() {
    let (pat, nurse) = (able(&PAT), able(&NURSE));
    assert_eq!(Cipher::for_all(&[&pat, &nurse]), Cipher::Aes256Gcm);
    assert_eq!(
        Cipher::for_all(&[&pat, NURSE.certificate()]),
        Cipher::Aes256Cbc
    );
}

#[test]
fn what_is_signed_verifies_here_and_by_openssl_with_the_moment_that_was_given() {
    for signer in [&*NURSE, &*PAT, &*LEE, &*KIM] {
        let signed = sign(LETTER, signer, noon()).expect("signed");
        let verified = verify(&signed, &believing(&[signer]), noon()).expect("verified");
        assert_eq!(verified.entity, LETTER);
        assert!(
            verified.is_good(),
            "{:?} {:?}",
            verified.signature,
            verified.verdict
        );
        assert_eq!(verified.signed_at, Some(noon()));
        assert_eq!(verified.capabilities, Capabilities::OURS);
        assert_eq!(verified.certificate.as_ref(), Some(signer.certificate()));
        assert_openssl_verifies(&signed);
    }
}

fn assert_openssl_verifies(signed: &[u8]) {
    let mut cms = CmsContentInfo::smime_read_cms(signed).expect("CMS that OpenSSL reads");
    let flags = CMSOptions::NO_SIGNER_CERT_VERIFY | CMSOptions::BINARY;
    cms.verify(None, None, Some(LETTER), None, flags)
        .expect("a signature that OpenSSL believes");
}

#[test]
fn lines_are_canonical_before_they_are_signed_and_a_relay_that_bared_them_breaks_nothing() {
    let bare = String::from_utf8_lossy(LETTER).replace("\r\n", "\n");
    let signed = sign(bare.as_bytes(), &NURSE, noon()).expect("signed");
    let trust = believing(&[&NURSE]);
    assert_eq!(
        verify(&signed, &trust, noon()).expect("verified").entity,
        LETTER
    );
}

#[test]
fn a_changed_letter_is_told() {
    let signed = sign(LETTER, &NURSE, noon()).expect("signed");
    let changed = String::from_utf8_lossy(&signed).replace("is in", "is on");
    let verified = verify(changed.as_bytes(), &believing(&[&NURSE]), noon()).expect("read");
    assert_eq!(verified.signature, Signature::Tampered);
    assert!(!verified.is_good());
}

#[test]
fn a_signed_letter_teaches_how_to_answer_it() {
    let signed = sign(LETTER, &PAT, noon()).expect("signed");
    let learnt = harvest(&signed);
    assert_eq!(learnt.len(), 1);
    assert_eq!(learnt[0].certificate, *PAT.certificate());
    assert_eq!(learnt[0].certificate.emails(), ["pat@mail.example"]);
    assert_eq!(learnt[0].capabilities, Capabilities::OURS);
    let changed = String::from_utf8_lossy(&signed).replace("is in", "is on");
    assert!(
        harvest(changed.as_bytes()).is_empty(),
        "nothing is learnt from a broken signature"
    );
}

#[test]
fn a_certificate_says_whose_it_is_and_what_for() {
    let nurse = NURSE.certificate();
    assert_eq!(nurse.key(), KeyKind::Rsa(2_048));
    assert!(nurse.can_encrypt() && nurse.can_sign());
    assert_eq!(nurse.not_before(), noon().minus(DAY));
    assert_eq!(nurse.not_after(), noon().plus(29 * DAY));
    assert_eq!(nurse.subject_name(), "CN=nurse@clinic.example");
    let shown = format!("{nurse:?} {:?}", *NURSE);
    assert!(!shown.contains("nurse"), "{shown}");
}

#[test]
fn a_key_that_was_kept_is_the_same_person_again() {
    let kept = PAT.private_key().expect("a key");
    let certificates = vec![PAT.certificate().clone()];
    let again = Identity::from_parts(&kept, certificates).expect("an identity");
    let to = [again.certificate()];
    let sealed = encrypt(LETTER, &to, Cipher::Aes256Gcm, &Counting::new()).expect("sealed");
    assert_eq!(decrypt(&sealed, &[&again]).expect("opened").entity, LETTER);
    let other = vec![LEE.certificate().clone()];
    assert_eq!(
        Identity::from_parts(&kept, other).err(),
        Some(SmimeError::NoKey)
    );
}
