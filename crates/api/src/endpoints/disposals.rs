//! `/v1/disposals`: what is due and goes, by the word of two people, and what proves it. One file each. Software reads
//! here; asking and agreeing are for people, in the console.

pub(super) mod certificate;
pub(super) mod list;
pub(super) mod of_message;
pub(super) mod records;
pub(super) mod show;

use ::records::disposal::{DisposalView, ItemView, Proof};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::{DisposalId, DisposalState, DisposedState, MessageId, SparedFor, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// All of them, in the order of the reference.
pub(super) fn doors() -> Vec<super::Door> {
    vec![
        list::door(),
        show::door(),
        records::door(),
        certificate::door(),
        of_message::door(),
    ]
}

/// Records that are destroyed together.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalShown {
    #[schema(schema_with = schema::disposal_id)]
    id: DisposalId,
    #[schema(schema_with = schema::disposal_state)]
    state: DisposalState,
    said: Vec<DisposalSaid>,
    /// Due and free when it was listed.
    records: u64,
    /// Due, and kept by a legal hold when it was listed.
    held: u64,
    /// Who asked for it; somebody else has to agree.
    asked_by: String,
    #[schema(schema_with = schema::moment)]
    asked_at: Timestamp,
    /// Who agreed to it, or called it off.
    closed_by: Option<String>,
    #[schema(schema_with = schema::moment_or_null)]
    closed_at: Option<Timestamp>,
    /// When its time to cool off is over.
    #[schema(schema_with = schema::moment_or_null)]
    begins_at: Option<Timestamp>,
    destroyed: u64,
    /// Not destroyed, though it was agreed to: each with its reason.
    spared: u64,
    #[schema(schema_with = schema::moment_or_null)]
    ended_at: Option<Timestamp>,
    /// From here on no backup holds a key of what was destroyed.
    #[schema(schema_with = schema::moment_or_null)]
    keys_gone_by: Option<Timestamp>,
}

/// What somebody said about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalSaid {
    /// `proposed`, `approved` or `refused`.
    what: String,
    by: String,
    #[schema(schema_with = schema::moment)]
    at: Timestamp,
    reason: String,
}

/// One record of a disposal.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalRecord {
    /// Within the disposal, from 1.
    number: u64,
    #[schema(schema_with = schema::message_id)]
    message: MessageId,
    #[schema(schema_with = schema::disposed_state)]
    state: DisposedState,
    /// Why it was not destroyed: `held`, `not_due`, `in_use`, `gone` or `refused`.
    #[schema(value_type = Option<String>)]
    why: Option<SparedFor>,
    classes: Vec<String>,
    /// Those that kept it to the last.
    rules: Vec<String>,
    kept_through: Option<String>,
    destroyed_at: Option<String>,
}

impl DisposalShown {
    fn of(view: DisposalView) -> Self {
        let said = |one: ::records::disposal::Said| DisposalSaid {
            what: one.what,
            by: one.by,
            at: one.at,
            reason: one.reason,
        };
        Self {
            id: view.id,
            state: view.state,
            said: view.said.into_iter().map(said).collect(),
            records: view.records,
            held: view.held,
            asked_by: view.asked_by,
            asked_at: view.asked_at,
            closed_by: view.closed_by,
            closed_at: view.closed_at,
            begins_at: view.begins_at,
            destroyed: view.destroyed,
            spared: view.spared,
            ended_at: view.ended_at,
            keys_gone_by: view.keys_gone_by,
        }
    }
}

impl DisposalRecord {
    fn of(view: ItemView) -> Self {
        Self {
            number: view.number,
            message: view.message,
            state: view.state,
            why: view.why,
            classes: view.classes,
            rules: view.rules,
            kept_through: view.kept_through,
            destroyed_at: view.destroyed_at,
        }
    }
}

fn content_type(name: &str) -> &'static str {
    match name.ends_with(".pdf") {
        true => "application/pdf",
        false => "application/json",
    }
}

/// A certificate as a file.
fn file(proof: Proof) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type(&proof.name).to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", proof.name),
        ),
    ];
    (headers, proof.bytes).into_response()
}
