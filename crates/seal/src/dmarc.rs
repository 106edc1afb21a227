//! DMARC (RFC 9989): whether what was proved belongs to the author that a reader sees, and what
//! that author's domain asks for when not.
//!
//! The organisational domain is found by walking up the DNS tree (§4.10), never by a list.
//! Invariant: at most eight questions a walk.

use crate::dkim::{Dkim, DkimResult};
use crate::dns::{Ask, Found, Known};
use crate::spf::Spf;
use crate::tags::Tags;

/// RFC 9989 §4.10: no more questions than this.
const WALK_MAX: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dmarc {
    None,
    Pass,
    Fail,
    TempError,
    PermError,
}

impl Dmarc {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

/// What the author's domain asks for; weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    None,
    Quarantine,
    Reject,
}

impl Policy {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject]
            .into_iter()
            .find(|p| p.word().eq_ignore_ascii_case(word))
    }
    /// RFC 9989 §4.7, `t=y`: one step milder.
    fn milder(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::Quarantine | Self::None => Self::None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DmarcResult {
    pub dmarc: Dmarc,
    /// What to do when it failed; `None` otherwise.
    pub policy: Policy,
}

/// A published record (§4.7).
#[derive(Clone)]
pub struct DmarcRecord {
    pub policy: Policy,
    pub subdomains: Option<Policy>,
    pub absent: Option<Policy>,
    pub testing: bool,
    strict_dkim: bool,
    strict_spf: bool,
    psd: Psd,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Psd {
    Yes,
    No,
    Unsaid,
}

impl DmarcRecord {
    /// `None` when it is no DMARC record or cannot be read (§4.8).
    pub fn parse(record: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(record).ok()?;
        let tags = Tags::parse(text)?;
        if tags.first() != Some(("v", "DMARC1")) {
            return None;
        }
        let policy = |tag| tags.find(tag).map(Policy::from_word);
        // A record without a readable p= that names a report address counts as p=none (§4.7).
        let own = match policy("p") {
            Some(Some(policy)) => policy,
            _ if tags.find("rua").is_some() => Policy::None,
            _ => return None,
        };
        let strict = |tag| tags.find(tag).is_some_and(|v| v.eq_ignore_ascii_case("s"));
        Some(Self {
            policy: own,
            subdomains: policy("sp").flatten(),
            absent: policy("np").flatten(),
            testing: tags.find("t").is_some_and(|t| t.eq_ignore_ascii_case("y")),
            strict_dkim: strict("adkim"),
            strict_spf: strict("aspf"),
            psd: match tags.find("psd") {
                Some("y") => Psd::Yes,
                Some("n") => Psd::No,
                _ => Psd::Unsaid,
            },
        })
    }
}

/// What was proved of a message.
pub struct Proved<'a> {
    /// The domain of every author; a message with several different ones proves none.
    pub authors: &'a [String],
    pub spf: Spf,
    pub spf_domain: &'a str,
    pub dkim: &'a [DkimResult],
}

pub fn check(known: &Known, proved: &Proved<'_>) -> Result<DmarcResult, Ask> {
    let plain = |dmarc| DmarcResult {
        dmarc,
        policy: Policy::None,
    };
    let Some(author) = proved.authors.first() else {
        return Ok(plain(Dmarc::PermError));
    };
    if proved
        .authors
        .iter()
        .any(|a| !a.eq_ignore_ascii_case(author))
    {
        return Ok(plain(Dmarc::PermError));
    }
    let walked = match walk(known, author)? {
        Ok(walked) => walked,
        Err(TempFail) => return Ok(plain(Dmarc::TempError)),
    };
    let own = walked.steps.first().and_then(|(_, record)| record.clone());
    let organisation = walked.organisation(author);
    let record = match (&own, walked.record_of(&organisation)) {
        (Some(record), _) => record.clone(),
        (None, Some(record)) => record,
        (None, None) => return Ok(plain(Dmarc::None)),
    };
    if is_aligned(known, proved, author, &organisation, &record)? {
        return Ok(plain(Dmarc::Pass));
    }
    let unsure =
        proved.spf == Spf::TempError || proved.dkim.iter().any(|d| d.dkim == Dkim::TempError);
    if unsure {
        return Ok(plain(Dmarc::TempError));
    }
    let policy = if own.is_some() {
        record.policy
    } else if record.absent.is_some() && is_absent(known, author)? {
        record.absent.unwrap_or(record.policy)
    } else {
        record.subdomains.unwrap_or(record.policy)
    };
    Ok(DmarcResult {
        dmarc: Dmarc::Fail,
        policy: if record.testing {
            policy.milder()
        } else {
            policy
        },
    })
}

fn is_aligned(
    known: &Known,
    proved: &Proved<'_>,
    author: &str,
    organisation: &str,
    record: &DmarcRecord,
) -> Result<bool, Ask> {
    let aligned = |domain: &str, strict: bool| -> Result<bool, Ask> {
        if domain.eq_ignore_ascii_case(author) {
            return Ok(true);
        }
        if strict {
            return Ok(false);
        }
        // Another name of one organisation is below its name: most need no walk of their own.
        if !is_within(domain, organisation) {
            return Ok(false);
        }
        match walk(known, domain)? {
            Ok(walked) => Ok(walked.organisation(domain) == organisation),
            Err(TempFail) => Ok(false),
        }
    };
    if proved.spf == Spf::Pass && aligned(proved.spf_domain, record.strict_spf)? {
        return Ok(true);
    }
    for signature in proved.dkim.iter().filter(|d| d.dkim == Dkim::Pass) {
        if aligned(&signature.domain, record.strict_dkim)? {
            return Ok(true);
        }
    }
    Ok(false)
}

struct TempFail;

/// The names looked at, from the name itself upwards, each with its record.
struct Walked {
    steps: Vec<(String, Option<DmarcRecord>)>,
}

/// §4.10: the name, then its parents; of long names all but seven labels are skipped at once.
fn walk(known: &Known, name: &str) -> Result<Result<Walked, TempFail>, Ask> {
    let name = name.to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let mut from = 0;
    let mut steps = Vec::new();
    while from < labels.len() && steps.len() < WALK_MAX {
        let step = labels[from..].join(".");
        let record = match find_record(known, &step)? {
            Ok(record) => record,
            Err(TempFail) => return Ok(Err(TempFail)),
        };
        let ends = record
            .as_ref()
            .is_some_and(|r| r.psd == Psd::No || (r.psd == Psd::Yes && from > 0));
        steps.push((step, record));
        if ends {
            break;
        }
        from = if from == 0 && labels.len() > WALK_MAX {
            labels.len() - (WALK_MAX - 1)
        } else {
            from + 1
        };
    }
    Ok(Ok(Walked { steps }))
}

impl Walked {
    /// §4.10.2.
    fn organisation(&self, name: &str) -> String {
        let name = name.to_ascii_lowercase();
        let found = |(_, record): &&(String, Option<DmarcRecord>)| record.is_some();
        if let Some((at, _)) = self
            .steps
            .iter()
            .find(|(_, r)| r.as_ref().is_some_and(|r| r.psd == Psd::No))
        {
            return at.clone();
        }
        let suffix = self
            .steps
            .iter()
            .skip(1)
            .find(|(_, r)| r.as_ref().is_some_and(|r| r.psd == Psd::Yes));
        if let Some((suffix, _)) = suffix {
            // one label below the public suffix, on the way to the name
            let above = name.len() - suffix.len();
            let below = name[..above.saturating_sub(1)].rsplit('.').next();
            return match below {
                Some(label) if !label.is_empty() => format!("{label}.{suffix}"),
                _ => suffix.clone(),
            };
        }
        match self.steps.iter().rfind(found) {
            Some((shortest, _)) => shortest.clone(),
            None => name,
        }
    }

    fn record_of(&self, name: &str) -> Option<DmarcRecord> {
        let at = self.steps.iter().find(|(step, _)| step == name);
        // §4.10.1: without a record of its own the organisation follows its public suffix
        at.and_then(|(_, record)| record.clone()).or_else(|| {
            let suffix = self.steps.last()?.1.clone()?;
            (suffix.psd == Psd::Yes).then_some(suffix)
        })
    }
}

fn find_record(known: &Known, name: &str) -> Result<Result<Option<DmarcRecord>, TempFail>, Ask> {
    Ok(match known.txt(&format!("_dmarc.{name}"))? {
        Found::Failed => Err(TempFail),
        Found::Nothing => Ok(None),
        Found::Records(records) => {
            let mut all = records.iter().filter_map(|r| DmarcRecord::parse(r));
            // §4.10: several records count as none
            match (all.next(), all.next()) {
                (Some(record), None) => Ok(Some(record)),
                _ => Ok(None),
            }
        }
    })
}

/// §4.7, np: a name that has no address, no mail host and no text.
fn is_absent(known: &Known, name: &str) -> Result<bool, Ask> {
    let nothing = matches!(known.addresses(name)?, Found::Nothing)
        && matches!(known.mx(name)?, Found::Nothing)
        && matches!(known.txt(name)?, Found::Nothing);
    Ok(nothing)
}

/// Whether `name` is `domain` or below it.
pub(crate) fn is_within(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.to_ascii_lowercase(), domain.to_ascii_lowercase());
    name == domain
        || name
            .strip_suffix(&domain)
            .is_some_and(|rest| rest.ends_with('.'))
}
