//! Octets in, what was found out.

use std::fmt::Write;
use std::io::Cursor;
use std::path::PathBuf;

use caduceus_records::import::{Found, Import, Limits};

pub fn read(octets: Vec<u8>) -> Vec<Found> {
    read_within(octets, Limits::default())
}

pub fn read_within(octets: Vec<u8>, limits: Limits) -> Vec<Found> {
    let file = Cursor::new(octets);
    Import::of_file(file, "a.file", limits)
        .expect("memory can be read")
        .collect()
}

pub fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

pub fn case(name: &str) -> Vec<u8> {
    std::fs::read(cases().join(name)).expect("the case is there")
}

pub fn text(found: &Found) -> String {
    String::from_utf8_lossy(&found.octets).into_owned()
}

/// What was found, for people: one line for what is known, the last line of the message beneath.
pub fn list(found: &[Found]) -> String {
    let mut lines = String::new();
    for one in found {
        let message = text(one);
        let subject = message
            .lines()
            .find_map(|line| line.strip_prefix("Subject: "));
        let at = one.received_at.map_or("-".to_owned(), |at| at.rfc3339());
        let words: Vec<_> = one.problems.iter().map(|problem| problem.word()).collect();
        let place = (&one.place.folder, one.place.number);
        let head = format!(
            "{}{} \"{}\" {} octets",
            place.0,
            place.1,
            subject.unwrap_or(""),
            one.octets.len()
        );
        writeln!(
            lines,
            "{head}, {at}, {}, {:?}, {words:?}",
            marks(one),
            one.labels
        )
        .expect("memory");
        writeln!(
            lines,
            "    {:?}",
            message.trim_end().lines().last().unwrap_or("")
        )
        .expect("memory");
    }
    lines
}

fn marks(found: &Found) -> String {
    let flags = found.flags;
    let marks = [
        (flags.read, "read"),
        (flags.answered, "answered"),
        (flags.forwarded, "forwarded"),
        (flags.flagged, "flagged"),
        (flags.deleted, "deleted"),
        (flags.draft, "draft"),
        (flags.sent, "sent"),
    ];
    let set: Vec<_> = marks
        .iter()
        .filter(|mark| mark.0)
        .map(|mark| mark.1)
        .collect();
    if set.is_empty() {
        "-".to_owned()
    } else {
        set.join("+")
    }
}
