//! The audit log as people read it, with its state of verification.

use std::collections::BTreeMap;

use ctx::{Action, Ctx, Event};
use model::{EventId, Result, Timestamp, limits};
use store::tables::ledger as log;

use crate::Flow;

pub struct AuditRow {
    pub position: u64,
    pub event: EventId,
    pub at: Timestamp,
    pub kind: String,
    pub actor: String,
    pub subject: Vec<String>,
    pub facts: BTreeMap<String, String>,
}

pub struct AuditState {
    pub size: u64,
    pub root: [u8; 32],
    pub checkpoint: String,
    pub verifier: String,
    pub signed_at: Timestamp,
    pub pending: u64,
    /// `None`: not asked for; otherwise whether every entry, tile and the signature agree.
    pub verified: Option<bool>,
}

pub struct AuditPage {
    pub state: AuditState,
    pub rows: Vec<AuditRow>,
    /// The position to pass as `before` for older entries.
    pub next: Option<u64>,
}

impl Flow {
    /// Newest first, below `before`. `kind` filters by exact word; `verify` walks the whole log.
    pub fn audit(
        &self,
        ctx: &Ctx,
        kind: Option<&str>,
        before: Option<u64>,
        verify: bool,
    ) -> Result<AuditPage> {
        ctx.allow(Action::AuditRead, &ctx.own("audit_log"))?;
        ctx.open_phi(Event::new("audit.read").fact("verify", verify))?;
        let organisation = ctx.organisation();
        let verified = if verify {
            Some(self.world().verify_ledger(organisation).is_ok())
        } else {
            None
        };
        let head = ctx.ledger_state()?;
        let kind = kind.unwrap_or_default().to_owned();
        let rows = limits::PAGE_ROWS;
        let mut found = self.world().store.read(move |tx| {
            log::list(
                tx,
                organisation,
                before.unwrap_or(i64::MAX as u64),
                &kind,
                rows + 1,
            )
        })?;
        let more = found.len() > rows;
        found.truncate(rows);
        let next = if more {
            found.last().map(|e| e.position)
        } else {
            None
        };
        let rows = found.iter().map(row).collect::<Result<_>>()?;
        let state = AuditState {
            size: head.size,
            root: head.root,
            checkpoint: head.checkpoint,
            verifier: head.verifier,
            signed_at: head.at,
            pending: head.pending,
            verified,
        };
        Ok(AuditPage { state, rows, next })
    }
}

fn row(e: &log::Entry) -> Result<AuditRow> {
    let entry = ledger::entry::Entry::decode(&e.entry)?;
    Ok(AuditRow {
        position: e.position,
        event: entry.id,
        at: entry.at,
        kind: entry.kind,
        actor: entry.actor,
        subject: entry.subject,
        facts: entry.facts,
    })
}
