//! Reading and checking one signature field: of DKIM (RFC 6376) or an ARC message signature.
//!
//! Both forms of canonicalization, since others choose. Invariant: a signature counts only over
//! header fields and a body that were hashed here, with a key that its own domain publishes.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey,
};

use crate::dkim::{cut, relax_field, split};
use crate::dns::{Ask, Found, Known};
use crate::tags::{Tags, base64, is_space};

/// A message cut into what signatures speak of.
pub(crate) struct Parts<'a> {
    /// Top down: name and whole field with its line end.
    pub fields: Vec<(&'a [u8], &'a [u8])>,
    pub body: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        let (header, body) = cut(message).unwrap_or((message, &[]));
        Self {
            fields: split(header),
            body,
        }
    }

    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let name = name.to_owned();
        self.fields
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, field)| *field)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Simple,
    Relaxed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rsa,
    Ed25519,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It cannot be read, or its key cannot.
    Unreadable,
    /// Hash or signature differ.
    Wrong,
    /// DNS could not say.
    Unknown,
    /// It leaves out part of the body, so that anything may have been added.
    Partial,
}

pub(crate) struct Signature<'a> {
    pub algorithm: Algorithm,
    pub domain: String,
    pub selector: String,
    pub names: Vec<&'a str>,
    value: Vec<u8>,
    body_hash: Vec<u8>,
    header_form: Form,
    body_form: Form,
    length: Option<u64>,
}

impl<'a> Signature<'a> {
    /// `unsaid` is the form of both where there is no c=.
    pub(crate) fn read(tags: &Tags<'a>, unsaid: Form) -> Option<Self> {
        let (header_form, body_form) = forms(tags.find("c"), unsaid)?;
        let names: Vec<&str> = tags
            .find("h")?
            .split(':')
            .map(|name| name.trim_matches(is_space))
            .filter(|name| !name.is_empty())
            .collect();
        let length = tags.find("l").map(|l| l.parse::<u64>().ok());
        if matches!(length, Some(None)) {
            return None;
        }
        Some(Self {
            algorithm: algorithm(tags.find("a")?)?,
            domain: name_of(tags.find("d")?)?,
            selector: name_of(tags.find("s")?)?,
            names,
            value: base64(tags.find("b")?)?,
            body_hash: base64(tags.find("bh")?)?,
            header_form,
            body_form,
            length: length.flatten(),
        })
    }

    /// `own` is the field that the signature stands in.
    pub(crate) fn check(
        &self,
        parts: &Parts<'_>,
        own: &[u8],
        known: &Known,
    ) -> Result<Result<(), Broken>, Ask> {
        let key = match find_key(known, &self.selector, &self.domain, self.algorithm)? {
            Ok(key) => key,
            Err(broken) => return Ok(Err(broken)),
        };
        let body = canonical_body(parts.body, self.body_form);
        let signed = match self.length {
            Some(length) => usize::try_from(length).unwrap_or(usize::MAX),
            None => body.len(),
        };
        if signed < body.len() {
            return Ok(Err(Broken::Partial));
        }
        if signed > body.len() || digest(&SHA256, &body).as_ref() != self.body_hash {
            return Ok(Err(Broken::Wrong));
        }
        let text = self.signed_header(parts, own);
        Ok(verify(self.algorithm, &key, &text, &self.value))
    }

    /// RFC 6376 §3.7: the named fields from the bottom up, then the own one without its value.
    fn signed_header(&self, parts: &Parts<'_>, own: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let mut used: Vec<&str> = Vec::new();
        for name in &self.names {
            let taken = used.iter().filter(|n| n.eq_ignore_ascii_case(name)).count();
            let all: Vec<&[u8]> = parts
                .named(name)
                .filter(|field| !std::ptr::eq(field.as_ptr(), own.as_ptr()))
                .collect();
            if let Some(field) = all.iter().rev().nth(taken) {
                write_field(field, self.header_form, &mut text);
            }
            used.push(name);
        }
        let start = text.len();
        write_field(&without_value(own), self.header_form, &mut text);
        while text.len() > start && matches!(text.last(), Some(b'\r' | b'\n')) {
            text.pop();
        }
        text
    }
}

/// The key of a selector, ready to verify with.
pub(crate) fn find_key(
    known: &Known,
    selector: &str,
    domain: &str,
    algorithm: Algorithm,
) -> Result<Result<Vec<u8>, Broken>, Ask> {
    let name = format!("{selector}._domainkey.{domain}");
    Ok(match known.txt(&name)? {
        Found::Failed => Err(Broken::Unknown),
        Found::Nothing => Err(Broken::Unreadable),
        Found::Records(records) => records
            .iter()
            .find_map(|record| read_key(record, algorithm))
            .ok_or(Broken::Unreadable),
    })
}

/// RFC 6376 §3.6.1, RFC 8463 §4.
fn read_key(record: &[u8], algorithm: Algorithm) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(record).ok()?;
    let tags = Tags::parse(text)?;
    if tags
        .find("v")
        .is_some_and(|v| v != "DKIM1" || tags.first() != Some(("v", v)))
    {
        return None;
    }
    let kind = tags.find("k").unwrap_or("rsa");
    let wanted = match algorithm {
        Algorithm::Rsa => "rsa",
        Algorithm::Ed25519 => "ed25519",
    };
    let lists = |tag: &str, words: &[&str]| {
        tags.find(tag).is_none_or(|list| {
            list.split(':')
                .any(|word| words.contains(&word.trim_matches(is_space)))
        })
    };
    if kind != wanted || !lists("h", &["sha256"]) || !lists("s", &["*", "email"]) {
        return None;
    }
    base64(tags.find("p")?)
}

/// RSA of 1,024 bits and more (RFC 8301 §3.2).
pub(crate) fn verify(
    algorithm: Algorithm,
    key: &[u8],
    text: &[u8],
    value: &[u8],
) -> Result<(), Broken> {
    let verified = match algorithm {
        Algorithm::Rsa => {
            UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, key)
                .verify(text, value)
        }
        // RFC 8463 §3: PureEdDSA over the SHA-256 of the input
        Algorithm::Ed25519 => {
            UnparsedPublicKey::new(&ED25519, key).verify(digest(&SHA256, text).as_ref(), value)
        }
    };
    verified.map_err(|_| Broken::Wrong)
}

pub(crate) fn algorithm(word: &str) -> Option<Algorithm> {
    // rsa-sha1 must not be counted (RFC 8301 §3.1).
    match word {
        "rsa-sha256" => Some(Algorithm::Rsa),
        "ed25519-sha256" => Some(Algorithm::Ed25519),
        _ => None,
    }
}

pub(crate) fn name_of(text: &str) -> Option<String> {
    let is_label = |label: &str| (1..=63).contains(&label.len());
    let fits = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (fits && text.len() <= 253 && text.split('.').all(is_label)).then(|| text.to_ascii_lowercase())
}

fn forms(tag: Option<&str>, unsaid: Form) -> Option<(Form, Form)> {
    let form = |word: &str| match word {
        "simple" => Some(Form::Simple),
        "relaxed" => Some(Form::Relaxed),
        _ => None,
    };
    match tag {
        None => Some((unsaid, unsaid)),
        Some(both) => match both.split_once('/') {
            Some((header, body)) => Some((form(header)?, form(body)?)),
            None => Some((form(both)?, Form::Simple)),
        },
    }
}

pub(crate) fn write_field(field: &[u8], form: Form, out: &mut Vec<u8>) {
    match form {
        Form::Simple => out.extend_from_slice(field),
        Form::Relaxed => relax_field(field, out),
    }
}

/// The field with its b= emptied: everything between that tag's `=` and the next `;` goes.
pub(crate) fn without_value(field: &[u8]) -> Vec<u8> {
    let colon = memchr::memchr(b':', field).map_or(field.len(), |at| at + 1);
    let (name, value) = field.split_at(colon);
    let mut out = name.to_vec();
    for (number, tag) in value.split(|b| *b == b';').enumerate() {
        if number > 0 {
            out.push(b';');
        }
        let equals = memchr::memchr(b'=', tag);
        match equals.filter(|at| tag[..*at].trim_ascii() == b"b") {
            Some(at) => out.extend_from_slice(&tag[..=at]),
            None => out.extend_from_slice(tag),
        }
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// RFC 6376 §3.4.3 and §3.4.4.
fn canonical_body(body: &[u8], form: Form) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    match form {
        Form::Simple => out.extend_from_slice(body),
        Form::Relaxed => {
            for line in body.split_inclusive(|b| *b == b'\n') {
                let text = line.strip_suffix(b"\r\n").unwrap_or(line);
                relax_line(text, &mut out);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    while out.ends_with(b"\r\n") {
        out.truncate(out.len() - 2);
    }
    if form == Form::Simple || !out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn relax_line(line: &[u8], out: &mut Vec<u8>) {
    let mut space = false;
    for &octet in line {
        match octet {
            b' ' | b'\t' => space = true,
            other => {
                if std::mem::take(&mut space) {
                    out.push(b' ');
                }
                out.push(other);
            }
        }
    }
}
