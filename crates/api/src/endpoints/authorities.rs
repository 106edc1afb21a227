//! `/v1/authorities`: whose certificates the organisation believes. One file each; here is what they share.

pub(super) mod add;
pub(super) mod list;
pub(super) mod remove;

use flow::keys::AuthorityView;
use model::{AuthorityId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// All of them, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorityList {
    authorities: Vec<Authority>,
}

/// An authority whose certificates are believed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Authority {
    #[schema(schema_with = schema::authority_id)]
    id: AuthorityId,
    name: String,
    /// SHA-256 of its certificate, in lower-case hexadecimal.
    fingerprint: String,
    #[schema(schema_with = schema::moment)]
    expires_at: Timestamp,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    added_by: String,
}

impl Authority {
    fn of(view: AuthorityView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            fingerprint: view.fingerprint,
            expires_at: view.expires_at,
            created_at: view.created_at,
            added_by: view.added_by,
        }
    }
}
