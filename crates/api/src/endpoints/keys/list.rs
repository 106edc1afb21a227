//! `GET /v1/keys`: recipients' keys, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::keys::KeyFilter;
use model::{Code, KeyFor, KeyStanding};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Door;
use super::KeyList;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    #[param(schema_with = schema::key_for, required = false)]
    kind: Option<String>,
    #[param(schema_with = schema::key_standing, required = false)]
    standing: Option<String>,
    /// `yes`: only those that have ended or end within 30 days.
    #[param(schema_with = schema::yes, required = false)]
    ending: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_keys>(get(list_keys), Action::EncryptionManage, CODES)
}

/// List recipients' keys
///
/// Newest first. Each look is an entry of the audit log.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = KeyList)
))]
async fn list_keys(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let wanted = &asked.wanted;
    let yes = |word: &str| (word == "yes").then_some(());
    let filter = KeyFilter {
        kind: input::word("kind", wanted.kind.as_deref(), KeyFor::from_word)?,
        standing: input::word(
            "standing",
            wanted.standing.as_deref(),
            KeyStanding::from_word,
        )?,
        ending: input::word("ending", wanted.ending.as_deref(), yes)?.is_some(),
    };
    listed(move || {
        let page = state
            .flow
            .keys(&ctx, filter, asked.after.as_deref(), asked.rows)?;
        Ok(KeyList::of(page))
    })
    .await
}
