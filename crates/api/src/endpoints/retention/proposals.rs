//! `GET /v1/retention/proposals`: what was asked of rules, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, Error, Result, Timestamp};
use records::keeping::ProposalView;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{RetentionImpact, RetentionRule};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionProposalList {
    proposals: Vec<RetentionProposal>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// What one person asked of a rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionProposal {
    #[schema(example = 3)]
    number: u32,
    rule: String,
    version: u32,
    /// `enable` or `disable`.
    change: &'static str,
    /// `open`, `approved` or `rejected`.
    state: &'static str,
    /// The whole rule where it is to be enabled.
    text: Option<RetentionRule>,
    reason: String,
    proposed_by: String,
    #[schema(schema_with = schema::moment)]
    proposed_at: Timestamp,
    closed_by: Option<String>,
    #[schema(schema_with = schema::moment_or_null)]
    closed_at: Option<Timestamp>,
    /// End of the cooling-off.
    #[schema(schema_with = schema::moment_or_null)]
    counts_from: Option<Timestamp>,
    /// Null until somebody asked for it; without it nobody can approve.
    impact: Option<RetentionImpact>,
}

impl RetentionProposal {
    fn of(view: ProposalView) -> Result<Self> {
        let (closed_by, closed_at) = view.closed.unzip();
        Ok(Self {
            number: view.number,
            rule: view.rule.id,
            version: view.rule.version,
            change: if view.is_enabling {
                "enable"
            } else {
                "disable"
            },
            state: view.state,
            text: view.text.as_ref().map(RetentionRule::of).transpose()?,
            reason: view.reason,
            proposed_by: view.proposed_by,
            proposed_at: view.proposed_at,
            closed_by,
            closed_at,
            counts_from: view.counts_from,
            impact: view.impact.map(RetentionImpact::of),
        })
    }
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_proposals>(get(list_proposals), Action::RetentionRead, CODES)
}

/// List proposals
#[utoipa::path(get, path = "/v1/retention/proposals", tag = "retention", params(Paging), responses(
    (status = 200, description = "A page.", body = RetentionProposalList)
))]
async fn list_proposals(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let before = asked.after.as_deref().map(str::parse).transpose();
        let before = before.map_err(|_| Error::new(Code::CursorInvalid).at("/after"))?;
        let found = state.records.proposals(&ctx, before, asked.rows)?;
        let last = found.last().filter(|_| found.len() == asked.rows);
        let next = last.map(|last| last.number.to_string());
        let proposals = found.into_iter().map(RetentionProposal::of);
        Ok(RetentionProposalList {
            proposals: proposals.collect::<Result<_>>()?,
            next,
        })
    })
    .await
}
