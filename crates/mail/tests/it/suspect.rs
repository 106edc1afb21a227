//! Whatever stands in a message, looking at it ends, soon and without a panic.

use caduceus_mail::engines::{clamd, rspamd};
use caduceus_mail::forensics;
use caduceus_mail::suspect::{
    Arrival, Known, Language, Proved, SUSPICIONS_MAX, Seen, banner, hops, suspicions,
};
use model::{Address, Domain};
use proptest::prelude::*;

fn look(wire: &[u8]) -> usize {
    let own = [Domain::parse("lakeside.example").expect("a domain")];
    let partners = [Domain::parse("mercy-health.org").expect("a domain")];
    let lee = Address::parse("ana.lee@lakeside.example").expect("an address");
    let staff = [("Ana Lee".to_owned(), lee)];
    let known = Known {
        own_domains: &own,
        partners: &partners,
        correspondents: &[],
        staff: &staff,
        seen: &|_| Seen::Never,
    };
    let Ok(message) = caduceus_mail::parse(wire) else {
        return 0;
    };
    let arrival = Arrival {
        message: &message,
        envelope_from: None,
        proved: Proved {
            spf: "none",
            dkim: "none",
            dmarc: "none",
        },
        first_time: true,
        answers_own: false,
    };
    let found = suspicions(&arrival, &known);
    assert!(found.len() <= SUSPICIONS_MAX);
    assert!(banner(&found, Language::Spanish).is_some() || found.iter().all(|s| s.weight < 20));
    hops::hops(&message);
    let read = forensics::examine(wire).expect("a body is not looked at");
    assert!(read.findings.len() <= forensics::FINDINGS_MAX && read.legs.len() == read.hops.len());
    found.len()
}

/// Pieces that broken and hostile markup is made of.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<a href=".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("http://a@xn--e1awd7f.example/?u=http://b.example".to_owned()),
        Just("data:text/html,".to_owned()),
        Just(">".to_owned()),
        Just("</a".to_owned()),
        Just("<input type=password".to_owned()),
        Just("&#x3c;&".to_owned()),
        Just("<meta content='0;url=".to_owned()),
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_markup_is_read_to_its_end(html in markup(), from in "\\PC{0,60}", received in "\\PC{0,60}") {
        let wire = format!(
            "Received: {received}\r\nFrom: {from}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
        );
        look(wire.as_bytes());
    }

    #[test]
    fn any_attachment_is_looked_at(
        start in prop_oneof![
            Just(&b"PK\x03\x04"[..]), Just(&b"7z\xbc\xaf\x27\x1c"[..]), Just(&b"Rar!\x1a\x07\x01\0"[..]),
            Just(&b"\x1f\x8b\x08\x08"[..]), Just(&b"%PDF-"[..]), Just(&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..]),
            Just(&b"<html><script>"[..]), Just(&b""[..]),
        ],
        rest in proptest::collection::vec(any::<u8>(), 0..200),
        end in prop_oneof![Just(&b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0\x04\0\0\0\0\0"[..]), Just(&b""[..])],
        name in "\\PC{0,30}",
    ) {
        use base64::Engine;
        let octets = [start, &rest, end].concat();
        let body = base64::engine::general_purpose::STANDARD.encode(octets);
        let wire = format!(
            "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\n\
             Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n"
        );
        look(wire.as_bytes());
    }

    #[test]
    fn no_answer_of_an_engine_breaks_its_reader(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut answer = clamd::Answer::new();
        answer.take(&octets);
        prop_assert_ne!(answer.scan(), clamd::Scan::Clean);
        let mut answer = rspamd::Answer::new();
        answer.take(&octets);
        prop_assert!(answer.advice().is_err());
        let head = [b"HTTP/1.1 200 OK\r\n\r\n", octets.as_slice()].concat();
        let mut answer = rspamd::Answer::new();
        answer.take(&head);
        prop_assert!(answer.advice().is_err());
    }
}

/// What costs the square of its length in a careless reader; nobody would wait for it.
#[test]
fn quotes_that_never_close_cost_no_more_than_others() {
    let html = "<a x=\"<b y='".repeat(100_000);
    let wire = format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{html}\r\n");
    assert!(look(wire.as_bytes()) > 0);
    let links: String = (0..2_000)
        .map(|n| format!("<a href=http://lakeside{n}.example>x</a>"))
        .collect();
    let wire = format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{links}\r\n");
    assert!(look(wire.as_bytes()) > 0);
}
