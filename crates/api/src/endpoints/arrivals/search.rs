//! `POST /v1/arrivals/search`: what came in from one domain. It posts, so that the domain stays out of links
//! and their logs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::inbound::ArrivalFilter;
use model::{Code, Domain, Error, limits};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::ArrivalList;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// The sender's domain to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrivalSearch {
    /// Whole; names below the registered one count as it.
    #[schema(max_length = 253, example = "clinic.example")]
    domain: String,
    /// `next` of the page before.
    after: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::CursorInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_search_arrivals>(post(search_arrivals), Action::QuarantineRead, CODES)
}

/// Find incoming mail of a domain
///
/// Newest first, 50 on a page.
#[utoipa::path(post, path = "/v1/arrivals/search", tag = "arrivals", request_body = ArrivalSearch,
    responses((status = 200, description = "A page.", body = ArrivalList))
)]
async fn search_arrivals(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let found = blocking(move || {
        let asked: ArrivalSearch = crate::json::from_slice(&body.bytes)?;
        let domain = Domain::parse(&asked.domain);
        let filter = ArrivalFilter {
            domain: Some(domain.map_err(|_| Error::new(Code::FieldInvalid).at("/domain"))?),
            ..ArrivalFilter::default()
        };
        let after = asked.after.as_deref();
        state.flow.arrivals(&ctx, &filter, after, limits::PAGE_ROWS)
    })
    .await?;
    json(StatusCode::OK, &ArrivalList::of(found))
}
