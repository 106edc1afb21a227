//! `POST /v1/correspondents/search`: what is on record about one address. It posts, so that the address
//! stays out of links and their logs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Address, Code};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{Correspondent, CorrespondentList};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// The address to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrespondentSearch {
    #[schema(format = Email, example = "pat@mail.example")]
    address: String,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::AddressInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_search_correspondents>(
        post(search_correspondents),
        Action::CorrespondentRead,
        CODES,
    )
}

/// Find a correspondent
///
/// A list of one, or of none.
#[utoipa::path(post, path = "/v1/correspondents/search", tag = "correspondents",
    request_body = CorrespondentSearch,
    responses((status = 200, description = "What is on record.", body = CorrespondentList))
)]
async fn search_correspondents(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let found = blocking(move || {
        let asked: CorrespondentSearch = crate::json::from_slice(&body.bytes)?;
        let address = Address::parse(&asked.address).map_err(|e| e.at("/address"))?;
        state.flow.find_correspondent(&ctx, &address)
    })
    .await?;
    let list = CorrespondentList {
        correspondents: found.into_iter().map(Correspondent::of).collect(),
        next: None,
    };
    json(StatusCode::OK, &list)
}
