//! Problem details (RFC 9457): what went wrong, whose fault, and what to do.
//!
//! Everything in a problem comes from the table of codes and from the shape of the request. Invariant:
//! no submitted value. An endpoint only says which error; [`crate::envelope`] writes the body, because
//! it alone knows the request id.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Code, Error, RequestId};
use serde::Serialize;
use utoipa::ToSchema;

/// What clients wait before they repeat when we cannot say better.
const RETRY_SECS: u64 = 5;
const MINUTE_SECS: u64 = 60;

#[derive(Clone)]
pub(crate) struct Problem {
    error: Arc<Error>,
    retry_after: Option<u64>,
}

/// What went wrong, as `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "urn:caduceus:problem:address_invalid", "title": "An address is not valid", "status": 422,
    "code": "address_invalid", "detail": "An address is not valid: see /to/0/address.",
    "pointer": "/to/0/address", "request_id": "req_01KAJ5Z3E9T7M0X4Q8V2B6N1CD",
    "remedy": "Write local@domain, without display name or comment."
}))]
pub(crate) struct ProblemBody {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The same sentence for every problem of this kind.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable: programs may branch on it.
    code: &'static str,
    /// About this occurrence.
    detail: String,
    /// Where in the body (JSON pointer, RFC 6901), or `?name` for a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Give it to support. Also in the `X-Request-Id` header.
    #[schema(value_type = String)]
    request_id: RequestId,
    /// What to do about it.
    remedy: &'static str,
}

impl Problem {
    pub(crate) fn after(code: Code, retry_after: u64) -> Self {
        Self {
            error: Arc::new(code.into()),
            retry_after: Some(retry_after),
        }
    }
    pub(crate) fn code(&self) -> Code {
        self.error.code()
    }
    pub(crate) fn error(&self) -> &Error {
        &self.error
    }

    pub(crate) fn body(&self, request_id: RequestId) -> ProblemBody {
        let row = self.error.code().row();
        let pointer = self.error.pointer().map(str::to_owned);
        let detail = match &pointer {
            Some(pointer) => format!("{}: see {pointer}.", row.title),
            None => format!("{}.", row.title),
        };
        ProblemBody {
            kind: format!("urn:caduceus:problem:{}", row.word),
            title: row.title,
            status: row.http,
            code: row.word,
            detail,
            pointer,
            request_id,
            remedy: self.error.remedy(),
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let status = self.code().row().http;
        if status == 401 {
            // RFC 9110 §11.6.1: a 401 names the schemes that would do.
            headers.append(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"caduceus\""),
            );
            let basic = HeaderValue::from_static("Basic realm=\"caduceus\", charset=\"UTF-8\"");
            headers.append(header::WWW_AUTHENTICATE, basic);
        }
        if status == 429 || status == 503 {
            // Who is slowed has so many a minute.
            let usual = match self.code() {
                Code::SendingSlowed => MINUTE_SECS,
                _ => RETRY_SECS,
            };
            let after = self.retry_after.unwrap_or(usual);
            headers.insert(header::RETRY_AFTER, after.into());
        }
        headers
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self {
            error: Arc::new(error),
            retry_after: None,
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Error::new(code).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code().row().http)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.headers()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
