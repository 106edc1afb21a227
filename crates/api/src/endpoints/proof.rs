//! `GET /v1/recipients/{id}/proof`: what an auditor checks offline.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, RecipientId};

use super::{Door, NoQuery};
use crate::answer::{Answer, download};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(super) fn door() -> Door {
    Door::new::<__path_download_proof>(
        get(download_proof),
        Action::ProofDownload,
        &[Code::IdInvalid, Code::NotFound],
    )
}

/// Download the proof for a recipient
///
/// Every event about this recipient of its message, with proofs of inclusion in the audit log and the
/// log's signed checkpoint. `caduceus verify FILE` checks it with no server. It reveals nothing about
/// other recipients. Making it is recorded.
#[utoipa::path(get, path = "/v1/recipients/{id}/proof", tag = "proof",
    params(("id" = String, Path, description = "The recipient.", example = "rcp_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The bundle.", body = Object, headers(
        ("Content-Disposition" = String, description = "A file name.")
    )))
)]
async fn download_proof(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: RecipientId = ids.parse(0)?;
    let bundle = blocking(move || state.flow.proof(&ctx, id)).await?;
    download(bundle, "application/json", &format!("{id}.proof.json"))
}
