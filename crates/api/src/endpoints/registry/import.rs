//! `POST /v1/registry/import`: a list of patients; what became of it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// A list from the practice's own system. It is not kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryImport {
    /// RFC 4180. The first line names the columns: `id`, and of `given`, `family`, `birth`, `ssn`, `mrn`,
    /// `member_id`, `phone`, `email` and `zip` what there is.
    #[schema(example = "id,given,family,birth\r\n1001,Pat,Lee,1984-03-09\r\n")]
    csv: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistryImported {
    added: u64,
    changed: u64,
    /// Lines that name no patient, or nothing of one, as an editor counts them.
    refused: Vec<usize>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_import_patients>(post(import_patients), Action::RegistryManage, CODES)
}

/// Import patients
///
/// A patient that was known, by `id`, is changed. Only keyed tokens are stored. Lines done before an error stay
/// done; a repeat changes nothing.
#[utoipa::path(post, path = "/v1/registry/import", tag = "registry", request_body = RegistryImport,
    responses((status = 200, description = "What became of it.", body = RegistryImported))
)]
async fn import_patients(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let done = blocking(move || {
        let asked: RegistryImport = crate::json::from_slice(&body.bytes)?;
        state
            .flow
            .register_patients(&ctx, &asked.csv, &mut |_, _| {})
    })
    .await?;
    let imported = RegistryImported {
        added: done.added,
        changed: done.changed,
        refused: done.refused,
    };
    json(StatusCode::OK, &imported)
}
