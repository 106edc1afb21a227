//! `POST /v1/headers`: the way that a message says it came, and what in its header looks forged.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctx::{Action, Ctx};
use flow::view::JudgedHeader;
use model::{Code, Error, MessageId, Phi, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// Which header: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadersAsked {
    /// A message that is kept here.
    #[schema(example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")]
    message: Option<String>,
    /// A message from elsewhere, or its header alone, in standard base64 with padding; at most 1 MB. It is not kept.
    #[schema(content_encoding = "base64")]
    raw: Option<String>,
}

/// A header, judged: texts are the message's own words.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeadersJudged {
    /// What was verified when the message came in: `spf`, `dkim`, `dmarc`, `arc`. Empty for what did not come in by mail,
    /// and for what was brought.
    on_arrival: Vec<HeaderCheck>,
    /// The servers that say they had it, the newest first.
    hops: Vec<HeaderHop>,
    /// From the first moment to the last.
    total_seconds: Option<i64>,
    findings: Vec<HeaderFinding>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HeaderCheck {
    #[schema(example = "dkim")]
    method: String,
    #[schema(example = "pass")]
    result: String,
    /// The domain it speaks of.
    about: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HeaderHop {
    #[schema(schema_with = schema::moment_or_null)]
    at: Option<Timestamp>,
    /// Since the nearest hop before it with a moment; negative where clocks differ or lie.
    delay_seconds: Option<i64>,
    /// Written by the server that took the message in or behind it. What is not may be the sender's invention.
    vouched: bool,
    from: Option<String>,
    /// The address that the server saw.
    seen_from: Option<String>,
    /// The name that the server found for it.
    resolved: Option<String>,
    by: Option<String>,
    with: Option<String>,
}

/// A code with its place; it quotes nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeaderFinding {
    /// `hop_no_server`, `hop_no_date`, `hop_back_in_time`, `hop_long_stay`, `hop_unlinked`, `hop_private_address`,
    /// `hop_reserved_name`, `hops_claimed`, `hops_too_many`, `message_id_domain`, `date_far`, `field_repeated`,
    /// `field_missing`, `field_unreadable`, `lines_unreadable`, `signature_missing`.
    #[schema(example = "hop_back_in_time")]
    code: &'static str,
    /// Which hop, counted from 0.
    hop: Option<usize>,
    #[schema(example = "Date")]
    field: Option<&'static str>,
    /// Seconds for `hop_back_in_time`, `hop_long_stay` and `date_far`, else how many.
    number: Option<i64>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::KeyDestroyed,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::Base64Invalid,
        Code::MimeInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_judge_headers>(post(judge_headers), Action::MessageOpen, CODES)
}

/// Judge a header
///
/// The hops with their delays, and what looks forged: codes with numbers, which are reasons to look closer and no
/// verdict. Of a message that is kept here also what was verified when it came in. Nothing is looked up. Opening a
/// message's header is an entry of the audit log.
#[utoipa::path(post, path = "/v1/headers", tag = "content", request_body = HeadersAsked,
    responses((status = 200, description = "What the header says.", body = HeadersJudged))
)]
async fn judge_headers(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let judged = blocking(move || {
        let asked: HeadersAsked = crate::json::from_slice(&body.bytes)?;
        let judged = judge(&state, &ctx, &asked)?;
        // The flow has checked the right and recorded the opening; this only unwraps for the answer.
        Ok(HeadersJudged::of(judged.into_open(ctx.machine_access())))
    });
    json(StatusCode::OK, &judged.await?)
}

fn judge(state: &ApiState, ctx: &Ctx, asked: &HeadersAsked) -> model::Result<Phi<JudgedHeader>> {
    match (&asked.message, &asked.raw) {
        (Some(id), None) => {
            let id: MessageId = id.parse().map_err(|e: Error| e.at("/message"))?;
            state.flow.judge_headers(ctx, id)
        }
        (None, Some(raw)) => {
            let wrong = |_| Error::new(Code::Base64Invalid).at("/raw");
            let wire = STANDARD.decode(raw.as_bytes()).map_err(wrong)?;
            let judged = state.flow.judge_brought_headers(ctx, &wire);
            judged.map_err(|e| e.at("/raw"))
        }
        (None, None) => Err(Error::new(Code::FieldMissing).at("/message")),
        (Some(_), Some(_)) => Err(Error::new(Code::FieldInvalid).at("/raw")),
    }
}

impl HeadersJudged {
    fn of(judged: JudgedHeader) -> Self {
        let found = judged.found;
        let hops = found.hops.into_iter().zip(found.legs);
        Self {
            on_arrival: judged
                .on_arrival
                .into_iter()
                .map(|check| HeaderCheck {
                    method: check.method,
                    result: check.result,
                    about: check.about,
                })
                .collect(),
            hops: hops
                .map(|(hop, leg)| HeaderHop {
                    at: leg.at,
                    delay_seconds: leg.delay_seconds,
                    vouched: leg.is_vouched,
                    from: hop.from,
                    seen_from: hop.seen_from,
                    resolved: hop.resolved,
                    by: hop.by,
                    with: hop.with,
                })
                .collect(),
            total_seconds: found.total_seconds,
            findings: found
                .findings
                .into_iter()
                .map(|finding| HeaderFinding {
                    code: finding.kind.word(),
                    hop: finding.hop,
                    field: finding.field,
                    number: finding.number,
                })
                .collect(),
        }
    }
}
