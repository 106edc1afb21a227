//! Decide: what may happen to an accepted message, per recipient, and why.
//!
//! Detection has read the content already, outside any transaction. The verdict and its trace are
//! written by the commit that accepts the message; later stages obey and never change it.

use std::sync::Arc;

use ctx::Ctx;
use model::{Address, Code, Error, Kind, MessageId, Method, RecipientId, RecipientState, Result};
use policy::{Decision, MessageFacts, RecipientFacts, TlsKnown};
use store::tables::{domains, messages, organisations, recipients};
use vault::OpenedKey;

use crate::Flow;
use crate::accept::{Accepted, message_row};
use crate::content::{Opened, Stored};
use crate::draft::Draft;
use crate::scan::Scanned;

/// An accepted message with one decision per recipient. Made by [`decide`] alone.
pub(crate) struct Decided {
    accepted: Accepted,
    rows: Vec<DecidedRow>,
    message: messages::Message,
    /// As they are stored, in the order of `rows`.
    recipients: Vec<recipients::Recipient>,
}

pub(crate) struct DecidedRow {
    id: RecipientId,
    kind: Kind,
    address: Address,
    token: [u8; 32],
    notify: String,
    decision: Decision,
}

/// Accepted → Decided.
///
/// # Errors
/// `policy_blocked` when no recipient may be reached at all: then nothing is accepted.
pub(crate) fn decide(flow: &Flow, ctx: &Ctx, accepted: Accepted) -> Result<Decided> {
    let decisions = decisions(flow, ctx, &accepted.draft, &accepted.scanned)?;
    if decisions.iter().all(|d| d.method == Method::Block) {
        return Err(Code::PolicyBlocked.into());
    }
    let keys = ctx.world().keys(ctx.organisation())?;
    let blinder = keys.blinder("address");
    let rows: Vec<DecidedRow> = accepted
        .draft
        .recipients
        .iter()
        .zip(decisions)
        .map(|(r, decision)| DecidedRow {
            id: RecipientId::mint(ctx.now(), ctx.world().rng.as_ref()),
            kind: r.kind,
            address: r.address.clone(),
            token: blinder.token(&r.address.fold()),
            notify: r.notify.clone(),
            decision,
        })
        .collect();
    let (id, key) = (accepted.draft.id, accepted.key().opened());
    let stored = rows
        .iter()
        .enumerate()
        .map(|(position, row)| row.to_stored(ctx, id, position, key));
    Ok(Decided {
        message: message_row(ctx, &accepted)?,
        recipients: stored.collect::<Result<_>>()?,
        accepted,
        rows,
    })
}

/// Pure but for reading the organisation's own settings.
pub(crate) fn decisions(
    flow: &Flow,
    ctx: &Ctx,
    draft: &Draft,
    scanned: &Scanned,
) -> Result<Vec<Decision>> {
    let house = house(flow, ctx)?;
    let message = MessageFacts {
        level: scanned.findings.level,
        kinds: scanned
            .findings
            .counts
            .keys()
            .map(|k| k.word().to_owned())
            .collect(),
        subject_phi: scanned.findings.subject_phi,
        unscannable: !scanned.findings.unscannable.is_empty(),
        stream: draft.stream,
        purpose: draft.purpose,
        declared_no_phi: draft.declared_no_phi,
        demanded: draft.demanded,
        system: false,
    };
    let decide_one = |address: &Address| {
        let internal = house
            .domains
            .iter()
            .any(|name| name == address.domain().as_str());
        let facts = RecipientFacts {
            portal_on: house.portal_on,
            tls_known: TlsKnown::Unknown,
            prefers_plain: false,
            internal,
        };
        policy::decide(&message, &facts, flow.rules())
    };
    Ok(draft
        .recipients
        .iter()
        .map(|r| decide_one(&r.address))
        .collect())
}

/// What of an organisation's own settings bears on a decision.
pub(crate) struct OwnSettings {
    portal_on: bool,
    domains: Vec<String>,
}

fn house(flow: &Flow, ctx: &Ctx) -> Result<Arc<OwnSettings>> {
    let (organisation, store) = (ctx.organisation(), &ctx.world().store);
    let found = flow.own_settings().find(store, organisation, || {
        store.read(move |tx| {
            let Some(row) = organisations::find(tx, organisation)? else {
                return Ok(None);
            };
            let domains = domains::list(tx, organisation)?;
            Ok(Some(Arc::new(OwnSettings {
                portal_on: row.portal_on,
                domains: domains.into_iter().map(|d| d.name).collect(),
            })))
        })
    })?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}

impl Decided {
    pub(crate) fn accepted(&self) -> &Accepted {
        &self.accepted
    }
    pub(crate) fn message(&self) -> &messages::Message {
        &self.message
    }
    pub(crate) fn recipients(&self) -> &[recipients::Recipient] {
        &self.recipients
    }

    /// What sealing would otherwise read back and decrypt.
    pub(crate) fn fresh(&self) -> Opened {
        Opened {
            stored: Stored {
                message: self.message.clone(),
                recipients: self.recipients.clone(),
                envelope: self.accepted.envelope().clone(),
                key: self.accepted.key().shared(),
            },
            content: self.accepted.draft.content.as_slice().into(),
        }
    }
    /// How much of memory that takes, about.
    pub(crate) fn octets(&self) -> usize {
        let rows: usize = self.recipients.iter().map(|r| r.trace.len() + 500).sum();
        self.accepted.draft.content.len() + self.message.findings.len() + rows + 1_000
    }
    pub(crate) fn rows(&self) -> &[DecidedRow] {
        &self.rows
    }
}

impl DecidedRow {
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }
    pub(crate) fn decision(&self) -> &Decision {
        &self.decision
    }

    pub(crate) fn to_stored(
        &self,
        ctx: &Ctx,
        message: MessageId,
        position: usize,
        key: &OpenedKey,
    ) -> Result<recipients::Recipient> {
        let aad = vault::aad("recipients", "sealed_address", self.id.as_bytes());
        let sealed_address = key.seal(
            &aad,
            self.address.as_str().as_bytes(),
            ctx.world().rng.as_ref(),
        )?;
        let trace = serde_json::to_string(&self.decision.trace)
            .map_err(|e| Error::new(Code::Internal).because(e))?;
        Ok(recipients::Recipient {
            id: self.id,
            message,
            organisation: ctx.organisation(),
            position: u32::try_from(position).unwrap_or(u32::MAX),
            kind: self.kind,
            address_token: self.token,
            sealed_address,
            method: self.decision.method,
            demand: self.decision.demand,
            below: self.decision.below,
            neutral_subject: self.decision.neutral_subject,
            trace,
            state: match self.decision.method {
                Method::Hold => RecipientState::Held,
                Method::Block => RecipientState::Blocked,
                _ => RecipientState::Queued,
            },
            state_at: ctx.now(),
            notify: self.notify.clone(),
        })
    }
}
