//! `POST /v1/retention/anchors`: days of patients that periods are counted from.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Address, Code, Error, Result};
use records::keeping::{Anchor, Known, PatientDays};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// Either `csv` or `patients`. It is kept as keyed tokens and sealed days.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionAnchors {
    /// RFC 4180. The first line names the columns: `patient`, and of `email` and the anchors what there is.
    #[schema(
        example = "patient,email,birth,last_encounter\r\n1001,lee@mail.example,1984-03-09,2026-11-30\r\n"
    )]
    csv: Option<String>,
    patients: Option<Vec<RetentionPatient>>,
}

/// Days of one patient. Those that are not named stay as they were.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionPatient {
    /// The number they have in the practice's own system.
    patient: String,
    /// From which they write; an address of two patients ties no mail to either.
    #[serde(default)]
    addresses: Vec<String>,
    /// By anchor a day, or `never`.
    #[schema(value_type = Object, example = json!({"birth": "1984-03-09", "death": "never"}))]
    days: BTreeMap<String, String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionFed {
    patients: u64,
    refused: Vec<RetentionRefused>,
    /// Records that are reckoned again.
    records: u64,
}

/// A line that was not taken. No value of it is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionRefused {
    /// As an editor counts them.
    line: usize,
    column: String,
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
    Door::new::<__path_feed_anchors>(post(feed_anchors), Action::RetentionManage, CODES)
}

/// Feed days of patients
///
/// A record whose days are not known is not due. Lines done before an error stay done; a repeat changes nothing.
#[utoipa::path(post, path = "/v1/retention/anchors", tag = "retention", request_body = RetentionAnchors,
    responses((status = 200, description = "What became of it.", body = RetentionFed))
)]
async fn feed_anchors(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let fed = blocking(move || {
        let asked: RetentionAnchors = crate::json::from_slice(&body.bytes)?;
        match (asked.csv, asked.patients) {
            (Some(csv), None) => state.records.feed_anchors(&ctx, &csv),
            (None, Some(all)) => {
                let read = all.into_iter().enumerate().map(|(n, one)| patient(n, one));
                let patients = read.collect::<Result<Vec<_>>>()?;
                state.records.feed_patients(&ctx, patients)
            }
            _ => Err(Error::new(Code::FieldMissing).at("/csv")),
        }
    })
    .await?;
    let refused = fed.refused.into_iter();
    let fed = RetentionFed {
        patients: fed.patients,
        records: fed.records,
        refused: refused
            .map(|(line, column)| RetentionRefused { line, column })
            .collect(),
    };
    json(StatusCode::OK, &fed)
}

fn patient(n: usize, of: RetentionPatient) -> Result<PatientDays> {
    let invalid = |what: &str| Error::new(Code::FieldInvalid).at(format!("/patients/{n}/{what}"));
    if of.patient.trim().is_empty() {
        return Err(invalid("patient"));
    }
    let addresses = of.addresses.iter().map(|text| Address::parse(text));
    let days = of.days.iter().map(|(anchor, day)| {
        let anchor = Anchor::parse(anchor).filter(|anchor| *anchor != Anchor::Creation);
        anchor.zip(Known::parse(day)).ok_or_else(|| invalid("days"))
    });
    Ok(PatientDays {
        patient: of.patient,
        addresses: addresses
            .collect::<Result<_>>()
            .map_err(|_| invalid("addresses"))?,
        days: days.collect::<Result<_>>()?,
    })
}
