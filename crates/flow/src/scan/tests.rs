//! What is slow or breaks while a message is read counts as not read.

use super::*;

/// Takes longer for each file than all files of a message may.
struct Slow;

impl Extractor for Slow {
    fn extract(&self, file: &[u8], _: &Claim<'_>) -> Extracted {
        let mut read = Extracted::unread(FileKind::of(file), Because::Malformed);
        read.unreadable.clear();
        read.took = EXTRACT_TIME_MAX;
        read
    }
}

const FILE: &str = "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF-1.7\r\n";

fn reading(body: &str) -> Reading {
    let head =
        "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    let content = format!("{head}--b\r\n\r\n{body}\r\n{FILE}{FILE}--b--\r\n");
    let message = mail::parse(content.as_bytes()).expect("it is a message");
    Reading::of(&Slow, &message)
}

#[test]
fn files_behind_a_slow_one_count_as_not_read() {
    let unread: Vec<_> = reading("words").unreadable;
    assert_eq!(unread.len(), 1, "{unread:?}");
    assert_eq!(
        unread[0],
        (mail::PartName::Attachment(1), "limit_time".to_owned())
    );
}

#[test]
fn a_detector_that_breaks_leaves_nothing_clean() {
    let own = phi::Own::new();
    let with = phi::Reading {
        token: &|_| panic!("a fault of the detector"),
        own: &own,
        registry: None,
        patterns: None,
    };
    let found = find(
        &reading("Maria Lopez, SSN 536-90-4399, has diabetes."),
        &with,
    );
    assert!(
        found.unscannable.contains(&(0, "crash".to_owned())),
        "{:?}",
        found.unscannable
    );
}
