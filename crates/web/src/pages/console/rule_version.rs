//! One version of the rules: its text, the trial on mail that was decided before, and the way to make it
//! active.
//!
//! A trial shows ids of messages, names of rules and counts; nothing of content.

use axum::http::StatusCode;
use axum::response::Response;
use flow::rules::{Outline, RuleVersionView, Trial, outline};
use model::{Code, Method, Result, Timestamp};
use serde::Serialize;

use crate::door::answer::desk_page;
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
    pub all_days: &'static [u32],
    pub trial: Option<Tried>,
}

/// What it would have done.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    pub days: u32,
    /// Recipients whose decision was made again.
    pub decided: u64,
    pub changed: u64,
    pub changes: Vec<Change>,
    pub struck: Vec<Struck>,
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
    let view = load(&asked, &desk).await?;
    let mut page = RuleVersion::of(view, &desk);
    page.saved = asked.query("done") == "saved";
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/rules/{version}`: tries it on the last days' mail.
pub async fn try_it(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let version = number(&asked)?;
    let days = asked.field("days").parse::<u32>().unwrap_or_default();
    let days = DAYS.iter().copied().find(|one| *one == days).unwrap_or(7);
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let trial = run(move || flow.try_rules(&ctx, version, days, &mut |_| ())).await?;
    let view = load(&asked, &desk).await?;
    let rules = outline(&view.text)?;
    let mut page = RuleVersion::of(view, &desk);
    page.trial = Some(Tried::of(days, trial, rules));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

pub(super) fn number(asked: &Asked) -> Result<u32> {
    let number = asked.segment(2).parse::<u32>();
    number.map_err(|_| Code::NotFound.into())
}

async fn load(asked: &Asked, desk: &Desk) -> Result<RuleVersionView> {
    let version = number(asked)?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.rule_version(&ctx, version)).await
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
            all_days: DAYS,
            trial: None,
        }
    }
}

impl Tried {
    fn of(days: u32, trial: Trial, rules: Vec<Outline>) -> Self {
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
            days,
            decided: trial.decided,
            changed: changes.iter().map(|change| change.count).sum(),
            changes,
            struck: struck.collect(),
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
