//! REST: one file an endpoint, OpenAPI 3.1 generated from the code, RFC 9457 problem details.
//!
//! A request passes [`envelope`] (request id, headers, metrics, problems), [`caller`] (who asks, how
//! often, with which right) and then one file of [`endpoints`]. What is done there is `flow`'s.
//! Invariants: no answer and no log line repeats a submitted value; a 2xx comes after the commit; no
//! route exists without its documentation, because both come from one list.

mod endpoints;
mod envelope;
mod problem;
mod settings;
mod state;

use axum::Router;

pub use settings::{RateLimit, Settings};
pub use state::ApiState;

/// Everything under `/v1`. It sets no fallback of its own outside that path, so it merges with other
/// routers.
pub fn router(state: ApiState) -> Router {
    envelope::wrap(endpoints::routes(), &state).with_state(state)
}
