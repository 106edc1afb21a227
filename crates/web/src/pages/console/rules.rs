//! The organisation's own rules: which version is in force, and every version there was.

use axum::http::StatusCode;
use axum::response::Response;
use flow::rules::{RuleVersionView, outline};
use model::{Code, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Rules {
    pub active: Option<Active>,
    pub rows: Vec<Row>,
    /// Whether this visitor may write rules and make them active.
    pub edits: bool,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What was just done: a word of [`DONE`].
    pub done: Option<&'static str>,
}

/// The version in force.
#[derive(Clone, Debug, Serialize)]
pub struct Active {
    pub version: u32,
    pub by: String,
    pub at: Timestamp,
    pub rules: Vec<Line>,
}

/// One rule of it.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub id: String,
    pub name: String,
    pub effect: String,
    pub why: String,
    pub shadow: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub version: u32,
    /// A word below `rule_state`.
    pub state: String,
    pub rules: u64,
    /// Why it was written.
    pub reason: String,
    pub author: String,
    pub at: Timestamp,
    pub tried_at: Option<Timestamp>,
}

const DONE: &[&str] = &["activated", "retired"];

/// GET `/console/rules`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let before = match asked.query("before") {
        "" => None,
        text => Some(text.parse::<u32>().map_err(|_| Code::NotFound)?),
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (active, mut rows) = run(move || {
        let rows = flow.rule_versions(&ctx, before, limits::PAGE_ROWS + 1)?;
        Ok((flow.active_rules(&ctx)?, rows))
    })
    .await?;
    let more = rows.len() > limits::PAGE_ROWS;
    rows.truncate(limits::PAGE_ROWS);
    let last = rows.last().filter(|_| more).map(|row| row.version);
    let done = asked.query("done");
    let page = Rules {
        active: active.map(Active::of).transpose()?,
        rows: rows.into_iter().map(Row::of).collect(),
        edits: desk.edits_rules(),
        older_href: last.map(|last| format!("/console/rules?before={last}")),
        newest_href: before.map(|_| "/console/rules".to_owned()),
        done: DONE.iter().copied().find(|word| *word == done),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Active {
    fn of(view: RuleVersionView) -> Result<Self> {
        let (by, at) = view.activated.ok_or(Code::StoredDataInvalid)?;
        let rules = outline(&view.text)?.into_iter().map(|rule| Line {
            id: rule.id,
            name: rule.name,
            effect: rule.effect,
            why: rule.why,
            shadow: rule.shadow,
        });
        Ok(Self {
            version: view.version,
            by,
            at,
            rules: rules.collect(),
        })
    }
}

impl Row {
    fn of(view: RuleVersionView) -> Self {
        Self {
            version: view.version,
            state: view.state.word().to_owned(),
            rules: view.rules.into(),
            reason: view.reason,
            author: view.author,
            at: view.created_at,
            tried_at: view.tried_at,
        }
    }
}

impl Page for Rules {
    const TEMPLATE: &'static str = "pages/console/rules.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
