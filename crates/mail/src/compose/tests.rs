use super::*;

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn plainest<'a>(from: &'a Address, to: &'a Address) -> Compose<'a> {
    Compose {
        from: (Some("Dr. Who"), from),
        reply_to: None,
        to: vec![(Some("Pat Doe"), to)],
        cc: Vec::new(),
        subject: "Your visit",
        text: Some("See you on Monday.\n"),
        html: None,
        attachments: &[],
        headers: &[],
        message_id: "1@clinic.example",
        in_reply_to: None,
        date: Timestamp::from_secs(1_700_000_000),
        boundary_seed: [0xab; 16],
        auto_submitted: false,
    }
}

fn built(change: impl FnOnce(&mut Compose<'_>)) -> Result<String> {
    let (from, to) = (address("who@clinic.example"), address("pat@mail.example"));
    let mut compose_this = plainest(&from, &to);
    change(&mut compose_this);
    compose(&compose_this).map(|bytes| String::from_utf8(bytes).expect("text"))
}

#[test]
fn the_plainest_message() {
    let expected = "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n\
        From: \"Dr. Who\" <who@clinic.example>\r\n\
        To: Pat Doe <pat@mail.example>\r\n\
        Subject: Your visit\r\n\
        Message-ID: <1@clinic.example>\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 7bit\r\n\r\n\
        See you on Monday.\r\n";
    assert_eq!(built(|_| ()).expect("a message"), expected);
}

#[test]
fn the_fullest_message() {
    let headers = [("X-Clinic".to_owned(), "señal".to_owned())];
    let attachments = [
        ComposePart {
            name: "scan.png",
            content_type: "image/png",
            bytes: b"PNG",
            inline_id: Some("i1"),
        },
        ComposePart {
            name: "página 1.pdf",
            content_type: "application/pdf",
            bytes: &[7; 60],
            inline_id: None,
        },
        ComposePart {
            name: "old.eml",
            content_type: "message/rfc822",
            bytes: b"x",
            inline_id: None,
        },
    ];
    let (reply_to, cc) = (address("desk@clinic.example"), address("doc@other.example"));
    // Lifetimes of the parts are those of the whole.
    let (from, to) = (address("who@clinic.example"), address("pat@mail.example"));
    let message = Compose {
        reply_to: Some(&reply_to),
        to: vec![(Some("José \"Pepe\" Díaz"), &to), (Some("a, b"), &cc)],
        cc: vec![(None, &cc)],
        subject: "Señal",
        html: Some("<p>Buenos días</p>"),
        attachments: &attachments,
        headers: &headers,
        in_reply_to: Some("<0@clinic.example>"),
        auto_submitted: true,
        ..plainest(&from, &to)
    };
    let text = String::from_utf8(compose(&message).expect("a message")).expect("text");
    let stem = "=_abababababababababababababababab";
    for expected in [
        "Reply-To: desk@clinic.example\r\n".to_owned(),
        "To: =?utf-8?B?Sm9zw6kgIlBlcGUiIETDrWF6?= <pat@mail.example>,\r\n \"a, b\" <doc@other.example>\r\n".to_owned(),
        "Cc: doc@other.example\r\n".to_owned(),
        "Subject: =?utf-8?B?U2XDsWFs?=\r\n".to_owned(),
        "In-Reply-To: <0@clinic.example>\r\nReferences: <0@clinic.example>\r\n".to_owned(),
        "Auto-Submitted: auto-generated\r\n".to_owned(),
        "X-Clinic: =?utf-8?B?c2XDsWFs?=\r\n".to_owned(),
        format!("Content-Type: multipart/mixed;\r\n\tboundary=\"{stem}_3\"\r\n\r\n--{stem}_3\r\n"),
        format!("Content-Type: multipart/alternative;\r\n\tboundary=\"{stem}_2\"\r\n"),
        format!("Content-Type: multipart/related;\r\n\tboundary=\"{stem}_1\"\r\n"),
        "<p>Buenos d=C3=ADas</p>\r\n".to_owned(),
        "Content-Disposition: inline;\r\n\tfilename=\"scan.png\"\r\nContent-ID: <i1>\r\n".to_owned(),
        "filename*=utf-8''p%C3%A1gina%201.pdf\r\n".to_owned(),
        "Content-Type: application/octet-stream\r\n".to_owned(),
    ] {
        assert!(text.contains(&expected), "lacks {expected:?}:\n{text}");
    }
    assert!(text.is_ascii());
    assert!(text.ends_with(&format!("--{stem}_3--\r\n")));
    assert!(text.split("\r\n").all(|line| line.len() <= 78));
}

#[test]
fn no_field_can_write_another() {
    type Change = Box<dyn Fn(&mut Compose<'_>)>;
    let injections: Vec<Change> = vec![
        Box::new(|c| c.subject = "a\r\nBcc: x@y.example"),
        Box::new(|c| c.subject = "a\nb"),
        Box::new(|c| c.subject = "a\u{0}b"),
        Box::new(|c| c.from.0 = Some("a\rb")),
        Box::new(|c| c.to[0].0 = Some("a\u{85}b")),
        Box::new(|c| c.message_id = "a\n@b"),
        Box::new(|c| c.in_reply_to = Some("\t")),
        Box::new(|c| {
            c.attachments = &[ComposePart {
                name: "a\nb",
                content_type: "a/b",
                bytes: b"",
                inline_id: None,
            }]
        }),
        Box::new(|c| {
            c.attachments = &[ComposePart {
                name: "a",
                content_type: "a/b\r\nX: y",
                bytes: b"",
                inline_id: None,
            }]
        }),
        Box::new(|c| {
            c.attachments = &[ComposePart {
                name: "a",
                content_type: "a/b",
                bytes: b"",
                inline_id: Some("\n"),
            }]
        }),
    ];
    for (i, inject) in injections.iter().enumerate() {
        assert_eq!(
            built(inject).err().map(|e| e.code()),
            Some(Code::HeaderInjection),
            "{i}"
        );
    }
}

#[test]
fn added_fields_are_checked() {
    let code = |name: &str, value: &str| {
        let headers = [(name.to_owned(), value.to_owned())];
        let (from, to) = (address("who@clinic.example"), address("pat@mail.example"));
        compose(&Compose {
            headers: &headers,
            ..plainest(&from, &to)
        })
        .err()
        .map(|e| e.code())
    };
    assert_eq!(
        code(
            "List-Unsubscribe",
            "<https://x.example/u>, <mailto:u@x.example>"
        ),
        None
    );
    assert_eq!(code("X-A", "b\r\nBcc: c"), Some(Code::HeaderInjection));
    assert_eq!(code("X-A\r\nBcc", "c"), Some(Code::HeaderInjection));
    for name in [
        "Bcc",
        "FROM",
        "Received",
        "Content-Type",
        "Resent-To",
        "DKIM-Signature",
        "Return-Path",
        "Date",
    ] {
        assert_eq!(code(name, "x"), Some(Code::HeaderForbidden), "{name}");
    }
    for name in ["", "X A", "X:A", "ñ"] {
        assert_eq!(code(name, "x"), Some(Code::FieldInvalid), "{name:?}");
    }
    assert_eq!(code("X-A", &"x".repeat(999)), Some(Code::FieldInvalid));
}

#[test]
fn nobody_named_is_undisclosed() {
    let text = built(|c| c.to.clear()).expect("a message");
    assert!(text.contains("\r\nTo: undisclosed-recipients:;\r\n"));
}

#[test]
fn long_text_travels_in_short_lines() {
    let cases = [
        "x".repeat(3_000),
        "From here\n.\ntrailing \n=\t\n".to_owned(),
        "ñ".repeat(500),
        "a\rb\nc\r\nd".to_owned(),
    ];
    for case in cases {
        let (from, to) = (address("who@clinic.example"), address("pat@mail.example"));
        let message = Compose {
            text: Some(&case),
            ..plainest(&from, &to)
        };
        let bytes = compose(&message).expect("a message");
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert!(
            text.is_ascii() && text.split("\r\n").all(|line| line.len() <= 78),
            "{text}"
        );
        let read = crate::parse(&bytes).expect("a message");
        assert_eq!(read.body_text(), Some(encode::crlf(&case)), "{case:?}");
    }
}

#[test]
fn long_subjects_fold_and_read_back() {
    let cases = [
        "word ".repeat(60).trim_end().to_owned(),
        "x".repeat(900),
        "ñ".repeat(400),
        " two  spaces ".to_owned(),
        "=?utf-8?B?eA==?=".to_owned(),
    ];
    for case in cases {
        let (from, to) = (address("who@clinic.example"), address("pat@mail.example"));
        let bytes = compose(&Compose {
            subject: &case,
            ..plainest(&from, &to)
        })
        .expect("a message");
        assert!(bytes.split(|&b| b == b'\n').all(|line| line.len() <= 998));
        assert_eq!(
            crate::parse(&bytes).expect("a message").subject(),
            Some(case.as_str())
        );
    }
}
