//! ARC (RFC 8617): the chain of custody of a message that was passed on.
//!
//! [`check`] says whether the chain of a message that came in holds; [`seal`] adds our link.
//! Invariant: a link is added only to a chain whose state was checked here, and says that state.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{Result, Timestamp};

use crate::dkim::Signer;
use crate::dns::{Ask, Known};
use crate::signature::{
    Form, Parts, Signature, algorithm, find_key, name_of, verify, without_value, write_field,
};
use crate::tags::{Tags, base64, is_space};

/// RFC 8617 §4.2.1.
const INSTANCES_MAX: usize = 50;

const RESULTS: &str = "arc-authentication-results";
const MESSAGE: &str = "arc-message-signature";
const SEAL: &str = "arc-seal";

/// RFC 8617 §4.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arc {
    None,
    Pass,
    Fail,
}

impl Arc {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Fail => "fail",
        }
    }
}

/// The three fields of one link.
struct Link<'a> {
    results: &'a [u8],
    message: &'a [u8],
    seal: &'a [u8],
}

/// RFC 8617 §5.2.
pub fn check(message: &[u8], known: &Known) -> std::result::Result<Arc, Ask> {
    let parts = Parts::of(message);
    let any = [RESULTS, MESSAGE, SEAL]
        .iter()
        .any(|name| parts.named(name).next().is_some());
    if !any {
        return Ok(Arc::None);
    }
    let Some(links) = links(&parts) else {
        return Ok(Arc::Fail);
    };
    let Some(newest) = links.last() else {
        return Ok(Arc::Fail);
    };
    // All keys first: content is hashed once, not once a question.
    let fields = links.iter().map(|link| link.seal);
    for field in fields.chain([newest.message]) {
        let tags = value_of(field).and_then(Tags::parse);
        let named = tags
            .as_ref()
            .and_then(|t| Some((name_of(t.find("s")?)?, name_of(t.find("d")?)?)));
        if let Some((selector, domain)) = named {
            known.txt(&format!("{selector}._domainkey.{domain}"))?;
        }
    }
    if !message_holds(&parts, newest.message, known)? {
        return Ok(Arc::Fail);
    }
    for count in (1..=links.len()).rev() {
        if !seal_holds(&links[..count], known)? {
            return Ok(Arc::Fail);
        }
    }
    Ok(Arc::Pass)
}

/// Every instance from 1 up has each field once; seals claim what their place demands.
fn links<'a>(parts: &Parts<'a>) -> Option<Vec<Link<'a>>> {
    let results = by_instance(parts, RESULTS)?;
    let messages = by_instance(parts, MESSAGE)?;
    let seals = by_instance(parts, SEAL)?;
    let count = seals.len();
    if count == 0 || count > INSTANCES_MAX || results.len() != count || messages.len() != count {
        return None;
    }
    let mut links = Vec::with_capacity(count);
    for (index, ((results, message), seal)) in
        results.into_iter().zip(messages).zip(seals).enumerate()
    {
        let claim = Tags::parse(value_of(seal)?)?.find("cv")?;
        let wanted = if index == 0 { "none" } else { "pass" };
        if claim != wanted {
            return None;
        }
        links.push(Link {
            results,
            message,
            seal,
        });
    }
    Some(links)
}

/// The fields of a name in the order of their instances, when these are 1, 2, 3 … each once.
fn by_instance<'a>(parts: &Parts<'a>, name: &str) -> Option<Vec<&'a [u8]>> {
    let mut numbered = Vec::new();
    for field in parts.named(name).take(INSTANCES_MAX + 1) {
        numbered.push((instance_of(field, name)?, field));
    }
    numbered.sort_by_key(|(number, _)| *number);
    let whole = numbered
        .iter()
        .enumerate()
        .all(|(index, (number, _))| *number == index + 1);
    whole.then(|| numbered.into_iter().map(|(_, field)| field).collect())
}

fn instance_of(field: &[u8], name: &str) -> Option<usize> {
    let value = value_of(field)?;
    let number = if name == RESULTS {
        // RFC 8617 §4.1.1: `i=1;` comes first, the results follow in a grammar of their own
        let (tag, number) = value.split_once(';')?.0.split_once('=')?;
        (tag.trim_matches(is_space) == "i").then_some(number)?
    } else {
        Tags::parse(value)?.find("i")?
    };
    let number = number.trim_matches(is_space);
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    number
        .parse()
        .ok()
        .filter(|n| digits && (1..=INSTANCES_MAX).contains(n))
}

fn value_of(field: &[u8]) -> Option<&str> {
    let colon = memchr::memchr(b':', field)?;
    std::str::from_utf8(&field[colon + 1..]).ok()
}

fn message_holds(parts: &Parts<'_>, field: &[u8], known: &Known) -> std::result::Result<bool, Ask> {
    let tags = value_of(field).and_then(Tags::parse);
    // Verifiers agree on relaxed where c= is missing, unlike DKIM.
    let read = |tags| Signature::read(tags, Form::Relaxed);
    let Some(signature) = tags.as_ref().and_then(read) else {
        return Ok(false);
    };
    // RFC 8617 §4.1.2: the seal signs this field, never the other way round.
    let circular = signature.names.iter().any(|n| n.eq_ignore_ascii_case(SEAL));
    if circular || !is_time(tags.as_ref().and_then(|t| t.find("t"))) {
        return Ok(false);
    }
    Ok(signature.check(parts, field, known)?.is_ok())
}

/// RFC 8617 §5.1.1: all links up to this one, the own seal without its value.
fn seal_holds(links: &[Link<'_>], known: &Known) -> std::result::Result<bool, Ask> {
    let Some(own) = links.last() else {
        return Ok(false);
    };
    let tags = value_of(own.seal).and_then(Tags::parse);
    let Some(read) = tags.as_ref().and_then(SealTags::read) else {
        return Ok(false);
    };
    let key = match find_key(known, &read.selector, &read.domain, read.algorithm)? {
        Ok(key) => key,
        Err(_) => return Ok(false),
    };
    Ok(verify(read.algorithm, &key, &sealed_text(links), &read.value).is_ok())
}

struct SealTags {
    algorithm: crate::signature::Algorithm,
    domain: String,
    selector: String,
    value: Vec<u8>,
}

impl SealTags {
    fn read(tags: &Tags<'_>) -> Option<Self> {
        // RFC 8617 §4.1.3: a seal names no fields of its own.
        if tags.find("h").is_some() || !is_time(tags.find("t")) {
            return None;
        }
        Some(Self {
            algorithm: algorithm(tags.find("a")?)?,
            domain: name_of(tags.find("d")?)?,
            selector: name_of(tags.find("s")?)?,
            value: base64(tags.find("b")?)?,
        })
    }
}

fn is_time(tag: Option<&str>) -> bool {
    tag.is_none_or(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()) && t.len() <= 12)
}

fn sealed_text(links: &[Link<'_>]) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, link) in links.iter().enumerate() {
        write_field(link.results, Form::Relaxed, &mut text);
        write_field(link.message, Form::Relaxed, &mut text);
        if index + 1 == links.len() {
            write_field(&without_value(link.seal), Form::Relaxed, &mut text);
        } else {
            write_field(link.seal, Form::Relaxed, &mut text);
        }
    }
    text.strip_suffix(b"\r\n")
        .map(<[u8]>::to_vec)
        .unwrap_or(text)
}

/// Who seals, and how.
pub struct Sealer<'a> {
    pub domain: &'a str,
    pub selector: &'a str,
    /// RSA with SHA-256 over the text.
    pub sign: &'a dyn Fn(&[u8]) -> Result<Vec<u8>>,
}

/// What our link says.
pub struct NewLink<'a> {
    /// The results after `i=…; `: our name, then what we found.
    pub results: &'a str,
    /// What [`check`] said of the chain so far.
    pub chain: Arc,
    /// The fields to sign, lower case.
    pub names: &'a [&'a str],
    pub at: Timestamp,
}

impl Signer {
    /// Seals as the signer of its domain. `None` as for [`seal`], or for a key that is not RSA.
    pub fn arc_seal(&self, message: &[u8], link: &NewLink<'_>) -> Result<Option<Vec<u8>>> {
        if !self.is_rsa() {
            return Ok(None);
        }
        let sealer = Sealer {
            domain: self.domain().as_str(),
            selector: self.selector(),
            sign: &|text| self.sign_text(text),
        };
        seal(message, link, &sealer)
    }

    /// The fields that [`seal`] signs in the product: those that say who wrote what, and not those
    /// that a later server may add to.
    pub const ARC_FIELDS: &'static [&'static str] = &[
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "dkim-signature",
    ];
}

/// Our link, to be put above the message: seal, message signature, results. `None` when there are
/// too many already, or a chain that failed before has been sealed as failed (RFC 8617 §5.1).
pub fn seal(message: &[u8], link: &NewLink<'_>, sealer: &Sealer<'_>) -> Result<Option<Vec<u8>>> {
    let parts = Parts::of(message);
    let earlier = if link.chain == Arc::Pass {
        links(&parts).unwrap_or_default()
    } else {
        Vec::new()
    };
    let highest = parts
        .named(SEAL)
        .filter_map(|field| instance_of(field, SEAL))
        .max()
        .unwrap_or(0);
    if highest >= INSTANCES_MAX || ends_failed(&parts, highest) {
        return Ok(None);
    }
    let number = highest + 1;
    let results = format!(
        "ARC-Authentication-Results: i={number}; {}\r\n",
        link.results
    );
    let message_field = sign_message(&parts, number, link, sealer)?;
    let (domain, selector, at) = (sealer.domain, sealer.selector, link.at.secs().max(0));
    let claim = link.chain.word();
    let field = |value: &str| {
        format!(
            "ARC-Seal: a=rsa-sha256;\r\n\tb={value}; cv={claim};\r\n\td={domain}; i={number}; s={selector};\r\n\tt={at}\r\n"
        )
    };
    // A failed chain is sealed alone: what it held proves nothing (RFC 8617 §5.1.2).
    let unsigned = field("");
    let mut all = earlier;
    all.push(Link {
        results: results.as_bytes(),
        message: message_field.as_bytes(),
        seal: unsigned.as_bytes(),
    });
    let value = BASE64.encode((sealer.sign)(&sealed_text(&all))?);
    let out = [field(&folded(&value)), message_field, results].concat();
    Ok(Some(out.into_bytes()))
}

fn ends_failed(parts: &Parts<'_>, highest: usize) -> bool {
    parts
        .named(SEAL)
        .filter(|field| instance_of(field, SEAL) == Some(highest))
        .filter_map(|field| Tags::parse(value_of(field)?)?.find("cv"))
        .any(|cv| cv.eq_ignore_ascii_case("fail"))
}

fn sign_message(
    parts: &Parts<'_>,
    number: usize,
    link: &NewLink<'_>,
    sealer: &Sealer<'_>,
) -> Result<String> {
    let present: Vec<&str> = link
        .names
        .iter()
        .flat_map(|name| parts.named(name).map(move |_| *name))
        .collect();
    let (domain, selector, at) = (sealer.domain, sealer.selector, link.at.secs().max(0));
    let hash = BASE64.encode(crate::dkim::relaxed_body_hash(parts.body));
    let names = present.join(":");
    // A blank, not a fold, before the instance: dkimpy looks for " i=1;" in the field as it stands.
    let field = |value: &str| {
        format!(
            "ARC-Message-Signature: a=rsa-sha256;\r\n\tb={value};\r\n\tbh={hash}; c=relaxed/relaxed;\r\n\td={domain};\r\n\th={names}; i={number};\r\n\ts={selector}; t={at}\r\n"
        )
    };
    let unsigned = field("");
    let mut text = Vec::new();
    for name in dedup(&present) {
        let all: Vec<&[u8]> = parts.named(name).collect();
        for one in all.iter().rev() {
            write_field(one, Form::Relaxed, &mut text);
        }
    }
    write_field(unsigned.as_bytes(), Form::Relaxed, &mut text);
    let text = text.strip_suffix(b"\r\n").unwrap_or(&text);
    // Not folded: the seal signs this field as it stands, and others sign it in one piece.
    Ok(field(&BASE64.encode((sealer.sign)(text)?)))
}

fn dedup<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for name in names {
        if out.last() != Some(name) {
            out.push(name);
        }
    }
    out
}

/// Base64 in lines that fit.
fn folded(value: &str) -> String {
    let mut out = String::new();
    for (index, c) in value.chars().enumerate() {
        if index > 0 && index.is_multiple_of(70) {
            out.push_str("\r\n\t");
        }
        out.push(c);
    }
    out
}
