//! `GET /v1/disposals/{id}`: one disposal, and what it comes to.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, DisposalId};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{DisposalRecord, DisposalShown};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// A disposal with what it comes to.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalWhole {
    disposal: DisposalShown,
    /// Record class, and how many.
    classes: BTreeMap<String, u64>,
    /// Rule, and how many it kept to the last.
    rules: BTreeMap<String, u64>,
    /// Before anything of it is destroyed: up to 20 of its records, from all over the list.
    sample: Vec<DisposalRecord>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_disposal>(get(show_disposal), Action::RetentionRead, CODES)
}

/// Show a disposal
#[utoipa::path(get, path = "/v1/disposals/{id}", tag = "retention",
    params(("id" = String, Path, description = "The disposal.", example = "dis_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The disposal.", body = DisposalWhole))
)]
async fn show_disposal(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<DisposalId>(0)?;
    let shown = blocking(move || {
        let disposal = state.records.disposal(&ctx, id)?;
        let due = state.records.disposal_due(&ctx, id)?;
        Ok(DisposalWhole {
            disposal: DisposalShown::of(disposal),
            classes: due.classes,
            rules: due.rules,
            sample: due.sample.into_iter().map(DisposalRecord::of).collect(),
        })
    })
    .await?;
    json(StatusCode::OK, &shown)
}
