//! Every limit answers with its code and a pointer to the place, and never with the value.

use std::collections::BTreeMap;

use flow::{DraftFile, Letter};
use model::{Code, limits};
use sim::kit::{Engine, store_on};

use crate::clinic::Clinic;
use crate::letters::{PLAIN, address, arrival, letter, to};
use crate::{code, refusal};

type Change = Box<dyn Fn(&mut Letter)>;

fn file(name: &str, content_type: &str, bytes: &[u8]) -> DraftFile {
    DraftFile {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: bytes.to_vec(),
    }
}

fn header(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

fn text(of: usize) -> String {
    "x".repeat(of)
}

/// What is changed, the code, the pointer.
fn cases() -> Vec<(&'static str, Change, Code, &'static str)> {
    let case = |name, change: Change, code, pointer| (name, change, code, pointer);
    vec![
        case(
            "no text",
            Box::new(|l| l.text = None),
            Code::FieldMissing,
            "/text",
        ),
        case(
            "no recipient",
            Box::new(|l| l.recipients.clear()),
            Code::RecipientsMissing,
            "",
        ),
        case(
            "too many",
            Box::new(|l| l.recipients = vec![to("a@b.example"); 101]),
            Code::RecipientsTooMany,
            "",
        ),
        case(
            "subject",
            Box::new(|l| l.subject = text(999)),
            Code::FieldInvalid,
            "/subject",
        ),
        case(
            "subject line",
            Box::new(|l| l.subject = "a\r\nBcc: b".into()),
            Code::HeaderInjection,
            "/subject",
        ),
        case(
            "subject nul",
            Box::new(|l| l.subject = "a\0b".into()),
            Code::HeaderInjection,
            "/subject",
        ),
        case(
            "from name",
            Box::new(|l| l.from_name = Some("a\nb".into())),
            Code::HeaderInjection,
            "/from/name",
        ),
        case(
            "long from name",
            Box::new(|l| l.from_name = Some(text(201))),
            Code::FieldInvalid,
            "/from/name",
        ),
        case(
            "recipient's name",
            Box::new(|l| {
                l.recipients.push(flow::DraftRecipient {
                    name: Some("a\rb".into()),
                    ..to("b@c.example")
                });
            }),
            Code::HeaderInjection,
            "/recipients/1/name",
        ),
        case(
            "a recipient's name that turns around",
            Box::new(|l| {
                l.recipients.push(flow::DraftRecipient {
                    name: Some("Pat \u{202e}eoD".into()),
                    ..to("b@c.example")
                });
            }),
            Code::NameInvalid,
            "/recipients/1/name",
        ),
        case(
            "a sender's name in two lines",
            Box::new(|l| l.from_name = Some("Nurse\u{2028}Bank".into())),
            Code::NameInvalid,
            "/from/name",
        ),
        case(
            "a file's name that turns around",
            Box::new(|l| l.files = vec![file("gpj.\u{202e}exe.txt", "text/plain", b"a")]),
            Code::NameInvalid,
            "/attachments/0/name",
        ),
        case(
            "priority",
            Box::new(|l| l.priority = 10),
            Code::FieldInvalid,
            "/priority",
        ),
        case(
            "method",
            Box::new(|l| l.demanded = Some(model::Method::Plain)),
            Code::FieldInvalid,
            "/method",
        ),
        case(
            "too far ahead",
            Box::new(|l| l.send_at = Some(model::Timestamp::MAX)),
            Code::DateInvalid,
            "/send_at",
        ),
        case(
            "header value",
            Box::new(|l| l.headers = header("X-A", "b\r\nBcc: c")),
            Code::HeaderInjection,
            "/headers/0/value",
        ),
        case(
            "header name",
            Box::new(|l| l.headers = header(&text(77), "b")),
            Code::FieldInvalid,
            "/headers/0/name",
        ),
        case(
            "headers",
            Box::new(|l| l.headers = vec![("X-A".into(), "b".into()); 21]),
            Code::FieldInvalid,
            "/headers",
        ),
        case(
            "tags",
            Box::new(|l| l.tags = vec!["t".into(); 21]),
            Code::FieldInvalid,
            "/tags",
        ),
        case(
            "tag",
            Box::new(|l| l.tags = vec!["t".into(), text(101)]),
            Code::FieldInvalid,
            "/tags/1",
        ),
        case(
            "metadata keys",
            Box::new(|l| l.metadata = (0..21).map(|i| (i.to_string(), String::new())).collect()),
            Code::FieldInvalid,
            "/metadata",
        ),
        case(
            "metadata value",
            Box::new(|l| l.metadata = BTreeMap::from([("k".into(), text(501))])),
            Code::FieldInvalid,
            "/metadata",
        ),
        case(
            "files",
            Box::new(|l| l.files = (0..51).map(|_| file("a.txt", "text/plain", b"a")).collect()),
            Code::FieldInvalid,
            "/attachments",
        ),
        case(
            "file name",
            Box::new(|l| l.files = vec![file("a\r\nb", "text/plain", b"a")]),
            Code::HeaderInjection,
            "/attachments/0/name",
        ),
        case(
            "another type",
            Box::new(|l| {
                l.files = vec![
                    file("a.txt", "text/plain", b"a"),
                    file("a.pdf", "application/pdf", b"MZ"),
                ]
            }),
            Code::AttachmentTypeMismatch,
            "/attachments/1/content_type",
        ),
    ]
}

#[test]
fn each_limit_names_its_place() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    for (name, change, expected, pointer) in cases() {
        let mut draft = letter(&["lee@peer.example"]);
        change(&mut draft);
        let found = refusal(clinic.flow.draft_from_letter(&clinic.staff, draft));
        let pointer = (!pointer.is_empty()).then(|| pointer.to_owned());
        assert_eq!(found, Some((expected, pointer)), "{name}");
    }
}

/// Names of header fields are checked where the message is written, and reserved ones refused.
#[test]
fn header_names_cannot_smuggle() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    for (name, expected) in [
        ("X-A\r\nBcc", Code::HeaderInjection),
        ("Bcc", Code::HeaderForbidden),
        ("Received", Code::HeaderForbidden),
        ("DKIM-Signature", Code::HeaderForbidden),
        ("X A", Code::FieldInvalid),
    ] {
        let mut draft = letter(&["lee@peer.example"]);
        draft.headers = header(name, "b");
        assert_eq!(
            code(clinic.flow.draft_from_letter(&clinic.staff, draft)),
            Some(expected),
            "{name:?}"
        );
    }
}

/// What is exactly at its limit passes.
#[test]
fn limits_are_inclusive() -> Result<(), model::Error> {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let mut draft = letter(&[]);
    draft.recipients = (0..limits::RECIPIENTS_MAX)
        .map(|i| to(&format!("p{i}@peer.example")))
        .collect();
    draft.subject = text(limits::SUBJECT_OCTETS_MAX);
    draft.tags = vec![text(limits::TAG_OCTETS_MAX); limits::TAGS_MAX];
    draft.priority = 9;
    draft.send_at = Some(clinic.world.now().plus(limits::SEND_AT_AHEAD_MAX));
    clinic.submit(&clinic.staff, draft).map(drop)
}

/// Mail by SMTP has the same limits, and loops end.
#[test]
fn arrivals_are_limited_too() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let answer = |arrival| code(clinic.arrive(arrival));
    assert_eq!(answer(arrival(&[], PLAIN)), Some(Code::RecipientsMissing));
    assert_eq!(
        answer(arrival(&[("a@b.example", ""); 101], PLAIN)),
        Some(Code::RecipientsTooMany)
    );
    let mut large = arrival(&[("a@b.example", "")], PLAIN);
    large.content.resize(limits::MESSAGE_OCTETS_MAX + 1, b'x');
    assert_eq!(answer(large), Some(Code::MessageTooLarge));
    let looping = format!(
        "{}{PLAIN}",
        "Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0000\n".repeat(101)
    );
    assert_eq!(
        answer(arrival(&[("a@b.example", "")], &looping)),
        Some(Code::MailLoop)
    );
    let unknown = PLAIN.replace("Subject", "Caduceus-Method: smoke\nSubject");
    let found = refusal(clinic.arrive(arrival(&[("a@b.example", "")], &unknown)));
    assert_eq!(
        found,
        Some((
            Code::FieldInvalid,
            Some("/headers/Caduceus-Method".to_owned())
        ))
    );
    for name in [
        "=?utf-8?Q?Nurse=E2=80=AE?=",
        "Nurse\u{2028}Bank",
        "=?utf-8?B?4oGm?=",
    ] {
        let named = PLAIN
            .replace("From: ", &format!("From: {name} <"))
            .replacen(".example\n", ".example>\n", 1);
        assert_eq!(
            answer(arrival(&[("a@b.example", "")], &named)),
            Some(Code::NameInvalid),
            "{name}"
        );
    }
    let mut bounce = arrival(&[("a@b.example", "")], PLAIN);
    bounce.from = None;
    assert_eq!(answer(bounce), Some(Code::SenderForbidden));
}

/// A refusal never repeats what was submitted.
#[test]
fn refusals_hold_no_value() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let mut draft = letter(&["lee@peer.example"]);
    draft.subject = "Kanari\r\nKanari".to_owned();
    draft.from = address("kanari@clinic.example");
    let error = clinic
        .flow
        .draft_from_letter(&clinic.staff, draft)
        .err()
        .expect("refused");
    let said = format!("{error} {error:?}").to_lowercase();
    assert!(!said.contains("kanari"), "{said}");
}
