//! What other systems tell about our mail, read into values: delivery status and bounces in prose,
//! complaints, read receipts, DMARC and TLS reports.
//!
//! Everything here is hostile input. Invariants: only words, codes, counts and names of systems come
//! out, never returned content or a person's address; work and memory are bounded before anything
//! is unpacked; no input makes it panic.

mod automatic;
mod delivery;
mod dmarc;
mod pack;
mod tls;
mod xml;

use model::Result;

pub use automatic::{Automatic, automatic};
pub use delivery::{DeliveryAction, DeliveryStatus};
pub use dmarc::{DmarcReport, DmarcRow};
pub use tls::{TlsPolicy, TlsReport};

use crate::message::parse;

/// A message that a program sent about one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// RFC 3464, or a bounce in prose: one entry per recipient it speaks of, at most 100.
    Delivery(Vec<DeliveryStatus>),
    /// RFC 5965: `abuse`, `fraud`, `virus`, `not-spam` or `other`.
    Complaint(&'static str),
    /// RFC 8098: `displayed`, `deleted`, `dispatched` or `processed`.
    Receipt(&'static str),
}

/// What came to an address for aggregate reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aggregate {
    Dmarc(DmarcReport),
    Tls(TlsReport),
}

/// `None` when the message reports nothing: a person's answer, an automatic one, rubbish.
///
/// # Errors
/// `mime_invalid` over the limits of parts and depth.
pub fn read(bytes: &[u8]) -> Result<Option<Report>> {
    let message = parse(bytes)?;
    if let Some(part) = message.octets_of_type("message/feedback-report") {
        return Ok(Some(Report::Complaint(complaint(&part))));
    }
    if let Some(part) = message.octets_of_type("message/disposition-notification") {
        return Ok(receipt(&part).map(Report::Receipt));
    }
    let status = message
        .octets_of_type("message/delivery-status")
        .or_else(|| message.octets_of_type("message/global-delivery-status"));
    let told = match status {
        Some(part) => delivery::structured(&part),
        None => delivery::prose(&message).into_iter().collect(),
    };
    Ok((!told.is_empty()).then_some(Report::Delivery(told)))
}

/// `None` when it holds no report that can be read.
///
/// # Errors
/// `mime_invalid` over the limits of parts and depth.
pub fn aggregate(bytes: &[u8]) -> Result<Option<Aggregate>> {
    let message = parse(bytes)?;
    let mut room = pack::Room::default();
    for part in message.parts_with_octets() {
        let Some(opened) = room.open(&part) else {
            continue;
        };
        let read = match opened.trim_ascii_start().first() {
            Some(b'{') => tls::read(&opened).map(Aggregate::Tls),
            Some(b'<' | 0xEF) => dmarc::read(&opened).map(Aggregate::Dmarc),
            _ => None,
        };
        if read.is_some() {
            return Ok(read);
        }
    }
    Ok(None)
}

/// Return paths that a complaint quotes, for the caller to look for its own among them.
///
/// # Errors
/// `mime_invalid` over the limits of parts and depth.
pub fn quoted_paths(bytes: &[u8]) -> Result<Vec<model::Address>> {
    let message = parse(bytes)?;
    let mut found = Vec::new();
    let mut note = |value: &str| {
        let bare = value.trim().trim_start_matches('<').trim_end_matches('>');
        if found.len() < 10 {
            found.extend(model::Address::parse(bare));
        }
    };
    if let Some(part) = message.octets_of_type("message/feedback-report") {
        for (name, value) in groups(&part).into_iter().flatten() {
            if name == "original-mail-from" {
                note(&value);
            }
        }
    }
    for kind in ["message/rfc822", "text/rfc822-headers", "message/global"] {
        if let Some(part) = message.octets_of_type(kind) {
            let head = &part[..crate::header_block_end(&part)];
            for (name, value) in groups(head).into_iter().flatten() {
                if name == "return-path" {
                    note(&value);
                }
            }
        }
    }
    Ok(found)
}

fn complaint(part: &[u8]) -> &'static str {
    const KINDS: [&str; 5] = ["abuse", "fraud", "virus", "not-spam", "other"];
    let fields = groups(part);
    let said = fields
        .iter()
        .flatten()
        .find(|(name, _)| name == "feedback-type")
        .map_or("", |(_, value)| value.as_str());
    KINDS
        .into_iter()
        .find(|kind| said.eq_ignore_ascii_case(kind))
        .unwrap_or("other")
}

/// RFC 8098 §3.2.6: `manual-action/MDN-sent-manually; displayed`.
fn receipt(part: &[u8]) -> Option<&'static str> {
    const WORDS: [&str; 4] = ["displayed", "deleted", "dispatched", "processed"];
    let fields = groups(part);
    let (_, value) = fields
        .iter()
        .flatten()
        .find(|(name, _)| name == "disposition")?;
    let word = value
        .split_once(';')?
        .1
        .split('/')
        .next()?
        .trim()
        .to_ascii_lowercase();
    WORDS.into_iter().find(|w| *w == word)
}

/// Fields in groups that empty lines part (RFC 3464 §2.1); names in lower case, values unfolded.
fn groups(part: &[u8]) -> Vec<Vec<(String, String)>> {
    const FIELDS_MAX: usize = 2_000;
    let text = String::from_utf8_lossy(part);
    let mut all: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines().take(FIELDS_MAX) {
        let Some(group) = all.last_mut() else { break };
        if line.trim().is_empty() {
            if !group.is_empty() {
                all.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    all
}

/// A name of another system as it may be kept: printable ASCII, short.
fn word(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(120)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests;
