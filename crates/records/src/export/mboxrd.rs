//! mboxrd: every message in one file. Lossy, and never hashed as evidence.
//!
//! Lines that begin `From `, after any number of `>`, get one more `>`, which reading takes away again. Lost is
//! only whether a message ended with a line end. Line ends stay as the message has them.

use std::io::{self, Write};

use model::Timestamp;

use super::columns::utc;
use super::{Family, Item};

const FROM: &[u8] = b"From ";

pub(super) fn family(out: &mut dyn Write, family: &Family<'_>) -> io::Result<()> {
    message(out, family.item)
}

fn message(out: &mut dyn Write, item: &Item) -> io::Result<()> {
    let at = item.received_at.or(item.sent_at).unwrap_or_default();
    writeln!(out, "From {} {}", sender(&item.envelope_from), asctime(at))?;
    let octets = item.octets.as_slice();
    for line in octets.split_inclusive(|b| *b == b'\n') {
        if is_from(line) {
            out.write_all(b">")?;
        }
        out.write_all(line)?;
    }
    let open = octets.last().is_some_and(|b| *b != b'\n');
    out.write_all(if open { b"\n\n" } else { b"\n" })
}

/// The messages of an mboxrd, as they were but for a line end at their end.
pub fn read(mbox: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for line in mbox.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(FROM) {
            messages.push(Vec::new());
        } else if let Some(message) = messages.last_mut() {
            let quoted = line.starts_with(b">") && is_from(line);
            message.extend_from_slice(&line[usize::from(quoted)..]);
        }
    }
    for message in &mut messages {
        if message.last() == Some(&b'\n') {
            message.pop();
        }
    }
    messages
}

fn is_from(line: &[u8]) -> bool {
    let quotes = line.iter().take_while(|b| **b == b'>').count();
    line[quotes..].starts_with(FROM)
}

/// One word: the null sender has a customary name.
fn sender(address: &str) -> String {
    let clean: String = address.chars().filter(|c| c.is_ascii_graphic()).collect();
    if clean.is_empty() {
        "MAILER-DAEMON".to_owned()
    } else {
        clean
    }
}

fn asctime(at: Timestamp) -> String {
    utc(at).format("%a %b %e %H:%M:%S %Y").to_string()
}
