//! Decide: what may happen to an accepted message, per recipient, and why.
//!
//! Detection has read the content already, outside any transaction. The verdict and its trace are
//! written by the commit that accepts the message; later stages obey and never change it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ctx::Ctx;
use model::{
    Address, Code, Error, Kind, MessageId, Method, PhiLevel, RecipientId, RecipientState, Result,
    Stream,
};
use policy::{Decision, MessageFacts, RecipientFacts, TlsKnown};
use store::tables::correspondents::{self, Standing};
use store::tables::mail_options::{self, MailOptions};
use store::tables::triggers::{self, Trigger};
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
    weighed: Arc<Weighed>,
}

/// A decision and its trace as it is stored.
pub(crate) struct Weighed {
    pub(crate) decision: Decision,
    trace: String,
}

/// Decisions by the facts they follow from, and from nothing else: most mail has the same ones.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<Because, Arc<Weighed>>>);

/// All that a decision and its trace follow from; the last is what the trace says besides.
type Because = (MessageFacts, RecipientFacts, Vec<(String, String)>);

/// zstd's level for a trace: packed once, stored with every recipient.
const TRACE_LEVEL: i32 = 19;
/// Beyond this all are forgotten and made anew.
const KNOWN_MAX: usize = 500;

impl Known {
    fn weigh(
        &self,
        message: &MessageFacts,
        recipient: RecipientFacts,
        said: &[(String, String)],
        rules: &policy::Rules,
    ) -> Result<Arc<Weighed>> {
        let facts = (message.clone(), recipient, said.to_vec());
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(weighed) = known().get(&facts) {
            return Ok(weighed.clone());
        }
        let mut decision = policy::decide(&facts.0, &facts.1, rules);
        decision.trace.facts.extend_from_slice(said);
        let trace = serde_json::to_string(&decision.trace)
            .map_err(|e| Error::new(Code::Internal).because(e))?;
        let trace = crate::pack::pack_text(&trace, TRACE_LEVEL)?;
        let weighed = Arc::new(Weighed { decision, trace });
        let mut known = known();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(facts, weighed.clone());
        Ok(weighed)
    }
}

/// Accepted → Decided.
///
/// # Errors
/// `policy_blocked` when no recipient may be reached at all: then nothing is accepted.
pub(crate) fn decide(flow: &Flow, ctx: &Ctx, accepted: Accepted) -> Result<Decided> {
    let span = tracing::debug_span!("decide", message = %accepted.draft.id);
    let _deciding = span.enter();
    let decisions = decisions(flow, ctx, &accepted.draft, &accepted.scanned)?;
    if decisions.iter().all(|d| d.decision.method == Method::Block) {
        return Err(Code::PolicyBlocked.into());
    }
    let keys = ctx.world().keys(ctx.organisation())?;
    let blinder = keys.blinder("address");
    let rows: Vec<DecidedRow> = accepted
        .draft
        .recipients
        .iter()
        .zip(decisions)
        .map(|(r, weighed)| DecidedRow {
            id: RecipientId::mint(ctx.now(), ctx.world().rng.as_ref()),
            kind: r.kind,
            address: r.address.clone(),
            token: blinder.token(&r.address.fold()),
            notify: r.notify.clone(),
            weighed,
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
) -> Result<Vec<Arc<Weighed>>> {
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
        demanded: draft
            .demanded
            .or_else(|| house.stream_option(draft, scanned)),
        tls_minimum: house.options.tls_minimum,
        system: false,
    };
    let mut said = Vec::new();
    if let Some(trigger) = &draft.trigger {
        said.push(("trigger".to_owned(), trigger.clone()));
    }
    if let (None, Some(method)) = (draft.demanded, message.demanded) {
        said.push(("stream_option".to_owned(), method.word().to_owned()));
    }
    let addresses: Vec<&Address> = draft.recipients.iter().map(|r| &r.address).collect();
    let standings = match house.correspondents {
        true => crate::correspondents::standings(ctx, &addresses)?,
        false => vec![None; addresses.len()],
    };
    let facts = addresses.into_iter().zip(standings);
    let facts = facts.map(|(address, standing)| house.recipient(address, standing));
    facts
        .map(|facts| flow.known().weigh(&message, facts, &said, flow.rules()))
        .collect()
}

/// What of an organisation's own settings bears on a decision.
pub(crate) struct OwnSettings {
    portal_on: bool,
    domains: Vec<String>,
    /// What of a message is our own and names no patient.
    pub(crate) own: phi::Own,
    pub(crate) triggers: Vec<Trigger>,
    streams: Vec<(Stream, Method)>,
    /// Something is on record about some recipient.
    correspondents: bool,
    pub(crate) options: MailOptions,
}

impl OwnSettings {
    fn recipient(&self, address: &Address, standing: Option<Standing>) -> RecipientFacts {
        let internal = self
            .domains
            .iter()
            .any(|name| name == address.domain().as_str());
        let plain = |s: &Standing| s.prefers == Some(Method::Plain) && s.warned.is_some();
        RecipientFacts {
            portal_on: self.portal_on,
            tls_known: TlsKnown::Unknown,
            prefers_plain: standing.as_ref().is_some_and(plain),
            internal,
        }
    }

    /// What all mail of the stream asks for. "TLS or nothing" is for mail of little worth: where PHI
    /// was found, or may be, the message is not lost but goes by the portal.
    fn stream_option(&self, draft: &Draft, scanned: &Scanned) -> Option<Method> {
        let findings = &scanned.findings;
        let may_be_phi = findings.level >= PhiLevel::Likely
            || findings.subject_phi
            || !findings.unscannable.is_empty();
        let set = self
            .streams
            .iter()
            .find(|(stream, _)| *stream == draft.stream);
        set.map(|(_, method)| *method)
            .filter(|method| *method != Method::TlsOrDrop || !may_be_phi)
    }
}

pub(crate) fn house(flow: &Flow, ctx: &Ctx) -> Result<Arc<OwnSettings>> {
    let (organisation, store) = (ctx.organisation(), &ctx.world().store);
    let found = flow.own_settings().find(store, organisation, || {
        store.read(move |tx| {
            let Some(row) = organisations::find(tx, organisation)? else {
                return Ok(None);
            };
            let domains = domains::list(tx, organisation)?;
            Ok(Some(Arc::new(OwnSettings {
                portal_on: row.portal_on,
                own: own(&domains),
                domains: domains.into_iter().map(|d| d.name).collect(),
                triggers: triggers::list(tx, organisation)?,
                streams: triggers::streams(tx, organisation)?,
                correspondents: correspondents::any(tx, organisation)?,
                options: mail_options::find(tx, organisation)?,
            })))
        })
    })?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}

fn own(domains: &[domains::DomainRow]) -> phi::Own {
    let mut own = phi::Own::new();
    domains.iter().for_each(|domain| own.domain(&domain.name));
    own
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
    /// Its letters go into the same commit, so that nothing is left to be sealed after it.
    pub(crate) fn sealed_at_once(&mut self) {
        self.message.stage = messages::Stage::Enqueued;
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
        self.accepted.content_held() + self.message.findings.len() + rows + 1_000
    }
    /// Where no letter follows: what was sealed is not kept in the clear until the commit.
    pub(crate) fn without_content(mut self) -> Self {
        self.accepted.forget_content();
        self
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
        &self.weighed.decision
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
        let decision = &self.weighed.decision;
        Ok(recipients::Recipient {
            id: self.id,
            message,
            organisation: ctx.organisation(),
            position: u32::try_from(position).unwrap_or(u32::MAX),
            kind: self.kind,
            address_token: self.token,
            sealed_address,
            method: decision.method,
            demand: decision.demand,
            below: decision.below,
            neutral_subject: decision.neutral_subject,
            trace: self.weighed.trace.clone(),
            state: match decision.method {
                Method::Hold => RecipientState::Held,
                Method::Block => RecipientState::Blocked,
                _ => RecipientState::Queued,
            },
            state_at: ctx.now(),
            notify: self.notify.clone(),
        })
    }
}
