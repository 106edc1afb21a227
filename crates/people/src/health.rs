//! Domain health: what receivers see of a sending domain in DNS, judged one check at a time.
//!
//! Looking is asynchronous and goes through `Net`; judging is pure. Nothing here decides about mail.
//! Invariants: every verdict says what was seen and, where a record would mend it, which one; a look-up
//! that failed is never taken for absence.

mod blocklist;
mod book;
mod dkim;
mod dmarc;
mod mx;
mod ptr;
mod spf;
mod told;
mod transport;
mod verdict;

use std::net::IpAddr;

use model::seams::Net;
use model::{Domain, DomainId, OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::PublishedRecord;

pub use book::HealthView;
pub use dkim::KeyFacts;
pub use told::{DmarcDay, Failure, TlsDay, Told};
pub use verdict::{Check, Grade, Verdict};

/// What an installation tells about itself: the same for all its domains.
#[derive(Clone, Debug)]
pub struct House {
    /// Our name in EHLO.
    pub hostname: Domain,
    /// Where mail leaves from. Empty: whatever the host name resolves to.
    pub addresses: Vec<IpAddr>,
    /// The domain of return paths, where it is another than the senders' own.
    pub return_path: Option<Domain>,
    /// The host in links of our letters.
    pub link_host: String,
    /// DNS zones to ask about our addresses; none by default, since asking tells them of us.
    pub blocklists: Vec<String>,
}

/// One sending domain and its keys.
#[derive(Clone)]
pub struct Subject {
    pub id: DomainId,
    pub organisation: OrganisationId,
    pub name: Domain,
    pub keys: Vec<KeyFacts>,
    /// The organisation's own domain of return paths.
    pub return_path: Option<Domain>,
}

/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub verdict: Verdict,
    /// What it is about where a check looks at several things: a selector, an address, a zone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What DNS or the server said, and what was asked.
    pub seen: Vec<String>,
    /// The record that would mend it, or that is to stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<PublishedRecord>,
}

/// All findings about one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub domain: String,
    pub at: Timestamp,
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst of its findings.
    pub fn grade(&self) -> Grade {
        let grades = self.findings.iter().map(|f| f.verdict.grade());
        grades.max().unwrap_or(Grade::Ok)
    }
    pub fn of(&self, check: Check) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |f| f.verdict.check() == check)
    }
    /// The checks that are not ok, each once, in their order.
    pub fn troubled(&self) -> Vec<Check> {
        let bad = |check: &&Check| self.of(**check).any(|f| f.verdict.grade() != Grade::Ok);
        Check::ALL.iter().filter(bad).copied().collect()
    }
    /// Selectors whose published record is the key's own.
    pub(crate) fn visible(&self) -> Vec<&str> {
        let good = [
            Verdict::DkimOk,
            Verdict::DkimReady,
            Verdict::DkimTesting,
            Verdict::DkimKept,
        ];
        let found = self.findings.iter().filter(|f| good.contains(&f.verdict));
        found.map(|f| f.about.as_str()).collect()
    }
}

impl Finding {
    pub(crate) fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            about: String::new(),
            seen: Vec::new(),
            publish: None,
        }
    }
    pub(crate) fn about(mut self, what: impl Into<String>) -> Self {
        self.about = what.into();
        self
    }
    pub(crate) fn saw(mut self, what: impl Into<String>) -> Self {
        self.seen.push(what.into());
        self
    }
    pub(crate) fn publish(
        mut self,
        name: impl Into<String>,
        kind: &str,
        value: impl Into<String>,
    ) -> Self {
        let record = PublishedRecord {
            name: name.into(),
            kind: kind.to_owned(),
            value: value.into(),
        };
        self.publish = Some(record);
        self
    }
}

/// Looks at everything about one domain.
pub async fn look(net: &dyn Net, house: &House, subject: &Subject, now: Timestamp) -> Report {
    let own = House {
        // Without a domain of the installation's nothing comes back, whatever is set.
        return_path: house
            .return_path
            .as_ref()
            .map(|ours| subject.return_path.clone().unwrap_or_else(|| ours.clone())),
        ..house.clone()
    };
    let house = &own;
    let addresses = ptr::egress(net, house).await;
    let mut findings = vec![spf::check(net, house, &subject.name, &addresses).await];
    findings.extend(dkim::check(net, subject).await);
    let aligned = Aligned::of(&findings, house, subject);
    findings.push(dmarc::check(net, &subject.name, aligned).await);
    let mx = mx::check(net, subject).await;
    findings.extend(transport::check(net, &subject.name, &mx.hosts).await);
    findings.push(mx.finding);
    findings.extend(mx::return_path(net, house, &addresses).await);
    findings.extend(ptr::check(net, house, &addresses).await);
    findings.extend(blocklist::check(net, house, &addresses).await);
    findings.push(links(house, &subject.name));
    Report {
        domain: subject.name.as_str().to_owned(),
        at: now,
        findings,
    }
}

/// What ties a message to the author's domain, as DMARC asks (RFC 9989 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Aligned {
    dkim: bool,
    spf: bool,
}

impl Aligned {
    fn of(findings: &[Finding], house: &House, subject: &Subject) -> Self {
        let any = |verdicts: &[Verdict]| findings.iter().any(|f| verdicts.contains(&f.verdict));
        let same = house
            .return_path
            .as_ref()
            .is_none_or(|path| is_under(path.as_str(), subject.name.as_str()));
        Self {
            // Signatures name the author's own domain, which is aligned however strictly.
            dkim: any(&[Verdict::DkimOk, Verdict::DkimTesting]),
            spf: same && any(&[Verdict::SpfOk, Verdict::SpfSoft]),
        }
    }
}

/// Links lead to a name of the sender's own, so that a reader can tell; clicks are counted nowhere.
fn links(house: &House, name: &Domain) -> Finding {
    let own =
        is_under(&house.link_host, name.as_str()) || is_under(name.as_str(), &house.link_host);
    let verdict = if own {
        Verdict::LinksOwn
    } else {
        Verdict::LinksElsewhere
    };
    Finding::new(verdict).about(house.link_host.clone())
}

/// The same name, or one below it.
fn is_under(name: &str, parent: &str) -> bool {
    name == parent
        || name
            .strip_suffix(parent)
            .is_some_and(|rest| rest.ends_with('.'))
}

/// Text as it may be shown: cleaned of control characters, and no longer than a page can bear.
fn shown(text: &[u8]) -> String {
    const LETTERS_MAX: usize = 1_000;
    let text = String::from_utf8_lossy(text);
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(LETTERS_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
