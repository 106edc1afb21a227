//! `GET /v1/disposals/{id}/certificate`: what proves a disposal.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, DisposalId, Error};
use records::disposal::Form;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Door;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// As what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `json`, which is checked, or `pdf`, which is filed and signed. Default: `json`.
    #[param(value_type = Option<String>)]
    form: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::StateConflict,
        Code::QueryInvalid,
    ];
    Door::new::<__path_take_certificate>(get(take_certificate), Action::RetentionRead, CODES)
}

/// Take the certificate of a disposal
///
/// A file that `caduceus verify` checks by itself: what was destroyed, when, by which rules and by whose word, under one
/// Merkle root that the audit log holds. Provisional until no backup can hold a key of it. `state_conflict` before it is
/// done.
#[utoipa::path(get, path = "/v1/disposals/{id}/certificate", tag = "retention",
    params(("id" = String, Path, description = "The disposal.", example = "dis_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"), Wanted),
    responses((status = 200, description = "The certificate.", content_type = "application/json", body = Vec<u8>))
)]
async fn take_certificate(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(wanted): Asked<Wanted>,
) -> Answer {
    let id = ids.parse::<DisposalId>(0)?;
    let form = match wanted.form.as_deref() {
        None | Some("json") => Form::Json,
        Some("pdf") => Form::Pdf,
        Some(_) => return Err(Error::new(Code::QueryInvalid).at("/form").into()),
    };
    let proof = blocking(move || state.records.disposal_certificate(&ctx, id, form)).await?;
    Ok(super::file(proof))
}
