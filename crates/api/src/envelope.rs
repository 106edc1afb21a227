//! What surrounds every request: its id, the headers of every answer, counters, the log line, and the
//! body of a problem.
//!
//! Not here: who asks ([`crate::caller`]). Invariant: log lines and labels are routes, methods,
//! statuses, codes and ids; nothing that came in.

use std::any::Any;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use model::{Code, Fault, RequestId};
use tower_http::catch_panic::CatchPanicLayer;

use crate::ApiState;
use crate::problem::Problem;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const UNMATCHED: &str = "unmatched";

pub(crate) fn wrap(routes: Router<ApiState>, state: &ApiState) -> Router<ApiState> {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), surround))
}

/// The panic's text may hold anything, so it goes nowhere.
fn panicked(_text: Box<dyn Any + Send + 'static>) -> Response {
    Problem::from(Code::Internal).into_response()
}

async fn surround(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let world = state.flow.world().clone();
    let started = world.now();
    let id = RequestId::mint(started, world.rng.as_ref());
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) if !path.as_str().contains('*') => path.as_str().to_owned(),
        _ => UNMATCHED.to_owned(),
    };
    let method = method_word(request.method());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        log(&problem, id, method, &route);
        response = written(&problem, id, response);
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let took = world.now().since(started);
    tracing::info!(request = %id, method, route, status, micros = took.as_micros(), "request");
    count(method, route, status, took.as_secs_f64());
    response
}

fn written(problem: &Problem, id: RequestId, response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    // Strings and numbers always have a JSON form.
    let body = serde_json::to_vec(&problem.body(id)).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    Response::from_parts(parts, Body::from(body))
}

fn log(problem: &Problem, id: RequestId, method: &str, route: &str) {
    let code = problem.code();
    if code.row().fault == Fault::Ours {
        let cause = std::error::Error::source(problem.error())
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(request = %id, method, route, %code, cause, "request failed on our side");
    } else {
        tracing::debug!(request = %id, method, route, %code, "request refused");
    }
}

/// A closed set: a client may send any word as a method.
fn method_word(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    }
}

fn count(method: &'static str, route: String, status: u16, seconds: f64) {
    let status = status.to_string();
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status.clone())
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route, "status" => status)
        .record(seconds);
}

#[cfg(test)]
mod tests;
