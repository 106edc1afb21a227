//! Files that are text in one of its dresses.

use caduceus_extract::{Because, Mark, TextForm};

use crate::kit::{all, read, reasons, said};

#[test]
fn text_is_read_in_the_character_set_it_was_written_in() {
    let cases: &[(&[u8], &str)] = &[
        (b"plain words", "plain words"),
        ("señora".as_bytes(), "señora"),
        (b"se\xf1ora", "señora"),
        (b"\xff\xfes\0e\0\xf1\0", "señ"),
        (b"\xfe\xff\0s\0e", "se"),
        (b"w\0i\0d\0e\0 \0w\0o\0r\0d\0s\0", "wide words"),
    ];
    for (file, text) in cases {
        let got = read("a.txt", file);
        assert_eq!(
            (said(&got), &got.unreadable),
            (vec![format!(": {text}")], &vec![]),
            "{text}"
        );
    }
}

/// A number of a letter is that letter: whoever reads the value sees nothing else.
#[test]
fn letters_that_json_writes_by_number_are_read() {
    let cases = [
        (
            r#"{"ssn":"219\u002d09\u002d9999"}"#,
            r#": {"ssn":"219-09-9999"}"#,
        ),
        (
            r#"["\ud83d\ude00 \u00f1", "\u12", "\ud83d", "\uzzzz"]"#,
            r#": ["😀 ñ", "\u12", "\ud83d", "\uzzzz"]"#,
        ),
    ];
    for (file, text) in cases {
        assert_eq!(said(&read("a.json", file.as_bytes())), [text]);
    }
    let patient = read("a.json", br#"{"resource\u0054ype":"Patient"}"#);
    assert_eq!(patient.texts[0].form, TextForm::Fhir);
    assert!(
        patient.texts[0]
            .text
            .contains(r#""resourceType":"Patient""#)
    );
}

#[test]
fn delimited_text_is_a_table() {
    let got = read("a.csv", b"Name,DOB\r\n\"Lee, Ann\",1961-08-04\r\n,x\r\n");
    assert_eq!(got.texts[0].form, TextForm::Table);
    assert_eq!(got.texts[0].text, "Name\tDOB\nLee, Ann\t1961-08-04\n\tx");
    let prose = read("a.txt", b"Dear Ann,\nthank you, and see you soon.\nLee\n");
    assert_eq!(prose.texts[0].form, TextForm::Prose);
}

#[test]
fn the_forms_of_the_trade_keep_their_text() {
    let cases: &[(&str, &[u8], TextForm)] = &[
        (
            "a.hl7",
            b"MSH|^~\\&|LAB|A|\rPID|1||MRN1||Lee^Ann",
            TextForm::Hl7,
        ),
        (
            "a.edi",
            b"ISA*00*          *00*          *ZZ*X              *ZZ*Y~NM1*IL*1*LEE",
            TextForm::X12,
        ),
        (
            "a.json",
            b"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Lee\"}]}",
            TextForm::Fhir,
        ),
        (
            "a.xml",
            b"<?xml version=\"1.0\"?><ClinicalDocument><recordTarget/></ClinicalDocument>",
            TextForm::Ccda,
        ),
        (
            "a.ics",
            b"BEGIN:VCALENDAR\r\nSUMMARY:Visit of \r\n Lee\\, Ann\r\nEND:VCALENDAR",
            TextForm::Calendar,
        ),
        (
            "a.vcf",
            b"BEGIN:VCARD\r\nFN:Lee\r\nEND:VCARD",
            TextForm::Card,
        ),
    ];
    for (name, file, form) in cases {
        let got = read(name, file);
        assert_eq!(
            got.texts.iter().map(|t| t.form).collect::<Vec<_>>(),
            [*form],
            "{name}"
        );
        assert_eq!(got.unreadable, [], "{name}");
    }
    assert!(all(&read("a.ics", cases[4].1)).contains("Visit of Lee, Ann"));
}

#[test]
fn a_page_shows_some_things_and_hides_others() {
    let page = b"<html><head><title>Visit</title><style>p{color:red}</style></head><body>\
        <p>Dear&nbsp;Ms <b>L</b>ee&#233;</p><img alt='x-ray of Lee'><div style='display: none'>hidden <b>SSN</b></div>\
        <!-- comment --><table><tr><td>MRN</td><td>123</td></tr></table>after</body></html>";
    let got = read("a.html", page);
    let shown: Vec<&str> = got
        .texts
        .iter()
        .filter(|t| !t.hidden)
        .map(|t| t.text.as_str())
        .collect();
    let hidden: Vec<&str> = got
        .texts
        .iter()
        .filter(|t| t.hidden)
        .map(|t| t.text.as_str())
        .collect();
    assert_eq!(
        shown,
        ["Visit\nDear Ms Leeé\nx-ray of Lee\nMRN\t123\nafter"]
    );
    assert_eq!(hidden, ["hidden SSN\n comment"]);
    assert_eq!((got.marks, got.unreadable), (vec![], vec![]));
}

#[test]
fn a_page_that_builds_a_file_is_marked() {
    let page = b"<html><script>var b=new Blob([atob('TVqQ')]);</script></html>";
    assert_eq!(
        read("a.html", page).marks,
        [Mark::HtmlSmuggling, Mark::Script]
    );
}

#[test]
fn rich_text_is_read_with_its_letters() {
    let file = b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\\f0 Se\\'f1ora \\u233?\\par{\\v hidden}{\\*\\generator x}\\bin3 abcend}";
    let got = read("a.rtf", file);
    assert_eq!(said(&got), [": Señora é\nend", "[: hidden]"]);
    assert_eq!(got.unreadable, []);
}

#[test]
fn a_forwarded_message_is_read_with_its_attachments() {
    let file = b"From: Dr A <a@clinic.example>\r\nTo: b@x.example\r\nSubject: Results\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nbody words\r\n\
        --b\r\nContent-Type: text/csv; name=list.csv\r\nContent-Disposition: attachment; filename=list.csv\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nbmFtZSxtcm4KTGVlLDEyMwo=\r\n--b--\r\n";
    let got = read("fwd.eml", file);
    assert_eq!(got.kind.word(), "message");
    let text = all(&got);
    for words in [
        "subject: Results",
        "body 1: body words",
        "list.csv: name\tmrn\nLee\t123",
        "a@clinic.example",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn unknown_xml_says_names_beside_values() {
    let got = read(
        "a.xml",
        b"<?xml version='1.0'?><patient ssn='078-05-1120'><dob>1961-08-04</dob></patient>",
    );
    assert_eq!(said(&got), [": ssn: 078-05-1120\ndob: 1961-08-04"]);
}

#[test]
fn what_nobody_can_open_is_opaque_and_what_nobody_knows_is_unknown() {
    let pgp = read(
        "a.asc",
        b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n",
    );
    assert_eq!(
        (reasons(&pgp), pgp.marks),
        (vec![Because::Opaque], vec![Mark::Opaque])
    );
    assert_eq!(
        reasons(&read("a.bin", b"\0\x01\x02\xfe\xff\x07")),
        [Because::UnknownType]
    );
}

#[test]
fn what_is_signed_is_read_and_a_signature_alone_holds_nothing() {
    let wrap = |tag: u8, content: &[u8]| {
        let mut out = vec![tag, 0x82];
        out.extend(u16::try_from(content.len()).expect("short").to_be_bytes());
        out.extend(content);
        out
    };
    let kind = |last: u8| {
        [
            b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07".as_slice(),
            &[last],
        ]
        .concat()
    };
    let signed = |inner: Vec<u8>| {
        let data = [b"\x02\x01\x01\x31\0".to_vec(), wrap(0x30, &inner)].concat();
        wrap(0x30, &[kind(2), wrap(0xa0, &wrap(0x30, &data))].concat())
    };
    let message = b"Subject: x\r\nFrom: a@x.example\r\nTo: b@x.example\r\n\r\nsigned words";
    let with = signed([kind(1), wrap(0xa0, &wrap(0x04, message))].concat());
    assert!(all(&read("smime.p7m", &with)).contains("signed words"));
    let alone = read("smime.p7s", &signed(kind(1)));
    assert_eq!((alone.texts.len(), reasons(&alone)), (0, vec![]));
    let sealed = wrap(0x30, &[kind(3), wrap(0xa0, b"\x02\x01\0")].concat());
    assert_eq!(reasons(&read("smime.p7m", &sealed)), [Because::Opaque]);
}

#[test]
fn a_winmail_file_is_read_with_its_body_and_attachments() {
    let attribute = |id: u32, content: &[u8]| {
        let mut out = vec![1];
        out.extend(id.to_le_bytes());
        out.extend(u32::try_from(content.len()).expect("short").to_le_bytes());
        out.extend(content);
        out.extend([0, 0]);
        out
    };
    // The words are literals, eight after each control octet; the last token points at itself.
    let mut packed: Vec<u8> = b"................".to_vec();
    packed[8..12].copy_from_slice(b"LZFu");
    for chunk in b"{\\rtf1 rich words here}.".chunks(8) {
        packed.push(0);
        packed.extend(chunk);
    }
    let mut properties = vec![1, 0, 0, 0, 2, 1, 9, 0x10, 1, 0, 0, 0];
    properties.extend(u32::try_from(packed.len()).expect("short").to_le_bytes());
    properties.extend(&packed);
    properties.resize(properties.len().next_multiple_of(4), 0);
    let file = [
        b"\x78\x9f\x3e\x22\0\0".to_vec(),
        attribute(0x0001_8004, b"Results\0"),
        attribute(0x0006_9003, &properties),
        attribute(0x0006_9002, b""),
        attribute(0x0001_8010, b"list.txt\0"),
        attribute(0x0006_800f, b"attached words"),
    ]
    .concat();
    let got = read("winmail.dat", &file);
    assert_eq!((got.kind.word(), &got.unreadable), ("tnef", &vec![]));
    let text = all(&got);
    for words in [
        "Results",
        "body: rich words here",
        "list.txt: attached words",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}
