//! Ways to carry a patient's identifiers past a scanner: each is read, or counts as not read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use extract::{InProcess, Limits};
use flow::inspect::{Inspection, inspect};
use phi::PhiLevel;

const SAID: &str = "Maria Lopez, SSN 219-09-9999, born 1961-08-04, has diabetes and takes insulin.";
/// Nothing but its number says whose it is.
const NUMBER: &str = "SSN 219-09-9999, diabetes and insulin";

fn scanned(message: &str) -> Inspection {
    let octets = message.replace("\r\n", "\n").replace('\n', "\r\n");
    inspect(octets.as_bytes(), &InProcess(Limits::default()), None).expect("a message")
}

fn is_found(message: &str) -> bool {
    let found = scanned(message).findings;
    found.level >= PhiLevel::Likely || !found.unscannable.is_empty()
}

fn plain(body: &str) -> String {
    format!("Subject: s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n")
}

fn html(body: &str) -> String {
    format!("Subject: s\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{body}\n")
}

fn page(body: &str) -> String {
    attached(
        "page.html",
        "text/html",
        format!("<html><body>{body}</body></html>").as_bytes(),
    )
}

fn attached(name: &str, media: &str, octets: &[u8]) -> String {
    format!(
        "Subject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee the file\n--b\n\
         Content-Type: {media}; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\
         Content-Transfer-Encoding: base64\n\n{}\n--b--\n",
        lines(octets, 76)
    )
}

fn lines(octets: &[u8], width: usize) -> String {
    let coded = STANDARD.encode(octets);
    let lines = coded.as_bytes().chunks(width).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\n")
}

/// What nothing is found in shows that it is the carrying that is found.
#[test]
fn ordinary_mail_stays_clean() {
    let innocent = [
        plain("Hello, the meeting is at 10. C:\\users\\x2 and 100% of it."),
        plain("a b c d e\n1 2 3 4 5 6 7 8 9\nV 1.0"),
        plain("begin 644 patients were asked\nand said nothing"),
        html(
            "<p title=x>Hi <a href='https://shop.example/list?page=2&sort=price'>list</a><!-- [if mso] x --></p>",
        ),
        html(
            "<style>p{font-family:\"Arial\"} /* grid */</style><p>Hi</p><img src='cid:x' alt='logo'>",
        ),
        html(&format!(
            "<a href='https://t.example/c/{}'>open</a>",
            "aZ3_9-x".repeat(20)
        )),
        attached(
            "a.txt",
            "text/plain",
            b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        ),
        page("<p>Hello, <b>see</b> you <a href='https://x.example/a?b=c%20d'>there</a></p>"),
        attached(
            "a.vcf",
            "text/vcard",
            b"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:Lee=20Ann\nEND:VCARD\n",
        ),
    ];
    for message in innocent {
        let found = scanned(&message).findings;
        assert!(
            found.level < PhiLevel::Likely && found.unscannable.is_empty(),
            "{message}\n{found:?}"
        );
    }
    assert!(is_found(&plain(SAID)) && is_found(&html(SAID)) && is_found(&page(SAID)));
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

/// In the text of a message, and in a page that is a file.
fn pages() -> Vec<String> {
    let turned: String = SAID.chars().rev().collect();
    let cells = |text: &str| -> String { text.chars().map(|c| format!("<td>{c}</td>")).collect() };
    let spans = |text: &str| -> String {
        text.chars()
            .map(|c| format!("<span>{c}</span> \n"))
            .collect()
    };
    let css: String = SAID
        .chars()
        .map(|c| format!("\\{:x} ", u32::from(c)))
        .collect();
    vec![
        format!("<a href=\"https://x.example/?note={}\">open</a>", percent(SAID)),
        format!("<a href='mailto:a@x.example?subject=hi&amp;body={}'>write</a>", percent(SAID)),
        format!("<a href='mailto:a@x.example?body={}'>write</a>", SAID.replace(' ', "+")),
        format!("<img src='data:text/plain,{}'>", percent(SAID)),
        format!("<a href='data:text/html;base64,{}'>open</a>", STANDARD.encode(SAID)),
        format!("<iframe src=\"data:application/octet-stream;base64,{}\"></iframe>", STANDARD.encode([7; 400])),
        format!("<svg><a xlink:href='data:text/plain,{}'>x</a></svg>", percent(SAID)),
        format!("<img data-alt='x' alt='{SAID}'>"),
        format!("<img src='x alt=' alt='{SAID}'>"),
        format!("seen<b title='{SAID}'>x</b>"),
        format!("<p data-note='{SAID}'>x</p>"),
        format!("<style>p::after{{content:\"{SAID}\"}}</style><p>x</p>"),
        format!("<style>p::after{{content:'{css}'}}</style><p>x</p>"),
        format!("<style>/* {SAID} */ p{{}}</style><p>x</p>"),
        format!("<style>{SAID}</style><p>x</p>"),
        format!("<!-- {SAID} --><p>x</p>"),
        format!("<!note {SAID}><p>x</p>"),
        format!("<a =\">{SAID}<b =\">x</b>"),
        format!("<a b==\">{SAID}<b b==\">x</b>"),
        "diabetes and insulin, SSN 219<!-- -->-09-<!-- x -->9999, has dia<!-- -->betes".to_owned(),
        "diabetes and insulin, SSN 219-<b title=x>09-9999</b>, has dia<img alt='y'>betes".to_owned(),
        "diabetes and insulin, SSN 219<i style='display:none'>7</i>-09-<i style='display:none'>8</i>9999, has dia<i hidden>q</i>betes".to_owned(),
        "diabetes and insulin, SSN 219&#150;09&#150;9999, has dia&shy;betes".to_owned(),
        "diabetes and insulin, SSN 219&#x2d;09&#45;9999, has dia&shybetes".to_owned(),
        "<style>.h, #k{display:none}</style>diabetes and insulin, SSN 219<i class='x h'>7</i>-09-<i id=k>8</i>9999"
            .to_owned(),
        format!("<style>p{{background:url(data:text/plain,{})}}</style><p>x</p>", percent(SAID)),
        format!("<bdo dir=\"RTL\">{turned}</bdo>"),
        format!("<p style='unicode-bidi: bidi-override; direction: rtl'>{turned}</p>"),
        format!("<div style='unicode-bidi:bidi-override' dir=rtl>x<br>{turned}</div>"),
        format!("<style>.r{{unicode-bidi:bidi-override;direction:rtl}}</style><p class=r>{turned}</p>"),
        format!("\u{202e}{turned}\u{202c}"),
        format!("<p>diabetes and insulin, SSN</p><table><tr>{}</tr></table>", cells("219099999")),
        format!("<p>diabetes and insulin, SSN</p><table><tr>{}</tr></table>", cells("219-09-9999")),
        format!("<p>diabetes and insulin, SSN</p>{}", spans("219099999")),
        format!("<p>{}</p>", SAID.replace('-', "\\u002d").replace("diabetes", "dia\\u0062etes")),
    ]
}

#[test]
fn pages_hide_nothing() {
    for body in pages() {
        assert!(is_found(&html(&body)), "a body: {body}");
        assert!(is_found(&page(&body)), "a file: {body}");
    }
}

#[test]
fn texts_hide_nothing() {
    let turned: String = SAID.chars().rev().collect();
    let spelled: String = "219099999".chars().map(|c| format!("{c} ")).collect();
    let down = spelled.replace(' ', "\n");
    let cases = [
        NUMBER.replace('-', "\\u002d"),
        NUMBER.replace('-', "\\x2d").replace("SSN", "S\\x53N"),
        NUMBER.replace('-', "\\u{2d}"),
        format!("see https://x.example/?note={}", percent(SAID)),
        "see https://x.example/?ssn=219%2D09%2D9999&name=Maria%20Lopez&reason=diabetes".to_owned(),
        format!("\u{202e}{turned}\u{202c}"),
        format!("diabetes and insulin, SSN {spelled}"),
        format!("diabetes and insulin, SSN\n{down}"),
        "diabetes and insulin, SSN219099999x".to_owned(),
        "diabetes and insulin, SSN_219-09-9999_".to_owned(),
        lines(SAID.repeat(4).as_bytes(), 60),
        lines(SAID.repeat(4).as_bytes(), 32),
        lines(SAID.repeat(4).as_bytes(), 8),
        format!(
            "diabetes and insulin, code {}",
            STANDARD.encode("SSN 219-09-9999")
        ),
        format!(
            "> {}",
            lines(SAID.repeat(4).as_bytes(), 60).replace('\n', "\n> ")
        ),
        format!(
            "begin 644 note.txt\n{}`\nend\n",
            uuencode(SAID.repeat(2).as_bytes())
        ),
        format!(
            "begin-base64 644 note.txt\n{}\n====\n",
            lines(SAID.as_bytes(), 60)
        ),
        "=ybegin line=128 size=9 name=a.txt\nxxxxxx\n=yend size=9".to_owned(),
    ];
    for body in cases {
        assert!(is_found(&plain(&body)), "a body: {body}");
        let file = attached("note.txt", "text/plain", body.as_bytes());
        assert!(is_found(&file), "a plain file: {body}");
        let file = attached("note.dat", "application/octet-stream", body.as_bytes());
        assert!(is_found(&file), "a file: {body}");
    }
    let dressed = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines(SAID.as_bytes(), 64)
    );
    assert!(is_found(&attached(
        "a.pem",
        "text/plain",
        dressed.as_bytes()
    )));
}

/// Names and addresses say who writes to whom; a number in them says more.
#[test]
fn names_and_fields_of_form_hide_nothing() {
    let fields = [
        format!("To: \"{NUMBER}\" <a@x.example>"),
        format!("From: \"{NUMBER}\" <a@x.example>"),
        format!("Cc: b@x.example, \"{NUMBER}\" <a@x.example>"),
        "Subject: diabetes and insulin\nReply-To: ssn.219-09-9999@x.example".to_owned(),
        format!("Date: Mon, 2 Nov 2026 10:00:00 +0000 ({NUMBER})"),
        format!("Content-Type: text/plain\nContent-Description: {NUMBER}"),
    ];
    for field in fields {
        let message = format!("{field}\nMIME-Version: 1.0\n\nhello\n");
        assert!(is_found(&message), "{field}");
    }
    let ordinary =
        "From: \"Lee, Ann (Cardiology)\" <ann.lee2@x.example>\nTo: 1234 <a@x.example>\n\nhello\n";
    assert!(!is_found(ordinary));
}

#[test]
fn archives_hide_nothing_beside_their_entries() {
    let zip = stored("a.txt", b"hello");
    let mut commented = zip.clone();
    let end = commented.len() - 2;
    commented[end..].copy_from_slice(&(SAID.len() as u16).to_le_bytes());
    commented.extend(SAID.as_bytes());
    let behind = [&zip[..], SAID.as_bytes()].concat();
    let before = [SAID.as_bytes(), &zip].concat();
    let mut gzip = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".to_vec();
    gzip.extend(SAID.as_bytes());
    // A stored block of deflate with nothing in it, its sum and its size.
    gzip.extend(b"\0\x01\0\0\xff\xff\0\0\0\0\0\0\0\0");
    for (name, octets) in [
        ("a.zip", commented),
        ("b.zip", behind),
        ("c.zip", before),
        ("d.gz", gzip),
    ] {
        assert!(
            is_found(&attached(name, "application/octet-stream", &octets)),
            "{name}"
        );
    }
    assert!(!is_found(&attached("e.zip", "application/zip", &zip)));
}

/// A ZIP archive of one file that is not packed.
pub(crate) fn stored(name: &str, content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32).to_le_bytes();
    let length = (name.len() as u16).to_le_bytes();
    let common = |out: &mut Vec<u8>| {
        out.extend([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.extend([0; 4]);
        out.extend([size, size].concat());
        out.extend(length);
        out.extend([0, 0]);
    };
    let mut out = b"PK\x03\x04".to_vec();
    common(&mut out);
    out.extend(name.as_bytes());
    out.extend(content);
    let directory = out.len() as u32;
    out.extend(b"PK\x01\x02\x14\0");
    common(&mut out);
    out.extend([0; 14]);
    out.extend(name.as_bytes());
    let octets = out.len() as u32 - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(octets.to_le_bytes());
    out.extend(directory.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn uuencode(octets: &[u8]) -> String {
    let letter = |six: u32| char::from(b' ' + u8::try_from(six & 0x3f).expect("six bits"));
    let mut out = String::new();
    for line in octets.chunks(45) {
        out.push(letter(u32::try_from(line.len()).expect("short")));
        for three in line.chunks(3) {
            let at = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            out.extend([18, 12, 6, 0].map(|shift| letter(bits >> shift)));
        }
        out.push('\n');
    }
    out
}

/// The decoded text is found, not only doubted.
#[test]
fn what_a_text_encloses_is_read() {
    let cases = [
        plain(&format!(
            "begin 644 note.txt\n{}`\nend\n",
            uuencode(SAID.as_bytes())
        )),
        plain(&lines(SAID.repeat(4).as_bytes(), 60)),
        html(&format!(
            "<a href='data:text/plain;base64,{}'>open</a>",
            STANDARD.encode(SAID)
        )),
    ];
    for message in cases {
        let found = scanned(&message).findings;
        assert!(
            found.level >= PhiLevel::Likely && found.unscannable.is_empty(),
            "{message} {found:?}"
        );
    }
}

#[test]
fn a_name_of_a_character_set_hides_nothing() {
    for charset in [
        "utf-16",
        "utf-16le",
        "UTF-16BE",
        "utf-32",
        "utf-7",
        "unicode",
        "iso-10646-ucs-2",
        "hz-gb-2312",
        "iso-2022-jp",
    ] {
        let message = format!(
            "Subject: s\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\n{SAID}\n"
        );
        assert!(is_found(&message), "{charset}");
    }
}

#[test]
fn a_message_with_few_fields_is_one() {
    let coded = lines(SAID.as_bytes(), 76);
    let late = format!(
        "{}Content-Transfer-Encoding: base64",
        "Note: x\n".repeat(120)
    );
    for head in [
        late.as_str(),
        "Content-Transfer-Encoding: base64",
        "Content-Type: text/plain\nContent-Transfer-Encoding: base64",
        "X: y\nContent-Transfer-Encoding: base64",
    ] {
        let inner = format!("{head}\n\n{coded}\n");
        let message = format!(
            "Subject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\n\
             Content-Type: message/rfc822\n\n{inner}\n--b--\n"
        );
        assert!(is_found(&message), "{head}");
        assert!(
            is_found(&attached(
                "mail.eml",
                "application/octet-stream",
                inner.as_bytes()
            )),
            "{head}"
        );
    }
}

#[test]
fn properties_are_decoded() {
    let quoted: String = SAID.bytes().map(|b| format!("={b:02X}")).collect();
    let (first, rest) = quoted.split_at(30);
    let values = [
        format!("NOTE;ENCODING=QUOTED-PRINTABLE:{first}=\r\n{rest}"),
        format!("NOTE;CHARSET=UTF-8;QUOTED-PRINTABLE:{quoted}"),
        format!("NOTE;ENCODING=b:{}", STANDARD.encode(SAID)),
        format!(
            "NOTE;ENCODING=BASE64:\r\n {}",
            lines(SAID.as_bytes(), 60).replace('\n', "\r\n ")
        ),
        format!("NOTE;BASE64:{}", STANDARD.encode(SAID)),
        format!("NOTE:data:text/plain;base64,{}", STANDARD.encode(SAID)),
        format!("PHOTO;ENCODING=b;TYPE=X:{}", STANDARD.encode([7; 400])),
    ];
    for value in values {
        let card = format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{value}\r\nEND:VCARD\r\n");
        assert!(
            is_found(&attached("a.vcf", "text/vcard", card.as_bytes())),
            "{value}"
        );
    }
}

/// Pictures too small to be looked at, with something beside or behind what is shown.
#[test]
fn files_hold_nothing_beside_what_they_show() {
    let png = |chunks: &[(&[u8; 4], &[u8])]| {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, content) in chunks {
            file.extend(u32::try_from(content.len()).expect("short").to_be_bytes());
            file.extend(*name);
            file.extend(*content);
            file.extend([0; 4]);
        }
        file
    };
    let header: (&[u8; 4], &[u8]) = (b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    let end: (&[u8; 4], &[u8]) = (b"IEND", b"");
    let said = SAID.as_bytes();
    let small = png(&[header, end]);
    let jpeg = b"\xff\xd8\xff\xc0\0\x08\x08\0\x01\0\x01\0\xff\xda\0\x02ab\xff\0c\xff\xd0d\xff\xd9"
        .to_vec();
    let gif = |blocks: &[u8]| [b"GIF89a\x01\0\x01\0\0\0\0", blocks].concat();
    let pdf = b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
        3 0 obj <</Type/Page/Parent 2 0 R>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n".to_vec();
    let binary: Vec<u8> = (0..400_u32)
        .map(|n| u8::try_from(n * 7 % 251).expect("an octet") | 0x80)
        .collect();
    for (name, clean) in [
        ("a.png", &small),
        ("a.jpg", &jpeg),
        ("a.gif", &gif(b";")),
        ("a.pdf", &pdf),
    ] {
        assert!(
            !is_found(&attached(name, "application/octet-stream", clean)),
            "{name} alone"
        );
        assert!(
            is_found(&attached(
                name,
                "application/octet-stream",
                &[clean, said].concat()
            )),
            "{name} and text"
        );
        assert!(
            is_found(&attached(
                name,
                "application/octet-stream",
                &[clean.as_slice(), &binary].concat()
            )),
            "{name} and more"
        );
        let padded = [clean.as_slice(), &[0; 500]].concat();
        assert!(
            !is_found(&attached(name, "application/octet-stream", &padded)),
            "{name} and padding"
        );
    }
    let length = [u8::try_from(said.len()).expect("short")];
    let beside = [
        png(&[header, (b"tEXt", &[b"Comment\0", said].concat()), end]),
        png(&[header, (b"prVt", said), end]),
        png(&[(b"xHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"), end]),
        gif(&[b"\x21\xfe", length.as_slice(), said, b"\0;"].concat()),
        gif(b"\x2c\0\0\0\0\x00\x02\x00\x02\0\x02\0;"),
        [pdf.as_slice(), said, b"\n%%EOF\n"].concat(),
        [
            b"\xff\xd8\xff\xe5",
            2_u16
                .wrapping_add(u16::from(length[0]))
                .to_be_bytes()
                .as_slice(),
            said,
            &jpeg[2..],
        ]
        .concat(),
    ];
    for (nth, file) in beside.iter().enumerate() {
        assert!(
            is_found(&attached("a.bin", "application/octet-stream", file)),
            "{nth}"
        );
    }
}
