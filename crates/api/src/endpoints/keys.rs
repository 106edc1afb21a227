//! `/v1/keys`: certificates and OpenPGP keys of recipients. One file each; here is what they share.

pub(super) mod add;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod search;
pub(super) mod set;

use flow::keys::{KeyPage, KeyView, RevocationView};
use model::{KeyFor, KeySource, KeyStanding, RecipientKeyId, RevocationState, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyList {
    keys: Vec<Key>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// A key that mail to one address can be encrypted to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    #[schema(schema_with = schema::recipient_key_id)]
    id: RecipientKeyId,
    #[schema(format = Email)]
    address: String,
    #[schema(schema_with = schema::key_for)]
    kind: KeyFor,
    /// In lower-case hexadecimal: SHA-256 of a certificate, an OpenPGP key's own fingerprint.
    fingerprint: String,
    /// Whom a certificate is issued to; empty for OpenPGP.
    subject: String,
    /// Who issued a certificate; empty for OpenPGP.
    issuer: String,
    #[schema(schema_with = schema::key_source)]
    source: KeySource,
    #[schema(schema_with = schema::key_standing)]
    standing: KeyStanding,
    /// Somebody of the organisation vouched for it, whoever issued it.
    pinned: bool,
    #[schema(schema_with = schema::key_health)]
    health: &'static str,
    /// What its issuer says of a certificate; null for OpenPGP.
    revocation: Option<KeyRevocation>,
    #[schema(schema_with = schema::moment)]
    starts_at: Timestamp,
    /// When it ends by its own word; null where it does not say.
    #[schema(schema_with = schema::moment_or_null)]
    expires_at: Option<Timestamp>,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// When it was last given to us.
    #[schema(schema_with = schema::moment)]
    seen_at: Timestamp,
    /// Who changed it last.
    changed_by: String,
}

/// What is known of a certificate's revocation.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyRevocation {
    #[schema(schema_with = schema::revocation_state)]
    state: RevocationState,
    #[schema(schema_with = schema::revocation_because)]
    because: String,
    /// When the issuer said so.
    #[schema(schema_with = schema::moment_or_null)]
    produced_at: Option<Timestamp>,
    /// When it was last asked about.
    #[schema(schema_with = schema::moment_or_null)]
    checked_at: Option<Timestamp>,
}

impl KeyRevocation {
    fn of(view: RevocationView) -> Self {
        Self {
            state: view.state,
            because: view.because,
            produced_at: view.produced_at,
            checked_at: view.checked_at,
        }
    }
}

impl Key {
    fn of(view: KeyView) -> Self {
        Self {
            id: view.id,
            address: view.address.as_str().to_owned(),
            kind: view.kind,
            fingerprint: view.fingerprint,
            subject: view.subject,
            issuer: view.issuer,
            source: view.source,
            standing: view.standing,
            pinned: view.pinned,
            health: view.health.word(),
            revocation: view.revocation.map(KeyRevocation::of),
            starts_at: view.starts_at,
            expires_at: view.expires_at,
            created_at: view.created_at,
            seen_at: view.seen_at,
            changed_by: view.changed_by,
        }
    }
}

impl KeyList {
    fn of(page: KeyPage) -> Self {
        Self {
            keys: page.rows.into_iter().map(Key::of).collect(),
            next: page.next,
        }
    }
}

/// The key.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeySet {
    #[schema(schema_with = schema::recipient_key_id)]
    id: RecipientKeyId,
}
