//! What every answer carries.

use axum::Router;

use crate::ApiState;

pub(crate) fn wrap(routes: Router<ApiState>, _state: &ApiState) -> Router<ApiState> {
    routes
}
