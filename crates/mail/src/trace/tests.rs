use super::*;

#[test]
fn a_received_field_says_where_and_how_and_never_for_whom() {
    let at = Timestamp::from_secs(1_700_000_000);
    let line = received_line(
        "mail.clinic.example",
        Some("client.example"),
        "ESMTPSA",
        "msg_1",
        at,
    );
    assert_eq!(
        line,
        "Received: from client.example by mail.clinic.example\r\n\twith ESMTPSA id msg_1;\r\n\tTue, 14 Nov 2023 22:13:20 +0000\r\n"
    );
    assert!(!line.contains(" for "));
}

#[test]
fn what_a_client_calls_itself_cannot_write_fields() {
    let line = received_line(
        "a",
        Some("x\r\nBcc: y@z.example (c) <d>; \"e\""),
        "HTTPS",
        "i",
        Timestamp::default(),
    );
    assert_eq!(line.matches("\r\n").count(), 3);
    assert!(
        line.starts_with("Received: from x??Bcc:?y?z.example??c???d????e? by a\r\n"),
        "{line}"
    );
    assert!(
        received_line("a", Some(""), "HTTPS", "i", Timestamp::default())
            .contains("from unknown by")
    );
}

#[test]
fn the_body_begins_after_the_first_empty_line() {
    let cases: [(&[u8], usize); 7] = [
        (b"A: b\r\n\r\nbody", 8),
        (b"A: b\n\nbody", 6),
        (b"\r\nbody", 2),
        (b"A: b\r\n", 6),
        (b"", 0),
        (b"A: b\r\n \r\n\r\nx", 11),
        (b"A: b", 4),
    ];
    for (bytes, expected) in cases {
        assert_eq!(
            header_block_end(bytes),
            expected,
            "{}",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn a_subject_is_replaced_and_nothing_else() {
    let cases = [
        (
            "From: a\r\nSubject: secret\r\n and more\r\nTo: b\r\n\r\nbody",
            "From: a\r\nSubject: Message\r\nTo: b\r\n\r\nbody",
        ),
        (
            "Subject: x\r\nThread-Topic: x\r\n and more\r\nThread-Index: y\r\n\r\nbody",
            "Subject: Message\r\nThread-Index: y\r\n\r\nbody",
        ),
        (
            "SUBJECT : x\r\nsubject: y\r\n\r\n",
            "Subject: Message\r\n\r\n",
        ),
        (
            "From: a\r\n\r\nSubject: body",
            "From: a\r\nSubject: Message\r\n\r\nSubject: body",
        ),
        ("From: a", "From: a\r\nSubject: Message\r\n"),
        ("", "Subject: Message\r\n"),
        (
            "X: Subject: no\r\n\r\n",
            "X: Subject: no\r\nSubject: Message\r\n\r\n",
        ),
    ];
    for (before, after) in cases {
        let replaced = replace_subject(before.as_bytes(), "Message");
        assert_eq!(String::from_utf8_lossy(&replaced), after, "{before:?}");
    }
    let injected = replace_subject(b"\r\nbody", "a\r\nBcc: x@y.example");
    assert_eq!(
        injected.escape_ascii().to_string(),
        "Subject: a  Bcc: x@y.example\\r\\n\\r\\nbody".replace(
            "a  Bcc: x@y.example",
            "=?utf-8?B?YSAgQmNjOiB4QHkuZXhhbXBsZQ==?="
        )
    );
}
