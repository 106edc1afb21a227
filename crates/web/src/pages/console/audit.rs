//! The audit log: whether it is whole, and what it says.

use axum::http::StatusCode;
use axum::response::Response;
use flow::view::{AuditPage, AuditRow};
use model::{Result, Timestamp};
use serde::Serialize;

use crate::door::answer::{desk_page, download};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk, escape};
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
    "message.held",
    "message.blocked",
    "message.sealed",
    "delivery.accepted",
    "delivery.deferred",
    "delivery.below_demand",
    "delivery.refused",
    "delivery.expired",
    "delivery.ambiguous",
    "delivery.cancelled",
    "delivery.suppressed",
    "message.cancelled",
    "message.released",
    "message.rejected",
    "suppression.made",
    "suppression.extended",
    "suppression.lifted",
    "suppression.listed",
    "suppression.exported",
    "suppression.imported",
    "suppression.import_begun",
    "portal.code_sent",
    "portal.code_refused",
    "portal.entered",
    "portal.read",
    "portal.downloaded",
    "portal.replied",
    "portal.expired",
    "delivery.set_aside",
    "message.replied",
    "message.auto_replied",
    "message.received",
    "message.complained",
    "message.read_receipt",
    "message.headers_opened",
    "delivery.bounced",
    "delivery.delayed",
    "dsn",
    "report.withheld",
    "domain.reported",
    "mailbox.added",
    "mailbox.removed",
    "message.opened",
    "message.downloaded",
    "proof.made",
    "recipients.searched",
    "webhook.created",
    "webhook.stopped",
    "webhook.replayed",
    "access.denied",
    "user.sign_in_failed",
    "app.sign_in_failed",
    "user.recovery_codes_made",
    "user.recovery_code_used",
    "audit.read",
    "domain.health_changed",
    "domain.key_prepared",
    "domain.key_activated",
    "domain.key_retiring",
    "domain.key_retired",
    "organisation.created",
    "key.organisation_rotated",
    "key.root_rotated",
    "settings.tls_minimum_set",
    "settings.bounce_domain_set",
    "settings.stream_set",
    "settings.trigger_set",
    "settings.trigger_removed",
    "queue.ordered",
    "queue.resumed",
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
        let href = id
            .starts_with("msg_")
            .then(|| format!("/console/messages/{id}"));
        Self { id, href }
    }
}

impl Audit {
    pub fn new(log: Log, kind: &str, rows: Vec<Row>) -> Self {
        Self {
            log,
            kind: kind.to_owned(),
            all_kinds: KINDS,
            rows,
            older_href: None,
            newest_href: None,
        }
    }
}

/// GET `/console/audit`. A short log is checked at every look, a long one on request.
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let size = run(move || flow.overview(&ctx)).await?.ledger_size;
    let check = asked.query("check") == "yes" || size <= asked.state().settings.audit_check_max;
    let kind = KINDS
        .iter()
        .copied()
        .find(|kind| *kind == asked.query("kind"))
        .unwrap_or_default();
    let before = asked.query("before").parse().ok();
    let view = load(&asked, &desk, kind, before, check).await?;

    let query = |extra: String| format!("/console/audit?kind={}{extra}", escape(kind));
    let rows = view.rows.iter().map(Row::of).collect();
    let mut page = Audit::new(Log::of(&view), kind, rows);
    page.older_href = view
        .next
        .map(|position| query(format!("&before={position}")));
    page.newest_href = before.map(|_| query(String::new()));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// GET `/console/audit/checkpoint`: the signed note, as `caduceus verify` takes it.
pub async fn checkpoint(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let view = load(&asked, &desk, "", Some(0), false).await?;
    Ok(download(
        "checkpoint.txt",
        "text/plain; charset=utf-8",
        view.state.checkpoint.into_bytes(),
    ))
}

async fn load(
    asked: &Asked,
    desk: &Desk,
    kind: &'static str,
    before: Option<u64>,
    check: bool,
) -> Result<AuditPage> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || {
        flow.audit(
            &ctx,
            Some(kind).filter(|kind| !kind.is_empty()),
            before,
            check,
        )
    })
    .await
}

impl Log {
    fn of(view: &AuditPage) -> Self {
        let state = &view.state;
        let verdict = match (state.size, state.verified) {
            (0, _) => Verdict::Fresh,
            (_, Some(true)) => Verdict::Whole,
            (_, Some(false)) => Verdict::Broken,
            (_, None) => Verdict::Unchecked,
        };
        Self {
            verdict,
            size: state.size,
            pending: state.pending,
            root: hex::encode(state.root),
            signed_at: state.signed_at,
            key: state.verifier.clone(),
        }
    }
}

impl Row {
    fn of(row: &AuditRow) -> Self {
        // What is about a recipient is proved by that recipient's bundle.
        let recipient = row.subject.iter().find(|id| id.starts_with("rcp_"));
        Self {
            index: row.position,
            at: row.at,
            kind: row.kind.clone(),
            actor: row.actor.clone(),
            subjects: row.subject.iter().cloned().map(Subject::new).collect(),
            facts: row
                .facts
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            proof_href: recipient.map(|id| format!("/console/proof/{id}")),
        }
    }
}

impl Page for Audit {
    const TEMPLATE: &'static str = "pages/console/audit.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Audit;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
