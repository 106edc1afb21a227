//! `GET /v1/messages/{id}/holds`: which holds keep a message.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, HoldId, MatterId, MessageId};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// All holds that keep it now.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageHolds {
    holds: Vec<MessageHold>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MessageHold {
    #[schema(schema_with = schema::hold_id)]
    id: HoldId,
    #[schema(schema_with = schema::matter_id)]
    matter: MatterId,
    /// `in_scope`, `matched`, or `unreadable`: not all of it can be read, so it counts as held.
    #[schema(example = "matched")]
    why: &'static str,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_list_message_holds>(get(list_message_holds), Action::HoldRead, CODES)
}

/// List the holds that keep a message
///
/// `not_found` until it is archived: seconds after it was accepted, and nothing destroys it before.
#[utoipa::path(get, path = "/v1/messages/{id}/holds", tag = "holds",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "All of them.", body = MessageHolds))
)]
async fn list_message_holds(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<MessageId>(0)?;
    let held = blocking(move || state.records.held_by(&ctx, id)).await?;
    let hold = |by: records::holds::HeldBy| MessageHold {
        id: by.hold,
        matter: by.matter,
        why: by.why.word(),
    };
    let holds = held.into_iter().map(hold).collect();
    json(StatusCode::OK, &MessageHolds { holds })
}
