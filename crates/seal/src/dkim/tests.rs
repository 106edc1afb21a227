//! Known answers: the canonical forms of RFC 6376 §3.4.5, the signature of RFC 8463 appendix A.

use aws_lc_rs::digest::{SHA256, digest};
use proptest::prelude::*;

use super::*;

fn relaxed(field: &str) -> String {
    let mut out = Vec::new();
    canonical::relax_field(field.as_bytes(), &mut out);
    String::from_utf8(out).expect("text stays text")
}

fn body_hash<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut hash = BodyHash::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finish().as_ref().to_vec()
}

/// RFC 6376 §3.4.4 written down literally, slowly.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let text: String = body.iter().map(|octet| char::from(*octet)).collect();
    let mut lines: Vec<String> = text
        .split("\r\n")
        .map(|line| {
            let mut out = String::new();
            for c in line.chars() {
                match c {
                    ' ' | '\t' if out.ends_with(' ') => {}
                    ' ' | '\t' => out.push(' '),
                    c => out.push(c),
                }
            }
            out.trim_end_matches(' ').to_owned()
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let text: String = lines.into_iter().map(|line| line + "\r\n").collect();
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).expect("made of octets"))
        .collect()
}

#[test]
fn rfc_6376_3_4_5_header_example() {
    assert_eq!(relaxed("A: X\r\n"), "a:X\r\n");
    assert_eq!(relaxed("B : Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
}

#[test]
fn rfc_6376_3_4_5_body_example() {
    let body = b" C \r\nD \t E\r\n\r\n\r\n";
    assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
    assert_eq!(
        body_hash([&body[..]]),
        digest(&SHA256, b" C\r\nD E\r\n").as_ref()
    );
}

#[test]
fn an_empty_body_has_the_hash_that_rfc_6376_names() {
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    for body in ["", "\r\n", "\r\n\r\n\r\n", " \t\r\n", " "] {
        assert_eq!(
            BASE64.encode(body_hash([body.as_bytes()])),
            empty,
            "{body:?}"
        );
    }
}

#[test]
fn lines_of_white_space_are_empty_lines() {
    // `mail-auth` 0.13.3 reads this otherwise, `dkimpy` as we do
    let body = b" \r\n\t\r\nafter blank lines\r\n \r\n";
    assert_eq!(
        body_hash([&body[..]]),
        digest(&SHA256, b"\r\n\r\nafter blank lines\r\n").as_ref()
    );
}

#[test]
fn the_last_line_gets_its_end() {
    assert_eq!(body_hash([&b"a"[..]]), body_hash([&b"a\r\n\r\n \r\n"[..]]));
    assert_eq!(body_hash([&b"a"[..]]), digest(&SHA256, b"a\r\n").as_ref());
}

const RFC_8463_MESSAGE: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
    To: Suzie Q <suzie@shopping.example.net>\r\n\
    Subject: Is dinner ready?\r\n\
    Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
    Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
    \r\n\
    Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
const RFC_8463_FIELD: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
    d=football.example.com; i=@football.example.com;\r\n \
    q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
    subject : date : message-id : from : subject : date;\r\n \
    bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";

/// The key of RFC 8463 §A.2, wrapped as in RFC 8410 §7.
fn brisbane() -> Signer {
    let seed = BASE64
        .decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
        .expect("base64");
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend(seed);
    let domain = Domain::parse("football.example.com").expect("a domain");
    Signer::ed25519(&domain, "brisbane", &Secret::new(der)).expect("a key")
}

#[test]
fn rfc_8463_appendix_a_signature_is_ours_too() {
    let signer = brisbane();
    assert_eq!(
        signer.dns_record(),
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );
    assert_eq!(
        signer.dns_name(),
        "brisbane._domainkey.football.example.com"
    );

    let message = fields::separate(RFC_8463_MESSAGE.as_bytes(), b"");
    assert_eq!(
        BASE64.encode(body_hash(message.body)),
        "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    );

    // its h= names From, To, Subject, Date, Message-ID: the order in which they stand
    let lines: Vec<&[u8]> = message
        .header
        .split_inclusive(|octet| *octet == b'\n')
        .collect();
    let mut signed = canonical::hash_fields(lines.into_iter());
    let mut own = Vec::new();
    canonical::relax_field(RFC_8463_FIELD.as_bytes(), &mut own);
    signed.update(own.strip_suffix(b"\r\n").expect("a line end"));
    assert_eq!(
        BASE64.encode(signer.sign(signed).expect("a signature")),
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    );
}

#[test]
fn our_own_field_for_that_message_does_not_change() {
    let at = Timestamp::from_secs(1_528_637_909);
    let field = sign(&[&brisbane()], RFC_8463_MESSAGE.as_bytes(), b"", at).expect("a signature");
    let field = String::from_utf8(field).expect("ASCII");
    let (unsigned, _) = field
        .split_once(" b=")
        .or(field.split_once("\tb="))
        .expect("a signature in it");
    assert_eq!(
        unsigned.trim_end(),
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n\
         \td=football.example.com; s=brisbane; t=1528637909; h=from:subject:date:\r\n\
         \tmessage-id:to:from; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;"
    );
}

/// Pieces of bodies in which everything that matters happens often.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b" ".to_vec()),
        Just(b"\t".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        Just(b"word".to_vec()),
        Just(b".".to_vec()),
        Just("é".as_bytes().to_vec()),
        prop::collection::vec(
            any::<u8>().prop_filter("no bare line ends", |o| *o != b'\r' && *o != b'\n'),
            1..20
        ),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_quick_hash_is_the_literal_one(body in body()) {
        let literal = digest(&SHA256, &relaxed_body(&body));
        prop_assert_eq!(body_hash([&body[..]]), literal.as_ref());
    }

    #[test]
    fn pieces_make_no_difference(body in body(), size in 1usize..9) {
        prop_assert_eq!(body_hash(body.chunks(size)), body_hash([&body[..]]));
    }

    #[test]
    fn where_the_message_is_cut_makes_no_difference(body in body(), at in 0usize..400) {
        let whole = [RFC_8463_MESSAGE.as_bytes(), &body].concat();
        let (head, rest) = whole.split_at(at.min(whole.len()));
        let now = Timestamp::from_secs(1);
        let signer = brisbane();
        let cut = sign(&[&signer], head, rest, now).expect("a signature");
        prop_assert_eq!(cut, sign(&[&signer], &whole, b"", now).expect("a signature"));
    }
}
