//! The endpoints, one file each.

mod health;

use axum::Router;
use axum::routing::get;

use crate::ApiState;

pub(crate) fn routes() -> Router<ApiState> {
    Router::new().route("/v1/health", get(health::health))
}
