//! `GET /v1/senders`: who sends unusually or is restricted, and why. People decide in the console.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::risk::{Reason, SenderRow};
use model::{Code, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct SenderList {
    senders: Vec<Sender>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// A person, software, the organisation as a whole, or a stream.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sender {
    /// `usr_…`, `app_…`, `organisation`, or a stream.
    #[schema(example = "app_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")]
    subject: String,
    #[schema(schema_with = schema::risk)]
    risk: String,
    #[schema(schema_with = schema::rung)]
    restriction: &'static str,
    #[schema(schema_with = schema::moment)]
    since: Timestamp,
    /// When it ends by itself; null where it does not.
    #[schema(schema_with = schema::moment_or_null)]
    until: Option<Timestamp>,
    /// A person let it stand.
    confirmed: bool,
    /// The highest first.
    reasons: Vec<SenderReason>,
}

/// What was seen, and what was expected.
#[derive(Serialize, ToSchema)]
pub(crate) struct SenderReason {
    #[schema(example = "recipients")]
    signal: &'static str,
    #[schema(example = "season")]
    statistic: &'static str,
    observed: f64,
    expected: f64,
    score: f64,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_senders>(get(list_senders), Action::AnomalyRead, CODES)
}

/// List unusual senders
///
/// Who is restricted, or sent unusually when last looked at, with the reasons in numbers. People release or
/// confirm in the console.
#[utoipa::path(get, path = "/v1/senders", tag = "senders", params(Paging), responses(
    (status = 200, description = "A page.", body = SenderList)
))]
async fn list_senders(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let after = asked.after.as_deref();
        let page = state.flow.unusual_senders(&ctx, after, asked.rows)?;
        Ok(SenderList {
            senders: page.rows.into_iter().map(Sender::of).collect(),
            next: page.next,
        })
    })
    .await
}

impl Sender {
    fn of(row: SenderRow) -> Self {
        Self {
            restriction: row.rung.word(),
            subject: row.subject,
            risk: row.risk,
            since: row.since,
            until: row.until,
            confirmed: row.confirmed,
            reasons: row.reasons.into_iter().map(SenderReason::of).collect(),
        }
    }
}

impl SenderReason {
    fn of(reason: Reason) -> Self {
        Self {
            signal: reason.signal,
            statistic: reason.statistic,
            observed: reason.observed,
            expected: reason.expected,
            score: reason.score,
        }
    }
}
