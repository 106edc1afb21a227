//! The mail viewer: what every recipient's server has, two authenticators, and a way to let days pass. Loopback only.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use model::seams::Clock;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::clinic::Clinic;
use super::clock::DemoClock;
use super::mailboxes::{Delivered, Mailboxes};
use crate::http;

const STYLE: &str = include_str!("viewer.css");

#[derive(Clone)]
struct Viewer {
    mailboxes: Arc<Mailboxes>,
    clock: Arc<DemoClock>,
    /// Of the nurse, of the officer.
    totp_secrets: [Arc<str>; 2],
}

pub async fn start(
    mailboxes: Arc<Mailboxes>,
    clinic: &Clinic,
    clock: Arc<DemoClock>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let at = listener.local_addr()?;
    let viewer = Viewer {
        mailboxes,
        clock,
        totp_secrets: [&clinic.totp_secret, &clinic.second.totp_secret]
            .map(|secret| secret.expose().as_str().into()),
    };
    let router = Router::new()
        .route("/", get(list))
        .route("/mail/{number}", get(one))
        .route("/code", get(code))
        .route("/later", post(later))
        .route(
            "/viewer.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }),
        )
        .with_state(viewer);
    tokio::spawn(http::serve(listener, None, router, stop));
    Ok(at)
}

async fn list(State(viewer): State<Viewer>) -> Html<String> {
    let mut rows = String::new();
    for (n, letter) in viewer.mailboxes.all().iter().enumerate().rev() {
        let (subject, tls) = (subject(letter), if letter.tls { "TLS" } else { "no TLS" });
        rows.push_str(&format!(
            "<tr><td class=\"to\">{}</td><td><a href=\"/mail/{n}\">{}</a></td><td>{tls}</td><td class=\"when\">{}</td></tr>",
            escape(&letter.to),
            escape(&subject),
            letter.at
        ));
    }
    let body = format!(
        "<h1>What recipients have</h1><p>Authenticator of the nurse: <strong id=\"code\">{}</strong>, of the officer: \
         <strong id=\"code-officer\">{}</strong> (a code works once; a new one comes every 30 seconds)</p>\
         <form method=\"post\" action=\"/later\"><p>It is {} here. <label>Let days pass: <input name=\"days\" type=\"number\" min=\"1\" \
         max=\"36600\" value=\"15\"></label> <button>Go</button></p></form><table><thead><tr><th>To</th><th>Subject</th>\
         <th>Protection</th><th>When</th></tr></thead><tbody>{rows}</tbody></table>",
        present_code(&viewer, 0),
        present_code(&viewer, 1),
        viewer.clock.now().rfc3339()
    );
    page("Mail viewer", &body)
}

async fn one(State(viewer): State<Viewer>, Path(number): Path<usize>) -> Response {
    let Some(letter) = viewer.mailboxes.all().into_iter().nth(number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let text = mail::parse(&letter.bytes)
        .ok()
        .and_then(|m| m.body_text())
        .unwrap_or_default();
    let body = format!(
        "<p><a href=\"/\">All mail</a></p><h1>{}</h1><p>To {}</p><pre>{}</pre><h2>As it arrived</h2><pre>{}</pre>",
        escape(&subject(&letter)),
        escape(&letter.to),
        linked(&escape(&text)),
        escape(&String::from_utf8_lossy(&letter.bytes))
    );
    page("Mail", &body).into_response()
}

async fn code(State(viewer): State<Viewer>) -> String {
    present_code(&viewer, 0)
}

/// Nothing comes back from there: the demo's time only goes on.
async fn later(State(viewer): State<Viewer>, body: String) -> Redirect {
    let days = body.trim().strip_prefix("days=");
    if let Some(days) = days.and_then(|days| days.parse().ok()) {
        viewer.clock.later(days);
    }
    Redirect::to("/")
}

fn present_code(viewer: &Viewer, whose: usize) -> String {
    people::code_at(&viewer.totp_secrets[whose], viewer.clock.now()).unwrap_or_default()
}

fn subject(letter: &Delivered) -> String {
    mail::parse(&letter.bytes)
        .ok()
        .and_then(|m| m.subject().map(str::to_owned))
        .unwrap_or_default()
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/viewer.css\"></head>\
         <body><main>{body}</main></body></html>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Makes the portal's links links.
fn linked(escaped: &str) -> String {
    let line = |line: &str| {
        let bare = line.trim_end_matches('\r');
        if bare.starts_with("http://") || bare.starts_with("https://") {
            format!("<a href=\"{bare}\">{bare}</a>")
        } else {
            bare.to_owned()
        }
    };
    escaped.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
