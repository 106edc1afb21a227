//! `/v1/suppressions`: addresses that get no more mail. One file each; here is what they share.

pub(super) mod add;
pub(super) mod export;
pub(super) mod import;
pub(super) mod lift;
pub(super) mod list;
pub(super) mod search;

use flow::suppression::{SuppressionPage, SuppressionView};
use model::{
    LiftReason, RecipientId, Stream, SuppressionId, SuppressionReason, SuppressionSource, Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A page of suppressed addresses.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuppressionList {
    suppressions: Vec<Suppression>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// An address that gets no more mail of one stream.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suppression {
    #[schema(schema_with = schema::suppression_id)]
    id: SuppressionId,
    #[schema(format = Email)]
    address: String,
    #[schema(schema_with = schema::stream)]
    stream: Stream,
    #[schema(schema_with = schema::suppression_reason)]
    reason: SuppressionReason,
    #[schema(schema_with = schema::suppression_source)]
    source: SuppressionSource,
    /// The recipient whose bounce, complaint or unsubscription it was.
    #[schema(value_type = Option<String>)]
    evidence: Option<RecipientId>,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Null: until it is lifted.
    #[schema(schema_with = schema::moment_or_null)]
    expires_at: Option<Timestamp>,
    #[schema(schema_with = schema::moment_or_null)]
    lifted_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    lifted_because: Option<LiftReason>,
}

impl Suppression {
    fn of(view: SuppressionView) -> Self {
        Self {
            id: view.id,
            address: view.address.as_str().to_owned(),
            stream: view.stream,
            reason: view.reason,
            source: view.source,
            evidence: view.evidence,
            created_at: view.created_at,
            expires_at: view.expires_at,
            lifted_at: view.lifted_at,
            lifted_because: view.lifted_because,
        }
    }
}

impl SuppressionList {
    fn of(page: SuppressionPage) -> Self {
        Self {
            suppressions: page.rows.into_iter().map(Suppression::of).collect(),
            next: page.next,
        }
    }
}
