//! `GET /v1/disposals/{id}/records`: what became of its records.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, DisposalId, DisposedState, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use super::DisposalRecord;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Ids, Listing, Paging};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `listed`, `destroyed` or `spared`. Default: `listed`.
    #[param(value_type = Option<String>)]
    state: Option<String>,
}

/// A page of them, in their order.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalRecordList {
    records: Vec<DisposalRecord>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::QueryInvalid,
        Code::CursorInvalid,
    ];
    Door::new::<__path_list_records>(get(list_records), Action::RetentionRead, CODES)
}

/// List the records of a disposal
///
/// Of those that a legal hold keeps, up to 1,000 are named.
#[utoipa::path(get, path = "/v1/disposals/{id}/records", tag = "retention", params(
    ("id" = String, Path, description = "The disposal.", example = "dis_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"), Wanted, Paging,
), responses((status = 200, description = "A page.", body = DisposalRecordList)))]
async fn list_records(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    asked: Listing<Wanted>,
) -> Answer {
    let id = ids.parse::<DisposalId>(0)?;
    listed(move || {
        let word = asked.wanted.state.as_deref().unwrap_or("listed");
        let wanted = DisposedState::from_word(word)
            .ok_or_else(|| Error::new(Code::QueryInvalid).at("/state"))?;
        let after = asked.after.as_deref().map_or(Ok(0), str::parse::<u64>);
        let after = after.ok().filter(|after| i64::try_from(*after).is_ok());
        let after = after.ok_or_else(|| Error::new(Code::CursorInvalid).at("/after"))?;
        let rows = asked.rows;
        let mut found = state
            .records
            .disposal_items(&ctx, id, wanted, after, rows + 1)?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        Ok(DisposalRecordList {
            next: last.map(|last| last.number.to_string()),
            records: found.into_iter().map(DisposalRecord::of).collect(),
        })
    })
    .await
}
