//! A record of version 1 as terms (RFC 7208 §4.6.1, §5, §6, §12). Any fault makes all of it invalid.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Spf, macros};

pub(super) struct Record {
    pub terms: Vec<Term>,
    pub redirect: Option<String>,
}

pub(super) struct Term {
    pub verdict: Spf,
    pub mechanism: Mechanism,
}

pub(super) enum Mechanism {
    All,
    Include(String),
    A(Option<String>, Masks),
    Mx(Option<String>, Masks),
    Ptr(Option<String>),
    Ip(IpAddr, u8),
    Exists(String),
}

#[derive(Clone, Copy)]
pub(super) struct Masks {
    pub v4: u8,
    pub v6: u8,
}

const WHOLE: Masks = Masks { v4: 32, v6: 128 };

impl Record {
    pub(super) fn parse(record: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(record).ok()?;
        if !text.bytes().all(|b| (0x20..0x7F).contains(&b)) {
            return None;
        }
        let (mut terms, mut redirect, mut explained) = (Vec::new(), None, false);
        for word in text.get(6..)?.split(' ').filter(|w| !w.is_empty()) {
            match modifier(word) {
                Some(("redirect", value)) => {
                    if redirect.replace(domain_spec(value)?).is_some() {
                        return None;
                    }
                }
                Some(("exp", value)) => {
                    domain_spec(value)?;
                    if std::mem::replace(&mut explained, true) {
                        return None;
                    }
                }
                Some((_, value)) => {
                    macros::is_valid(value).then_some(())?;
                }
                None => terms.push(term(word)?),
            }
        }
        Some(Self { terms, redirect })
    }
}

/// `name=value`, the name in lower case where it is one of ours.
fn modifier(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let starts = name.bytes().next()?.is_ascii_alphabetic();
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if !starts || !name.bytes().all(is_word) {
        return None;
    }
    let known = ["redirect", "exp"];
    let name = known
        .into_iter()
        .find(|k| k.eq_ignore_ascii_case(name))
        .unwrap_or(name);
    Some((name, value))
}

fn term(word: &str) -> Option<Term> {
    let (verdict, rest) = match word.as_bytes().first()? {
        b'+' => (Spf::Pass, &word[1..]),
        b'-' => (Spf::Fail, &word[1..]),
        b'~' => (Spf::SoftFail, &word[1..]),
        b'?' => (Spf::Neutral, &word[1..]),
        _ => (Spf::Pass, word),
    };
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, argument) = rest.split_at(end);
    let mechanism = match (name.to_ascii_lowercase().as_str(), argument) {
        ("all", "") => Mechanism::All,
        ("include", _) => Mechanism::Include(domain_spec(argument.strip_prefix(':')?)?),
        ("exists", _) => Mechanism::Exists(domain_spec(argument.strip_prefix(':')?)?),
        ("ptr", "") => Mechanism::Ptr(None),
        ("ptr", _) => Mechanism::Ptr(Some(domain_spec(argument.strip_prefix(':')?)?)),
        ("a", _) => {
            let (spec, masks) = with_masks(argument)?;
            Mechanism::A(spec, masks)
        }
        ("mx", _) => {
            let (spec, masks) = with_masks(argument)?;
            Mechanism::Mx(spec, masks)
        }
        ("ip4", _) => ip4(argument.strip_prefix(':')?)?,
        ("ip6", _) => ip6(argument.strip_prefix(':')?)?,
        _ => return None,
    };
    Some(Term { verdict, mechanism })
}

/// `[":" domain-spec] [dual-cidr-length]`
fn with_masks(argument: &str) -> Option<(Option<String>, Masks)> {
    let (spec, masks) = cut_masks(argument)?;
    match spec {
        "" => Some((None, masks)),
        _ => Some((Some(domain_spec(spec.strip_prefix(':')?)?), masks)),
    }
}

/// The lengths stand at the end: `/24`, `//64` or `/24//64`. A slash before them belongs to the name.
fn cut_masks(argument: &str) -> Option<(&str, Masks)> {
    let mut masks = WHOLE;
    let mut rest = argument;
    if let Some((before, digits)) = rest.rsplit_once("//")
        && is_digits(digits)
    {
        masks.v6 = length(digits, 128)?;
        rest = before;
    }
    if let Some((before, digits)) = rest.rsplit_once('/')
        && is_digits(digits)
    {
        masks.v4 = length(digits, 32)?;
        rest = before;
    }
    Some((rest, masks))
}

fn ip4(text: &str) -> Option<Mechanism> {
    let (ip, bits) = match text.split_once('/') {
        Some((ip, digits)) => (ip, length(digits, 32)?),
        None => (text, 32),
    };
    Some(Mechanism::Ip(ip.parse::<Ipv4Addr>().ok()?.into(), bits))
}

fn ip6(text: &str) -> Option<Mechanism> {
    let (ip, bits) = match text.split_once('/') {
        Some((ip, digits)) => (ip, length(digits, 128)?),
        None => (text, 128),
    };
    Some(Mechanism::Ip(ip.parse::<Ipv6Addr>().ok()?.into(), bits))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// No leading zeros (§5.6).
fn length(digits: &str, most: u8) -> Option<u8> {
    let padded = digits.len() > 1 && digits.starts_with('0');
    let value: u8 = digits.parse().ok()?;
    (is_digits(digits) && !padded && value <= most).then_some(value)
}

/// §7.1: a macro string that ends in a macro or in a dot and a top label.
fn domain_spec(text: &str) -> Option<String> {
    let escapes = ["}", "%%", "%_", "%-"];
    let ends_well = escapes.iter().any(|end| text.ends_with(end)) || {
        let bare = text.strip_suffix('.').unwrap_or(text);
        bare.rsplit_once('.')
            .is_some_and(|(_, label)| is_top_label(label))
    };
    (ends_well && macros::is_valid(text)).then(|| text.to_owned())
}

fn is_top_label(label: &str) -> bool {
    let fits = label
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let numeric = label.bytes().all(|b| b.is_ascii_digit());
    !label.is_empty() && fits && !numeric && !label.starts_with('-') && !label.ends_with('-')
}
