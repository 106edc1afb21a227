//! One webhook: how it fares, what was told to it, what was given up, and what can be done.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use ctx::Ctx;
use flow::Flow;
use flow::hooks::{
    DeliveryState, HookChange, HookDelivery, HookSecret, HookState, HookView, Range,
};
use model::{Code, EventId, Mode, Result, Stream, Timestamp, WebhookId, limits};
use serde::Serialize;

use super::webhook_ask::{ASKED, WebhookAsk};
use super::webhook_secret::WebhookSecret;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

/// How long the former secret signs beside a new one made here.
const OVERLAP: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, Serialize)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub host: String,
    pub description: String,
    pub app: Option<String>,
    pub mode: Mode,
    pub stream: Option<Stream>,
    pub kinds: Vec<String>,
    pub all_kinds: Vec<&'static str>,
    pub all_streams: &'static [Stream],
    /// `active`, `paused`, `off`
    pub state: &'static str,
    pub because: Option<String>,
    pub created_at: Timestamp,
    pub failing_since: Option<Timestamp>,
    pub old_secret_until: Option<Timestamp>,
    pub dead: u64,
    /// The state shown alone, or empty for all.
    pub only: &'static str,
    pub all_states: Vec<&'static str>,
    pub rows: Vec<Row>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What the act just done came to: `tested`, `replayed`, `changed`, `conflict`.
    pub done: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub event: String,
    pub kind: String,
    pub message: Option<String>,
    /// `waiting`, `retrying`, `delivered`, `dead`
    pub state: &'static str,
    pub tries: u32,
    pub answer: Option<u16>,
    pub fault: Option<String>,
    pub at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub ended: bool,
}

const DONE: &[&str] = &["tested", "replayed", "changed", "conflict"];

/// GET `/console/webhooks/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: WebhookId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let only = DeliveryState::from_word(asked.query("state"));
    let before: Option<u64> = asked.query("before").parse().ok();
    let (view, list) = run(move || {
        let view = flow.hook(&ctx, id)?;
        let list = flow.hook_deliveries(&ctx, id, only, before, limits::PAGE_ROWS)?;
        Ok((view, list))
    })
    .await?;
    let mut page = Webhook::of(view, only, list.rows.into_iter().map(Row::of).collect());
    let link = |extra: String| format!("/console/webhooks/{id}?state={}{extra}", page.only);
    let older = list.next.map(|next| link(format!("&before={next}")));
    let newest = before.map(|_| link(String::new()));
    (page.older_href, page.newest_href) = (older, newest);
    page.done = DONE
        .iter()
        .copied()
        .find(|word| *word == asked.query("done"));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/webhooks/{id}`: one act; some ask first.
pub async fn act(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: WebhookId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let ask = ASKED.iter().copied().find(|act| *act == asked.field("act"));
    if let Some(act) = ask.filter(|_| asked.field("sure") != "yes") {
        let id = run(move || flow.hook(&ctx, id)).await?.id.to_string();
        return desk_page(&asked, &desk, StatusCode::OK, &WebhookAsk { id, act });
    }
    if asked.field("act") == "change" {
        let change = HookChange {
            kinds: Some(asked.fields("kind").map(str::to_owned).collect()),
            stream: Some(Stream::from_word(asked.field("stream"))),
            ..HookChange::default()
        };
        run(move || flow.change_hook(&ctx, id, change)).await?;
        return Ok(redirect(&format!("/console/webhooks/{id}?done=changed")));
    }
    let (what, event) = (
        asked.field("act").to_owned(),
        asked.field("event").to_owned(),
    );
    match run(move || carry_out(&flow, &ctx, id, &what, &event)).await? {
        Done::Said(word) => Ok(redirect(&format!("/console/webhooks/{id}?done={word}"))),
        Done::Removed => Ok(redirect("/console/webhooks")),
        Done::Secret(made) => {
            let secret = WebhookSecret {
                id: id.to_string(),
                secret: made.shown_once.expose().clone(),
            };
            desk_page(&asked, &desk, StatusCode::OK, &secret)
        }
    }
}

enum Done {
    Said(&'static str),
    Removed,
    Secret(HookSecret),
}

fn carry_out(flow: &Flow, ctx: &Ctx, id: WebhookId, act: &str, event: &str) -> Result<Done> {
    let state = |state| HookChange {
        state: Some(state),
        ..HookChange::default()
    };
    Ok(match act {
        "test" => flow.test_hook(ctx, id).map(|_| Done::Said("tested"))?,
        "pause" => {
            flow.change_hook(ctx, id, state(HookState::Paused))?;
            Done::Said("changed")
        }
        "resume" => {
            flow.change_hook(ctx, id, state(HookState::Active))?;
            Done::Said("changed")
        }
        "again" => match flow.replay_hook_event(ctx, id, event.parse::<EventId>()?) {
            Ok(()) => Done::Said("replayed"),
            Err(error) if error.code() == Code::StateConflict => Done::Said("conflict"),
            Err(error) => return Err(error),
        },
        "replay" => {
            let range = Range {
                since: Timestamp::default(),
                until: Timestamp::MAX,
                state: Some(DeliveryState::Dead),
            };
            flow.replay_hook(ctx, id, range)?;
            Done::Said("replayed")
        }
        "rotate" => Done::Secret(flow.rotate_hook(ctx, id, OVERLAP)?),
        "remove" => {
            flow.delete_hook(ctx, id)?;
            Done::Removed
        }
        _ => return Err(Code::FieldInvalid.into()),
    })
}

impl Webhook {
    fn of(view: HookView, only: Option<DeliveryState>, rows: Vec<Row>) -> Self {
        let dead = view.counts.iter().find(|(s, _)| *s == DeliveryState::Dead);
        Self {
            id: view.id.to_string(),
            host: super::webhooks::host(&view.url),
            url: view.url,
            description: view.description,
            app: view.app,
            mode: view.mode,
            stream: view.stream,
            kinds: view.kinds,
            all_kinds: super::webhooks::all_kinds(),
            all_streams: Stream::ALL,
            state: view.state.word(),
            because: view.because,
            created_at: view.created_at,
            failing_since: view.failing_since,
            old_secret_until: view.old_secret_until,
            dead: dead.map_or(0, |(_, n)| *n),
            only: only.map_or("", DeliveryState::word),
            all_states: DeliveryState::ALL.map(DeliveryState::word).to_vec(),
            rows,
            older_href: None,
            newest_href: None,
            done: None,
        }
    }
}

impl Row {
    fn of(d: HookDelivery) -> Self {
        Self {
            event: d.event.to_string(),
            kind: d.kind,
            message: d.message.map(|id| id.to_string()),
            state: d.state.word(),
            tries: d.tries,
            answer: d.answer,
            fault: d.fault,
            at: d.created_at,
            due_at: d.due_at,
            ended: d.ended_at.is_some(),
        }
    }
}

impl Page for Webhook {
    const TEMPLATE: &'static str = "pages/console/webhook.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Webhooks;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
