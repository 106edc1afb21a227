//! Held messages: what waits for a person, since when, by which rules, and who agreed already.
//!
//! Nothing that anyone wrote shows here: whoever decides opens the message itself, on the record.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::Response;
use flow::view::{HeldFilter, HeldRow, WaitsFor};
use model::{PhiLevel, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{desk, escape};
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Held {
    pub rows: Vec<Row>,
    /// Whether this visitor may decide.
    pub decides: bool,
    /// The filter: a rule's id, and whom it waits for.
    pub rule: String,
    pub waits_for: String,
    pub all_waits: Vec<&'static str>,
    pub filtered: bool,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What was just done: a word of [`DONE`].
    pub done: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub at: Timestamp,
    pub level: PhiLevel,
    /// What its sender is called, or the id of the software.
    pub sender: String,
    /// This visitor sent it, so somebody else decides.
    pub own: bool,
    /// Recipients that are held.
    pub held: u64,
    pub rules: Vec<Rule>,
    /// It takes two people.
    pub second_person: bool,
    /// Who agreed already.
    pub agreed: Vec<String>,
}

/// A rule that holds it.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    pub id: String,
    pub name: String,
    pub why: String,
    /// The list of all that it holds.
    pub href: String,
}

const DONE: &[&str] = &["release", "reject", "waiting"];

/// GET `/console/held`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let after = asked.after();
    let rule: String = asked.query("rule").trim().chars().take(80).collect();
    let waits_for = WaitsFor::from_word(asked.query("waits_for"));
    let filter = HeldFilter {
        rule: Some(rule.clone()).filter(|rule| !rule.is_empty()),
        waits_for,
    };
    let (flow, people) = (asked.state().flow.clone(), asked.state().people.clone());
    let (ctx, is_first) = (desk.ctx()?.clone(), after.is_none());
    let (page, names) = run(move || {
        let page = flow.held(&ctx, filter, after.as_deref(), limits::PAGE_ROWS)?;
        let ids: BTreeSet<String> = page.rows.iter().flat_map(named).collect();
        let names = people.colleagues(&ctx, &ids)?;
        Ok((page, names))
    })
    .await?;
    let me = desk.ctx()?.actor();
    let waits_for = waits_for.map_or("", WaitsFor::word).to_owned();
    let query = format!("rule={}&waits_for={waits_for}", escape(&rule));
    let done = asked.query("done");
    let held = Held {
        rows: page
            .rows
            .into_iter()
            .map(|row| Row::of(row, &names, me))
            .collect(),
        decides: desk.releases(),
        filtered: !rule.is_empty() || !waits_for.is_empty(),
        older_href: page
            .next
            .map(|next| format!("/console/held?{query}&after={next}")),
        newest_href: (!is_first).then(|| format!("/console/held?{query}")),
        rule,
        waits_for,
        all_waits: WaitsFor::ALL.iter().map(|one| one.word()).collect(),
        done: DONE.iter().copied().find(|word| *word == done),
    };
    desk_page(&asked, &desk, StatusCode::OK, &held)
}

fn named(row: &HeldRow) -> Vec<String> {
    let mut ids = row.holding.agreed.clone();
    ids.push(row.actor.clone());
    ids
}

/// The name that belongs to an id, or the id.
pub(super) fn name_of(names: &BTreeMap<String, String>, id: &str) -> String {
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

impl Row {
    fn of(row: HeldRow, names: &BTreeMap<String, String>, me: &str) -> Self {
        Self {
            id: row.id.to_string(),
            at: row.created_at,
            level: row.level,
            sender: name_of(names, &row.actor),
            own: row.actor == me,
            held: row.held.into(),
            rules: row.holding.rules.into_iter().map(Rule::of).collect(),
            second_person: row.holding.second_person,
            agreed: row
                .holding
                .agreed
                .iter()
                .map(|id| name_of(names, id))
                .collect(),
        }
    }
}

impl Rule {
    pub(super) fn of((id, name, why): (String, String, String)) -> Self {
        Self {
            href: format!("/console/held?rule={}", escape(&id)),
            id,
            name,
            why,
        }
    }
}

impl Page for Held {
    const TEMPLATE: &'static str = "pages/console/held.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Held;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
