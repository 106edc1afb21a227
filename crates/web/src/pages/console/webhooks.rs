//! Webhooks: who is told of events, how each fares, and adding one.

use axum::http::StatusCode;
use axum::response::Response;
use flow::hooks::{DeliveryState, HookView, NewHook};
use model::{Code, Mode, Result, Stream, Timestamp};
use serde::Serialize;

use super::webhook_secret::WebhookSecret;
use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Webhooks {
    pub rows: Vec<Row>,
    /// The form as it was filled in.
    pub new: New,
    pub all_kinds: Vec<&'static str>,
    pub all_modes: Vec<Mode>,
    pub all_streams: Vec<Stream>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct New {
    pub url: String,
    pub description: String,
    pub kinds: Vec<String>,
    pub mode: Option<Mode>,
    pub stream: Option<Stream>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    /// The host alone: what follows may hold a token, and others look over shoulders.
    pub host: String,
    pub description: String,
    pub app: Option<String>,
    pub mode: Mode,
    /// `active`, `paused`, `off`
    pub state: &'static str,
    pub kinds: usize,
    pub waiting: u64,
    pub dead: u64,
    pub delivered: u64,
    pub last: Option<Timestamp>,
}

/// GET `/console/webhooks`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = load(&asked, &desk, New::default()).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/webhooks`: adds one and shows its secret once.
pub async fn create(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let filled = New::asked(&asked);
    let new = NewHook {
        url: filled.url.clone(),
        kinds: filled.kinds.clone(),
        stream: filled.stream,
        mode: filled.mode,
        description: filled.description.clone(),
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    match run(move || flow.create_hook(&ctx, new)).await {
        Ok(made) => {
            let secret = WebhookSecret {
                id: made.id.to_string(),
                secret: made.shown_once.expose().clone(),
            };
            desk_page(&asked, &desk, StatusCode::OK, &secret)
        }
        Err(error) => {
            let fault = match (error.code(), error.pointer()) {
                (Code::FieldInvalid, Some("/url")) => Fault::new("url", "webhook_url"),
                (Code::FieldInvalid, Some("/description")) => {
                    Fault::new("description", "webhook_description")
                }
                (Code::StateConflict, _) => Fault::new("url", "webhook_full"),
                _ => return Err(error),
            };
            let mut page = load(&asked, &desk, filled).await?;
            page.faults.push(fault);
            desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn load(asked: &Asked, desk: &Desk, new: New) -> Result<Webhooks> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.hooks(&ctx)).await?;
    Ok(Webhooks::new(found.iter().map(Row::of).collect(), new))
}

impl Webhooks {
    fn new(rows: Vec<Row>, new: New) -> Self {
        Self {
            rows,
            new,
            all_kinds: all_kinds(),
            all_modes: Mode::ALL.to_vec(),
            all_streams: Stream::ALL.to_vec(),
            faults: Vec::new(),
        }
    }
}

/// What a webhook can hear; a test is always told.
pub(super) fn all_kinds() -> Vec<&'static str> {
    let words = model::events::told().map(|kind| kind.word);
    words.filter(|word| *word != "webhook.tested").collect()
}

impl New {
    fn asked(asked: &Asked) -> Self {
        Self {
            url: asked.field("url").trim().to_owned(),
            description: asked.field("description").trim().to_owned(),
            kinds: asked.fields("kind").map(str::to_owned).collect(),
            mode: Mode::from_word(asked.field("mode")),
            stream: Stream::from_word(asked.field("stream")),
        }
    }
}

impl Row {
    fn of(view: &HookView) -> Self {
        let count = |wanted: &[DeliveryState]| -> u64 {
            let of = view.counts.iter().filter(|(s, _)| wanted.contains(s));
            of.map(|(_, n)| n).sum()
        };
        Self {
            id: view.id.to_string(),
            host: host(&view.url),
            description: view.description.clone(),
            app: view.app.clone(),
            mode: view.mode,
            state: view.state.word(),
            kinds: view.kinds.len(),
            waiting: count(&[DeliveryState::Waiting, DeliveryState::Retrying]),
            dead: count(&[DeliveryState::Dead]),
            delivered: count(&[DeliveryState::Delivered]),
            last: view.delivered_at,
        }
    }
}

pub(super) fn host(url: &str) -> String {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    let host = rest.split(['/', '?']).next();
    host.unwrap_or_default().to_owned()
}

impl Page for Webhooks {
    const TEMPLATE: &'static str = "pages/console/webhooks.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Webhooks;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
