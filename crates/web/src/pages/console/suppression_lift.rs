//! Asks before a suppression is lifted: which address, what will happen, and why.

use axum::http::StatusCode;
use axum::response::Response;
use model::{LiftReason, Result, Stream, SuppressionId, SuppressionReason};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Lift {
    pub id: String,
    pub stream: Stream,
    pub reason: SuppressionReason,
    pub all_reasons: &'static [LiftReason],
    pub faults: Vec<Fault>,
}

/// GET `/console/suppressions/{id}/lift`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = load(&asked, &desk).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/suppressions/{id}/lift`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let Some(because) = LiftReason::from_word(asked.field("because")) else {
        let mut page = load(&asked, &desk).await?;
        page.faults.push(Fault::new("because", "because_missing"));
        return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let id: SuppressionId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.lift_suppression(&ctx, id, because)).await?;
    Ok(redirect("/console/suppressions?lifted=yes"))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Lift> {
    let id: SuppressionId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (stream, reason) = run(move || flow.suppression_to_lift(&ctx, id)).await?;
    Ok(Lift::new(id.to_string(), stream, reason))
}

impl Lift {
    fn new(id: String, stream: Stream, reason: SuppressionReason) -> Self {
        Self {
            id,
            stream,
            reason,
            all_reasons: LiftReason::ALL,
            faults: Vec::new(),
        }
    }
}

impl Page for Lift {
    const TEMPLATE: &'static str = "pages/console/suppression_lift.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        let page = |reason| {
            let id = "sup_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned();
            Self::new(id, Stream::Marketing, reason)
        };
        vec![
            Sample::new("one", page(SuppressionReason::UnknownUser)),
            Sample::new("complaint", page(SuppressionReason::Complaint)),
            Sample::new(
                "error",
                Self {
                    faults: vec![Fault::new("because", "because_missing")],
                    ..page(SuppressionReason::Full)
                },
            ),
            Sample::spanish(page(SuppressionReason::Unsubscribed)),
        ]
    }
}
