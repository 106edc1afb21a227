//! `GET /v1/messages/{id}`: one message with its decisions, attempts and states.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use flow::view::{Advice, AttemptView, MessageView, RecipientView};
use model::{
    AttemptId, Code, Demand, DisposalId, Kind, MessageId, Method, Mode, Origin, Purpose,
    RecipientId, RecipientState, RefusalScope, Stream, ThreadId, Timestamp,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::found::{Besides, FoundIn};
use super::held::HeldBy;
use super::trace::{Trace, trace};
use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// One message, without anything that anyone wrote.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageShown {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::thread_id)]
    thread: ThreadId,
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Null: as soon as possible.
    #[schema(schema_with = schema::moment_or_null)]
    send_at: Option<Timestamp>,
    #[schema(schema_with = schema::origin)]
    origin: Origin,
    #[schema(schema_with = schema::stream)]
    stream: Stream,
    #[schema(schema_with = schema::purpose_shown)]
    purpose: Purpose,
    #[schema(schema_with = schema::level)]
    phi_level: String,
    /// How often each kind was found; never where a value could be read from it.
    #[schema(schema_with = schema::counts)]
    findings: BTreeMap<String, u32>,
    /// The same by place.
    found: Vec<FoundIn>,
    /// Special kinds of content.
    labels: Vec<String>,
    /// Why parts could not be read; they count as PHI.
    unread: Vec<String>,
    octets: u64,
    attachments: u32,
    /// SHA-256 of the message, hexadecimal; the audit log commits to it. Empty once it was destroyed.
    content_sha256: String,
    /// The disposal that destroyed it: what is told here is all that is left. Null: it was not destroyed.
    #[schema(value_type = Option<String>)]
    disposal: Option<DisposalId>,
    /// Something of it can still be stopped.
    may_cancel: bool,
    recipients: Vec<RecipientShown>,
    /// Other messages of the conversation, oldest first.
    thread_messages: Vec<ThreadMessage>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientShown {
    #[schema(schema_with = schema::recipient_id)]
    id: RecipientId,
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    #[schema(schema_with = schema::method)]
    method: Method,
    #[schema(schema_with = schema::demand)]
    demand: Demand,
    #[schema(schema_with = schema::state)]
    state: RecipientState,
    #[schema(schema_with = schema::moment)]
    state_at: Timestamp,
    /// When the portal's pages were first opened with the recipient's code.
    #[schema(schema_with = schema::moment_or_null)]
    opened_at: Option<Timestamp>,
    #[schema(schema_with = schema::moment_or_null)]
    replied_at: Option<Timestamp>,
    besides: Besides,
    /// Why it is held, while it is.
    holding: Option<HeldBy>,
    /// What its sender can do, where policy stopped it; null for all others.
    advice: Option<&'static str>,
    trace: Trace,
    attempts: Vec<Attempt>,
}

/// One try of a delivery.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attempt {
    #[schema(schema_with = schema::attempt_id)]
    id: AttemptId,
    number: u32,
    #[schema(example = "accepted")]
    outcome: String,
    /// What the other server answered (RFC 5321 §4.2), and its enhanced code (RFC 3463).
    reply_code: Option<u16>,
    #[schema(example = "2.0.0")]
    reply_enhanced: Option<String>,
    /// What the answer means, and how far it reaches; null when it was taken.
    #[schema(schema_with = schema::bounce_class)]
    class: Option<String>,
    #[schema(schema_with = schema::refusal_scope)]
    scope: Option<RefusalScope>,
    #[schema(example = "TLSv1.3")]
    tls_version: Option<String>,
    /// The certificate was valid for the server's name.
    tls_verified: bool,
    /// The cipher suite, and the SHA-256 of the other server's certificate, in hexadecimal.
    #[schema(example = "TLS_AES_256_GCM_SHA384")]
    tls_cipher: Option<String>,
    tls_certificate_sha256: Option<String>,
    /// What the connection was held to: `dane`, `sts`, `pkix`, `none`; and the id of the MTA-STS
    /// policy.
    #[schema(example = "sts")]
    tls_policy: Option<&'static str>,
    tls_policy_id: Option<String>,
    #[schema(schema_with = schema::moment)]
    started_at: Timestamp,
    #[schema(schema_with = schema::moment)]
    ended_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ThreadMessage {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::origin)]
    origin: Origin,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
}

pub(super) fn door() -> Door {
    Door::new::<__path_show_message>(
        get(show_message),
        Action::MessageRead,
        &[Code::IdInvalid, Code::NotFound],
    )
}

/// Show a message
///
/// Each recipient with the way that was decided, why, what was tried and where it stands.
#[utoipa::path(get, path = "/v1/messages/{id}", tag = "messages",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The message.", body = MessageShown))
)]
async fn show_message(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: MessageId = ids.parse(0)?;
    let view = blocking(move || state.flow.message(&ctx, id)).await?;
    json(StatusCode::OK, &shown(view))
}

fn shown(view: MessageView) -> MessageShown {
    MessageShown {
        id: view.id,
        thread: view.thread,
        mode: view.mode,
        created_at: view.created_at,
        send_at: view.send_at,
        origin: view.origin,
        stream: view.stream,
        purpose: view.purpose,
        phi_level: view.level,
        findings: view.findings.into_iter().collect(),
        found: view.found.into_iter().map(FoundIn::of).collect(),
        labels: view.labels,
        unread: view.unread.into_iter().collect(),
        octets: view.octets,
        attachments: view.attachments,
        content_sha256: match view.destroyed {
            Some(_) => String::new(),
            None => view
                .content_sha256
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        },
        disposal: view.destroyed,
        may_cancel: view.may_cancel,
        recipients: view.recipients.into_iter().map(recipient).collect(),
        thread_messages: view
            .thread_messages
            .into_iter()
            .map(|(id, origin, created_at)| ThreadMessage {
                id,
                origin,
                created_at,
            })
            .collect(),
    }
}

fn recipient(view: RecipientView) -> RecipientShown {
    RecipientShown {
        id: view.id,
        kind: view.kind,
        method: view.method,
        demand: view.demand,
        state: view.state,
        state_at: view.state_at,
        opened_at: view.opened_at,
        replied_at: view.replied_at,
        besides: Besides::of(view.besides),
        holding: view.holding.map(HeldBy::of),
        advice: view.advice.map(Advice::sentence),
        trace: trace!(view.trace),
        attempts: view.attempts.into_iter().map(attempt).collect(),
    }
}

fn attempt(view: AttemptView) -> Attempt {
    let (tls_cipher, tls_certificate_sha256) = view
        .tls
        .map(|tls| (tls.cipher, tls.certificate_sha256))
        .unzip();
    let (tls_policy, tls_policy_id) = view
        .policy
        .map(|policy| (policy.kind.word(), policy.id))
        .unzip();
    Attempt {
        id: view.id,
        number: view.number,
        outcome: view.outcome,
        reply_code: view.reply_code,
        reply_enhanced: view.reply_enhanced,
        class: view.class,
        scope: view.scope,
        tls_version: view.tls_version,
        tls_verified: view.tls_verified,
        tls_cipher,
        tls_certificate_sha256,
        tls_policy,
        tls_policy_id: tls_policy_id.flatten(),
        started_at: view.started_at,
        ended_at: view.ended_at,
    }
}
