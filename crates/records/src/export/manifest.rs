//! The manifest: who asked for what, what was found, what was left out and why, and the digest of each document.

use std::io::{self, Write};

use model::Timestamp;
use serde::Serialize;

use super::{Document, Format};

/// What the package answers. Texts are shown as they are.
#[derive(Clone, Serialize)]
pub struct Matter {
    pub organisation: String,
    pub id: String,
    pub matter: String,
    pub requester: String,
    pub approver: String,
    pub purpose: String,
    pub query: String,
    pub index: IndexState,
    pub dedup: String,
    pub exclusions: Vec<Exclusion>,
    pub custody: Vec<Custody>,
    pub tool_version: String,
}

/// How complete the index was when it was asked: accepted = archived = indexed + explained, or it is said here.
#[derive(Clone, Copy, Serialize)]
pub struct IndexState {
    pub accepted: u64,
    pub archived: u64,
    pub indexed: u64,
    pub explained: u64,
}

impl IndexState {
    pub fn is_complete(self) -> bool {
        self.accepted == self.archived
            && self.archived == self.indexed.saturating_add(self.explained)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    Privilege,
    /// 42 CFR Part 2: records of treatment for substance use, without the consent or order they ask for.
    Part2,
    Unreadable,
    Duplicate,
}

impl Reason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Privilege => "privilege",
            Self::Part2 => "part2",
            Self::Unreadable => "unreadable",
            Self::Duplicate => "duplicate",
        }
    }
}

#[derive(Clone, Serialize)]
pub struct Exclusion {
    pub id: String,
    pub reason: Reason,
    pub note: String,
}

#[derive(Clone, Serialize)]
pub struct Custody {
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
    pub who: String,
    pub what: String,
}

#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    #[serde(serialize_with = "rfc3339")]
    made_at: Timestamp,
    #[serde(flatten)]
    matter: &'a Matter,
    index_is_complete: bool,
    formats: Vec<Format>,
    items: u64,
    documents: u64,
    hashed: &'static str,
    per_document: &'a [Document],
}

const HASHED: &str = "natives as they were kept; mbox and load files are copies and no evidence";

pub(super) fn manifest(
    out: &mut dyn Write,
    matter: &Matter,
    made_at: Timestamp,
    formats: Vec<Format>,
    documents: &[Document],
) -> io::Result<()> {
    let items = documents.iter().filter(|d| d.parent.is_none()).count();
    let manifest = Manifest {
        format: "caduceus-export-1",
        made_at,
        matter,
        index_is_complete: matter.index.is_complete(),
        formats,
        items: items as u64,
        documents: documents.len() as u64,
        hashed: HASHED,
        per_document: documents,
    };
    serde_json::to_writer_pretty(&mut *out, &manifest)?;
    out.write_all(b"\n")
}

fn rfc3339<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.rfc3339())
}
