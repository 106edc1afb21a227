//! rspamd's HTTP protocol, as far as we speak it: one `POST /checkv2`, one answer in JSON.
//!
//! Symbols come as their names alone: their options quote the message. Invariant: an answer without a
//! score and an action is no answer, and what rspamd skipped is not clean.

use std::net::IpAddr;

use model::Address;
use serde::Deserialize;

use super::{NoAnswer, plain_name};

const HEAD_OCTETS_MAX: usize = 16 * 1024;
const BODY_OCTETS_MAX: usize = 1024 * 1024;
pub const SYMBOLS_MAX: usize = 200;

/// Who brought the message, to whom.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// None: the empty reverse-path.
    pub from: Option<&'a Address>,
    pub recipients: &'a [Address],
    pub ip: IpAddr,
    pub helo: &'a str,
    /// Who signed in, by an opaque id; for mail that goes out.
    pub user: Option<&'a str>,
}

/// The head of the request; the message follows as it is.
pub fn request_head(envelope: &Envelope<'_>, content_octets: usize) -> Vec<u8> {
    let mut head = String::from("POST /checkv2 HTTP/1.1\r\nHost: rspamd\r\nConnection: close\r\n");
    let mut add = |name: &str, value: &str| {
        // What is no printable ASCII has no place in a field; rspamd reads addresses from the mail too.
        if value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
    };
    add("From", envelope.from.map_or("", Address::as_str));
    for recipient in envelope.recipients {
        add("Rcpt", recipient.as_str());
    }
    add("Ip", &envelope.ip.to_string());
    add("Helo", envelope.helo);
    if let Some(user) = envelope.user {
        add("User", user);
    }
    add("Content-Type", "message/rfc822");
    add("Content-Length", &content_octets.to_string());
    head.push_str("\r\n");
    head.into_bytes()
}

/// What rspamd advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    NoAction,
    Greylist,
    AddHeader,
    RewriteSubject,
    SoftReject,
    Reject,
    Quarantine,
    Discard,
}

impl Action {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoAction => "no_action",
            Self::Greylist => "greylist",
            Self::AddHeader => "add_header",
            Self::RewriteSubject => "rewrite_subject",
            Self::SoftReject => "soft_reject",
            Self::Reject => "reject",
            Self::Quarantine => "quarantine",
            Self::Discard => "discard",
        }
    }

    /// As rspamd says it, with blanks.
    fn said(text: &str) -> Option<Self> {
        Some(match text {
            "no action" => Self::NoAction,
            "greylist" => Self::Greylist,
            "add header" => Self::AddHeader,
            "rewrite subject" => Self::RewriteSubject,
            "soft reject" => Self::SoftReject,
            "reject" => Self::Reject,
            "quarantine" => Self::Quarantine,
            "discard" => Self::Discard,
            _ => return None,
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    pub score: f64,
    /// From this score on rspamd would reject.
    pub required: f64,
    pub action: Action,
    /// Sorted; at most [`SYMBOLS_MAX`].
    pub symbols: Vec<String>,
}

/// What has come of an answer.
#[derive(Default)]
pub struct Answer {
    octets: Vec<u8>,
    is_too_long: bool,
}

impl Answer {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what came off the wire, until the connection ends or enough is there.
    pub fn take(&mut self, octets: &[u8]) {
        if self.octets.len() + octets.len() > HEAD_OCTETS_MAX + BODY_OCTETS_MAX {
            self.is_too_long = true;
            self.octets.clear();
        }
        if !self.is_too_long {
            self.octets.extend_from_slice(octets);
        }
    }

    /// Whether the whole of it is there, by its own count; else it ends with the connection.
    pub fn is_whole(&self) -> bool {
        self.is_too_long
            || self
                .parts()
                .is_ok_and(|(head, body)| head.length.is_some_and(|length| body.len() >= length))
    }

    /// When it is whole, or when the connection ended.
    pub fn advice(&self) -> Result<Advice, NoAnswer> {
        if self.is_too_long {
            return Err(NoAnswer::TooLong);
        }
        let (head, body) = self.parts()?;
        if head.status != 200 {
            return Err(NoAnswer::Failed);
        }
        let body = match head.length {
            Some(length) => body.get(..length).ok_or(NoAnswer::Cut)?,
            None => body,
        };
        read_advice(body)
    }

    fn parts(&self) -> Result<(Head, &[u8]), NoAnswer> {
        let Some(end) = memchr::memmem::find(&self.octets, b"\r\n\r\n") else {
            let garbled = !self.octets.is_empty() && !begins_like_http(&self.octets);
            return Err(if garbled {
                NoAnswer::Garbled
            } else {
                NoAnswer::Cut
            });
        };
        let head = std::str::from_utf8(&self.octets[..end]).map_err(|_| NoAnswer::Garbled)?;
        let head = Head::read(head).ok_or(NoAnswer::Garbled)?;
        Ok((head, &self.octets[end + 4..]))
    }
}

fn begins_like_http(octets: &[u8]) -> bool {
    let mark = b"HTTP/1.";
    octets.starts_with(&mark[..mark.len().min(octets.len())])
}

struct Head {
    status: u16,
    length: Option<usize>,
}

impl Head {
    /// RFC 9112 §4 and §6.2. Chunks were not asked for, and rspamd does not send them.
    fn read(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.")?;
        let status = status.split(' ').nth(1)?.parse().ok()?;
        let mut length = None;
        for line in lines {
            let (name, value) = line.split_once(':')?;
            if name.eq_ignore_ascii_case("transfer-encoding") {
                return None;
            }
            if name.eq_ignore_ascii_case("content-length") {
                let octets: usize = value.trim().parse().ok()?;
                length = Some(octets).filter(|octets| *octets <= BODY_OCTETS_MAX);
                length?;
            }
        }
        Some(Self { status, length })
    }
}

#[derive(Deserialize)]
struct Said {
    score: f64,
    required_score: f64,
    action: String,
    #[serde(default)]
    is_skipped: bool,
    #[serde(default)]
    symbols: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
}

fn read_advice(body: &[u8]) -> Result<Advice, NoAnswer> {
    let said: Said = serde_json::from_slice(body).map_err(|_| NoAnswer::Garbled)?;
    let action = Action::said(&said.action).ok_or(NoAnswer::Garbled)?;
    // It skips what it knows beforehand as well: then it says more than "no action".
    if said.is_skipped && action == Action::NoAction {
        return Err(NoAnswer::NotLookedAt);
    }
    let names = said.symbols.keys().filter_map(|name| plain_name(name));
    Ok(Advice {
        score: said.score,
        required: said.required_score,
        action,
        symbols: names.take(SYMBOLS_MAX).collect(),
    })
}

#[cfg(test)]
mod tests;
