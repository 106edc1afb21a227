//! Answers that succeed.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Code, Result};
use serde::Serialize;

use crate::blocking;
use crate::problem::Problem;

pub(crate) type Answer = Result<Response, Problem>;

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(body).map_err(|_| Problem::from(Code::Internal))?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

/// A page of a list, which is asked for on a thread that may block.
pub(crate) async fn listed<P: Serialize + Send + 'static>(
    page: impl FnOnce() -> Result<P> + Send + 'static,
) -> Answer {
    json(StatusCode::OK, &blocking(page).await?)
}

/// Bytes to save, never to show in place.
pub(crate) fn download(bytes: Vec<u8>, content_type: &str, name: &str) -> Answer {
    let content_type = HeaderValue::from_str(content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = format!("attachment; filename*=UTF-8''{}", percent(name));
    let disposition =
        HeaderValue::from_str(&disposition).map_err(|_| Problem::from(Code::Internal))?;
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// RFC 8187 §3.2: `attr-char` as it is, everything else percent-encoded.
fn percent(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
