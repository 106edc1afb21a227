//! `caduceus admin webhooks`: the same acts as the console's, for scripts.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Subcommand;
use ctx::Ctx;
use flow::hooks::{
    DeliveryState, HookChange, HookDelivery, HookSecret, HookState, HookView, NewHook, Range,
};
use model::{EventId, Mode, Stream, Timestamp, WebhookId};
use serde_json::{Map, Value, json};

use super::output::Output;
use crate::wiring::Wired;

/// Deliveries listed at once.
const ROWS: usize = 200;

#[derive(Subcommand)]
pub enum Act {
    /// Add one. Its signing secret is shown once, here.
    Create {
        /// https, reachable from the internet
        #[arg(long)]
        url: String,
        /// A kind of docs/reference/events.md; several times for several. None: everything.
        #[arg(long)]
        kind: Vec<String>,
        /// transactional, marketing; none: both
        #[arg(long)]
        stream: Option<String>,
        /// Hear of test messages instead of live ones.
        #[arg(long)]
        test: bool,
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List all, with what waits and what was given up.
    List,
    /// Stop sending; what happens waits.
    Pause { id: String },
    /// Send again, what waited first.
    Resume { id: String },
    /// Make a new secret; the former one signs beside it for a while.
    Rotate {
        id: String,
        #[arg(long, default_value_t = 24)]
        overlap_hours: u64,
    },
    /// Send a test event.
    Test { id: String },
    /// List deliveries, newest first.
    Deliveries {
        id: String,
        /// waiting, retrying, delivered, dead
        #[arg(long)]
        state: Option<String>,
        /// `next` of the page before.
        #[arg(long)]
        before: Option<u64>,
    },
    /// Send what ended again: one event, or all of a span of time.
    Replay {
        id: String,
        #[arg(long, conflicts_with_all = ["since", "until", "state"])]
        event: Option<String>,
        #[arg(long, value_name = "RFC3339")]
        since: Option<String>,
        #[arg(long, value_name = "RFC3339")]
        until: Option<String>,
        /// dead or delivered alone
        #[arg(long)]
        state: Option<String>,
    },
    /// Remove one, with what waits for it.
    Delete { id: String },
}

pub fn run(wired: &Wired, ctx: &Ctx, act: Act) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match act {
        create @ Act::Create { .. } => made(flow.create_hook(ctx, new_hook(create)?)?),
        Act::List => Ok(flow
            .hooks(ctx)?
            .into_iter()
            .fold(Output::new(), |out, view| out.item("webhooks", hook(view)))),
        Act::Pause { id } => change(wired, ctx, &id, HookState::Paused),
        Act::Resume { id } => change(wired, ctx, &id, HookState::Active),
        Act::Rotate { id, overlap_hours } => {
            let overlap = Duration::from_secs(overlap_hours.saturating_mul(3_600));
            made(flow.rotate_hook(ctx, id.parse()?, overlap)?)
        }
        Act::Test { id } => Ok(Output::new().field("event", flow.test_hook(ctx, id.parse()?)?)),
        Act::Deliveries { id, state, before } => {
            let state = read("a state", state.as_deref(), DeliveryState::from_word)?;
            let page = flow.hook_deliveries(ctx, id.parse()?, state, before, ROWS)?;
            let rows = page.rows.into_iter();
            let out = rows.fold(Output::new(), |out, d| out.item("deliveries", delivery(d)));
            Ok(match page.next {
                Some(next) => out.field("next", next),
                None => out,
            })
        }
        Act::Replay {
            id,
            event,
            since,
            until,
            state,
        } => {
            let (id, span) = (id.parse()?, (since, until, state));
            Ok(Output::new().field("replayed", replay(wired, ctx, id, event, span)?))
        }
        Act::Delete { id } => {
            let id: WebhookId = id.parse()?;
            flow.delete_hook(ctx, id)?;
            Ok(Output::new().field("deleted", id))
        }
    }
}

fn new_hook(act: Act) -> anyhow::Result<NewHook> {
    let Act::Create {
        url,
        kind,
        stream,
        test,
        description,
    } = act
    else {
        bail!("this is no new webhook");
    };
    Ok(NewHook {
        url,
        kinds: kind,
        stream: read("a stream", stream.as_deref(), Stream::from_word)?,
        mode: Some(if test { Mode::Test } else { Mode::Live }),
        description,
    })
}

fn made(made: HookSecret) -> anyhow::Result<Output> {
    Ok(Output::new()
        .field("webhook", made.id)
        .field("secret", made.shown_once.expose()))
}

type Span = (Option<String>, Option<String>, Option<String>);

fn replay(
    wired: &Wired,
    ctx: &Ctx,
    id: WebhookId,
    event: Option<String>,
    (since, until, state): Span,
) -> anyhow::Result<u64> {
    if let Some(event) = event {
        wired
            .flow
            .replay_hook_event(ctx, id, event.parse::<EventId>()?)?;
        return Ok(1);
    }
    let since = since.context("name --event, or --since")?;
    let until = until.as_deref().map(moment).transpose()?;
    let range = Range {
        since: moment(&since)?,
        until: until.unwrap_or(Timestamp::MAX),
        state: read("a state", state.as_deref(), DeliveryState::from_word)?,
    };
    Ok(wired.flow.replay_hook(ctx, id, range)?)
}

fn change(wired: &Wired, ctx: &Ctx, id: &str, state: HookState) -> anyhow::Result<Output> {
    let id: WebhookId = id.parse()?;
    let change = HookChange {
        state: Some(state),
        ..HookChange::default()
    };
    wired.flow.change_hook(ctx, id, change)?;
    Ok(Output::new()
        .field("webhook", id)
        .field("state", state.word()))
}

fn read<T>(
    what: &str,
    given: Option<&str>,
    word: fn(&str) -> Option<T>,
) -> anyhow::Result<Option<T>> {
    given
        .map(|text| word(text).with_context(|| format!("{text} is not {what}")))
        .transpose()
}

fn moment(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse_rfc3339(text).with_context(|| format!("{text} is not RFC 3339"))
}

fn hook(view: HookView) -> Value {
    let counts: Map<String, Value> = view
        .counts
        .iter()
        .map(|(state, n)| (state.word().to_owned(), json!(n)))
        .collect();
    json!({
        "webhook": view.id, "url": view.url, "kinds": view.kinds, "stream": view.stream, "mode": view.mode,
        "description": view.description, "app": view.app, "state": view.state.word(), "stopped_because": view.because,
        "failing_since": view.failing_since, "last_delivered_at": view.delivered_at, "deliveries": counts,
    })
}

fn delivery(d: HookDelivery) -> Value {
    json!({
        "event": d.event, "sequence": d.sequence, "kind": d.kind, "message": d.message, "recipient": d.recipient,
        "state": d.state.word(), "tries": d.tries, "answer": d.answer, "fault": d.fault, "created_at": d.created_at,
        "due_at": d.due_at, "ended_at": d.ended_at,
    })
}
