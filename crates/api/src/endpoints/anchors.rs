//! `GET /v1/anchors`: checkpoints of the audit log that left the house, newest first.

use axum::extract::State;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctx::Action;
use model::{AnchorKind, AnchorState, Code, Timestamp};
use records::anchors::Anchor;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, Named, NoQuery, with};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnchorList {
    anchors: Vec<AnchorShown>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// A checkpoint on its way out of the house, or there.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnchorShown {
    #[schema(schema_with = schema::anchor_kind)]
    kind: AnchorKind,
    #[schema(schema_with = schema::anchor_state)]
    state: AnchorState,
    /// Entries of the audit log that it covers.
    size: u64,
    /// The signed note (C2SP tlog-checkpoint), octet by octet.
    checkpoint: String,
    tries: u64,
    /// Why the last try failed, as a word.
    fault: Option<String>,
    /// When it left; for `rfc3161`, before when it existed by the authority's clock.
    #[schema(schema_with = schema::moment_or_null)]
    at: Option<Timestamp>,
    /// The authority's token (RFC 3161, DER) in base64: `openssl ts -verify -token_in` checks it over `checkpoint`.
    token: Option<String>,
}

impl AnchorShown {
    fn of(anchor: Anchor) -> Self {
        Self {
            kind: anchor.kind,
            state: anchor.state,
            size: anchor.size,
            checkpoint: anchor.checkpoint,
            tries: anchor.tries,
            fault: Some(anchor.fault).filter(|fault| !fault.is_empty()),
            at: anchor.at,
            token: anchor.token.map(|token| STANDARD.encode(token)),
        }
    }
}

/// What they say, for the reference.
pub(super) fn name(named: &mut Named) {
    with::<AnchorList>(named);
    with::<AnchorShown>(named);
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_anchors>(get(list_anchors), Action::ProofDownload, CODES)
}

/// List outside anchors
///
/// Once a day the newest checkpoint of the audit log goes where `[anchors]` of the configuration says: nowhere by default.
#[utoipa::path(get, path = "/v1/anchors", tag = "proof", params(Paging), responses(
    (status = 200, description = "A page.", body = AnchorList)
))]
async fn list_anchors(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let after = asked.after.as_deref();
        let page = state.records.anchors(&ctx, after, asked.rows)?;
        Ok(AnchorList {
            anchors: page.rows.into_iter().map(AnchorShown::of).collect(),
            next: page.next,
        })
    })
    .await
}
