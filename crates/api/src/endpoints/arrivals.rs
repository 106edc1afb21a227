//! `/v1/arrivals`: what came in for people, and what looks wrong about it. One file each; here is what they
//! share.

pub(super) mod list;
pub(super) mod search;

use flow::inbound::{ArrivalPage, ArrivalRow, Suspected};
use model::{ArrivalState, MessageId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArrivalList {
    arrivals: Vec<Arrival>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// One message that came in, without anything that anyone wrote.
#[derive(Serialize, ToSchema)]
pub(crate) struct Arrival {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::arrival_state)]
    state: ArrivalState,
    #[schema(schema_with = schema::concern)]
    concern: String,
    /// The heaviest first.
    suspicions: Vec<Suspicion>,
    /// Names of signatures and advice, as engines gave them.
    #[schema(example = json!(["clamd Win.Test.EICAR_HDB-1"]))]
    named: Vec<String>,
    /// When somebody released or deleted it; null while nobody did.
    #[schema(schema_with = schema::moment_or_null)]
    decided_at: Option<Timestamp>,
    decided_by: Option<String>,
}

/// One thing that looks wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suspicion {
    #[schema(schema_with = schema::suspicion)]
    word: String,
    /// Each kind counts once: from 20 on a reader is warned, from 100 on the message waits in quarantine.
    weight: u32,
    /// `subject`, `header`, `body`, or `attachment` and its number.
    #[schema(example = "attachment 2")]
    place: String,
}

impl ArrivalList {
    fn of(page: ArrivalPage) -> Self {
        Self {
            arrivals: page.rows.into_iter().map(Arrival::of).collect(),
            next: page.next,
        }
    }
}

impl Arrival {
    fn of(row: ArrivalRow) -> Self {
        let (decided_at, decided_by) = row.decided.unzip();
        Self {
            id: row.id,
            created_at: row.created_at,
            state: row.state,
            concern: row.concern,
            suspicions: row.suspicions.into_iter().map(Suspicion::of).collect(),
            named: row.named,
            decided_at,
            decided_by,
        }
    }
}

impl Suspicion {
    fn of(one: Suspected) -> Self {
        Self {
            word: one.word,
            weight: one.weight,
            place: one.place,
        }
    }
}
