//! Messages of many shapes: signed they verify, tampered with they do not.

use caduceus_seal::dkim::{Signer, sign};
use mail_auth::DkimResult;
use model::{Code, Domain, Secret, Timestamp};
use proptest::prelude::*;

use crate::verifier::{Keys, verify};

struct Pair {
    rsa: Signer,
    ed25519: Signer,
}

fn pair() -> Pair {
    let domain = Domain::parse("clinic.example").expect("a domain");
    let rsa = Signer::generate_rsa2048().expect("a key");
    let ed25519 = Signer::generate_ed25519().expect("a key");
    Pair {
        rsa: Signer::rsa(&domain, "r1", &rsa).expect("a signer"),
        ed25519: Signer::ed25519(&domain, "e1", &ed25519).expect("a signer"),
    }
}

impl Pair {
    fn both(&self) -> [&Signer; 2] {
        [&self.rsa, &self.ed25519]
    }
    fn signed(&self, message: &[u8]) -> Vec<u8> {
        let fields = sign(
            &self.both(),
            message,
            b"",
            Timestamp::from_secs(1_700_000_000),
        )
        .expect("signatures");
        [&fields, message].concat()
    }
    fn verdicts(&self, message: &[u8]) -> Vec<DkimResult> {
        verify(&Keys::of(&self.both()), message)
    }
    fn assert_passes(&self, message: &[u8]) {
        let verdicts = self.verdicts(&self.signed(message));
        assert_eq!(
            verdicts,
            [DkimResult::Pass, DkimResult::Pass],
            "{}",
            String::from_utf8_lossy(message)
        );
    }
    fn assert_breaks(&self, tampered: &[u8]) {
        let verdicts = self.verdicts(tampered);
        assert_eq!(verdicts.len(), 2);
        assert!(
            verdicts.iter().all(|v| *v != DkimResult::Pass),
            "{}",
            String::from_utf8_lossy(tampered)
        );
    }
}

const HEADER: &str = "Received: from a.example by b.example; Sat, 21 Nov 2026 10:00:00 +0000\r\n\
    From: \"Dr. Grey\" <grey@clinic.example>\r\n\
    To: pat@mail.example,\r\n\tkim@mail.example\r\n\
    Cc: desk@clinic.example\r\n\
    Subject: Your  visit\r\n\
    Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\
    Message-ID: <1@clinic.example>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\
    Reply-To: desk@clinic.example\r\n\
    List-Unsubscribe: <https://clinic.example/u>\r\n";

fn with_body(body: &str) -> Vec<u8> {
    format!("{HEADER}\r\n{body}").into_bytes()
}

#[test]
fn messages_of_every_shape_verify() {
    let pair = pair();
    for body in [
        "Hello.\r\n",
        "Hello, no line end",
        "",
        "\r\n\r\n\r\n",
        "Hello.\r\n\r\n\r\n\r\n",
        "  indented\r\n\ttab\t \r\n a  b\t\tc \r\n",
        "\r\n\r\nafter blank lines\r\n",
        "grüß dich, señor, 你好\r\n",
        ".\r\n..\r\nstuffing is not our matter\r\n",
    ] {
        pair.assert_passes(&with_body(body));
    }
    pair.assert_passes(HEADER.as_bytes()); // not even the empty line
    pair.assert_passes(with_body(&"x".repeat(998)).as_slice());
    pair.assert_passes(with_body(&format!("{}\r\n", "long words ".repeat(20_000))).as_slice());
}

#[test]
fn headers_of_every_shape_verify() {
    let pair = pair();
    let long = format!(
        "References: {}\r\n",
        "<a-long-message-id@clinic.example>\r\n "
            .repeat(40)
            .trim_end()
    );
    for more in [
        "Subject: a second one\r\n",
        "To: x@mail.example\r\nTo: y@mail.example\r\nto: z@mail.example\r\n",
        "SUBJECT:odd spacing\t\r\n",
        "In-Reply-To:\r\n",
        "In-Reply-To: \r\n\t<0@clinic.example>\r\n",
        "Comments: \u{fc}\u{f6}\u{e4} eight bits\r\n",
        long.as_str(),
    ] {
        let message = format!("{more}{HEADER}{more}\r\nHello.\r\n");
        pair.assert_passes(message.as_bytes());
    }
}

#[test]
fn what_a_relay_may_do_does_no_harm() {
    let pair = pair();
    let signed = String::from_utf8(pair.signed(&with_body("Hello  there.\r\n"))).expect("text");
    for changed in [
        format!("Received: from x by y; now\r\n{signed}"),
        signed.replace("\r\n\tkim", " kim"),
        signed.replace("Your  visit", "Your visit "),
        signed.replace("Hello  there.\r\n", "Hello there. \r\n\r\n\r\n"),
        signed.replace(
            "Received: from a.example",
            "Received: from elsewhere.example",
        ),
    ] {
        assert_eq!(
            pair.verdicts(changed.as_bytes()),
            [DkimResult::Pass, DkimResult::Pass]
        );
    }
}

#[test]
fn tampering_is_found() {
    let pair = pair();
    let signed = String::from_utf8(pair.signed(&with_body("Take one pill.\r\n"))).expect("text");
    for tampered in [
        signed.replace("one pill", "two pills"),
        signed.replace("Take one", " Take one"),
        format!("{signed}PS: and another.\r\n"),
        signed.replace("Your  visit", "Your bill"),
        signed.replace(
            "desk@clinic.example\r\nSubject",
            "evil@mail.example\r\nSubject",
        ),
        signed.replace("From: \"Dr. Grey\"", "From: \"Dr. Black\""),
        signed.replace("charset=utf-8", "charset=utf-7"),
        signed.replace("clinic.example/u", "evil.example/u"),
        signed.replace("t=1700000000", "t=1700000001"),
        // oversigned: another author above or below ours
        format!("From: evil@mail.example\r\n{signed}"),
        signed.replace("Cc: desk", "From: evil@mail.example\r\nCc: desk"),
    ] {
        assert_ne!(tampered, signed, "nothing was changed");
        pair.assert_breaks(tampered.as_bytes());
    }
}

#[test]
fn another_key_does_not_verify() {
    let (pair, other) = (pair(), pair());
    other.assert_breaks(&pair.signed(&with_body("Hello.\r\n")));
}

#[test]
fn signing_is_deterministic_and_lines_stay_short() {
    let pair = pair();
    let message = with_body("Hello.\r\n");
    let at = Timestamp::from_secs(1_700_000_000);
    let once = sign(&pair.both(), &message, b"", at).expect("signatures");
    assert_eq!(
        once,
        sign(&pair.both(), &message, b"", at).expect("signatures")
    );
    let text = String::from_utf8(once).expect("ASCII");
    assert!(text.ends_with("\r\n") && !text.contains("\r\n\r\n"));
    for line in text.trim_end().split("\r\n") {
        assert!(line.len() <= 78, "{} columns: {line}", line.len());
        assert!(line.starts_with("DKIM-Signature: ") || line.starts_with('\t'));
    }
    let without_body = sign(&[&pair.rsa], &message, b"", at).expect("a signature");
    let apart = sign(&[&pair.rsa], HEADER.as_bytes(), b"\r\nHello.\r\n", at).expect("a signature");
    assert_eq!(
        without_body, apart,
        "it matters not where head and body part"
    );
}

#[test]
fn no_signers_no_fields_no_author_no_signature() {
    let pair = pair();
    let at = Timestamp::from_secs(0);
    assert!(
        sign(&[], &with_body(""), b"", at)
            .expect("nothing")
            .is_empty()
    );
    let error = sign(
        &pair.both(),
        b"Subject: x\r\n\r\nFrom: not here\r\n",
        b"",
        at,
    )
    .expect_err("no author");
    assert_eq!(error.code(), Code::MimeInvalid);
}

#[test]
fn a_wrong_key_or_selector_is_refused() {
    let domain = Domain::parse("clinic.example").expect("a domain");
    let ed25519 = Signer::generate_ed25519().expect("a key");
    let code = |result: model::Result<Signer>| result.err().map(|error| error.code());
    assert_eq!(
        code(Signer::rsa(&domain, "s1", &ed25519)),
        Some(Code::StoredDataInvalid)
    );
    assert_eq!(
        code(Signer::ed25519(&domain, "s1", &Secret::new(vec![1, 2, 3]))),
        Some(Code::StoredDataInvalid)
    );
    for selector in ["", "a b", "a;b", "a\r\nb", "-a"] {
        assert_eq!(
            code(Signer::ed25519(&domain, selector, &ed25519)),
            Some(Code::DomainInvalid),
            "{selector:?}"
        );
    }
    assert!(
        Signer::ed25519(&domain, "2026.q4", &ed25519).is_ok(),
        "a selector may have several labels"
    );
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" "),
        Just("\t"),
        Just("word"),
        Just("ñandú"),
        Just(":"),
        Just(";"),
        Just("\r\n ")
    ];
    // a folded line of white space alone is obsolete (RFC 5322 §4.2) and means different things to
    // different readers: every fold is followed by a word
    prop::collection::vec(piece, 0..12)
        .prop_map(|pieces| pieces.concat().replace("\r\n ", "\r\n x") + "x")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_message_verifies_and_any_changed_octet_of_its_text_is_found(
        values in prop::collection::vec((prop::sample::select(vec!["Subject", "To", "X-Note", "List-Id"]), text()), 0..6),
        lines in prop::collection::vec(text(), 0..8),
        flip in any::<prop::sample::Index>(),
    ) {
        let pair = pair_of_this_process();
        let mut message = String::from("From: grey@clinic.example\r\n");
        for (name, value) in &values {
            message += &format!("{name}: {value}\r\n");
        }
        let body: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        message += "\r\n";
        message += &body;
        let signed = pair.signed(message.as_bytes());
        prop_assert_eq!(pair.verdicts(&signed), vec![DkimResult::Pass, DkimResult::Pass]);

        let letters: Vec<usize> = (0..body.len()).filter(|at| body.as_bytes()[*at] == b'x').collect();
        if !letters.is_empty() {
            let at = signed.len() - body.len() + letters[flip.index(letters.len())];
            let mut tampered = signed;
            tampered[at] = b'y';
            prop_assert!(pair.verdicts(&tampered).iter().all(|verdict| *verdict != DkimResult::Pass));
        }
    }
}

/// Making an RSA key takes long; one will do.
fn pair_of_this_process() -> &'static Pair {
    static PAIR: std::sync::OnceLock<Pair> = std::sync::OnceLock::new();
    PAIR.get_or_init(pair)
}
