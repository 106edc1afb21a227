//! `/v1/holds`: what nobody may destroy, and how that ends. One file each.

pub(super) mod ask_release;
pub(super) mod custodian;
pub(super) mod list;
pub(super) mod messages;
pub(super) mod of_message;
pub(super) mod place;
pub(super) mod refuse_release;
pub(super) mod show;

use model::{CustodianState, HoldId, HoldState, MatterId, Timestamp};
use records::holds::HoldView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// A legal hold. What is empty does not narrow it.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldShown {
    #[schema(schema_with = schema::hold_id)]
    id: HoldId,
    #[schema(schema_with = schema::matter_id)]
    matter: MatterId,
    /// Whose mail it keeps.
    custodians: Vec<HoldCustodian>,
    /// A search of the archive.
    query: String,
    /// Record classes; empty where they do not narrow it.
    classes: Vec<String>,
    #[schema(schema_with = schema::moment_or_null)]
    since: Option<Timestamp>,
    /// Not part of it.
    #[schema(schema_with = schema::moment_or_null)]
    until: Option<Timestamp>,
    #[schema(schema_with = schema::hold_state)]
    state: HoldState,
    /// Whether it keeps anything from being destroyed now.
    binds: bool,
    reason: String,
    /// Who placed it.
    author: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Who asked for its release; somebody else has to agree.
    asked_by: Option<String>,
    #[schema(schema_with = schema::moment_or_null)]
    asked_at: Option<Timestamp>,
    approved_by: Option<String>,
    /// A hold that is released binds until then.
    #[schema(schema_with = schema::moment_or_null)]
    binds_until: Option<Timestamp>,
}

/// Somebody whose mail is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldCustodian {
    /// Counts from 0 within the hold.
    number: u32,
    address: String,
    #[schema(schema_with = schema::custodian_state)]
    state: CustodianState,
    #[schema(schema_with = schema::moment)]
    changed_at: Timestamp,
}

impl HoldShown {
    fn of(view: HoldView) -> Self {
        let custodian = |one: records::holds::CustodianView| HoldCustodian {
            number: one.number,
            address: one.address.as_str().to_owned(),
            state: one.state,
            changed_at: one.changed_at,
        };
        Self {
            id: view.id,
            matter: view.matter,
            custodians: view.custodians.into_iter().map(custodian).collect(),
            query: view.scope.query,
            classes: view.scope.classes,
            since: view.scope.since,
            until: view.scope.until,
            state: view.state,
            binds: view.binds,
            reason: view.reason,
            author: view.author,
            created_at: view.created_at,
            asked_by: view.asked_by,
            asked_at: view.asked_at,
            approved_by: view.approved_by,
            binds_until: view.binds_until,
        }
    }
}

/// Why; kept sealed in the audit log.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldReason {
    #[schema(max_length = 500)]
    reason: String,
}

/// Which one it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldSet {
    #[schema(schema_with = schema::hold_id)]
    id: HoldId,
}
