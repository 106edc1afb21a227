//! PST and OST: what is rebuilt, what is said, what is survived. Files of Outlook itself: `peers/imports.py`.

use caduceus_records::import::{Found, Limits, Problem};
use proptest::prelude::*;

use crate::kit::{read, read_within, text};
use crate::store::{Property, Store, Value, utf16};

const ROOT: u32 = 0x122;
const INBOX: u32 = 0x8022;
const MESSAGE: u32 = 0x20_0024;
const EMBEDDED: u64 = 0x20_0044;
const FILE: u64 = 0x8025;
const LETTER: u64 = 0x8045;
const BODY: u32 = 0x1F;
/// Jan 7, 2019, 09:08:07 as FILETIME.
const MOMENT: i64 = (1_546_852_087 + 11_644_473_600) * 10_000_000;

/// Texts of properties, in the way of the store.
fn word(store: &Store, text: &str) -> Vec<u8> {
    match store.is_ansi {
        true => text
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)).expect("in Latin-1"))
            .collect(),
        false => utf16(text),
    }
}

fn kind(store: &Store) -> u16 {
    if store.is_ansi { 0x1e } else { 0x1f }
}

fn folders(store: &mut Store) {
    for (id, parent, name) in [(ROOT, ROOT, "root"), (INBOX, ROOT, "Inbox/2019")] {
        let (kind, name) = (kind(store), word(store, name));
        let data = store.properties(&[
            (0x3001, kind, Value::Octets(&name)),
            (0x3602, 3, Value::Number(1)),
            (0x360a, 0x0b, Value::Number(1)),
        ]);
        store.node(id, data, 0, parent);
    }
    // The store itself, which says that the folders of people begin at the root.
    let top = [&[0; 20][..], &ROOT.to_le_bytes()].concat();
    let (kind, name) = (kind(store), word(store, "Store"));
    let data = store.properties(&[
        (0x3001, kind, Value::Octets(&name)),
        (0x35e0, 0x102, Value::Octets(&top)),
    ]);
    store.node(0x21, data, 0, 0);
}

/// An item of one class, with more properties.
fn item(store: &mut Store, class: &str, more: Vec<Property<'_>>) -> u64 {
    let (kind, class) = (kind(store), word(store, class));
    let mut all = more;
    all.push((0x001a, kind, Value::Octets(&class)));
    store.properties(&all)
}

fn single(class: &str, more: Vec<Property<'_>>) -> Vec<u8> {
    let mut store = Store::new(false);
    folders(&mut store);
    let data = item(&mut store, class, more);
    store.node(MESSAGE, data, 0, INBOX);
    store.file()
}

/// A letter with recipients of each kind, a file and another letter in it.
fn whole(is_ansi: bool) -> Vec<u8> {
    let mut store = Store::new(is_ansi);
    folders(&mut store);
    let kind = kind(&store);
    let w = |text: &str| word(&Store::new(is_ansi), text);
    let (name, mail, id) = (
        w("Jörg"),
        w("joerg@clinic.example"),
        w("<1@clinic.example>"),
    );
    let (subject, body, inner) = (
        w("\u{1}\u{5}RE: Grüße"),
        w("Dear Pat,\r\nthe result."),
        w("The inner text"),
    );
    let moment = MOMENT.to_le_bytes();

    let data = item(
        &mut store,
        "IPM.Note",
        vec![(0x1000, kind, Value::Octets(&inner))],
    );
    let letter = store.properties(&[
        (0x3705, 3, Value::Number(5)),
        (
            0x3701,
            0x0d,
            Value::Octets(
                &[
                    &u32::try_from(EMBEDDED).expect("small").to_le_bytes()[..],
                    &[0; 4],
                ]
                .concat(),
            ),
        ),
    ]);
    let letter_nodes = store.beneath(&[[EMBEDDED, data, 0]]);
    let (file_name, content) = (w("Befund é.pdf"), b"%PDF octets".to_vec());
    let file = store.properties(&[
        (0x3705, 3, Value::Number(1)),
        (0x3701, 0x102, Value::Octets(&content)),
        (0x3707, kind, Value::Octets(&file_name)),
    ]);
    let attached = store.table(
        &[(0x67f2, 3)],
        &[
            (
                u32::try_from(FILE).expect("small"),
                vec![Some(Value::Number(1))],
            ),
            (
                u32::try_from(LETTER).expect("small"),
                vec![Some(Value::Number(2))],
            ),
        ],
    );
    let to = [
        w("To"),
        w("to@mail.example"),
        w("Hidden"),
        w("bcc@mail.example"),
    ];
    let columns = [(0x0c15, 3), (0x3001, kind), (0x39fe, kind)];
    let row = |kind, name, address| {
        vec![
            Some(Value::Number(kind)),
            Some(Value::Octets(name)),
            Some(Value::Octets(address)),
        ]
    };
    let recipients = store.table(
        &columns,
        &[(1, row(1, &to[0], &to[1])), (2, row(3, &to[2], &to[3]))],
    );
    let text = store.block(&body);
    let nodes = store.beneath(&[
        [0x671, attached, 0],
        [0x692, recipients, 0],
        [u64::from(BODY), text, 0],
        [FILE, file, 0],
        [LETTER, letter, letter_nodes],
    ]);
    let data = item(
        &mut store,
        "IPM.Note",
        vec![
            (0x0037, kind, Value::Octets(&subject)),
            (0x0042, kind, Value::Octets(&name)),
            (0x5d02, kind, Value::Octets(&mail)),
            (0x0e06, 0x40, Value::Octets(&moment)),
            (0x0e07, 3, Value::Number(1)),
            (0x1081, 3, Value::Number(102)),
            (0x1035, kind, Value::Octets(&id)),
            (0x1000, kind, Value::Node(BODY)),
        ],
    );
    store.node(MESSAGE, data, nodes, INBOX);
    store.file()
}

fn base64(content: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(content)
}

fn one(found: Vec<Found>) -> Found {
    assert_eq!(found.len(), 1);
    found.into_iter().next().expect("one")
}

#[test]
fn a_letter_is_rebuilt_from_unicode_and_ansi() {
    for is_ansi in [false, true] {
        let found = one(read(whole(is_ansi)));
        assert_eq!(found.problems, []);
        assert_eq!(
            (found.place.folder.as_str(), found.place.number),
            ("Inbox_2019", 1)
        );
        assert!(found.flags.read && found.flags.answered && !found.flags.draft);
        assert_eq!(
            found.received_at.expect("a moment").rfc3339(),
            "2019-01-07T09:08:07.000Z"
        );
        let message = text(&found);
        let lines: Vec<&str> = message.split("\r\n").collect();
        let subject = format!("Subject: =?UTF-8?B?{}?=", base64("RE: Grüße".as_bytes()));
        let from = format!(
            "From: =?UTF-8?B?{}?= <joerg@clinic.example>",
            base64("Jörg".as_bytes())
        );
        for wanted in [
            from.as_str(),
            "To: \"To\" <to@mail.example>",
            "Bcc: \"Hidden\" <bcc@mail.example>",
            subject.as_str(),
            "Date: Mon, 07 Jan 2019 09:08:07 +0000",
            "Message-ID: <1@clinic.example>",
            "MIME-Version: 1.0",
            "Content-Type: message/rfc822",
            " filename*=UTF-8''Befund%20%C3%A9.pdf",
        ] {
            assert_eq!(
                lines.iter().filter(|line| **line == wanted).count(),
                1 + usize::from(wanted == "MIME-Version: 1.0"),
                "{wanted} in {message}"
            );
        }
        for content in ["Dear Pat,\r\nthe result.", "%PDF octets", "The inner text"] {
            assert!(
                lines.contains(&base64(content.as_bytes()).as_str()),
                "{content}"
            );
        }
        assert!(
            !message.contains("\n\n")
                && message
                    .replace("\r\n", "")
                    .chars()
                    .all(|letter| letter != '\n')
        );
    }
}

#[test]
fn header_fields_of_transport_stay_as_they_were() {
    let kept = utf16(
        "Received: from a\r\n by b; Mon, 7 Jan 2019\r\nFrom: x@y\r\nContent-Type: text/plain;\r\n charset=x\r\nX-Own: 1\r\n\r\n",
    );
    let subject = utf16("late");
    let file = single(
        "IPM.Note",
        vec![
            (0x007d, 0x1f, Value::Octets(&kept)),
            (0x0037, 0x1f, Value::Octets(&subject)),
        ],
    );
    let message = text(&one(read(file)));
    let wanted = "Received: from a\r\n by b; Mon, 7 Jan 2019\r\nFrom: x@y\r\nX-Own: 1\r\nSubject: late\r\nMIME-Version: 1.0\r\n";
    assert!(message.starts_with(wanted), "{message}");
}

#[test]
fn rtf_gives_its_text_or_its_page() {
    // The example of MS-OXRTFCP §4.1.
    let packed = hex::decode(
        "2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235423\
         20af32068656c090020627705b06c647d0a800fa0",
    );
    let packed = packed.expect("hex");
    let message = text(&one(read(single(
        "IPM.Note",
        vec![(0x1009, 0x102, Value::Octets(&packed))],
    ))));
    assert!(message.contains(&base64(b"hello world")), "{message}");
    assert!(message.contains(&base64(
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    )));

    let rich = rb(
        r"{\rtf1\ansi\fromhtml1{\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\b \htmlrtf0 caf\'e9 \u8364?\u-10179?\u-8704?{\*\htmltag244 <br>}\htmlrtf }\htmlrtf0 }",
    );
    let message = text(&one(read(single(
        "IPM.Note",
        vec![(0x1009, 0x102, Value::Octets(&rich))],
    ))));
    assert!(
        message.contains("Content-Type: text/html; charset=utf-8"),
        "{message}"
    );
    assert!(
        message.contains(&base64("<p>café €😀<br>".as_bytes())),
        "{message}"
    );
}

/// RTF that is not packed, as Outlook keeps it.
fn rb(rtf: &str) -> Vec<u8> {
    let length = u32::try_from(rtf.len()).expect("short").to_le_bytes();
    [&length[..], &length, b"MELA\0\0\0\0", rtf.as_bytes()].concat()
}

#[test]
fn what_cannot_be_rebuilt_is_said() {
    let problems = |file| one(read(file)).problems;
    assert_eq!(
        problems(single("IPM.Contact", vec![])),
        [Problem::OtherItem]
    );
    let broken = single("IPM.Note", vec![(0x1000, 0x1f, Value::Node(BODY))]);
    assert_eq!(problems(broken), [Problem::BodyLost]);
    let mut version = single("IPM.Note", vec![]);
    version[10] = 99;
    assert_eq!(problems(version), [Problem::Unsupported]);
    let file = whole(false);
    assert_eq!(problems(file[..file.len() / 2].to_vec()).len(), 1);
    assert_eq!(problems(b"!BDN".to_vec()), [Problem::Damaged]);
}

#[test]
fn limits_of_items() {
    let within = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        one(read_within(whole(false), limits)).problems
    };
    assert_eq!(
        within(|limits| limits.embedded_depth = 0),
        [Problem::AttachmentLost]
    );
    assert_eq!(
        within(|limits| limits.rows = 1),
        [Problem::AttachmentLost, Problem::RecipientLost]
    );
    assert_eq!(
        within(|limits| limits.message = 500),
        [Problem::MessageTooLarge]
    );
    assert_eq!(
        within(|limits| limits.entries = 2),
        [Problem::TooManyEntries]
    );
}

#[test]
fn an_item_that_would_be_read_for_ever_ends() {
    let mut store = Store::new(false);
    folders(&mut store);
    let nothing = store.block(b"");
    let many = store.list(1, 1, &[nothing; 8_000], 1);
    let body = store.list(1, 2, &[many; 8_000], 1);
    let nodes = store.beneath(&[[u64::from(BODY), body, 0]]);
    let data = item(
        &mut store,
        "IPM.Note",
        vec![(0x1000, 0x1f, Value::Node(BODY))],
    );
    store.node(MESSAGE, data, nodes, INBOX);
    let found = one(read(store.file()));
    assert!(!found.problems.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_a_store_is_survived(
        is_ansi in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = whole(is_ansi);
        // Most of a small file is empty; what is not is changed.
        let used: Vec<usize> = (0..file.len()).filter(|at| file[*at] != 0).collect();
        for (at, octet) in changes {
            file[used[at.index(used.len())]] = octet;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let limits = Limits { message: 20_000, ..Limits::default() };
        for found in read_within(file, limits) {
            prop_assert!(found.octets.len() <= 20_000);
            prop_assert!(!found.octets.is_empty() || !found.problems.is_empty());
        }
    }
}

#[test]
fn a_message_that_was_signed_as_a_whole_is_that_whole() {
    let signed =
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nDear Pat\r\n--b--\r\n";
    let kind = utf16("multipart/signed");
    let mut store = Store::new(false);
    folders(&mut store);
    let file = store.properties(&[
        (0x3705, 3, Value::Number(1)),
        (0x3701, 0x102, Value::Octets(signed)),
        (0x370e, 0x1f, Value::Octets(&kind)),
    ]);
    let row = u32::try_from(FILE).expect("small");
    let attached = store.table(&[(0x67f2, 3)], &[(row, vec![Some(Value::Number(row))])]);
    let nodes = store.beneath(&[[0x671, attached, 0], [FILE, file, 0]]);
    let subject = utf16("signed");
    let data = item(
        &mut store,
        "IPM.Note.SMIME.MultipartSigned",
        vec![(0x0037, 0x1f, Value::Octets(&subject))],
    );
    store.node(MESSAGE, data, nodes, INBOX);
    let message = text(&one(read(store.file())));
    let whole = String::from_utf8_lossy(signed).into_owned();
    assert!(
        message.starts_with("To: ") || message.starts_with("Subject: signed\r\n"),
        "{message}"
    );
    assert!(
        message.ends_with(&format!("MIME-Version: 1.0\r\n{whole}")),
        "{message}"
    );
}

#[test]
fn names_that_only_exchange_understands_stand_beside() {
    let (name, address) = (utf16("Ann"), utf16("/O=CLINIC/OU=FIRST GROUP/CN=ANN"));
    let properties = vec![
        (0x0042, 0x1f, Value::Octets(&name[..])),
        (0x0065, 0x1f, Value::Octets(&address[..])),
    ];
    let message = text(&one(read(single("IPM.Note", properties))));
    assert!(
        message
            .starts_with("From: \"Ann\":;\r\nX-Exchange-From: /O=CLINIC/OU=FIRST GROUP/CN=ANN\r\n")
    );
}

#[test]
fn a_folder_in_itself_is_named_so_often_and_no_more() {
    let mut store = Store::new(false);
    let name = utf16("Loop");
    let data = store.properties(&[(0x3001, 0x1f, Value::Octets(&name))]);
    store.node(INBOX, data, 0, INBOX);
    let data = item(&mut store, "IPM.Note", vec![]);
    store.node(MESSAGE, data, 0, INBOX);
    let found = one(read(store.file()));
    let depth = Limits::default().folder_depth;
    assert_eq!(found.place.folder.matches("Loop").count(), depth as usize);
}
