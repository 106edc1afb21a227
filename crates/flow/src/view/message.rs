//! One message: its recipients with decision, trace, attempts and state.

use std::collections::BTreeSet;

use ctx::{Action, Ctx, PrincipalKind, Resource};
use model::{
    AttemptId, Code, Demand, DisposalId, Kind, MessageId, Method, Mode, Origin, PolicyFacts,
    Purpose, RecipientId, RecipientState, RefusalScope, Result, Stream, ThreadId, Timestamp,
    TlsFacts,
};
use policy::{OrgRules, Trace};
use store::Tx;
use store::tables::{arrivals, deliveries, disposals, messages, portal, recipients, reviews};
use vault::OpenedKey;

use super::found::{FoundAt, Places, found_at};
use super::{Advice, Holding};
use crate::Flow;
use crate::besides::Besides;
use crate::feedback::Opinion;
use crate::inbound::ArrivalRow;

pub struct MessageView {
    pub id: MessageId,
    pub thread: ThreadId,
    pub created_at: Timestamp,
    pub send_at: Option<Timestamp>,
    pub origin: Origin,
    pub mode: Mode,
    pub stream: Stream,
    pub purpose: Purpose,
    pub actor: String,
    pub level: String,
    /// Kinds of findings and how often; never where a value could be read from it.
    pub findings: Vec<(String, u32)>,
    /// The same by place.
    pub found: Vec<FoundAt>,
    /// Words of special kinds of content.
    pub labels: Vec<String>,
    /// Why parts could not be read, each word once. They count as PHI.
    pub unread: BTreeSet<String>,
    /// What this person said of the findings.
    pub opinion: Option<Opinion>,
    /// The disposal that destroyed it.
    pub destroyed: Option<DisposalId>,
    pub octets: u64,
    pub attachments: u32,
    pub content_sha256: [u8; 32],
    pub recipients: Vec<RecipientView>,
    /// What looks wrong about it, for what came in.
    pub arrival: Option<ArrivalRow>,
    /// Other messages of the conversation.
    pub thread_messages: Vec<(MessageId, Origin, Timestamp)>,
    pub may_cancel: bool,
}

pub struct RecipientView {
    pub id: RecipientId,
    pub kind: Kind,
    pub method: Method,
    pub demand: Demand,
    pub state: RecipientState,
    pub state_at: Timestamp,
    pub trace: Trace,
    /// What was decided besides the method.
    pub besides: Besides,
    /// What holds it, while it is held.
    pub holding: Option<Holding>,
    /// What its sender can do, where policy stopped it.
    pub advice: Option<Advice>,
    pub attempts: Vec<AttemptView>,
    pub opened_at: Option<Timestamp>,
    pub replied_at: Option<Timestamp>,
}

pub struct AttemptView {
    pub id: AttemptId,
    pub number: u32,
    pub outcome: String,
    pub reply_code: Option<u16>,
    pub reply_enhanced: Option<String>,
    /// What the reply means, as `BounceClass` words it.
    pub class: Option<String>,
    /// How far a refusal reaches; none once the message was destroyed.
    pub scope: Option<RefusalScope>,
    pub tls_version: Option<String>,
    pub tls_verified: bool,
    /// What the connection achieved, whole; none without TLS, and once the message was destroyed.
    pub tls: Option<TlsFacts>,
    /// What the connection was held to.
    pub policy: Option<PolicyFacts>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
}

/// A message as a thing of the access policy, with who made it.
///
/// # Errors
/// `not_found` for an app whose key is of the other mode: a test key never touches live mail.
pub(crate) fn reachable(ctx: &Ctx, row: &messages::Message) -> Result<Resource> {
    let app = matches!(ctx.principal().kind, PrincipalKind::App { .. });
    if app && row.mode != ctx.mode() {
        return Err(Code::NotFound.into());
    }
    Ok(resource(row))
}

/// What reaches all mail of an organisation: a test key never touches live mail.
///
/// # Errors
/// `action_forbidden` for an app with a test key.
pub(crate) fn live_only(ctx: &Ctx) -> Result<()> {
    let app = matches!(ctx.principal().kind, PrincipalKind::App { .. });
    if app && ctx.mode() == Mode::Test {
        return Err(Code::ActionForbidden.into());
    }
    Ok(())
}

pub(super) fn resource(row: &messages::Message) -> Resource {
    Resource {
        organisation: row.organisation,
        kind: "message",
        owner: Some(row.actor.clone()),
        recipient: None,
    }
}

impl Flow {
    /// # Errors
    /// `not_found` when it is another organisation's or does not exist.
    pub fn message(&self, ctx: &Ctx, id: MessageId) -> Result<MessageView> {
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::MessageRead, &reachable(ctx, &row)?)?;
        let why = super::held::may_see_why(ctx, &row);
        let (world, actor) = (self.world().clone(), ctx.actor().to_owned());
        let rules = crate::decide::house(self, ctx)?.rules.clone();
        let restricted = crate::risk::is_restricted(self, organisation, &row.actor);
        self.world().store.read(move |tx| {
            let row = messages::load(tx, id, organisation)?;
            let key = world.item_key(tx, organisation, id.as_bytes()).ok();
            let people = recipients::of_message(tx, id)?;
            let attempts = deliveries::attempts(tx, id)?;
            let thread = messages::thread(tx, row.thread, organisation)?;
            let mut views = Vec::with_capacity(people.len());
            for r in &people {
                views.push(recipient_view(
                    tx,
                    r,
                    &attempts,
                    key.as_ref(),
                    rules.organisation(),
                )?);
            }
            let said = reviews::said(tx, id, organisation)?;
            let own = said.iter().find(|said| said.actor == actor);
            let opinion = own.and_then(|said| Opinion::from_word(&said.verdict));
            let open = deliveries::open_of_message(tx, id)?;
            let mut may_cancel = row.stage == messages::Stage::Decided;
            for d in &open {
                may_cancel |= super::cancel::may_withdraw(tx, d)?;
            }
            for one in &mut views {
                let holding = one.holding.take().filter(|_| why);
                one.holding = holding.map(|holding| holding.of_sender(restricted));
            }
            let arrival = arrivals::find(tx, id, organisation)?;
            let arrival = arrival.as_ref().map(ArrivalRow::of).transpose()?;
            let view = view(row, views, thread, may_cancel)?;
            Ok(MessageView {
                opinion,
                destroyed: disposals::of_message(tx, id, organisation)?.map(|(by, _)| by),
                arrival,
                ..view
            })
        })
    }
}

fn view(
    row: messages::Message,
    recipients: Vec<RecipientView>,
    thread: Vec<messages::Message>,
    may_cancel: bool,
) -> Result<MessageView> {
    let findings: phi::Findings = serde_json::from_str(&row.findings)
        .map_err(|_| model::Error::new(model::Code::StoredDataInvalid))?;
    let places: Places = serde_json::from_str(&row.findings)
        .map_err(|_| model::Error::new(model::Code::StoredDataInvalid))?;
    let others = thread
        .into_iter()
        .filter(|m| m.id != row.id)
        .map(|m| (m.id, m.origin, m.created_at))
        .collect();
    Ok(MessageView {
        id: row.id,
        thread: row.thread,
        created_at: row.created_at,
        send_at: row.send_at,
        origin: row.origin,
        mode: row.mode,
        stream: row.stream,
        purpose: row.purpose,
        actor: row.actor,
        level: row.level,
        findings: findings
            .counts
            .iter()
            .map(|(kind, count)| (kind.word().to_owned(), *count))
            .collect(),
        found: found_at(&findings, &places.places),
        labels: findings
            .labels
            .iter()
            .map(|l| l.word().to_owned())
            .collect(),
        unread: findings
            .unscannable
            .into_iter()
            .map(|(_, why)| why)
            .collect(),
        opinion: None,
        destroyed: None,
        octets: row.octets,
        attachments: row.attachments,
        content_sha256: row.content_sha256,
        recipients,
        arrival: None,
        thread_messages: others,
        may_cancel,
    })
}

/// As it is stored with a recipient: there own rules have ids alone, since what an officer wrote is sealed. A
/// rule that is not in force any more keeps its id for a name.
pub(crate) fn trace(r: &recipients::Recipient, own: &OrgRules) -> Result<Trace> {
    let mut trace: Trace = serde_json::from_slice(&crate::pack::unpack_text(&r.trace)?)
        .map_err(|_| model::Error::new(model::Code::StoredDataInvalid))?;
    for step in trace.steps.iter_mut().filter(|step| step.name.is_empty()) {
        match own.iter().find(|rule| rule.id == step.rule) {
            Some(rule) => {
                step.name.clone_from(&rule.name);
                step.why.clone_from(&rule.why);
            }
            None => step.name.clone_from(&step.rule),
        }
    }
    Ok(trace)
}

fn recipient_view(
    tx: &mut Tx<'_>,
    r: &recipients::Recipient,
    attempts: &[deliveries::Attempt],
    key: Option<&OpenedKey>,
    own: &OrgRules,
) -> Result<RecipientView> {
    let (trace, notice) = (trace(r, own)?, portal::notice_of(tx, r.id)?);
    let holding = match r.state {
        RecipientState::Held => Some(Holding::of(tx, r, &trace)?),
        _ => None,
    };
    let tried = attempts
        .iter()
        .filter(|a| a.recipient == r.id)
        .map(|a| attempt_view(a, key));
    Ok(RecipientView {
        id: r.id,
        kind: r.kind,
        method: r.method,
        demand: r.demand,
        state: r.state,
        state_at: r.state_at,
        advice: Advice::of(r.state, &trace),
        besides: Besides::of(r)?,
        holding,
        trace,
        attempts: tried.collect(),
        opened_at: notice.as_ref().and_then(|n| n.opened_at),
        replied_at: notice.as_ref().and_then(|n| n.replied_at),
    })
}

fn attempt_view(a: &deliveries::Attempt, key: Option<&OpenedKey>) -> AttemptView {
    let shown = key.and_then(|key| transport_of(a, key));
    let shown = shown.unwrap_or_default();
    AttemptView {
        id: a.id,
        number: a.number,
        outcome: a.outcome.clone(),
        reply_code: a.reply_code,
        reply_enhanced: a.reply_enhanced.clone(),
        class: a.class.clone(),
        scope: shown.scope.as_deref().and_then(RefusalScope::from_word),
        tls_version: a.tls_version.clone(),
        tls_verified: a.tls_verified,
        tls: shown.tls,
        policy: shown.policy,
        started_at: a.started_at,
        ended_at: a.ended_at,
    }
}

/// The part of the sealed evidence that names nobody. None when the key is destroyed.
fn transport_of(a: &deliveries::Attempt, key: &OpenedKey) -> Option<Transport> {
    let place = ("attempts", "sealed_evidence", a.id.as_bytes());
    crate::envelope::open_json(&a.sealed_evidence, key, place).ok()
}

#[derive(Default, serde::Deserialize)]
struct Transport {
    tls: Option<TlsFacts>,
    policy: Option<PolicyFacts>,
    scope: Option<String>,
}
