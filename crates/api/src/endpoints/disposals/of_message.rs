//! `GET /v1/messages/{id}/destruction`: what proves that one message is gone.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, MessageId};

use super::super::{Door, NoQuery};
use crate::answer::Answer;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_take_destruction>(get(take_destruction), Action::RetentionRead, CODES)
}

/// Take the proof that a message was destroyed
///
/// The certificate of its disposal with this record alone and the hashes that lead from it to the root: it names no other
/// message. `not_found` where the message was not destroyed; `state_conflict` before its disposal is done.
#[utoipa::path(get, path = "/v1/messages/{id}/destruction", tag = "retention",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The certificate.", content_type = "application/json", body = Vec<u8>))
)]
async fn take_destruction(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<MessageId>(0)?;
    let proof = blocking(move || state.records.destruction_proof(&ctx, id)).await?;
    Ok(super::file(proof))
}
