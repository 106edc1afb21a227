//! Answers: pages, redirects, files, and every error as a page that says what to do.

use std::future::Future;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use model::{Code, Error, Fault, Result, limits};

use super::asked::{Asked, House};
use super::cookies::Cookie;
use super::staff::Desk;
use crate::face::{Frame, Visitor};
use crate::pages::portal::gone::Gone;
use crate::pages::portal::trouble::{Cause, Trouble};
use crate::pages::{Page, console};

/// Runs a handler of the portal; what it fails with becomes a page.
pub async fn portal<F, Later>(asked: Asked, handler: F) -> Response
where
    F: FnOnce(Asked) -> Later,
    Later: Future<Output = Result<Response>>,
{
    match handler(asked.clone()).await {
        Ok(response) => response,
        Err(error) => portal_failure(&asked, &error),
    }
}

/// Runs a handler of the console; what it fails with becomes a page.
pub async fn console<F, Later>(asked: Asked, handler: F) -> Response
where
    F: FnOnce(Asked) -> Later,
    Later: Future<Output = Result<Response>>,
{
    match handler(asked.clone()).await {
        Ok(response) => response,
        Err(error) => console_failure(&asked, &error).await,
    }
}

/// A page for someone whom no desk or visit stands behind.
pub fn page<P: Page>(
    asked: &Asked,
    house: &House,
    status: StatusCode,
    page: &P,
) -> Result<Response> {
    let frame = asked.frame(house, Visitor::Nobody, P::PLACE, 0);
    framed(asked, &frame, status, page)
}

/// A page for a reader in a visit, which may have begun with this very answer: its forms lean on it
/// and not on the cookies of the request.
pub fn visit_page<P: Page>(
    asked: &Asked,
    house: &House,
    visit: &str,
    page: &P,
) -> Result<Response> {
    let mut frame = asked.frame(
        house,
        Visitor::Reader,
        P::PLACE,
        limits::VISIT_IDLE_MAX.as_secs(),
    );
    frame.csrf = people::csrf_of(visit);
    framed(asked, &frame, StatusCode::OK, page)
}

/// A page for staff.
pub fn desk_page<P: Page>(
    asked: &Asked,
    desk: &Desk,
    status: StatusCode,
    page: &P,
) -> Result<Response> {
    let visitor = Visitor::Staff {
        name: desk.name.clone(),
        audit: desk.reads_audit(),
        webhooks: desk.manages_webhooks(),
        operation: desk.reads_operation(),
        addresses: desk.reads_addresses(),
        registry: desk.manages_registry(),
        keys: desk.manages_keys(),
        rules: desk.reads_rules(),
        inbound: desk.reads_inbound(),
        archive: desk.searches(),
        risk: desk.reads_senders(),
    };
    let frame = asked.frame(
        &desk.house,
        visitor,
        P::PLACE,
        limits::SESSION_IDLE_MAX.as_secs(),
    );
    framed(asked, &frame, status, page)
}

fn framed<P: Page>(asked: &Asked, frame: &Frame, status: StatusCode, page: &P) -> Result<Response> {
    let html = asked.state().face.render(frame, page)?;
    let language = [(header::CONTENT_LANGUAGE, frame.lang.word())];
    let response = (status, language, Html(html)).into_response();
    Ok(match asked.minted() {
        Some(token) => with_cookie(response, asked, &Cookie::Form, token),
        None => response,
    })
}

/// 303: the browser asks for the next page by GET.
pub fn redirect(to: &str) -> Response {
    axum::response::Redirect::to(to).into_response()
}

pub fn with_cookie(
    mut response: Response,
    asked: &Asked,
    cookie: &Cookie,
    value: &str,
) -> Response {
    if let Some(line) = cookie.set(value, asked.state().settings.tls) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// The end of a session or a visit: the browser lets go of the pages it remembers, so that the back
/// button shows none (W3C Clear Site Data §3.1). Cookies go by their own headers.
pub fn forgetting(mut response: Response) -> Response {
    let header = HeaderName::from_static("clear-site-data");
    let value = HeaderValue::from_static("\"cache\"");
    response.headers_mut().insert(header, value);
    response
}

/// A file to keep: never shown inside our origin, whatever it says it is.
pub fn download(name: &str, content_type: &str, bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_str(content_type)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    let disposition = HeaderValue::from_str(&disposition(name))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    let sandbox = HeaderValue::from_static("sandbox; default-src 'none'");
    headers.insert(HeaderName::from_static("content-security-policy"), sandbox);
    response
}

/// RFC 6266 §4.3: a plain name for old readers, the exact one percent-encoded (RFC 8187) for all others.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._- ".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let exact: String = name
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// The page of an error that is met before it is known who asks.
pub fn trouble(asked: &Asked, error: &Error) -> Response {
    match asked.is_console() {
        true => console_trouble(asked, &Desk::nobody(asked), error),
        false => portal_failure(asked, error),
    }
}

fn portal_failure(asked: &Asked, error: &Error) -> Response {
    let house = House::unknown(asked);
    match error.code() {
        Code::NotFound | Code::IdInvalid | Code::ActionForbidden => {
            last(page(asked, &house, StatusCode::NOT_FOUND, &Gone::default()))
        }
        Code::SessionExpired => redirect(&format!("/p/{}", asked.segment(1))),
        code => {
            note(error);
            let again_href = asked.portal_home();
            let shown = Trouble {
                cause: cause(code),
                again_href,
            };
            last(page(asked, &house, status(code), &shown))
        }
    }
}

async fn console_failure(asked: &Asked, error: &Error) -> Response {
    if error.code() == Code::SessionExpired {
        return super::staff::to_sign_in(asked);
    }
    let desk = match super::staff::desk(asked).await {
        Ok(desk) => desk,
        Err(_) => Desk::nobody(asked),
    };
    console_trouble(asked, &desk, error)
}

fn console_trouble(asked: &Asked, desk: &Desk, error: &Error) -> Response {
    match error.code() {
        // One page and one status for both: the difference would tell what exists.
        Code::NotFound | Code::IdInvalid | Code::ActionForbidden => last(desk_page(
            asked,
            desk,
            StatusCode::NOT_FOUND,
            &console::missing::Missing,
        )),
        code => {
            note(error);
            let again = if asked.is_read() {
                asked.here()
            } else {
                "/console"
            };
            let shown = console::trouble::Trouble::new(cause(code), code, again.to_owned());
            last(desk_page(asked, desk, status(code), &shown))
        }
    }
}

fn cause(code: Code) -> Cause {
    match (code, code.row().fault) {
        (Code::CsrfInvalid, _) => Cause::Stale,
        (Code::MessageTooLarge, _) => Cause::Large,
        (Code::ExportTooLarge, _) => Cause::Long,
        (Code::RateLimited | Code::SignInLocked, _) => Cause::Many,
        (_, Fault::Caller | Fault::Permission) => Cause::Stale,
        (_, Fault::Ours) => Cause::Ours,
    }
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.row().http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Codes and causes hold no value of a request or a message.
fn note(error: &Error) {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    match error.code().row().fault {
        Fault::Ours => tracing::error!(code = %error.code(), cause, "page failed"),
        _ => tracing::info!(code = %error.code(), "page refused"),
    }
}

/// When even the page of an error does not render.
fn last(response: Result<Response>) -> Response {
    response.unwrap_or_else(|error| {
        note(&error);
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            "This did not work. Nothing was lost. Try again in a minute.",
        )
            .into_response()
    })
}
