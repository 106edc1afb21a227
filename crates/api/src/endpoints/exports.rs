//! `/v1/archive/exports`: packages of messages for somebody outside. One file each.

pub(super) mod list;
pub(super) mod make;
pub(super) mod of_message;
pub(super) mod take;

use model::{ExportId, Timestamp};
use records::disclose::ExportView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A package on record.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportShown {
    #[schema(schema_with = schema::export_id)]
    id: ExportId,
    recipient: String,
    purpose: String,
    /// What was asked for.
    asked: String,
    messages: u64,
    /// Left out, and named inside: 42 CFR Part 2, or it does not open.
    left_out: usize,
    /// Who made it.
    author: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// It can be taken until then.
    #[schema(schema_with = schema::moment)]
    ends_at: Timestamp,
    /// How often it was.
    taken: u64,
}

impl ExportShown {
    fn of(view: ExportView) -> Self {
        Self {
            id: view.id,
            recipient: view.recipient,
            purpose: view.purpose,
            asked: view.asked,
            messages: view.messages,
            left_out: view.left_out,
            author: view.author,
            created_at: view.created_at,
            ends_at: view.ends_at,
            taken: view.taken,
        }
    }
}
