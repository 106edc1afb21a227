use super::*;

/// The organisation that all cases arrive at.
struct Clinic {
    own: Vec<Domain>,
    partners: Vec<Domain>,
    staff: Vec<(String, Address)>,
}

impl Clinic {
    fn new() -> Self {
        let domain = |text| Domain::parse(text).expect("a domain");
        let lee = Address::parse("ana.lee@lakeside.example").expect("an address");
        Self {
            own: vec![domain("lakeside.example")],
            partners: vec![domain("northlab.example")],
            staff: vec![("Dr. Ana María Lee".to_owned(), lee)],
        }
    }
}

/// How a case departs from proved mail of somebody who wrote before.
#[derive(Clone, Copy)]
struct Door {
    dmarc: &'static str,
    first_time: bool,
    answers_own: bool,
}

const USUAL: Door = Door {
    dmarc: "pass",
    first_time: false,
    answers_own: false,
};
const STRANGER: Door = Door {
    dmarc: "pass",
    first_time: true,
    answers_own: false,
};

fn look(text: &str, door: Door) -> Vec<Suspicion> {
    let clinic = Clinic::new();
    let wire = text.replace('\n', "\r\n").into_bytes();
    let message = crate::parse(&wire).expect("a message");
    let known = Known {
        own_domains: &clinic.own,
        partners: &clinic.partners,
        correspondents: &[],
        staff: &clinic.staff,
        seen: &|domain| match domain.as_str() {
            "northlab.example" | "lakesides.example" => Seen::Before,
            _ => Seen::Never,
        },
    };
    let arrival = Arrival {
        message: &message,
        envelope_from: None,
        proved: Proved {
            spf: "pass",
            dkim: "pass",
            dmarc: door.dmarc,
        },
        first_time: door.first_time,
        answers_own: door.answers_own,
    };
    suspicions(&arrival, &known)
}

/// The words found, sorted, and the verdict.
fn words(found: &[Suspicion]) -> String {
    let mut words: Vec<&str> = found.iter().map(|s| s.kind.word()).collect();
    words.sort_unstable();
    words.dedup();
    format!("{} => {}", words.join(" "), verdict(found).word())
}

#[track_caller]
fn expect(text: &str, door: Door, expected: &str) {
    assert_eq!(words(&look(text, door)), expected, "{text}");
}

fn html(body: &str) -> String {
    format!("From: lab@northlab.example\nContent-Type: text/html\n\n{body}\n")
}

fn attached(declared: &str, name: &str, base64: &str) -> String {
    format!(
        "From: lab@northlab.example\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n\
         Content-Type: {declared}; name=\"{name}\"\nContent-Disposition: attachment;\n \
         filename=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{base64}\n--b--\n"
    )
}

fn base64_of(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

#[test]
fn an_ordinary_letter_of_somebody_known_raises_nothing() {
    expect(
        "From: Lab <lab@northlab.example>\nReply-To: results@northlab.example\n\
         Subject: Re: results\n\nSee https://portal.northlab.example/r?id=7\n",
        USUAL,
        " => none",
    );
}

#[test]
fn authors_that_are_not_who_they_seem() {
    let own = "From: Ana Lee <ana.lee@lakeside.example>\n\nhello\n";
    expect(own, USUAL, " => none");
    for dmarc in ["fail", "none", "temperror"] {
        let door = Door { dmarc, ..USUAL };
        expect(own, door, "own_domain_unauthenticated => quarantine");
    }
    expect(
        "From: Billing <a@lakeslde.example>\n\nhello\n",
        USUAL,
        "look_alike_domain look_alike_new_domain => quarantine",
    );
    expect(
        "From: Billing <a@lakesides.example>\n\nhello\n",
        USUAL,
        "look_alike_domain => banner",
    );
    expect(
        "From: \"LEE, Ana Maria MD\" <drlee@gmail.com>\n\nhello\n",
        USUAL,
        "display_name_of_staff => banner",
    );
    expect(
        "From: \"ana.lee@lakeside.example\" <x@mail.example>\n\nhello\n",
        USUAL,
        "address_in_display_name => banner",
    );
    expect(
        "From: \"ana.lee@gmail.com\" <x@gmail.com>\n\nhello\n",
        USUAL,
        "address_in_display_name => banner",
    );
    expect(
        "From: a@northlab.example\nSender: Ana Lee <ana.lee@lakeside.example>\n\nhello\n",
        USUAL,
        "own_domain_unauthenticated => banner",
    );
    expect(
        "From: a@northlab.example\nSender: b@northlab.example\n\nhello\n",
        USUAL,
        " => none",
    );
    expect(
        "From: a@northlab.example, b@mail.example\n\nhello\n",
        USUAL,
        "no_single_author => banner",
    );
    expect(
        "From: a@b.example\n\nhello\n",
        Door {
            dmarc: "fail",
            ..USUAL
        },
        "authentication_failed => banner",
    );
    expect(
        "From: =?utf-8?B?0JBuYSBMZWU=?= <a@b.example>\n\nhello\n",
        USUAL,
        "display_name_of_staff mixed_script => quarantine",
    );
}

#[test]
fn answers_that_would_go_elsewhere() {
    let to = |address: &str| format!("From: a@northlab.example\nReply-To: {address}\n\nhello\n");
    expect(&to("x@evil.example"), USUAL, "reply_to_elsewhere => banner");
    expect(&to("front@lakeside.example"), USUAL, " => none");
    let free = look(&to("northlab@gmail.com"), USUAL);
    assert_eq!(free[0].weight, 40);
}

#[test]
fn strangers_and_what_they_ask() {
    expect(
        "From: a@b.example\nSubject: hello\n\nhi\n",
        STRANGER,
        "first_time_sender => banner",
    );
    expect(
        "From: a@b.example\nSubject: Re: our call\n\nPlease buy gift cards\ntoday\n",
        STRANGER,
        "first_time_sender first_time_with_request thread_hijack => banner",
    );
    expect(
        "From: a@b.example\nSubject: RE: our call\n\nthanks\n",
        Door {
            answers_own: true,
            ..STRANGER
        },
        "first_time_sender => banner",
    );
    expect(
        "From: a@b.example\nSubject: hola\n\nVerifique su cuenta hoy\n",
        STRANGER,
        "first_time_sender first_time_with_request => banner",
    );
}

#[test]
fn links_that_lead_elsewhere() {
    let cases = [
        (
            r#"<a href="https://evil.example/x">https://northlab.example/bill</a>"#,
            "link_host_differs => banner",
        ),
        (
            r#"<a href="https://pay.northlab.example/x">www.northlab.example</a>"#,
            " => none",
        ),
        (
            r#"<a href="https://evil.example/x">invoice.pdf</a>"#,
            " => none",
        ),
        (
            r#"<a href="https://northlab.example@evil.example/">here</a>"#,
            "link_userinfo => banner",
        ),
        (
            r#"<a href="http://3221225985/x">here</a>"#,
            "link_ip_host => banner",
        ),
        (
            r#"<a href="ht&#116;p:\\0xC0.0.2.1/">here</a>"#,
            "link_ip_host => banner",
        ),
        (
            r#"<a href="https://xn--80ak6aa92e.com/">here</a>"#,
            "link_punycode => banner",
        ),
        (
            "<a href=\"java\tscript:alert(1)\">here</a>",
            "link_data_scheme => banner",
        ),
        (
            r#"<a href='data:text/html;base64,AAAA'>here</a>"#,
            "link_data_scheme => banner",
        ),
        (
            r#"<a href="https://bit.ly/abc">here</a>"#,
            "link_shortener => banner",
        ),
        (
            r#"<a href="https://ads.example/go?u=https%3A%2F%2Fevil.example%2F">here</a>"#,
            "link_redirect => banner",
        ),
        (
            r#"<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fnorthlab.example%2F">www.northlab.example</a>"#,
            " => none",
        ),
        (
            r#"<a href="https://lakeside.example.evil.example/">here</a>"#,
            "link_look_alike => banner",
        ),
        (
            r#"<form action="https://evil.example/"><input type=password></form>"#,
            "credential_form => banner",
        ),
        (r#"<img src=x onerror="go()">"#, "script_in_body => banner"),
        (
            r#"<meta http-equiv=refresh content="0; URL='http://192.0.2.7/'">"#,
            "link_ip_host => banner",
        ),
        (
            r#"<a href="mailto:a@b.example">a@b.example</a>"#,
            " => none",
        ),
        (r#"<a href="https://evil.example/"#, " => none"),
    ];
    for (body, expected) in cases {
        expect(&html(body), USUAL, expected);
    }
    expect(
        "From: lab@northlab.example\n\ngo to http://northlab.example@192.0.2.7/x.\n",
        USUAL,
        "link_ip_host link_userinfo => banner",
    );
}

/// The smallest archive with these names: only the list of contents is ever read.
fn zip(names: &[&str], flags: u16) -> Vec<u8> {
    let mut octets = b"PK\x03\x04".to_vec();
    let start = octets.len();
    for name in names {
        octets.extend(b"PK\x01\x02\0\0\0\0");
        octets.extend(flags.to_le_bytes());
        octets.extend([0; 18]);
        octets.extend(
            u16::try_from(name.len())
                .expect("a short name")
                .to_le_bytes(),
        );
        octets.extend([0; 16]);
        octets.extend(name.as_bytes());
    }
    octets.extend(b"PK\x05\x06\0\0\0\0\0\0");
    octets.extend(u16::try_from(names.len()).expect("few names").to_le_bytes());
    octets.extend([0; 4]);
    octets.extend(u32::try_from(start).expect("a small file").to_le_bytes());
    octets.extend([0; 2]);
    octets
}

#[test]
fn attachments_that_are_or_hide_programs() {
    let link = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0";
    let smuggled = b"<html><script>var b=new Blob([atob('AA')]);</script></html>";
    let cases: &[(&str, &str, Vec<u8>, &str)] = &[
        (
            "application/pdf",
            "scan.pdf",
            b"%PDF-1.7 x".to_vec(),
            " => none",
        ),
        (
            "application/octet-stream",
            "a.exe",
            b"anything".to_vec(),
            "executable_attachment => quarantine",
        ),
        (
            "application/octet-stream",
            "scan.pdf.js ",
            b"var a".to_vec(),
            "double_extension executable_attachment => quarantine",
        ),
        (
            "application/octet-stream",
            "scan",
            link.to_vec(),
            "shortcut_attachment => quarantine",
        ),
        (
            "application/octet-stream",
            "disk.iso",
            b"x".to_vec(),
            "disk_image_attachment => quarantine",
        ),
        (
            "application/zip",
            "a.zip",
            zip(&["letter.txt"], 0),
            " => none",
        ),
        (
            "application/zip",
            "a.zip",
            zip(&["letter.txt"], 1),
            "encrypted_archive => banner",
        ),
        (
            "application/zip",
            "a.zip",
            zip(&["docs/Invoice.pdf.LNK"], 0),
            "dangerous_in_archive => quarantine",
        ),
        (
            "application/zip",
            "a.zip",
            zip(&["a"; 2_001], 0),
            "unreadable_archive => banner",
        ),
        (
            "application/zip",
            "a.zip",
            b"PK\x03\x04broken".to_vec(),
            "unreadable_archive => banner",
        ),
        (
            "application/octet-stream",
            "a.docm",
            zip(&["[Content_Types].xml", "word/vbaProject.bin"], 0),
            "macro => banner",
        ),
        (
            "text/html",
            "message.html",
            smuggled.to_vec(),
            "html_attachment html_smuggling => quarantine",
        ),
        (
            "text/html",
            "summary.html",
            b"<html><p>hello</p></html>".to_vec(),
            "html_attachment => banner",
        ),
        (
            "application/pdf",
            "scan.pdf",
            b"\x7fELFxxxx".to_vec(),
            "executable_attachment type_mismatch => quarantine",
        ),
        (
            "application/pdf",
            "scan.pdf",
            b"%PDF-1.4 /OpenAction << /S /JavaScript >>".to_vec(),
            "active_document => banner",
        ),
    ];
    for (declared, name, octets, expected) in cases {
        expect(
            &attached(declared, name, &base64_of(octets)),
            USUAL,
            expected,
        );
    }
}

#[test]
fn what_a_forwarded_message_carries_is_seen() {
    let inner = attached("application/octet-stream", "a.exe", "AAAA");
    let outer = format!(
        "From: lab@northlab.example\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=o\n\n--o\n\nsee below\n--o\n\
         Content-Type: message/rfc822\n\n{inner}\n--o--\n"
    );
    let found = look(&outer, USUAL);
    assert_eq!(words(&found), "executable_attachment => quarantine");
    assert_eq!(found[0].place, PartName::Attachment(0));
}

#[test]
fn names_of_other_alphabets_are_no_deceit() {
    for name in ["田中Taro", "José Núñez", "Иван Петров", "Αλέξης"] {
        use base64::Engine;
        let word = base64::engine::general_purpose::STANDARD.encode(name);
        let text = format!("From: =?utf-8?B?{word}?= <a@b.example>\n\nhello\n");
        expect(&text, USUAL, " => none");
    }
}

#[test]
fn a_kind_counts_once_however_often_it_is_met() {
    let link = r#"<a href="https://bit.ly/abc">here</a>"#;
    let found = look(&html(&link.repeat(500)), USUAL);
    assert_eq!(words(&found), "link_shortener => banner");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_banner_speaks_both_languages_and_repeats_nothing_of_the_message() {
    let found = look(
        "From: \"<b>Ana Lee</b>\" <x@lakeslde.example>\nSubject: Re: <script>\n\nhello\n",
        STRANGER,
    );
    let english = banner(&found, Language::English).expect("a banner");
    let spanish = banner(&found, Language::Spanish).expect("a banner");
    assert_eq!(english.heading, "This message is very likely harmful.");
    assert_eq!(english.concern, Concern::Quarantine);
    assert!(spanish.heading.starts_with("Es muy probable"));
    assert_eq!(english.reasons.len(), spanish.reasons.len());
    for word in ["lakeslde", "<b>", "<script", "Ana"] {
        assert!(english.reasons.iter().all(|reason| !reason.contains(word)));
    }
    assert!(banner(&[], Language::English).is_none());
}

#[test]
fn every_kind_has_its_own_word_and_is_found_by_it() {
    let mut words: Vec<&str> = SuspicionKind::ALL.iter().map(|kind| kind.word()).collect();
    for kind in SuspicionKind::ALL {
        assert_eq!(SuspicionKind::from_word(kind.word()), Some(*kind));
        assert!(kind.weight() > 0);
    }
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), SuspicionKind::ALL.len());
}
