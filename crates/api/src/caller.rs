//! Who asks: credentials, how often, and the right that the endpoint needs. Runs before any endpoint
//! reads its input.
//!
//! Where the request came from goes with it. Invariant: an endpoint that needs a right is only reached with a [`Ctx`] that has it; what the
//! right covers of one message is asked again by `flow`.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctx::{Action, Came, Ctx};
use model::{Code, Mode, Result, Secret};

use crate::problem::Problem;
use crate::rate::Taken;
use crate::{ApiState, blocking};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
pub(crate) const MODE: HeaderName = HeaderName::from_static("caduceus-mode");

/// The authenticated actor of this request.
pub(crate) struct Caller(pub Ctx);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Ctx>()
            .cloned()
            .map(Self)
            .ok_or_else(|| Code::CredentialsMissing.into())
    }
}

/// The address at the other end of the connection; the listener puts it into each request.
#[derive(Clone, Copy)]
pub struct Remote(pub IpAddr);

/// A door and the right that opens it.
#[derive(Clone)]
pub(crate) struct Gate {
    pub state: ApiState,
    pub right: Action,
}

/// The middleware of every endpoint that is not public.
pub(crate) async fn admit(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let credentials = match Credentials::read(request.headers()) {
        Ok(credentials) => credentials,
        Err(code) => return Problem::from(code).into_response(),
    };
    let came = came(&request);
    let asked = match blocking(move || ask(&gate, credentials, came)).await {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let mut response = match asked.refused {
        Some(problem) => problem.into_response(),
        None => {
            request.extensions_mut().insert(asked.ctx);
            next.run(request).await
        }
    };
    asked.taken.write(response.headers_mut());
    response
        .headers_mut()
        .insert(MODE, HeaderValue::from_static(asked.mode.word()));
    response
}

fn came(request: &Request) -> Came {
    let from = request.extensions().get::<Remote>().map(|from| from.0);
    let agent = request.headers().get(header::USER_AGENT);
    Came::new(from, agent.and_then(|agent| agent.to_str().ok()))
}

/// An authenticated request; refused all the same when it comes too often or lacks the right.
struct Asked {
    ctx: Ctx,
    mode: Mode,
    taken: Taken,
    refused: Option<Problem>,
}

fn ask(gate: &Gate, credentials: Credentials, came: Came) -> Result<Asked> {
    let people = &gate.state.people;
    let ctx = match credentials {
        Credentials::Key(key) => people.authenticate_key(key.expose())?,
        Credentials::Basic(user, password) => people.authenticate_basic(&user, &password)?,
    };
    let ctx = ctx.having_come(came);
    let taken = gate
        .state
        .buckets
        .take(&format!("{} {}", ctx.actor(), ctx.mode()), ctx.now());
    let refused = if taken.allowed {
        ctx.allow(gate.right, &ctx.own("message"))
            .err()
            .map(Problem::from)
    } else {
        Some(Problem::after(Code::RateLimited, taken.retry_after))
    };
    Ok(Asked {
        mode: ctx.mode(),
        ctx,
        taken,
        refused,
    })
}

enum Credentials {
    Key(Secret<String>),
    Basic(String, Secret<String>),
}

impl Credentials {
    fn read(headers: &HeaderMap) -> Result<Self, Code> {
        let one = |name: &HeaderName| {
            let mut values = headers.get_all(name).iter();
            match (values.next(), values.next()) {
                (None, _) => Ok(None),
                (Some(value), None) => value
                    .to_str()
                    .map(Some)
                    .map_err(|_| Code::CredentialsInvalid),
                // Two answers to "who are you" are none.
                (Some(_), Some(_)) => Err(Code::CredentialsInvalid),
            }
        };
        match (one(&header::AUTHORIZATION)?, one(&API_KEY)?) {
            (None, None) => Err(Code::CredentialsMissing),
            (Some(_), Some(_)) => Err(Code::CredentialsInvalid),
            (None, Some(key)) => Ok(Self::Key(Secret::new(key.to_owned()))),
            (Some(value), None) => Self::parse(value).ok_or(Code::CredentialsInvalid),
        }
    }

    /// RFC 6750 §2.1 and RFC 7617 §2; the scheme's name in any case (RFC 9110 §11.1).
    fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.split_once(' ')?;
        let rest = rest.trim_start_matches(' ');
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::Key(Secret::new(rest.to_owned())));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = Secret::new(String::from_utf8(STANDARD.decode(rest).ok()?).ok()?);
        let (user, password) = pair.expose().split_once(':')?;
        Some(Self::Basic(
            user.to_owned(),
            Secret::new(password.to_owned()),
        ))
    }
}
