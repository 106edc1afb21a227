//! Mailbox addresses as the envelope uses them (RFC 5321 §4.1.2), already checked.
//!
//! A patient's address is an identifier (45 CFR 164.514(b)(2)(i)(F)): an `Address` has no `Display`,
//! and its `Debug` says only that it is one.

use crate::{Code, Error, Result, limits};

/// A domain name in lower-case ASCII (IDNA A-labels), 1–253 octets, without trailing dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Box<str>);

impl Domain {
    /// Accepts U-labels and A-labels (UTS 46), refuses addresses literals and single dots.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        let ascii = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(text).map_err(|_| Error::new(Code::DomainInvalid))?
        };
        if ascii.len() > limits::DOMAIN_OCTETS_MAX || !ascii.split('.').all(is_label) {
            return Err(Error::new(Code::DomainInvalid));
        }
        Ok(Self(ascii.into()))
    }
    /// For DNS and TLS; a patient's own domain can identify, so never log it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Domain(..)")
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A mailbox: local part as given, domain normalised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: Box<str>,
    at: usize,
    domain: Domain,
}

impl Address {
    /// Parses `local@domain`; local is a dot-atom or a quoted string, ≤ 64 octets (RFC 5321
    /// §4.5.3.1.1), non-ASCII allowed (RFC 6531). No display name, no comments, no literals.
    pub fn parse(text: &str) -> Result<Self> {
        let invalid = || Error::new(Code::AddressInvalid);
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        if local.is_empty() || local.len() > limits::LOCAL_PART_OCTETS_MAX {
            return Err(invalid());
        }
        if !(is_dot_atom(local) || is_quoted_string(local)) {
            return Err(invalid());
        }
        let domain = Domain::parse(domain).map_err(|_| invalid())?;
        if !domain.as_str().contains('.') && domain.as_str() != "localhost" {
            return Err(invalid());
        }
        let text = format!("{local}@{}", domain.as_str()).into_boxed_str();
        Ok(Self {
            text,
            at: local.len(),
            domain,
        })
    }
    /// The whole address. It may identify a patient: never log or store it in the clear.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
    /// What a blind index is computed over: local part lower-cased too, since no provider in use
    /// tells cases apart and patients type both.
    pub fn fold(&self) -> String {
        self.text.to_lowercase()
    }
    /// Whether carrying it needs SMTPUTF8 (RFC 6531).
    pub fn needs_utf8(&self) -> bool {
        !self.text.is_ascii()
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(..)")
    }
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || "!#$%&'*+-/=?^_`{|}~".contains(c)
                    || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
            })
    })
}

fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return false;
    };
    if local.len() < 2 {
        return false;
    }
    let mut escaped = false;
    for c in inner.chars() {
        match (escaped, c) {
            (true, c) if (' '..='~').contains(&c) => escaped = false,
            (true, _) => return false,
            (false, '\\') => escaped = true,
            (false, '"') => return false,
            (false, c) if c.is_control() => return false,
            (false, _) => {}
        }
    }
    !escaped
}

#[cfg(test)]
mod tests;
