//! The frame: who is looking, in which language and zone, at whose site.

use model::Timestamp;
use serde::Serialize;

use super::Lang;
use super::format::Zone;

/// What every page needs beside its own facts.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    pub lang: Lang,
    /// The zone in which times are written: the organisation's, unless the reader has another.
    pub zone: Zone,
    pub now: Timestamp,
    /// The organisation's name as patients know it.
    pub organisation: String,
    /// The same page in the other language.
    pub other_lang_href: String,
    pub visitor: Visitor,
    pub place: Place,
    /// Token that every form carries; bound to the session.
    pub csrf: String,
    /// Seconds without activity after which the session ends; 0 when there is no session.
    pub idle_seconds: u64,
    /// The reference a person can read out to support.
    pub request: String,
}

/// Who is looking.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Visitor {
    Nobody,
    Reader,
    /// `audit`, `webhooks`, `operation`, `addresses`, `registry`, `keys`, `rules`, `inbound`, `archive`, `risk`: whether these are
    /// offered.
    Staff {
        name: String,
        addresses: bool,
        registry: bool,
        keys: bool,
        rules: bool,
        inbound: bool,
        archive: bool,
        risk: bool,
        audit: bool,
        webhooks: bool,
        operation: bool,
    },
}

/// Which part of the console is marked as the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Overview,
    Messages,
    Suppressions,
    Correspondents,
    RecipientKeys,
    Registry,
    Rules,
    Held,
    Inbound,
    Archive,
    Holds,
    Retention,
    Risk,
    Trace,
    Webhooks,
    Queue,
    Triggers,
    Mail,
    Domains,
    Audit,
    Elsewhere,
}

/// What is wrong with one field: shown beside it and in the summary that links to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The id of the input.
    pub field: &'static str,
    /// A key of the catalogue, below `fault`.
    pub key: &'static str,
}

impl Fault {
    pub const fn new(field: &'static str, key: &'static str) -> Self {
        Self { field, key }
    }
}
