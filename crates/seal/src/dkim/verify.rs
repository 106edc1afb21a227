//! Checking the DKIM signatures of a message that came in (RFC 6376 §6).

use model::Timestamp;

use crate::dns::{Ask, Known};
use crate::signature::{Broken, Form, Parts, Signature};
use crate::tags::Tags;

/// What a hostile message may make us check.
const SIGNATURES_MAX: usize = 8;

/// RFC 8601 §2.7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dkim {
    Pass,
    Fail,
    /// It holds, but leaves out part of the body.
    Policy,
    TempError,
    PermError,
}

impl Dkim {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Policy => "policy",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

/// One signature and what became of it. Domain and selector are empty where they cannot be read.
#[derive(Clone)]
pub struct DkimResult {
    pub dkim: Dkim,
    pub domain: String,
    pub selector: String,
}

/// Every signature, top down, at most eight.
pub fn check(message: &[u8], known: &Known, now: Timestamp) -> Result<Vec<DkimResult>, Ask> {
    let parts = Parts::of(message);
    let fields: Vec<&[u8]> = parts.named("dkim-signature").take(SIGNATURES_MAX).collect();
    // All keys first: content is hashed once, not once a question.
    for field in &fields {
        if let Some((selector, domain)) = key_of(field) {
            known.txt(&format!("{selector}._domainkey.{domain}"))?;
        }
    }
    fields
        .into_iter()
        .map(|field| check_one(&parts, field, known, now))
        .collect()
}

/// Selector and domain that a signature names.
fn key_of(field: &[u8]) -> Option<(String, String)> {
    let colon = field.iter().position(|b| *b == b':')?;
    let tags = Tags::parse(std::str::from_utf8(&field[colon + 1..]).ok()?)?;
    let signature = Signature::read(&tags, Form::Simple)?;
    Some((signature.selector, signature.domain))
}

fn check_one(
    parts: &Parts<'_>,
    field: &[u8],
    known: &Known,
    now: Timestamp,
) -> Result<DkimResult, Ask> {
    let unreadable = DkimResult {
        dkim: Dkim::PermError,
        domain: String::new(),
        selector: String::new(),
    };
    let Some(value) = field
        .iter()
        .position(|b| *b == b':')
        .and_then(|at| std::str::from_utf8(&field[at + 1..]).ok())
    else {
        return Ok(unreadable);
    };
    let Some(tags) = Tags::parse(value) else {
        return Ok(unreadable);
    };
    let Some(signature) = Signature::read(&tags, Form::Simple) else {
        return Ok(unreadable);
    };
    let dkim = if !is_sound(&tags, &signature, now) {
        Dkim::PermError
    } else {
        match signature.check(parts, field, known)? {
            Ok(()) => Dkim::Pass,
            Err(Broken::Wrong) => Dkim::Fail,
            Err(Broken::Partial) => Dkim::Policy,
            Err(Broken::Unknown) => Dkim::TempError,
            Err(Broken::Unreadable) => Dkim::PermError,
        }
    };
    Ok(DkimResult {
        dkim,
        domain: signature.domain,
        selector: signature.selector,
    })
}

/// RFC 6376 §6.1.1: version, author signed, identity within the domain, not out of date.
fn is_sound(tags: &Tags<'_>, signature: &Signature<'_>, now: Timestamp) -> bool {
    let seconds = |tag| tags.find(tag).map(str::parse::<i64>);
    let signs_author = signature
        .names
        .iter()
        .any(|name| name.eq_ignore_ascii_case("from"));
    let identity = tags.find("i").and_then(|i| i.rsplit_once('@'));
    let within = match (tags.find("i"), identity) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some((_, domain))) => crate::dmarc::is_within(domain, &signature.domain),
    };
    let fresh = match (seconds("t"), seconds("x")) {
        (Some(Err(_)), _) | (_, Some(Err(_))) => false,
        (Some(Ok(t)), Some(Ok(x))) if x < t => false,
        (_, Some(Ok(x))) => x >= now.secs(),
        _ => true,
    };
    tags.find("v") == Some("1") && signs_author && within && fresh
}
