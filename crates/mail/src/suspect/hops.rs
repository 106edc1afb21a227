//! The way a message says it came: its `Received` fields (RFC 5321 §4.4), for whoever judges a forgery.
//!
//! What stands below the field of one's own server was written by others and may be invented; it is
//! shown, and never decides. Invariant: bounded by the limit of such fields; what cannot be read is
//! left out of a hop, not guessed.

use mail_parser::DateTime;
use model::{Domain, Timestamp, limits};

use crate::message::Message;

/// One server's word, the newest first. Names of hosts are not for logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Hop {
    /// What the client called itself.
    pub from: Option<String>,
    /// The address that the server saw, where it wrote one.
    pub seen_from: Option<String>,
    /// The name that the server found for that address, where it wrote one.
    pub resolved: Option<String>,
    pub by: Option<String>,
    /// Such as `ESMTPS`.
    pub with: Option<String>,
    pub at: Option<Timestamp>,
    pub oddities: Vec<Oddity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// It does not say who wrote it.
    NoServer,
    /// It has no moment that can be read.
    NoDate,
    /// It was written before the hop below it, by more than clocks differ.
    BackInTime,
    /// It lay at the hop below for more than a day.
    LongStay,
}

impl Oddity {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoServer => "no_server",
            Self::NoDate => "no_date",
            Self::BackInTime => "back_in_time",
            Self::LongStay => "long_stay",
        }
    }
}

/// Clocks of honest servers differ by less.
const CLOCKS_DIFFER_SECONDS: i64 = 300;
const LONG_STAY_SECONDS: i64 = 86_400;

/// The hops as they stand, top down.
pub fn hops(message: &Message<'_>) -> Vec<Hop> {
    let fields = message.headers("received");
    let mut hops: Vec<Hop> = fields.take(limits::RECEIVED_FIELDS_MAX).map(read).collect();
    let mut below: Option<i64> = None;
    for hop in hops.iter_mut().rev() {
        let at = hop.at.map(Timestamp::secs);
        if let (Some(at), Some(below)) = (at, below) {
            let stay = at.saturating_sub(below);
            if stay < -CLOCKS_DIFFER_SECONDS {
                hop.oddities.push(Oddity::BackInTime);
            }
            if stay > LONG_STAY_SECONDS {
                hop.oddities.push(Oddity::LongStay);
            }
        }
        below = at.or(below);
    }
    hops
}

fn read(field: &str) -> Hop {
    let (way, date) = field.rsplit_once(';').unwrap_or((field, ""));
    let (plain, comments) = without_comments(way);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let after = |name: &str| {
        let at = words.iter().position(|w| w.eq_ignore_ascii_case(name))?;
        words.get(at + 1).map(|word| (*word).to_owned())
    };
    let mut hop = Hop {
        from: after("from"),
        seen_from: seen_from(&comments),
        resolved: resolved(&comments),
        by: after("by"),
        with: after("with"),
        at: moment(&without_comments(date).0),
        oddities: Vec::new(),
    };
    if hop.by.is_none() {
        hop.oddities.push(Oddity::NoServer);
    }
    if hop.at.is_none() {
        hop.oddities.push(Oddity::NoDate);
    }
    hop
}

/// RFC 5322 §3.2.2: comments nest. The text outside, and the text inside.
fn without_comments(text: &str) -> (String, String) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0_usize);
    for c in text.chars() {
        match c {
            '(' => {
                depth += 1;
                outside.push(' ');
                inside.push(' ');
            }
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(c),
            _ => inside.push(c),
        }
    }
    (outside, inside)
}

/// The first address literal (RFC 5321 §4.1.3) that is one.
fn seen_from(comments: &str) -> Option<String> {
    let literals = comments.split('[').skip(1);
    let address = |literal: &str| {
        let text = literal.split(']').next()?;
        let text = text.strip_prefix("IPv6:").unwrap_or(text);
        text.parse::<std::net::IpAddr>().ok()
    };
    literals.filter_map(address).map(|ip| ip.to_string()).next()
}

/// The first word before an address that is a name with a dot: as most servers write it.
fn resolved(comments: &str) -> Option<String> {
    let mut words = comments.split('[').next()?.split_whitespace();
    let name = words.find_map(|word| {
        let name = word.trim_end_matches('.');
        let is_name = name.contains('.') && name.parse::<std::net::IpAddr>().is_err();
        Domain::parse(name).ok().filter(|_| is_name)
    })?;
    Some(name.as_str().to_owned())
}

pub(crate) fn moment(date: &str) -> Option<Timestamp> {
    let date = DateTime::parse_rfc822(&format!("{}\n", date.trim()))?;
    let sound = date.is_valid() && (1970..=9_999).contains(&date.year);
    sound.then(|| Timestamp::from_secs(date.to_timestamp()))
}

#[cfg(test)]
mod tests;
