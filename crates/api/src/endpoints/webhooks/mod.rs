//! Webhooks: setting them up, and what was told to them. One file an endpoint.

mod change;
mod create;
mod deliveries;
mod list;
mod remove;
mod replay;
mod secret;
mod show;
mod test;

use std::collections::BTreeMap;

use flow::hooks::{DeliveryState, HookState, HookView};
use model::{Code, Error, Mode, Result, Stream, Timestamp, WebhookId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::{Door, with};
use crate::schema;

/// In the order of the reference.
pub(super) fn doors() -> Vec<Door> {
    vec![
        create::door(),
        list::door(),
        show::door(),
        change::door(),
        remove::door(),
        secret::door(),
        test::door(),
        deliveries::door(),
        replay::door(),
    ]
}

pub(super) fn schemas(named: &mut Vec<(String, RefOr<Schema>)>) {
    with::<create::NewWebhook>(named);
    with::<create::Created>(named);
    with::<list::WebhookList>(named);
    with::<change::Change>(named);
    with::<remove::Removed>(named);
    with::<secret::Rotation>(named);
    with::<test::Tested>(named);
    with::<deliveries::DeliveryList>(named);
    with::<replay::Replay>(named);
    with::<replay::Replayed>(named);
}

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    #[schema(schema_with = schema::webhook_id)]
    id: WebhookId,
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(example = "https://hooks.practice.example/in")]
    url: String,
    /// Empty: every kind.
    kinds: Vec<String>,
    /// Null: every stream.
    stream: Option<String>,
    description: String,
    #[schema(schema_with = schema::webhook_state)]
    state: &'static str,
    /// What stopped it when no person did: `forbidden` (it answered 403), `gone` (410), `failing`
    /// (it took nothing for five days).
    stopped_because: Option<String>,
    /// Until when the former secret signs, too.
    #[schema(schema_with = schema::moment_or_null)]
    old_secret_until: Option<Timestamp>,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Nothing was taken since.
    #[schema(schema_with = schema::moment_or_null)]
    failing_since: Option<Timestamp>,
    #[schema(schema_with = schema::moment_or_null)]
    last_delivered_at: Option<Timestamp>,
    /// How many deliveries are in each state, of the last 30 days.
    #[schema(schema_with = schema::counts)]
    deliveries: BTreeMap<&'static str, u64>,
}

impl Webhook {
    fn of(view: HookView) -> Self {
        let counts = view.counts.into_iter();
        Self {
            id: view.id,
            mode: view.mode,
            url: view.url,
            kinds: view.kinds,
            stream: view.stream.map(|stream: Stream| stream.word().to_owned()),
            description: view.description,
            state: view.state.word(),
            stopped_because: view.because,
            old_secret_until: view.old_secret_until,
            created_at: view.created_at,
            failing_since: view.failing_since,
            last_delivered_at: view.delivered_at,
            deliveries: counts.map(|(state, n)| (state.word(), n)).collect(),
        }
    }
}

/// A word of a closed set in a body.
fn word<T>(at: &str, given: Option<&str>, read: fn(&str) -> Option<T>) -> Result<Option<T>> {
    let wrong = || Error::new(Code::FieldInvalid).at(at);
    given.map(|text| read(text).ok_or_else(wrong)).transpose()
}

fn stream(given: Option<&str>) -> Result<Option<Stream>> {
    word("/stream", given, Stream::from_word)
}

fn hook_state(given: Option<&str>) -> Result<Option<HookState>> {
    word("/state", given, HookState::from_word)
}

fn delivery_state(given: Option<&str>) -> Result<Option<DeliveryState>> {
    word("/state", given, DeliveryState::from_word)
}
