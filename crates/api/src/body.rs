//! Request bodies: JSON by type, bounded in size, in memory and in time.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use model::{Code, limits};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ApiState;
use crate::problem::Problem;

/// Memory is taken in steps of so many octets.
pub(crate) const STEP: usize = 64 * 1024;

/// The whole body. Its memory counts as held until it is dropped.
pub(crate) struct JsonBody {
    pub bytes: Vec<u8>,
    _held: Held,
}

impl FromRequest<ApiState> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        check_headers(request.headers())?;
        let held = Held {
            of: state.bodies.clone(),
            permit: None,
            octets: 0,
        };
        let reading = read(request.into_body(), held);
        match tokio::time::timeout(state.settings.body_wait, reading).await {
            Ok(body) => body,
            Err(_) => Err(Code::Timeout.into()),
        }
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let mut fields = declared.split(';').map(str::trim);
    let json = fields
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    // RFC 8259 §8.1: UTF-8, and a charset parameter adds nothing; another one is a mistake.
    let utf8 = fields.all(|f| {
        f.is_empty()
            || f.eq_ignore_ascii_case("charset=utf-8")
            || f.eq_ignore_ascii_case("charset=\"utf-8\"")
    });
    if !json || !utf8 || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Code::ContentTypeUnsupported.into());
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limits::API_BODY_OCTETS_MAX) {
        return Err(Code::MessageTooLarge.into());
    }
    Ok(())
}

async fn read(mut body: Body, mut held: Held) -> Result<JsonBody, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        // The connection broke or its framing did: whoever sent it will hardly read the answer.
        let frame = frame.map_err(|_| Problem::from(Code::JsonInvalid))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let total = bytes.len() + data.len();
        if total > limits::API_BODY_OCTETS_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        held.grow(total)?;
        bytes.extend_from_slice(&data);
    }
    Ok(JsonBody { bytes, _held: held })
}

struct Held {
    of: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
    octets: usize,
}

impl Held {
    fn grow(&mut self, total: usize) -> Result<(), Problem> {
        let steps = total.saturating_sub(self.octets).div_ceil(STEP);
        let wanted = u32::try_from(steps).unwrap_or(u32::MAX);
        let more = self
            .of
            .clone()
            .try_acquire_many_owned(wanted)
            .map_err(|_| Problem::from(Code::Overloaded))?;
        self.octets += steps * STEP;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
        Ok(())
    }
}
