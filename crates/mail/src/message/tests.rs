use model::Code;

use super::*;

/// Messages are written here with plain line ends.
fn wire(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn texts_of(bytes: &[u8]) -> Vec<(PartName, String)> {
    let message = parse(bytes).expect("a message");
    message
        .texts()
        .into_iter()
        .map(|t| (t.part, t.text.trim().to_owned()))
        .collect()
}

#[test]
fn header_fields() {
    let bytes = wire(
        "Received: by a\nReceived: from b\n by c\nnot a field\n\
         Subject: =?utf-8?B?U2XDsWFs?= =?utf-8?Q?_de_hoy?=\n and tomorrow\n\
         FROM: \"Who, Dr\" <who@clinic.example>, nurse@clinic.example, nobody\n\
         To: =?iso-8859-1?Q?Jos=E9?= <jose@mail.example>, Team: a@x.example, b@x.example;\n\
         Cc: (comment) c@x.example\nBcc: d@x.example\n\
         Message-ID: <1@clinic.example>\nX-Folded: one\n\ttwo\n\nbody\n",
    );
    let message = parse(&bytes).expect("a message");
    assert_eq!(message.subject(), Some("Señal de hoy and tomorrow"));
    let from: Vec<_> = message
        .from()
        .into_iter()
        .map(|(name, a)| (name, a.as_str().to_owned()))
        .collect();
    let who = (Some("Who, Dr".to_owned()), "who@clinic.example".to_owned());
    assert_eq!(from, [who, (None, "nurse@clinic.example".to_owned())]);
    let recipients: Vec<_> = message
        .recipients_in_headers()
        .into_iter()
        .map(|(kind, a)| format!("{kind} {}", a.as_str()))
        .collect();
    assert_eq!(
        recipients,
        [
            "to jose@mail.example",
            "to a@x.example",
            "to b@x.example",
            "cc c@x.example",
            "bcc d@x.example"
        ]
    );
    assert_eq!(message.message_id(), Some("<1@clinic.example>"));
    assert_eq!(message.header("x-folded"), Some("one\ttwo"));
    assert_eq!(message.header("x-other"), None);
    assert_eq!(message.received_count(), 2);
    assert_eq!(message.body_text().as_deref(), Some("body\r\n"));
}

/// Older character sets, and control characters that hide in encoded words.
#[test]
fn encoded_subjects() {
    let cases = [
        ("=?iso-2022-jp?B?GyRCTCQ+NUJ6GyhC?=", "未承諾"),
        ("=?gb2312?B?xNq/xg==?=", "内科"),
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
        ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ("tab\there", "tab here"),
    ];
    for (field, subject) in cases {
        let bytes = wire(&format!("Subject: {field}\n\n"));
        assert_eq!(
            parse(&bytes).expect("a message").subject(),
            Some(subject),
            "{field}"
        );
    }
}

#[test]
fn bodies_and_attachments() {
    let bytes = wire(
        "Subject: results\nContent-Type: multipart/mixed; boundary=\"m\"\n\npreamble 123\n\
         --m\nContent-Type: multipart/alternative; boundary=m2\n\n\
         --m2\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nSe=F1al=\n uno\n\
         --m2\nContent-Type: multipart/related; boundary=r\n\n\
         --r\nContent-Type: text/html; charset=utf-8\n\n<p>Se\u{f1}al</p>\n\
         --r\nContent-Type: image/png\nContent-ID: <i1>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--r--\n\
         --m2--\n\
         --m\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"C:\\\\a\\\\notes.txt\"\n\nMRN 12345\n\
         --m\nContent-Type: application/pdf; name*=utf-8''p%C3%A1gina.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjc=\n\
         --m--\nepilogue 456\n",
    );
    let message = parse(&bytes).expect("a message");
    assert_eq!(message.body_text().as_deref(), Some("Señal uno"));
    assert_eq!(message.body_html().as_deref(), Some("<p>Señal</p>"));
    let parts: Vec<_> = message
        .attachments()
        .into_iter()
        .map(|p| {
            (
                p.index,
                p.name,
                p.content_type,
                p.inline,
                p.damaged,
                p.bytes,
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            (
                0,
                None,
                "image/png".to_owned(),
                true,
                false,
                b"\x89PNG\r\n\x1a\n".to_vec()
            ),
            (
                1,
                Some("notes.txt".to_owned()),
                "text/plain".to_owned(),
                false,
                false,
                b"MRN 12345".to_vec()
            ),
            (
                2,
                Some("página.pdf".to_owned()),
                "application/pdf".to_owned(),
                false,
                false,
                b"%PDF-1.7".to_vec()
            ),
        ]
    );
    let expected = [
        (PartName::Subject, "results"),
        (PartName::Body(0), "preamble 123"),
        (PartName::Body(0), "epilogue 456"),
        (PartName::Body(0), "Señal uno"),
        (PartName::Body(1), "Señal"),
        (PartName::Header("file-name"), "notes.txt"),
        (PartName::Attachment(1), "MRN 12345"),
        (PartName::Header("file-name"), "página.pdf"),
    ];
    let texts = texts_of(&bytes);
    assert_eq!(
        texts
            .iter()
            .map(|(p, t)| (*p, t.as_str()))
            .collect::<Vec<_>>(),
        expected
    );
}

/// What is inside a forwarded message is read too, encoded or not, under the attachment it came in.
#[test]
fn forwarded_messages() {
    let inner =
        "From: Pat Doe <p@x.example>\nSubject: inner\nContent-Type: text/html\n\n<i>deep</i>\n";
    for encoding in ["7bit", "base64"] {
        let content = match encoding {
            "base64" => {
                base64::Engine::encode(&base64::engine::general_purpose::STANDARD, wire(inner))
            }
            _ => inner.to_owned(),
        };
        let bytes = wire(&format!(
            "Subject: outer\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nhello\n--m\n\
             Content-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{content}\n--m--\n"
        ));
        let texts = texts_of(&bytes);
        let expected = [
            (PartName::Subject, "outer"),
            (PartName::Body(0), "hello"),
            (PartName::Attachment(0), "deep"),
            (PartName::Attachment(0), "inner"),
            (PartName::Attachment(0), "Pat Doe"),
        ];
        assert_eq!(
            texts
                .iter()
                .map(|(p, t)| (*p, t.as_str()))
                .collect::<Vec<_>>(),
            expected,
            "{encoding}"
        );
        let parts = parse(&bytes).expect("a message").attachments();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].declared_type, "message/rfc822");
        assert!(parts[0].bytes.starts_with(b"From: Pat Doe"));
    }
}

#[test]
fn broken_encodings_are_read_as_far_as_they_go_and_said() {
    let bytes = wire(
        "Content-Type: multipart/mixed; boundary=m\n\n\
         --m\nContent-Type: text/plain; name=a\nContent-Transfer-Encoding: base64\n\nU1NO!IDEy*My00NS02Nzg5\n\
         --m\nContent-Transfer-Encoding: quoted-printable\n\n100=% =41=\nB=\n--m--\n",
    );
    let message = parse(&bytes).expect("a message");
    assert!(message.is_damaged());
    let part = &message.attachments()[0];
    assert!(part.damaged);
    assert_eq!(part.bytes, b"SSN 123-45-6789");
    assert_eq!(message.body_text().as_deref(), Some("100=% AB="));
}

/// Only base64 moves all that follows a wrong sign; a stray `=` is shown as it stands.
#[test]
fn what_could_not_be_read_for_certain_is_said() {
    let bytes = wire(
        "Content-Type: multipart/mixed; boundary=m\n\n\
         --m\nContent-Transfer-Encoding: quoted-printable\n\n100=% sure\n\
         --m\nContent-Type: text/plain; charset=ebcdic-us\nContent-Transfer-Encoding: base64\n\n4uLV\n\
         --m\nContent-Type: text/plain; charset=x-unknown\n\nall of it is ASCII\n\
         --m\nContent-Type: text/plain; name=a\nContent-Transfer-Encoding: base64\n\nU1NO!IDEy*My00NS02Nzg5\n\
         --m\nContent-Type: image/png; name=b\nContent-Transfer-Encoding: base64\n\niVBOR!\n\
         --m\nContent-Type: text/plain; name=c\nContent-Transfer-Encoding: base64\n\nTgAtdU4AA2U=\n--m--\n",
    );
    let message = parse(&bytes).expect("a message");
    let expected = [
        (PartName::Body(1), "charset_unknown"),
        (PartName::Attachment(0), "encoding_broken"),
        (PartName::Attachment(1), "encoding_broken"),
        (PartName::Attachment(2), "text_garbled"),
    ];
    assert_eq!(message.unreadable(), expected);
}

/// Two and four octets a character, with a mark, with a name, or with neither.
#[test]
fn wide_text_is_read() {
    use base64::Engine;
    let said = "Patient SSN 536-90-4399, señal";
    let (le, be) = (
        said.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>(),
        said.encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<_>>(),
    );
    let wide = |bytes: fn(u32) -> [u8; 4]| {
        said.chars()
            .flat_map(|c| bytes(u32::from(c)))
            .collect::<Vec<_>>()
    };
    let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
    let forms = [
        marked(&[0xff, 0xfe], &le),
        marked(&[0xfe, 0xff], &be),
        marked(&[0xff, 0xfe, 0, 0], &wide(u32::to_le_bytes)),
        marked(&[0, 0, 0xfe, 0xff], &wide(u32::to_be_bytes)),
        wide(u32::to_le_bytes),
        wide(u32::to_be_bytes),
        le,
        be,
    ];
    for (i, form) in forms.into_iter().enumerate() {
        for charset in ["", "; charset=utf-16", "; charset=utf-8"] {
            let body = base64::engine::general_purpose::STANDARD.encode(&form);
            let bytes = wire(&format!(
                "Content-Type: text/plain{charset}\nContent-Transfer-Encoding: base64\n\n{body}\n"
            ));
            let message = parse(&bytes).expect("a message");
            assert_eq!(message.body_text().as_deref(), Some(said), "{i}{charset}");
            assert!(message.unreadable().is_empty(), "{i}{charset}");
        }
    }
}

/// Whatever a sender calls a field, a reader or a server sees what it says; what programs write about
/// a message's way is no text.
#[test]
fn fields_of_any_name_are_read() {
    let bytes = wire(
        "Received: from a by b\nDKIM-Signature: v=1\nX-Case: MRN 4839201\n\
         List-Id: <a.b>\nOrganization: =?utf-8?B?U2XDsWFs?=\nMIME-Version: 1.0\n\nbody\n",
    );
    let found: Vec<_> = texts_of(&bytes)
        .into_iter()
        .filter(|(part, _)| matches!(part, PartName::Header(_)))
        .collect();
    let custom = |text: &str| (PartName::Header("custom"), text.to_owned());
    assert_eq!(found, [custom("MRN 4839201"), custom("Señal")]);
}

#[test]
fn odd_messages() {
    let cases = [
        // text, attachments
        ("", Some(""), 0),
        ("\njust a body", Some("just a body"), 0),
        ("Subject: only a head", Some(""), 0),
        (
            "Content-Type: multipart/mixed\n\nno boundary",
            Some("no boundary"),
            0,
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\n\nnot there",
            Some("not there"),
            0,
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nnever closed",
            Some("never closed"),
            0,
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--xy\n\nb\n--x \n\nc\n--x--",
            Some("a\r\n--xy\r\n\r\nb\nc"),
            0,
        ),
        ("Content-Type: text/html\n\n<p>x", Some("x"), 0),
        ("Content-Type: text\n\nx", None, 1),
        (
            "Content-Type: text/plain charset=us-ascii\n\nx",
            Some("x"),
            0,
        ),
        ("Content-Type: ;;;=\n\nx", Some("x"), 0),
        ("Content-Type: application/x-y\n\nx", None, 1),
        (
            "Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: s\n\nbody\n--x--",
            None,
            1,
        ),
        (
            "Content-Type: text/plain; charset=no-such\n\nx",
            Some("x"),
            0,
        ),
    ];
    for (text, body, attachments) in cases {
        let bytes = wire(text);
        let message = parse(&bytes).expect(text);
        assert_eq!(message.body_text().as_deref(), body, "{text:?}");
        assert_eq!(message.attachments().len(), attachments, "{text:?}");
    }
    let latin = b"Content-Type: text/plain\r\n\r\ncaf\xe9";
    assert_eq!(
        parse(latin).expect("a message").body_text().as_deref(),
        Some("café")
    );
}

#[test]
fn names_of_files_are_harmless() {
    let cases = [
        ("../../etc/passwd", Some("passwd")),
        ("a\u{202e}fdp.exe", Some("afdp.exe")),
        ("\u{7}x", Some("x")),
        ("..", None),
        ("dir/", None),
    ];
    for (declared, expected) in cases {
        assert_eq!(
            content::file_name(declared).as_deref(),
            expected,
            "{declared:?}"
        );
    }
    let long = content::file_name(&"é".repeat(200)).expect("a name");
    assert!(long.len() <= model::limits::FILE_NAME_OCTETS_MAX);
}

/// Small messages that unfold into very much: refused before anything is built of them.
#[test]
fn bombs_are_refused() {
    let code = |text: String| parse(&wire(&text)).err().map(|e| e.code());
    let parts =
        "Content-Type: multipart/mixed; boundary=x\n\n".to_owned() + &"--x\n\na\n".repeat(1_001);
    assert_eq!(code(parts), Some(Code::MimeInvalid));
    let nested = "Content-Type: message/rfc822\n\n".repeat(200_000);
    assert_eq!(code(nested), Some(Code::MimeInvalid));
    let deep: String = (0..40)
        .map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"))
        .collect();
    assert_eq!(code(deep), Some(Code::MimeInvalid));
    let inner = wire(&"Content-Type: message/rfc822\n\n".repeat(100_000));
    let inner = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, inner);
    let hidden =
        format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}");
    assert_eq!(code(hidden), Some(Code::MimeInvalid));
}
