//! `POST /v1/archive/exports`: a package of messages, on record as a disclosure.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error, ExportId, HoldId, MessageId, limits};
use records::disclose::{NewExport, Which};
use records::export::Format;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{self, Asked};
use crate::{ApiState, blocking, schema};

/// Which messages, for whom and why. Give one of `messages`, `query` and `hold`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportNew {
    /// These.
    #[schema(max_items = 2000, value_type = Option<Vec<String>>, example = json!(["msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"]))]
    messages: Option<Vec<MessageId>>,
    /// All that a search finds, as for `POST /v1/archive/search`.
    #[schema(max_length = 2000, example = "\"insulin pump\" from:nurse")]
    query: Option<String>,
    /// With `query`. RFC 3339.
    since: Option<String>,
    /// With `query`. RFC 3339; not part of it.
    until: Option<String>,
    /// All that a legal hold keeps.
    #[schema(value_type = Option<String>, example = "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")]
    hold: Option<HoldId>,
    /// To whom it goes.
    #[schema(max_length = 500, example = "Doe & Roe LLP, counsel of the plaintiff")]
    recipient: String,
    /// Why it is disclosed.
    #[schema(max_length = 500, example = "Subpoena of 3 March in Lee v. Clinic")]
    purpose: String,
    /// Load files beside natives, texts and sidecars: `mboxrd`, `edrm`, `dat`, `csv`, `jsonl`.
    #[serde(default)]
    #[schema(example = json!(["dat", "csv"]))]
    formats: Vec<String>,
    /// Whether records of treatment for substance use go as well, by a consent or an order under 42 CFR Part 2.
    #[serde(default)]
    with_part2: bool,
}

/// What was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportMade {
    #[schema(schema_with = schema::export_id)]
    id: ExportId,
    messages: usize,
    left_out: usize,
    /// Shown once. It opens the package; send it by another way.
    #[schema(example = "k7mw-3nqx8rtc4vhb6jyp2-f")]
    password: String,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::NotFound,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_make_export>(post(make_export), Action::ArchiveExport, CODES)
}

/// Export messages
///
/// At most 2,000 messages and 50,000,000 octets. The disclosure is on record with its recipient, its purpose and every
/// message. The package can be taken for seven days.
#[utoipa::path(post, path = "/v1/archive/exports", tag = "archive", request_body = ExportNew,
    responses((status = 201, description = "It can be taken.", body = ExportMade))
)]
async fn make_export(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let made = blocking(move || {
        let new = read(crate::json::from_slice(&body.bytes)?)?;
        state.records.disclose(&ctx, &new)
    })
    .await?;
    let made = ExportMade {
        id: made.id,
        messages: made.messages,
        left_out: made.left_out,
        password: made.password.expose().clone(),
    };
    json(StatusCode::CREATED, &made)
}

fn read(new: ExportNew) -> Result<NewExport, Error> {
    let invalid = |at: &str| Error::new(Code::FieldInvalid).at(at);
    let which = match (new.messages, new.query, new.hold) {
        (Some(these), None, None) if these.len() <= limits::EXPORT_MESSAGES_MAX => {
            Which::These(these)
        }
        (None, Some(query), None) => Which::Search {
            query,
            since: input::moment("since", new.since.as_deref())?,
            until: input::moment("until", new.until.as_deref())?,
        },
        (None, None, Some(hold)) => Which::Hold(hold),
        (None, None, None) => Which::None,
        _ => return Err(invalid("/messages")),
    };
    let known = |(number, word): (usize, &String)| {
        let found = Format::ALL.into_iter().find(|one| one.word() == word);
        found.ok_or_else(|| invalid(&format!("/formats/{number}")))
    };
    let formats = new.formats.iter().enumerate().map(known);
    Ok(NewExport {
        which,
        formats: formats.collect::<Result<_, _>>()?,
        recipient: new.recipient,
        purpose: new.purpose,
        with_part2: new.with_part2,
    })
}
