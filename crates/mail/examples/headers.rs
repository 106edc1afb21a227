//! What is found in the headers of real mail: `headers FOLDER`, a corpus of folders with one message a file.
//!
//! Prints one line of JSON: files read, refused, with hops, and how many of them show each kind of finding.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use caduceus_mail::forensics::{FindingKind, examine};

fn main() -> std::io::Result<()> {
    let (mut read, mut refused, mut with_hops) = (0_u64, 0_u64, 0_u64);
    let mut kinds: BTreeMap<&str, u64> = FindingKind::ALL
        .iter()
        .map(|kind| (kind.word(), 0))
        .collect();
    for path in files(&std::env::args().nth(1).unwrap_or_default())? {
        let wire = std::fs::read(path)?;
        // the line that begins an entry of a mailbox
        let begins = match wire.starts_with(b"From ") {
            true => wire
                .iter()
                .position(|octet| *octet == b'\n')
                .map_or(0, |at| at + 1),
            false => 0,
        };
        let Ok(found) = examine(&wire[begins..]) else {
            refused += 1;
            continue;
        };
        read += 1;
        with_hops += u64::from(!found.legs.is_empty());
        for kind in FindingKind::ALL {
            let is_there = found.findings.iter().any(|finding| finding.kind == kind);
            *kinds.entry(kind.word()).or_default() += u64::from(is_there);
        }
    }
    let line = serde_json::json!({ "read": read, "refused": refused, "with_hops": with_hops, "kinds": kinds });
    writeln!(std::io::stdout(), "{line}")
}

fn files(folder: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for within in std::fs::read_dir(folder)? {
        let within = within?.path();
        if within.is_dir() {
            let entries = std::fs::read_dir(within)?;
            let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
            found.extend(entries.filter(|path| path.extension().is_some_and(|end| end == "txt")));
        }
    }
    Ok(found)
}
