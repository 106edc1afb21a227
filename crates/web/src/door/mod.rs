//! The door: routes, and what every request passes on its way to a page.

pub mod answer;
pub mod asked;
pub mod cookies;
mod form;
mod headers;
pub mod staff;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use flow::Flow;
use model::{Error, Result, limits};
use people::People;
use records::Records;

use crate::face::{Face, assets};
use crate::pages::{console, portal};
use answer::{console, portal};

/// A form: the longest reply, percent-encoded three to one, with room.
const FORM_OCTETS_MAX: usize = 512 * 1024;

/// A form with a file of keys: the largest, pasted and percent-encoded or chosen, with room.
const KEY_FORM_OCTETS_MAX: usize = 3 * limits::KEY_FILE_OCTETS_MAX + FORM_OCTETS_MAX;

/// What an installation tells its pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Shown where no organisation is known yet: the sign-in page, a link that opens nothing.
    pub name: String,
    /// Whether readers reach us by HTTPS: cookies get the `__Host-` prefix and `Secure`, answers HSTS.
    pub tls: bool,
    /// Entries up to which the audit page checks the whole log on every view; above, on request.
    pub audit_check_max: u64,
}

impl Settings {
    pub fn new(name: impl Into<String>, tls: bool) -> Self {
        Self {
            name: name.into(),
            tls,
            audit_check_max: 5_000,
        }
    }
}

/// What every page needs. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    pub flow: Flow,
    pub people: People,
    pub records: Records,
    pub face: Arc<Face>,
    pub settings: Arc<Settings>,
}

impl WebState {
    /// # Errors
    /// `internal` when a template or the catalogue is broken, which a test prevents.
    pub fn new(flow: Flow, people: People, records: Records, settings: Settings) -> Result<Self> {
        let face = Arc::new(Face::new("/assets")?);
        Ok(Self {
            flow,
            people,
            records,
            face,
            settings: Arc::new(settings),
        })
    }
}

/// Portal below `/p`, lists below `/u`, console below `/console`, assets below `/assets`.
pub fn router(state: WebState) -> Router {
    Router::new()
        .merge(portal_routes())
        .route(
            "/u/{link}",
            get(|asked| portal(asked, portal::unsubscribe::show))
                .post(|asked| portal(asked, portal::unsubscribe::leave)),
        )
        .merge(sign_in_routes())
        .merge(console_routes())
        .merge(operation_routes())
        .merge(review_routes())
        .merge(archive_routes())
        .merge(settings_routes())
        .merge(key_routes())
        .route("/", get(|| async { Redirect::to("/console") }))
        .route("/assets/{hash}/{name}", get(asset))
        .fallback(|asked| portal(asked, portal::gone::show))
        .layer(DefaultBodyLimit::max(FORM_OCTETS_MAX))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .with_state(state)
}

fn portal_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/p/{link}",
            get(|asked| portal(asked, portal::landing::show)),
        )
        .route(
            "/p/{link}/code",
            get(|asked| portal(asked, portal::enter_code::show))
                .post(|asked| portal(asked, portal::enter_code::send)),
        )
        .route(
            "/p/{link}/enter",
            get(|asked| portal(asked, portal::enter_code::back))
                .post(|asked| portal(asked, portal::enter_code::enter)),
        )
        .route(
            "/p/{link}/message",
            get(|asked| portal(asked, portal::thread::show)),
        )
        .route(
            "/p/{link}/reply",
            get(|asked| portal(asked, portal::thread::back))
                .post(|asked| portal(asked, portal::thread::reply)),
        )
        .route(
            "/p/{link}/replied",
            get(|asked| portal(asked, portal::replied::show)),
        )
        .route(
            "/p/{link}/file/{id}",
            get(|asked| portal(asked, portal::thread::file)),
        )
        .route(
            "/p/{link}/close",
            post(|asked| portal(asked, portal::landing::close)),
        )
}

fn sign_in_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/sign-in",
            get(|asked| console(asked, console::sign_in::show))
                .post(|asked| console(asked, console::sign_in::submit)),
        )
        .route(
            "/console/sign-in/code",
            get(|asked| console(asked, console::second_factor::show))
                .post(|asked| console(asked, console::second_factor::submit)),
        )
        .route(
            "/console/sign-in/set-up",
            get(|asked| console(asked, console::enrol::show))
                .post(|asked| console(asked, console::enrol::submit)),
        )
        .route(
            "/console/sign-out",
            post(|asked| console(asked, console::sign_in::sign_out)),
        )
}

fn console_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console",
            get(|asked| console(asked, console::overview::show)),
        )
        .route(
            "/console/live",
            get(|asked| console(asked, console::overview::live)),
        )
        .route(
            "/console/messages",
            get(|asked| console(asked, console::messages::show)),
        )
        .route(
            "/console/messages.csv",
            get(|asked| console(asked, console::messages::export)),
        )
        .route(
            "/console/messages/cancel",
            post(|asked| console(asked, console::cancel::submit)),
        )
        .route(
            "/console/messages/{id}",
            get(|asked| console(asked, console::message::show)),
        )
        .route(
            "/console/messages/{id}/open",
            get(|asked| console(asked, console::message::sealed_again))
                .post(|asked| console(asked, console::message::open)),
        )
        .route(
            "/console/messages/{id}/headers",
            get(|asked| console(asked, console::message::sealed_again))
                .post(|asked| console(asked, console::headers::open)),
        )
        .route(
            "/console/messages/{id}/opinion",
            get(|asked| console(asked, console::message::sealed_again))
                .post(|asked| console(asked, console::message::say)),
        )
        .route(
            "/console/messages/{id}/file/{file}",
            get(|asked| console(asked, console::message::file)),
        )
        .route(
            "/console/proof/{recipient}",
            get(|asked| console(asked, console::message::proof)),
        )
        .route(
            "/console/audit",
            get(|asked| console(asked, console::audit::show)),
        )
        .route(
            "/console/audit/anchors",
            get(|asked| console(asked, console::anchors::show)),
        )
        .route(
            "/console/audit/checkpoint",
            get(|asked| console(asked, console::audit::checkpoint)),
        )
        .route(
            "/console/{*rest}",
            get(|asked| console(asked, console::missing::show)),
        )
}

/// How mail leaves: the queue, sending domains, one message's trace, webhooks.
fn operation_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/queue",
            get(|asked| console(asked, console::queue::show)),
        )
        .route(
            "/console/queue/orders",
            get(|asked| console(asked, console::orders::show)),
        )
        .route(
            "/console/queue/orders/{id}/end",
            get(|asked| console(asked, console::orders::ask))
                .post(|asked| console(asked, console::orders::end)),
        )
        .route(
            "/console/queue/order",
            get(|asked| console(asked, console::order::show))
                .post(|asked| console(asked, console::order::submit)),
        )
        .route(
            "/console/domains",
            get(|asked| console(asked, console::domains::show)),
        )
        .route(
            "/console/domains/{name}",
            get(|asked| console(asked, console::domain::show)),
        )
        .route(
            "/console/domains/{name}/check",
            get(|asked| console(asked, console::domain::back))
                .post(|asked| console(asked, console::domain::check)),
        )
        .route(
            "/console/domains/{name}/rotate",
            get(|asked| console(asked, console::domain_rotate::show))
                .post(|asked| console(asked, console::domain_rotate::submit)),
        )
        .route(
            "/console/trace",
            get(|asked| console(asked, console::trace::show))
                .post(|asked| console(asked, console::trace::search)),
        )
        .route(
            "/console/webhooks",
            get(|asked| console(asked, console::webhooks::show))
                .post(|asked| console(asked, console::webhooks::create)),
        )
        .route(
            "/console/webhooks/{id}",
            get(|asked| console(asked, console::webhook::show))
                .post(|asked| console(asked, console::webhook::act)),
        )
}

/// What waits for a decision, and what is one's own.
fn review_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/held",
            get(|asked| console(asked, console::held::show)),
        )
        .route(
            "/console/held/{id}",
            get(|asked| console(asked, console::held_decide::ask))
                .post(|asked| console(asked, console::held_decide::submit)),
        )
        .route(
            "/console/risk",
            get(|asked| console(asked, console::risk::show)),
        )
        .route(
            "/console/risk/{subject}",
            get(|asked| console(asked, console::risk::ask))
                .post(|asked| console(asked, console::risk::submit)),
        )
        .route(
            "/console/risk/limits/{kind}",
            get(|asked| console(asked, console::risk_limits::show))
                .post(|asked| console(asked, console::risk_limits::submit)),
        )
        .route(
            "/console/inbound",
            get(|asked| console(asked, console::inbound::show))
                .post(|asked| console(asked, console::inbound::search)),
        )
        .route(
            "/console/inbound/{id}",
            get(|asked| console(asked, console::inbound_decide::ask))
                .post(|asked| console(asked, console::inbound_decide::submit)),
        )
        .route(
            "/console/rules",
            get(|asked| console(asked, console::rules::show)),
        )
        .route(
            "/console/rules/new",
            get(|asked| console(asked, console::rule_edit::show))
                .post(|asked| console(asked, console::rule_edit::submit)),
        )
        .route(
            "/console/rules/retire",
            get(|asked| console(asked, console::rule_ask::retire))
                .post(|asked| console(asked, console::rule_ask::retire_sure)),
        )
        .route(
            "/console/rules/{version}",
            get(|asked| console(asked, console::rule_version::show))
                .post(|asked| console(asked, console::rule_version::try_it)),
        )
        .route(
            "/console/rules/{version}/activate",
            get(|asked| console(asked, console::rule_ask::activate))
                .post(|asked| console(asked, console::rule_ask::activate_sure)),
        )
        .route(
            "/console/recovery-codes",
            get(|asked| console(asked, console::recovery::show))
                .post(|asked| console(asked, console::recovery::submit)),
        )
}

/// What was sent and received, kept and found.
fn archive_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/archive",
            get(|asked| console(asked, console::archive::show))
                .post(|asked| console(asked, console::archive::search)),
        )
        .route(
            "/console/archive/unread",
            get(|asked| console(asked, console::archive_unread::show)),
        )
        .route(
            "/console/archive/gap",
            get(|asked| console(asked, console::archive_gap::show)),
        )
        .route(
            "/console/archive/searches",
            get(|asked| console(asked, console::archive_searches::show))
                .post(|asked| console(asked, console::archive_searches::submit)),
        )
        .route(
            "/console/archive/searches/{id}",
            get(|asked| console(asked, console::archive_saved::show))
                .post(|asked| console(asked, console::archive_saved::submit)),
        )
        .route(
            "/console/archive/{id}",
            get(|asked| console(asked, console::archive_message::show)),
        )
        .merge(keeping_routes())
}

/// What is kept for how long, given away, and destroyed.
fn keeping_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/retention",
            get(|asked| console(asked, console::retention::show))
                .post(|asked| console(asked, console::retention::submit)),
        )
        .route(
            "/console/exports",
            get(|asked| console(asked, console::exports::show))
                .post(|asked| console(asked, console::exports::submit)),
        )
        .route(
            "/console/exports/{id}/package",
            get(|asked| console(asked, console::exports::take)),
        )
        .route(
            "/console/retention/profile",
            get(|asked| console(asked, console::retention_profile::show))
                .post(|asked| console(asked, console::retention_profile::submit)),
        )
        .route(
            "/console/disposals",
            get(|asked| console(asked, console::disposals::show))
                .post(|asked| console(asked, console::disposals::submit)),
        )
        .route(
            "/console/disposals/{id}",
            get(|asked| console(asked, console::disposal::show))
                .post(|asked| console(asked, console::disposal::submit)),
        )
        .route(
            "/console/disposals/{id}/certificate",
            get(|asked| console(asked, console::disposal::take)),
        )
        .route(
            "/console/holds",
            get(|asked| console(asked, console::holds::show))
                .post(|asked| console(asked, console::holds::submit)),
        )
        .route(
            "/console/holds/{id}",
            get(|asked| console(asked, console::hold::show))
                .post(|asked| console(asked, console::hold::submit)),
        )
}

fn key_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/keys",
            get(|asked| console(asked, console::keys::show))
                .post(|asked| console(asked, console::keys::search)),
        )
        .route(
            "/console/keys/{id}",
            get(|asked| console(asked, console::key::show))
                .post(|asked| console(asked, console::key::submit)),
        )
        .route(
            "/console/keys/look-up",
            get(|asked| console(asked, console::key_lookup::show))
                .post(|asked| console(asked, console::key_lookup::submit)),
        )
        .route(
            "/console/authorities",
            get(|asked| console(asked, console::authorities::show))
                .post(|asked| console(asked, console::authorities::submit)),
        )
        .route(
            "/console/directories",
            get(|asked| console(asked, console::directories::show))
                .post(|asked| console(asked, console::directories::submit)),
        )
        .route(
            "/console/own-keys",
            get(|asked| console(asked, console::own_keys::show))
                .post(|asked| console(asked, console::own_keys::submit)),
        )
        .layer(DefaultBodyLimit::max(KEY_FORM_OCTETS_MAX))
}

fn settings_routes() -> Router<WebState> {
    Router::new()
        .route(
            "/console/triggers",
            get(|asked| console(asked, console::triggers::show))
                .post(|asked| console(asked, console::triggers::submit)),
        )
        .route(
            "/console/mail",
            get(|asked| console(asked, console::mail::show))
                .post(|asked| console(asked, console::mail::submit)),
        )
        .route(
            "/console/correspondents",
            get(|asked| console(asked, console::correspondents::show))
                .post(|asked| console(asked, console::correspondents::search)),
        )
        .route(
            "/console/correspondents/{id}",
            get(|asked| console(asked, console::correspondent::show))
                .post(|asked| console(asked, console::correspondent::submit)),
        )
        .route(
            "/console/detectors",
            get(|asked| console(asked, console::detectors::show))
                .post(|asked| console(asked, console::detectors::submit)),
        )
        .route(
            "/console/detectors/learn",
            get(|asked| console(asked, console::detector_learn::show))
                .post(|asked| console(asked, console::detector_learn::submit)),
        )
        .route(
            "/console/detectors/{id}",
            get(|asked| console(asked, console::detector::show))
                .post(|asked| console(asked, console::detector::submit)),
        )
        .route(
            "/console/registry",
            get(|asked| console(asked, console::registry::show))
                .post(|asked| console(asked, console::registry::submit)),
        )
        .route(
            "/console/suppressions",
            get(|asked| console(asked, console::suppressions::show))
                .post(|asked| console(asked, console::suppressions::search)),
        )
        .route(
            "/console/suppressions.csv",
            get(|asked| console(asked, console::suppressions::export)),
        )
        .route(
            "/console/suppressions/add",
            get(|asked| console(asked, console::suppression_add::show))
                .post(|asked| console(asked, console::suppression_add::submit)),
        )
        .route(
            "/console/suppressions/imports/{id}",
            get(|asked| console(asked, console::suppression_import::show))
                .post(|asked| console(asked, console::suppression_import::stop)),
        )
        .route(
            "/console/suppressions/{id}/lift",
            get(|asked| console(asked, console::suppression_lift::show))
                .post(|asked| console(asked, console::suppression_lift::submit)),
        )
}

async fn asset(Path((hash, name)): Path<(String, String)>) -> Response {
    match assets::find(&hash, &name) {
        Some(found) => {
            let kept = [
                (header::CONTENT_TYPE, found.content_type),
                (header::CACHE_CONTROL, assets::CACHE_CONTROL),
            ];
            (kept, found.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Runs a use case, which blocks, on a thread made for that.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    // It panicked; what it said may hold anything and is not repeated.
    done.map_err(|_| Error::new(model::Code::Internal))?
}
