//! One version of the rules: its text, the trial on mail that was decided before, and the way to make it
//! active.
//!
//! A trial shows ids of messages, names of rules and counts; nothing of content.

use axum::http::StatusCode;
use axum::response::Response;
use flow::rules::{Outline, RuleVersionView, Trial, outline};
use model::{Code, Method, Result, Timestamp};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct RuleVersion {
    pub version: u32,
    /// A word below `rule_state`.
    pub state: String,
    pub rules: u64,
    pub text: String,
    pub reason: String,
    pub author: String,
    pub created_at: Timestamp,
    pub tried_at: Option<Timestamp>,
    pub activated_at: Option<Timestamp>,
    pub activated_by: String,
    pub retired_at: Option<Timestamp>,
    pub digest: String,
    /// Whether this visitor may write rules and make them active.
    pub edits: bool,
    /// It was just saved.
    pub saved: bool,
    /// Another version's trial runs, which has to end first.
    pub busy: Option<u32>,
    pub all_days: &'static [u32],
    pub trial: Option<Tried>,
}

/// The last trial: how far it is, and what the version would have done.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// `running`, `done`, `failed`
    pub state: &'static str,
    pub percent: u8,
    pub days: u32,
    /// The version it is compared with.
    pub against: Option<u32>,
    pub actor: String,
    pub begun_at: Timestamp,
    /// Recipients whose decision was made again.
    pub decided: u64,
    pub changed: u64,
    pub changes: Vec<Change>,
    pub struck: Vec<Struck>,
    pub changed_otherwise: u64,
    pub unanswered: u64,
    pub unknown: u64,
    pub cut: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Change {
    pub from: Method,
    pub to: Method,
    pub count: u64,
    /// Ids of messages.
    pub examples: Vec<String>,
}

/// How often one of its rules struck.
#[derive(Clone, Debug, Serialize)]
pub struct Struck {
    pub id: String,
    pub name: String,
    pub count: u64,
    pub shadow: bool,
}

const DAYS: &[u32] = &[7, 30];

/// GET `/console/rules/{version}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let version = number(&asked)?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (view, trial, running) = run(move || {
        Ok((
            flow.rule_version(&ctx, version)?,
            flow.trial(&ctx, version)?,
            flow.running_trial(&ctx)?,
        ))
    })
    .await?;
    let rules = outline(&view.text)?;
    let mut page = RuleVersion::of(view, &desk);
    page.trial = trial.map(|trial| Tried::of(trial, rules));
    page.busy = running.filter(|running| *running != version);
    page.saved = asked.query("done") == "saved";
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/rules/{version}`: begins to try it on the last days' mail, or stops that; the page tells how far it is.
pub async fn try_it(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let version = number(&asked)?;
    let days = asked.field("days").parse::<u32>().unwrap_or_default();
    let days = DAYS.iter().copied().find(|one| *one == days).unwrap_or(7);
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let stops = asked.field("act") == "stop";
    let done = run(move || match stops {
        true => flow.stop_trial(&ctx, version),
        false => flow.begin_trial(&ctx, version, days),
    });
    match done.await {
        // The page says which one runs, or that it is over.
        Err(error) if error.code() == Code::StateConflict => {}
        begun => begun?,
    }
    Ok(redirect(&format!("/console/rules/{version}")))
}

pub(super) fn number(asked: &Asked) -> Result<u32> {
    let number = asked.segment(2).parse::<u32>();
    number.map_err(|_| Code::NotFound.into())
}

impl RuleVersion {
    fn of(view: RuleVersionView, desk: &Desk) -> Self {
        let (activated_by, activated_at) = view.activated.unzip();
        Self {
            version: view.version,
            state: view.state.word().to_owned(),
            rules: view.rules.into(),
            text: view.text,
            reason: view.reason,
            author: view.author,
            created_at: view.created_at,
            tried_at: view.tried_at,
            activated_at,
            activated_by: activated_by.unwrap_or_default(),
            retired_at: view.retired_at,
            digest: view.digest,
            edits: desk.edits_rules(),
            saved: false,
            busy: None,
            all_days: DAYS,
            trial: None,
        }
    }
}

impl Tried {
    fn of(trial: Trial, rules: Vec<Outline>) -> Self {
        let changes = trial.changed.into_iter().map(|change| Change {
            from: change.from,
            to: change.to,
            count: change.count,
            examples: change.examples.iter().map(ToString::to_string).collect(),
        });
        let mut changes: Vec<Change> = changes.collect();
        changes.sort_by_key(|change| (std::cmp::Reverse(change.count), change.from, change.to));
        let struck = rules.into_iter().map(|rule| Struck {
            count: trial.struck.get(&rule.id).copied().unwrap_or_default(),
            id: rule.id,
            name: rule.name,
            shadow: rule.shadow,
        });
        Self {
            state: trial.state.word(),
            percent: trial.percent,
            days: trial.days,
            against: trial.against,
            actor: trial.actor,
            begun_at: trial.begun_at,
            decided: trial.decided,
            changed: changes.iter().map(|change| change.count).sum(),
            changes,
            struck: struck.collect(),
            changed_otherwise: trial.changed_otherwise,
            unanswered: trial.unanswered,
            unknown: trial.unknown,
            cut: trial.cut,
        }
    }
}

impl Page for RuleVersion {
    const TEMPLATE: &'static str = "pages/console/rule_version.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
