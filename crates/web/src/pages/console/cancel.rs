//! Asks before deliveries are cancelled: what will happen, to how many, and that it is final.
//!
//! The same question for one message and for a selection. With the script the question comes as a
//! dialog and this page is skipped.

use axum::http::StatusCode;
use axum::response::Response;
use ctx::Ctx;
use flow::Flow;
use model::{Code, MessageId, Result, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Cancel {
    /// `msg_…`
    pub ids: Vec<String>,
    pub back_href: String,
}

/// POST `/console/messages/cancel`: asks first; with `sure=yes` it acts.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let ids: Vec<MessageId> = asked
        .fields("id")
        .take(limits::PAGE_ROWS_MAX)
        .map(str::parse)
        .collect::<Result<_>>()?;
    let back_href = match ids.as_slice() {
        [one] => format!("/console/messages/{one}"),
        _ => "/console/messages".to_owned(),
    };
    if asked.field("sure") != "yes" || ids.is_empty() {
        let ids = ids.iter().map(ToString::to_string).collect();
        return desk_page(&asked, &desk, StatusCode::OK, &Cancel { ids, back_href });
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let stopped = run(move || {
        ids.iter()
            .map(|id| stop(&flow, &ctx, *id))
            .sum::<Result<usize>>()
    })
    .await?;
    Ok(redirect(&format!("{back_href}?cancelled={stopped}")))
}

/// How many recipients will not get it now; none when everything had left.
fn stop(flow: &Flow, ctx: &Ctx, id: MessageId) -> Result<usize> {
    match flow.cancel(ctx, id) {
        Ok(stopped) => Ok(stopped.len()),
        Err(error) if error.code() == Code::StateConflict => Ok(0),
        Err(error) => Err(error),
    }
}

impl Page for Cancel {
    const TEMPLATE: &'static str = "pages/console/cancel.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        let page = |n: u32| Self {
            ids: (0..n)
                .map(|i| format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{i:02}"))
                .collect(),
            back_href: "#".to_owned(),
        };
        vec![
            Sample::new("empty", page(0)),
            Sample::new("one", page(1)),
            Sample::new("many", page(12)),
            Sample::spanish(page(3)),
        ]
    }
}
