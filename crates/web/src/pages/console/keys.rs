//! Recipients' keys: which are on record, which end soon, with a search for the keys of one exact address.
//!
//! Addresses show here; every look is recorded. An address is searched by a form that posts, so that it stays out
//! of links and histories.

use axum::http::StatusCode;
use axum::response::Response;
use flow::keys::{KeyFilter, KeyView};
use model::{Address, KeyFor, KeySource, KeyStanding, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Keys {
    pub kind: Option<KeyFor>,
    pub standing: Option<KeyStanding>,
    /// `yes`: only those that have ended or end soon.
    pub ending: &'static str,
    /// The address searched for, as it was typed.
    pub address: String,
    pub filtered: bool,
    pub rows: Vec<Row>,
    pub all_kinds: &'static [KeyFor],
    pub all_standings: &'static [KeyStanding],
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What was just done: `removed`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub address: String,
    pub kind: KeyFor,
    /// The end of it, as people compare it.
    pub short: String,
    pub source: KeySource,
    pub standing: KeyStanding,
    pub health: &'static str,
    pub expires_at: Option<Timestamp>,
}

impl Row {
    fn of(view: KeyView) -> Self {
        let from = view.fingerprint.len().saturating_sub(16);
        Self {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
            kind: view.kind,
            short: super::key::grouped(&view.fingerprint[from..]),
            source: view.source,
            standing: view.standing,
            health: view.health.word(),
            expires_at: view.expires_at,
        }
    }
}

/// GET `/console/keys`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let filter = KeyFilter {
        kind: KeyFor::from_word(asked.query("kind")),
        standing: KeyStanding::from_word(asked.query("standing")),
        ending: asked.query("ending") == "yes",
    };
    let after = asked.after();
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let is_first = after.is_none();
    let found = run(move || flow.keys(&ctx, filter, after.as_deref(), limits::PAGE_ROWS)).await?;
    let query = query(filter);
    let page = Keys {
        filtered: filter != KeyFilter::default(),
        rows: found.rows.into_iter().map(Row::of).collect(),
        older_href: found
            .next
            .map(|after| format!("/console/keys?{query}after={after}")),
        newest_href: (!is_first).then(|| format!("/console/keys?{query}")),
        done: (asked.query("done") == "removed").then_some("removed"),
        ..Keys::new(filter)
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

fn query(filter: KeyFilter) -> String {
    let mut query = String::new();
    if let Some(kind) = filter.kind {
        query.push_str(&format!("kind={kind}&"));
    }
    if let Some(standing) = filter.standing {
        query.push_str(&format!("standing={standing}&"));
    }
    if filter.ending {
        query.push_str("ending=yes&");
    }
    query
}

/// POST `/console/keys`: the keys of one address.
pub async fn search(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = Keys::new(KeyFilter::default());
    page.filtered = true;
    page.address = asked.field("address").trim().chars().take(320).collect();
    let Ok(address) = Address::parse(&page.address) else {
        page.faults.push(Fault::new("address", "address_invalid"));
        return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.keys_of(&ctx, &address)).await?;
    page.rows = found.into_iter().map(Row::of).collect();
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Keys {
    fn new(filter: KeyFilter) -> Self {
        Self {
            kind: filter.kind,
            standing: filter.standing,
            ending: if filter.ending { "yes" } else { "" },
            address: String::new(),
            filtered: false,
            rows: Vec::new(),
            all_kinds: KeyFor::ALL,
            all_standings: KeyStanding::ALL,
            older_href: None,
            newest_href: None,
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Keys {
    const TEMPLATE: &'static str = "pages/console/keys.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
