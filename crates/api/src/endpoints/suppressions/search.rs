//! `POST /v1/suppressions/search`: everything about one address. It posts, so that the address stays
//! out of links and their logs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::suppression::{Asked as Wish, Wanted as Filter};
use model::{Address, Code, limits};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::SuppressionList;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// The address to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionSearch {
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
    Door::new::<__path_search_suppressions>(
        post(search_suppressions),
        Action::SuppressionRead,
        CODES,
    )
}

/// Find a suppressed address
///
/// Everything about one address, newest first: also what was lifted or has expired.
#[utoipa::path(post, path = "/v1/suppressions/search", tag = "suppressions",
    request_body = SuppressionSearch,
    responses((status = 200, description = "What is known.", body = SuppressionList))
)]
async fn search_suppressions(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let page = blocking(move || {
        let asked: SuppressionSearch = crate::json::from_slice(&body.bytes)?;
        let address = Address::parse(&asked.address).map_err(|e| e.at("/address"))?;
        let wanted = Filter {
            address: Some(address),
            ended: true,
            ..Filter::default()
        };
        let wish = Wish {
            wanted,
            after: None,
            rows: limits::PAGE_ROWS_MAX,
        };
        state.flow.suppressions(&ctx, wish)
    })
    .await?;
    json(StatusCode::OK, &SuppressionList::of(page))
}
