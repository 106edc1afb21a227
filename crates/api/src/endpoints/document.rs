//! `GET /v1/openapi.json`: this reference.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::routing::get;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::input::Asked;

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(crate::openapi);

pub(super) fn door() -> Door {
    Door::new::<__path_openapi_document>(get(openapi_document), None, &[])
}

/// This document
///
/// OpenAPI 3.1, generated from the code that answers.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "service", responses(
    (status = 200, description = "OpenAPI 3.1.", body = Object)
))]
async fn openapi_document(Asked(NoQuery {}): Asked<NoQuery>) -> Answer {
    json(StatusCode::OK, &*DOCUMENT)
}
