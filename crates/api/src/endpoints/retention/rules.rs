//! `GET /v1/retention/rules`: the rules about such an organisation, shipped and its own, enabled or not.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, Error, Result};
use records::keeping::RuleRef;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::RetentionRule;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::Listing;
use crate::input::Paging;

/// A page of them, by id and version.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionRuleList {
    rules: Vec<RetentionRule>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_retention_rules>(
        get(list_retention_rules),
        Action::RetentionRead,
        CODES,
    )
}

/// List rules of retention
///
/// What is shipped is a draft until two people adopted it, and disabled where its source is unsure.
#[utoipa::path(get, path = "/v1/retention/rules", tag = "retention", params(Paging), responses(
    (status = 200, description = "A page.", body = RetentionRuleList)
))]
async fn list_retention_rules(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let after = asked.after.as_deref().map(reference).transpose()?;
        let mut found = state
            .records
            .keeping_rules(&ctx, after.as_ref(), asked.rows + 1)?;
        let more = found.len() > asked.rows;
        found.truncate(asked.rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}.{}", last.version, last.id));
        let rules = found.iter().map(RetentionRule::of).collect::<Result<_>>()?;
        Ok(RetentionRuleList { rules, next })
    })
    .await
}

fn reference(text: &str) -> Result<RuleRef> {
    let read = text.split_once('.').and_then(|(version, id)| {
        Some(RuleRef {
            id: id.to_owned(),
            version: version.parse().ok()?,
        })
    });
    read.ok_or_else(|| Error::new(Code::CursorInvalid).at("/after"))
}
