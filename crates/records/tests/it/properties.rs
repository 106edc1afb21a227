//! Any messages come back; any octets are survived, within the limits.

use caduceus_records::import::{Limits, Place};
use proptest::prelude::*;

use crate::archives::{gzip, tar, zip};
use crate::kit::{case, read, read_within};

/// Lines among which there are those that mailboxes must quote.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "[a-zA-Z ]{0,20}",
        Just("From ann Mon Jan  7 09:08:07 2019".to_owned()),
        Just("From here on".to_owned()),
        Just(">From here on".to_owned()),
        Just(">>>From ann Mon Jan  7 09:08:07 2019".to_owned()),
        Just("Content-Length: 5".to_owned()),
        Just("Subject: inner".to_owned()),
        Just(String::new()),
    ];
    let lines = prop::collection::vec(line, 0..12);
    ("[a-z]{1,9}", lines).prop_map(|(subject, lines)| {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        format!("Subject: {subject}\n\n{body}").into_bytes()
    })
}

/// As mboxrd says: one `>` more before each `From ` line, an empty line after each message.
fn mboxrd(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for message in messages {
        file.extend_from_slice(b"From MAILER-DAEMON Mon Jan  7 09:08:07 2019\n");
        for line in message.split_inclusive(|octet| *octet == b'\n') {
            let unquoted = line.iter().skip_while(|octet| **octet == b'>');
            if unquoted.copied().take(5).eq(*b"From ") {
                file.push(b'>');
            }
            file.extend_from_slice(line);
        }
        file.push(b'\n');
    }
    file
}

fn any_change(seed: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let octets = case(seed);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20);
    (changes, any::<prop::sample::Index>()).prop_map(move |(changes, end)| {
        let mut changed = octets.clone();
        for (at, octet) in changes {
            let length = changed.len();
            changed[at.index(length)] = octet;
        }
        changed.truncate(end.index(changed.len() + 1));
        changed
    })
}

fn small() -> Limits {
    Limits {
        message: 2_000,
        unpacked: 20_000,
        nested: 4_000,
        entries: 20,
        ..Limits::default()
    }
}

fn holds(octets: Vec<u8>) {
    let found = read_within(octets, small());
    assert!(
        found
            .iter()
            .all(|one| one.octets.len() as u64 <= small().message)
    );
    assert!(
        found
            .iter()
            .all(|one| !one.octets.is_empty() || !one.problems.is_empty())
    );
    let places: Vec<&Place> = found.iter().map(|one| &one.place).collect();
    assert!(
        places
            .iter()
            .all(|place| place.file.chars().count() <= 1_000)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_messages_come_back_from_mboxrd(messages in prop::collection::vec(message(), 1..8)) {
        let found: Vec<_> = read(mboxrd(&messages)).into_iter().map(|one| one.octets).collect();
        prop_assert_eq!(found, messages);
    }

    #[test]
    fn any_octets_are_survived(octets in prop::collection::vec(any::<u8>(), 0..4_000)) {
        holds(octets.clone());
        for head in [&b"From a Mon Jan  7 09:08:07 2019\n"[..], b"PK\x03\x04", b"\x1f\x8b\x08", b"!BDN", b"12\nSubject: x\n"] {
            holds([head, octets.as_slice()].concat());
        }
        holds(tar(&[("x", &octets)]));
    }

    #[test]
    fn any_change_of_a_mailbox_is_survived(octets in any_change("content_length_lies.mbox")) {
        holds(octets);
    }

    #[test]
    fn any_change_of_an_archive_is_survived(octets in any_change("takeout.mbox"), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let entries: &[(&str, &[u8])] = &[("a/b.mbox", &octets), ("c.eml", b"Subject: x\n\ny")];
        for mut packed in [zip(entries), tar(entries), gzip(&tar(entries)), zip(&[("inner.zip", &zip(entries))])] {
            for (at, octet) in &changes {
                let length = packed.len();
                packed[at.index(length)] = *octet;
            }
            holds(packed);
        }
    }
}
