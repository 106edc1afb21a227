//! The overview: is everything accounted for, and does anything wait for a person?

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{RecipientState, Result};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Lang;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// Recipients taken in since the beginning.
    pub accepted: u64,
    /// One row a state, in the order of `RecipientState::ALL`.
    pub states: Vec<StateCount>,
    /// Accepted less the sum of the states.
    pub off_by: i64,
    /// Recipients whose message left below its decided protection, when that was counted.
    pub plaintext: Option<u64>,
    pub waiting: u64,
    pub held: u64,
    pub bounced: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct StateCount {
    pub state: RecipientState,
    pub count: u64,
    /// Tenths of a per cent of everything accepted.
    pub permille: u64,
    /// Where the bar of this state starts and how long it is, in thousandths of the width.
    pub start: u64,
    pub width: u64,
    /// The state's share, written.
    pub share: String,
}

impl Overview {
    pub fn new(counts: &[(RecipientState, u64)], accepted: u64, plaintext: Option<u64>) -> Self {
        let sum: u64 = counts.iter().map(|c| c.1).sum();
        let of = |state| counts.iter().filter(|c| c.0 == state).map(|c| c.1).sum();
        Self {
            accepted,
            states: bars(counts, sum),
            off_by: i64::try_from(accepted).unwrap_or(i64::MAX)
                - i64::try_from(sum).unwrap_or(i64::MAX),
            plaintext,
            waiting: of(RecipientState::Queued),
            held: of(RecipientState::Held),
            bounced: of(RecipientState::Bounced),
        }
    }
}

/// The states that hold anything, as parts of one bar of 1000.
fn bars(counts: &[(RecipientState, u64)], sum: u64) -> Vec<StateCount> {
    let mut before = 0;
    let mut rows = Vec::new();
    for &(state, count) in counts.iter().filter(|c| c.1 > 0) {
        let start = before * 1000 / sum;
        before += count;
        let permille = (count * 1000 + sum / 2) / sum;
        let share = match permille {
            0 => "< 0.1 %".to_owned(),
            _ => format!("{}.{} %", permille / 10, permille % 10),
        };
        rows.push(StateCount {
            state,
            count,
            permille,
            start,
            width: before * 1000 / sum - start,
            share,
        });
    }
    rows
}

/// GET `/console`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let figures = load(&asked, &desk).await?;
    desk_page(&asked, &desk, StatusCode::OK, &figures)
}

/// GET `/console/live`: the figures that move, for the script.
pub async fn live(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let figures = load(&asked, &desk).await?;
    Ok(
        Json(serde_json::json!({ "accepted": figures.accepted, "waiting": figures.waiting }))
            .into_response(),
    )
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Overview> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let view = run(move || flow.overview(&ctx)).await?;
    let counts: Vec<_> = view
        .states
        .iter()
        .map(|(state, count)| (*state, *count))
        .collect();
    Ok(Overview {
        off_by: view.off_by,
        ..Overview::new(&counts, view.accepted, Some(view.below_demand))
    })
}

impl Page for Overview {
    const TEMPLATE: &'static str = "pages/console/overview.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Overview;

    fn samples() -> Vec<Sample<Self>> {
        use RecipientState::*;
        let many = [
            (Queued, 42),
            (Delivered, 118_204),
            (Notified, 1_930),
            (PickedUp, 9_511),
            (Bounced, 312),
            (Suppressed, 14),
            (Expired, 3),
            (Held, 6),
            (Cancelled, 21),
        ];
        let sum = many.iter().map(|c| c.1).sum();
        let busy = Self::new(&many, sum, Some(0));
        let broken = Self {
            off_by: 2,
            plaintext: Some(1),
            ..busy.clone()
        };
        let one = Self::new(&[(Delivered, 1)], 1, Some(0));
        vec![
            Sample::new("empty", Self::new(&[], 0, None)),
            Sample::new("one", one),
            Sample::new("many", busy.clone()),
            Sample::new("error", broken),
            Sample::new("long_names", busy.clone()),
            Sample {
                lang: Lang::Es,
                ..Sample::new("spanish", busy)
            },
        ]
    }
}
