//! `GET /v1/correspondents`: what is on record, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, RecipientClass};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Door;
use super::CorrespondentList;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    #[param(schema_with = schema::recipient_class, required = false)]
    class: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_correspondents>(
        get(list_correspondents),
        Action::CorrespondentRead,
        CODES,
    )
}

/// List correspondents
///
/// Newest first. Each look is an entry of the audit log.
#[utoipa::path(get, path = "/v1/correspondents", tag = "correspondents", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = CorrespondentList)
))]
async fn list_correspondents(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let class = asked.wanted.class.as_deref();
    let class = input::word("class", class, RecipientClass::from_word)?;
    listed(move || {
        let after = asked.after.as_deref();
        let page = state.flow.correspondents(&ctx, class, after, asked.rows)?;
        Ok(CorrespondentList::of(page))
    })
    .await
}
