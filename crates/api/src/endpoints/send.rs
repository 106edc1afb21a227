//! `POST /v1/messages`: a message is accepted, durably, or not at all.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::routing::post;
use ctx::Action;
use flow::Receipt;
use model::{Code, Kind, MessageId, Method, Mode, RecipientId, RecipientState, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::letter::{self, LetterBody};
use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, idempotency_key};
use crate::{ApiState, blocking, schema};

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What was accepted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accepted {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// In the order to, cc, bcc.
    recipients: Vec<AcceptedRecipient>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AcceptedRecipient {
    #[schema(schema_with = schema::recipient_id)]
    id: RecipientId,
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    #[schema(schema_with = schema::method)]
    method: Method,
    #[schema(schema_with = schema::state)]
    state: RecipientState,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] =
        &letter::codes_and([Code::IdempotencyKeyInvalid, Code::IdempotencyMismatch]);
    Door::new::<__path_send_message>(post(send_message), Action::MessageSend, CODES)
}

/// Send a message
///
/// Answers after the message is scanned, decided for each recipient and stored durably. Delivery
/// follows; see the message's events. With an `Idempotency-Key` a repeat of the same body gives the
/// first answer's id for seven days, and another body under the same key is refused.
#[utoipa::path(post, path = "/v1/messages", tag = "messages", request_body = LetterBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "1–256 printable ASCII characters, chosen by the \
        client and used for one message.", example = "booking-8841-reminder", min_length = 1, max_length = 256)),
    responses((status = 202, description = "Accepted, durably.", body = Accepted, headers(
        ("Location" = String, description = "Where the message is shown."),
        ("Idempotent-Replayed" = String, description = "`true` when this key was answered before and nothing new was accepted.")
    )))
)]
async fn send_message(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    headers: HeaderMap,
    body: JsonBody,
) -> Answer {
    let key = idempotency_key(&headers)?;
    let receipt = blocking(move || {
        let (draft, body_hash) = letter::draft(&state, &ctx, &body.bytes)?;
        state
            .flow
            .submit(&ctx, draft.bind(body_hash), key.as_deref())
    });
    answer(&receipt.await?)
}

fn answer(receipt: &Receipt) -> Answer {
    let recipients = receipt.recipients.iter();
    let body = Accepted {
        id: receipt.message,
        mode: receipt.mode,
        created_at: receipt.created_at,
        recipients: recipients
            .map(|r| AcceptedRecipient {
                id: r.id,
                kind: r.kind,
                method: r.method,
                state: r.state,
            })
            .collect(),
    };
    let mut response = json(StatusCode::ACCEPTED, &body)?;
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/messages/{}", receipt.message)) {
        headers.insert(header::LOCATION, location);
    }
    if receipt.repeated {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}
