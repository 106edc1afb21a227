//! The audit log: whether it is whole, and what it says.

use std::time::Duration;

use model::Timestamp;
use serde::Serialize;

use crate::face::Lang;
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    pub log: Log,
    /// The kind shown alone, or empty for all.
    pub kind: String,
    /// What the select offers.
    pub all_kinds: &'static [&'static str],
    pub rows: Vec<Row>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
}

/// What people look for, in the order of a message's life.
pub const KINDS: &[&str] = &[
    "message.accepted",
    "message.sealed",
    "delivery.accepted",
    "delivery.deferred",
    "delivery.below_demand",
    "delivery.refused",
    "delivery.expired",
    "delivery.ambiguous",
    "delivery.cancelled",
    "message.cancelled",
    "portal.code_sent",
    "portal.code_refused",
    "portal.entered",
    "portal.read",
    "portal.downloaded",
    "portal.replied",
    "message.opened",
    "message.downloaded",
    "proof.made",
    "access.denied",
    "audit.read",
    "organisation.created",
    "key.organisation_rotated",
    "key.root_rotated",
];

/// The head of the log, and what was found when it was checked for this view.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    pub verdict: Verdict,
    /// Entries the signed checkpoint vouches for.
    pub size: u64,
    /// Entries recorded but not yet in the tree.
    pub pending: u64,
    /// Hex.
    pub root: String,
    pub signed_at: Timestamp,
    /// The verifier's public key as `name+hash+key` (C2SP signed-note).
    pub key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing to check yet.
    Fresh,
    /// Every entry, tile and the signature agree.
    Whole,
    Broken,
    /// Not asked for: a long log is checked on request.
    Unchecked,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The place in the tree.
    pub index: u64,
    pub at: Timestamp,
    /// `message.accepted`
    pub kind: String,
    /// `usr_…`, `app_…`, `rcp_…` or `system`.
    pub actor: String,
    pub subjects: Vec<Subject>,
    /// Codes, counts and neutral words.
    pub facts: Vec<(String, String)>,
    pub proof_href: Option<String>,
}

/// An id the entry is about, and where it leads.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    pub id: String,
    pub href: Option<String>,
}

impl Subject {
    pub fn new(id: String) -> Self {
        let href = id.starts_with("msg_").then(|| format!("/console/messages/{id}"));
        Self { id, href }
    }
}

impl Audit {
    pub fn new(log: Log, kind: &str, rows: Vec<Row>) -> Self {
        Self { log, kind: kind.to_owned(), all_kinds: KINDS, rows, older_href: None, newest_href: None }
    }
}

impl Page for Audit {
    const TEMPLATE: &'static str = "pages/console/audit.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Audit;

    fn samples() -> Vec<Sample<Self>> {
        let with = |verdict| Log { verdict, ..log() };
        let many = Self { older_href: Some("#".to_owned()), ..Self::new(log(), "", (0..16).map(row).collect()) };
        vec![
            Sample::new("empty", Self::new(Log { size: 0, ..with(Verdict::Fresh) }, "", Vec::new())),
            Sample::new("none_fits", Self::new(log(), "portal.read", Vec::new())),
            Sample::new("one", Self::new(Log { size: 1, pending: 0, ..log() }, "", vec![row(1)])),
            Sample::new("many", many.clone()),
            Sample::new("long_names", Self::new(log(), "", vec![row(5), row(3)])),
            Sample::new("unchecked", Self::new(with(Verdict::Unchecked), "", vec![row(1)])),
            Sample::new("error", Self::new(with(Verdict::Broken), "", vec![row(1), row(2)])),
            Sample { lang: Lang::Es, ..Sample::new("spanish", many) },
        ]
    }
}

fn log() -> Log {
    Log {
        verdict: Verdict::Whole,
        size: 12_345,
        pending: 2,
        root: "9b1c5e7f2a4d6880c3e1f5a7b9d2c4e60718293a4b5c6d7e8f90a1b2c3d4e5f6".to_owned(),
        signed_at: NOW.minus(Duration::from_secs(4)),
        key: "northside.example/org_01KJVB0W7HQ3ZJ8X9T4M2C6D5E+1a2b3c4d+ATtZK0mDqXyqP4cYd3l9o0e2rV5n8sWb1kHfJg7uQxLz".to_owned(),
    }
}

fn row(n: u64) -> Row {
    let kinds = [
        "portal.read",
        "delivery.accepted",
        "message.opened",
        "message.accepted",
        "access.denied",
        "a.kind.with_no_words_in_the_catalogue_yet",
    ];
    let actors = [
        "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11",
        "system",
        "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D22",
        "app_01KJVB0W7HQ3ZJ8X9T4M2C6D33",
    ];
    let hash = "5f2d8a41c9e07b36aa10d4f8e2b7c5936d1e0f4a8b2c7d9e3f6051a4b8c2d7e9";
    let facts = [("method", "tls"), ("tls", "TLSv1.3"), ("reply_code", "250"), ("content_sha256", hash)];
    let which = usize::try_from(n).unwrap_or_default();
    Row {
        index: 12_345 - n,
        at: NOW.minus(Duration::from_secs(n * 95)),
        kind: kinds[which % kinds.len()].to_owned(),
        actor: actors[which % actors.len()].to_owned(),
        subjects: ["msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99", "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11"]
            .map(|id| Subject::new(id.to_owned()))
            .to_vec(),
        facts: facts[..which % 5].iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        proof_href: (n % 3 != 2).then(|| "#".to_owned()),
    }
}
