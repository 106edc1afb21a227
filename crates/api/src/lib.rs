//! REST: one file an endpoint, OpenAPI 3.1 generated from the code, RFC 9457 problem details.
//!
//! A request passes [`envelope`] (request id, headers, metrics, problems), [`caller`] (who asks, how
//! often, with which right) and then one file of [`endpoints`]. What is done there is `flow`'s.
//! Invariants: no answer and no log line repeats a submitted value; a 2xx comes after the commit; no
//! route exists without its documentation, because both come from one list.

mod answer;
mod body;
mod caller;
mod document;
mod endpoints;
mod envelope;
mod input;
mod json;
mod problem;
mod rate;
mod schema;
mod settings;
mod state;

use axum::Router;

pub use caller::Remote;
pub use document::openapi;
pub use settings::{RateLimit, Settings};
pub use state::{ApiState, Probe};

use problem::Problem;

/// Everything under `/v1`. It sets no fallback of its own outside that path, so it merges with other
/// routers.
pub fn router(state: ApiState) -> Router {
    envelope::wrap(endpoints::routes(&state), &state).with_state(state)
}

/// Method and path of every endpoint, as the router has them.
pub fn routes() -> Vec<(&'static str, String)> {
    endpoints::doors()
        .into_iter()
        .map(|door| (door.verb(), door.path))
        .collect()
}

/// Runs what waits for the database off the runtime's threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> model::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Problem::from),
        // It panicked; what it said may hold anything and is not repeated.
        Err(_) => Err(model::Code::Internal.into()),
    }
}
