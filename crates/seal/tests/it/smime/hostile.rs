//! Broken on purpose: every reader ends with an answer or a refusal.

use std::sync::LazyLock;

use base64::Engine;
use proptest::prelude::*;
use seal::smime::{
    Certificate, Cipher, SmimeError, Trust, decrypt, encrypt, harvest, kind, open_message, sign,
    verify,
};

use super::persons::{Counting, NURSE, PAT, believing, noon};

const LETTER: &[u8] = b"Content-Type: text/plain\r\n\r\nA letter.\r\n";

fn read_all(bytes: &[u8]) {
    kind(bytes);
    harvest(bytes);
    let trust = believing(&[&NURSE]);
    let _ = decrypt(bytes, &[&PAT]);
    if let Ok(verified) = verify(bytes, &trust, noon()) {
        assert!(
            !verified.is_good() || verified.entity == LETTER,
            "a forged letter is good"
        );
    }
    if let Ok(opened) = open_message(bytes, &[&PAT], &trust, noon()) {
        seal::protected::read(bytes, &opened.entity);
    }
}

fn as_entity(cms: &[u8]) -> Vec<u8> {
    let head = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    [head.as_slice(), cms].concat()
}

/// Our own envelopes and a signature.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let to = [PAT.certificate()];
    let envelope = |cipher| encrypt(LETTER, &to, cipher, &Counting::new()).expect("sealed");
    let signed = sign(LETTER, &NURSE, noon()).expect("signed");
    vec![
        envelope(Cipher::Aes256Cbc),
        envelope(Cipher::Aes256Gcm),
        signed,
    ]
});

/// The CMS of an envelope.
fn decoded(entity: &[u8]) -> Vec<u8> {
    let at = memchr::memmem::find(entity, b"\r\n\r\n").expect("a body");
    let packed: Vec<u8> = entity[at..]
        .iter()
        .copied()
        .filter(|octet| *octet > b' ')
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(packed)
        .expect("base64")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_changed_octet_is_survived(seed in 0_usize..3, at in any::<prop::sample::Index>(), octet: u8) {
        let mut whole = SEEDS[seed].clone();
        let at = at.index(whole.len());
        whole[at] = octet;
        read_all(&whole);
    }

    #[test]
    fn any_changed_cms_is_survived(
        seed in 0_usize..2,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let mut cms = decoded(&SEEDS[seed]);
        for (at, octet) in changes {
            let at = at.index(cms.len());
            cms[at] = octet;
        }
        if is_cut {
            cms.truncate(cut.index(cms.len()));
        }
        read_all(&as_entity(&cms));
    }

    #[test]
    fn any_changed_certificate_is_read_or_refused(at in any::<prop::sample::Index>(), octet: u8) {
        let mut der = NURSE.certificate().der().to_vec();
        let at = at.index(der.len());
        der[at] = octet;
        if let Ok(all) = Certificate::parse_all(&der) {
            for one in &all {
                let verdict = believing(&[&NURSE]).check(
                    one, &[], noon(), seal::smime::Purpose::Sign, None);
                prop_assert!(!verdict.is_good() || one == NURSE.certificate());
            }
        }
        let mut trust = Trust::new();
        let _ = trust.add_roots(&der);
        let _ = trust.add_revocations(&der);
    }

    #[test]
    fn noise_is_no_message(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&noise);
        read_all(&as_entity(&noise));
        prop_assert!(Certificate::parse_all(&noise).is_err());
    }
}

#[test]
fn depth_is_bounded_in_every_encoding() {
    let indefinite = [0x30, 0x80].repeat(100_000);
    let mut definite = vec![0x30, 0];
    for _ in 0..200 {
        let length = definite.len();
        let head = [0x30, 0x82, (length >> 8) as u8, length as u8];
        definite.splice(0..0, head);
    }
    for nested in [indefinite, definite] {
        let refused = decrypt(&as_entity(&nested), &[&PAT]).err();
        assert_eq!(refused, Some(SmimeError::TooDeep));
        assert!(Certificate::parse_all(&nested).is_err());
    }
}

#[test]
fn more_recipients_and_larger_messages_than_anyone_has_are_refused() {
    let many = vec![PAT.certificate(); 1_001];
    let refused = encrypt(LETTER, &many, Cipher::Aes256Cbc, &Counting::new());
    assert_eq!(refused.err(), Some(SmimeError::TooMany));
    let nobody = encrypt(LETTER, &[], Cipher::Aes256Cbc, &Counting::new());
    assert_eq!(nobody.err(), Some(SmimeError::CannotEncrypt));
    let large = vec![b'a'; model::limits::MESSAGE_OCTETS_MAX + 1];
    let refused = encrypt(
        &large,
        &[PAT.certificate()],
        Cipher::Aes256Cbc,
        &Counting::new(),
    );
    assert_eq!(refused.err(), Some(SmimeError::TooLarge));
}
