//! `/v1/correspondents`: what is on record about those the organisation writes to. One file each; here is
//! what they share.

pub(super) mod list;
pub(super) mod remove;
pub(super) mod search;
pub(super) mod set;

use flow::correspondents::{CorrespondentPage, CorrespondentView};
use model::{CorrespondentId, Method, RecipientClass, Restriction, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrespondentList {
    correspondents: Vec<Correspondent>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// What is on record about one address.
#[derive(Serialize, ToSchema)]
pub(crate) struct Correspondent {
    #[schema(schema_with = schema::correspondent_id)]
    id: CorrespondentId,
    #[schema(format = Email)]
    address: String,
    name: String,
    note: String,
    #[schema(schema_with = schema::recipient_class)]
    class: RecipientClass,
    #[schema(schema_with = schema::preference_or_null)]
    prefers: Option<Method>,
    /// When the owner was warned of plain mail and still wanted it; null where that is not on record.
    #[schema(schema_with = schema::moment_or_null)]
    warned_at: Option<Timestamp>,
    /// Who recorded the warning.
    warned_by: Option<String>,
    #[schema(schema_with = schema::restriction_or_null)]
    restriction: Option<Restriction>,
    /// Until when disclosures under 42 CFR Part 2 to this address are consented to.
    #[schema(schema_with = schema::moment_or_null)]
    part2_until: Option<Timestamp>,
    /// What that consent covers; empty without one.
    part2_scope: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::moment)]
    updated_at: Timestamp,
}

impl Correspondent {
    fn of(view: CorrespondentView) -> Self {
        let standing = view.standing;
        let (warned_at, warned_by) = standing.warned.unzip();
        Self {
            id: view.id,
            address: view.address.as_str().to_owned(),
            name: view.name,
            note: view.note,
            class: standing.class,
            prefers: standing.prefers,
            warned_at,
            warned_by,
            restriction: standing.restriction,
            part2_until: standing.part2_until,
            part2_scope: view.part2_scope,
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}

impl CorrespondentList {
    fn of(page: CorrespondentPage) -> Self {
        Self {
            correspondents: page.rows.into_iter().map(Correspondent::of).collect(),
            next: page.next,
        }
    }
}
