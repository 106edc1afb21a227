//! `GET /v1/held`: what waits for a person to decide. The decision itself is made in the console.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::view::{HeldFilter, HeldPage, HeldRow, Holding, WaitsFor};
use model::{Code, MessageId, PhiLevel, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Door;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Held by the rule of this id.
    #[param(max_length = 80)]
    rule: Option<String>,
    #[param(schema_with = schema::waits_for, required = false)]
    waits_for: Option<String>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldList {
    messages: Vec<HeldMessage>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HeldMessage {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::level)]
    phi_level: PhiLevel,
    /// Recipients that are held.
    held: u32,
    holding: HeldBy,
}

/// Why something is held, and what a release takes.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldBy {
    rules: Vec<HoldingRule>,
    /// Two people agree to a release.
    second_person: bool,
    /// Roles that are told.
    notify: Vec<String>,
    /// Who agreed to a release already.
    agreed: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HoldingRule {
    #[schema(example = "many-patients")]
    id: String,
    name: String,
    /// The organisation's reason for a rule of its own.
    why: String,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_held>(get(list_held), Action::MessageList, CODES)
}

/// List held messages
///
/// Newest first; software sees what it sent itself. People release or reject in the console.
#[utoipa::path(get, path = "/v1/held", tag = "messages", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = HeldList)
))]
async fn list_held(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let waits_for = asked.wanted.waits_for.as_deref();
    let filter = HeldFilter {
        waits_for: input::word("waits_for", waits_for, WaitsFor::from_word)?,
        rule: asked.wanted.rule,
    };
    let (after, rows) = (asked.after, asked.rows);
    listed(move || {
        let page = state.flow.held(&ctx, filter, after.as_deref(), rows)?;
        Ok(HeldList::of(page))
    })
    .await
}

impl HeldList {
    fn of(page: HeldPage) -> Self {
        Self {
            messages: page.rows.into_iter().map(HeldMessage::of).collect(),
            next: page.next,
        }
    }
}

impl HeldMessage {
    fn of(row: HeldRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            phi_level: row.level,
            held: row.held,
            holding: HeldBy::of(row.holding),
        }
    }
}

impl HeldBy {
    pub(super) fn of(holding: Holding) -> Self {
        let rules = holding.rules.into_iter();
        Self {
            rules: rules
                .map(|(id, name, why)| HoldingRule { id, name, why })
                .collect(),
            second_person: holding.second_person,
            notify: holding.notify,
            agreed: holding.agreed,
        }
    }
}
