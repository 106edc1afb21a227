//! `GET /v1/rules`: the versions of an organisation's own rules, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use super::RuleVersion;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Asked};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `next` of the page before: only versions below this one.
    #[param(value_type = Option<u32>, minimum = 1)]
    before: Option<String>,
    /// How many: 1 to 200. Default: 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleList {
    rules: Vec<RuleVersion>,
    /// Pass it as `before` for the next page; null on the last.
    next: Option<u32>,
}

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_list_rules>(get(list_rules), Action::RulesRead, &[Code::QueryInvalid])
}

/// List versions of the rules
///
/// Newest first. One of them at most is active; where none is, the platform's rules stand alone.
#[utoipa::path(get, path = "/v1/rules", tag = "rules", params(Wanted), responses(
    (status = 200, description = "A page.", body = RuleList)
))]
async fn list_rules(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(wanted): Asked<Wanted>,
) -> Answer {
    let rows = input::limit(wanted.limit.as_deref())?;
    let invalid = || Error::new(Code::QueryInvalid).at("before");
    let before = wanted
        .before
        .map(|text| text.parse().map_err(|_| invalid()));
    let before = before.transpose()?;
    listed(move || {
        let found = state.flow.rule_versions(&ctx, before, rows)?;
        let last = found.last().filter(|_| found.len() == rows);
        let next = last.map(|view| view.version).filter(|version| *version > 1);
        Ok(RuleList {
            next,
            rules: found.into_iter().map(RuleVersion::of).collect(),
        })
    })
    .await
}
