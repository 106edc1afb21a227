//! `/v1/encryption/revocation`: what the organisation makes of the revocation of recipients' certificates.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use ctx::Action;
use model::{Code, RevocationUse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// What is made of the revocation of recipients' certificates.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    /// `prefer`, the default: issuers are asked, and what they revoked is not used. `require`: only certificates are used
    /// that are known to hold, or that somebody here vouched for and that name nobody to ask. `ignore`: nobody is asked,
    /// and nothing counts.
    #[schema(schema_with = schema::revocation_use)]
    #[serde(rename = "use")]
    is: RevocationUse,
}

pub(in crate::endpoints) fn show_door() -> Door {
    Door::new::<__path_show_revocation>(get(show_revocation), Action::EncryptionManage, &[])
}

pub(in crate::endpoints) fn set_door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_set_revocation>(put(set_revocation), Action::EncryptionManage, CODES)
}

/// Show what is made of revocation
///
/// Whether issuers of recipients' certificates are asked if they revoked one, and what that counts for.
#[utoipa::path(get, path = "/v1/encryption/revocation", tag = "keys",
    responses((status = 200, description = "What is set.", body = Revocation))
)]
async fn show_revocation(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let is = blocking(move || state.flow.revocation_use(&ctx)).await?;
    json(StatusCode::OK, &Revocation { is })
}

/// Set what is made of revocation
///
/// It counts from the next message on; each change is an entry of the audit log. Asking is never part of sending. Where a
/// certificate names a list, whoever keeps the list learns that this server reads it; where it names a responder alone, the
/// responder learns which certificate is meant, and so whom you may write to. Both are asked over plain HTTP: what they
/// answer is signed, and others on the way can see it.
#[utoipa::path(put, path = "/v1/encryption/revocation", tag = "keys", request_body = Revocation,
    responses((status = 200, description = "What is set now.", body = Revocation))
)]
async fn set_revocation(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let now = blocking(move || {
        let asked: Revocation = crate::json::from_slice(&body.bytes)?;
        state.flow.set_revocation_use(&ctx, asked.is)?;
        Ok(asked)
    })
    .await?;
    json(StatusCode::OK, &now)
}
