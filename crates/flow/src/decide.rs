//! Decide: what may happen to an accepted message, per recipient, and why.
//!
//! Detection has read the content already, outside any transaction. The verdict and its trace are
//! written by the commit that accepts the message; later stages obey and never change it.

mod facts;
mod house;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ctx::Ctx;
use model::{Address, Code, Error, Kind, MessageId, Method, RecipientId, RecipientState, Result};
use policy::{Decision, MessageFacts, RecipientFacts};
use serde::Serialize;
use store::tables::{messages, recipients};
use vault::OpenedKey;

use crate::Flow;
use crate::accept::{Accepted, message_row};
use crate::besides::Besides;
use crate::content::{Opened, Stored};
use crate::draft::Draft;
use crate::scan::Scanned;
use crate::view::Advice;

pub(crate) use facts::{WithFacts, stored_facts};
pub(crate) use house::{OwnSettings, house};

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
    besides: Option<String>,
}

/// Decisions by the facts they follow from, and from nothing else: most mail has the same ones.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<Because, Arc<Weighed>>>);

/// All that a decision and its trace follow from: the facts that the rules ask for, the recipient's as they are
/// stored, what the trace says besides, and the version of the rules.
type Because = (
    MessageFacts,
    RecipientFacts,
    RecipientFacts,
    Vec<(String, String)>,
    String,
);

/// A trace as it is stored, with what a trial of other rules needs to know of the recipient.
#[derive(Serialize)]
struct StoredTrace<'a> {
    #[serde(flatten)]
    trace: &'a policy::Trace,
    recipient: &'a RecipientFacts,
}

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
        let stored = RecipientFacts {
            domain: None,
            ..recipient.clone()
        };
        let (mut message, mut recipient) = (message.clone(), recipient);
        rules.project(&mut message, &mut recipient);
        let version = rules.version().to_owned();
        let facts = (message, recipient, stored, said.to_vec(), version);
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(weighed) = known().get(&facts) {
            return Ok(weighed.clone());
        }
        let mut decision = policy::decide(&facts.0, &facts.1, rules);
        decision.trace.facts.extend_from_slice(said);
        let stored = StoredTrace {
            trace: &without_words(&decision.trace, rules),
            recipient: &facts.2,
        };
        let trace =
            serde_json::to_string(&stored).map_err(|e| Error::new(Code::Internal).because(e))?;
        let weighed = Arc::new(Weighed {
            trace: crate::pack::pack_text(&trace, TRACE_LEVEL)?,
            besides: Besides::stored(&decision, (&facts.0, &facts.1), rules)?,
            decision,
        });
        let mut known = known();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(facts, weighed.clone());
        Ok(weighed)
    }
}

/// The trace with the ids of an organisation's own rules alone: what an officer wrote may name people and is
/// kept sealed, with its version.
fn without_words(trace: &policy::Trace, rules: &policy::Rules) -> policy::Trace {
    let mut trace = trace.clone();
    let own = |id: &str| rules.organisation().iter().any(|rule| rule.id == id);
    for step in trace.steps.iter_mut().filter(|step| own(&step.rule)) {
        step.name.clear();
        step.why.clear();
    }
    trace
}

/// Accepted → Decided.
///
/// # Errors
/// `policy_blocked` when no recipient may be reached at all: then nothing is accepted.
pub(crate) fn decide(flow: &Flow, ctx: &Ctx, accepted: Accepted) -> Result<Decided> {
    let span = tracing::debug_span!("decide", message = %accepted.draft.id);
    let _deciding = span.enter();
    facts::look_keys_up(flow, ctx, &accepted.draft, &accepted.scanned)?;
    let decisions = decisions(flow, ctx, &accepted.draft, &accepted.scanned)?;
    if decisions.iter().all(|d| d.decision.method == Method::Block) {
        let first = decisions.first().map(|d| &d.decision.trace);
        let advice = first.and_then(|trace| Advice::of(RecipientState::Blocked, trace));
        let error = Error::new(Code::PolicyBlocked);
        return Err(match advice {
            Some(advice) => error.advising(advice.sentence()),
            None => error,
        });
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
        message: message_row(flow, ctx, &accepted)?,
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
    let mut message = facts::of_message(&house, ctx, draft, scanned);
    message.risk = crate::risk::fact(flow, ctx, draft.stream);
    let mut said = Vec::new();
    if let Some(trigger) = &draft.trigger {
        said.push(("trigger".to_owned(), trigger.clone()));
    }
    if let (None, Some(method)) = (draft.demanded, message.demanded) {
        said.push(("stream_option".to_owned(), method.word().to_owned()));
    }
    if house.detectors.version > 0 {
        said.push(("detectors".to_owned(), house.detectors.version.to_string()));
    }
    let recipients = facts::of_recipients(&house, ctx, draft, message.demanded)?;
    let known = flow.known();
    recipients
        .into_iter()
        .map(|recipient| known.weigh(&message, recipient, &said, &house.rules))
        .collect()
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
            besides: self.weighed.besides.clone(),
        })
    }
}
