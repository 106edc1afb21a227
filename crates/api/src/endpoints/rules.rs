//! `/v1/rules`: an organisation's own rules of policy, as versions. One file each; here is what they share.

pub(super) mod activate;
pub(super) mod list;
pub(super) mod save;
pub(super) mod show;
pub(super) mod stop;
pub(super) mod trial;
pub(super) mod try_it;

use std::str::FromStr;

use flow::rules::RuleVersionView;
use model::{Code, Error, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A version's number, as paths have it.
struct Version(u32);

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = text.parse().map_err(|_| Error::new(Code::IdInvalid))?;
        Ok(Self(number))
    }
}

/// One version. It is never changed; a change is a new one.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleVersion {
    #[schema(example = 3)]
    version: u32,
    /// `draft`, `active`, `retired`
    #[schema(example = "active")]
    state: String,
    /// How many rules it holds.
    rules: u32,
    /// As it was written, comments included.
    text: String,
    /// Why it was written.
    reason: String,
    author: String,
    /// First 16 hexadecimal digits of the SHA-256 of the rules, which traces name.
    #[schema(example = "3f9a1c0b7d2e4568")]
    digest: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::moment_or_null)]
    tried_at: Option<Timestamp>,
    #[schema(schema_with = schema::moment_or_null)]
    activated_at: Option<Timestamp>,
    activated_by: Option<String>,
    #[schema(schema_with = schema::moment_or_null)]
    retired_at: Option<Timestamp>,
}

impl RuleVersion {
    fn of(view: RuleVersionView) -> Self {
        let (activated_by, activated_at) = view.activated.unzip();
        Self {
            version: view.version,
            state: view.state.word().to_owned(),
            rules: view.rules,
            text: view.text,
            reason: view.reason,
            author: view.author,
            digest: view.digest,
            created_at: view.created_at,
            tried_at: view.tried_at,
            activated_at,
            activated_by,
            retired_at: view.retired_at,
        }
    }
}
