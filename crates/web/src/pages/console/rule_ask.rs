//! Asks before other rules decide: a version that becomes active, or the platform's rules alone. Both take a
//! reason.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result, limits};
use serde::Serialize;

use super::rule_version::number;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct RuleAsk {
    /// `activate`, `retire`
    pub act: &'static str,
    /// The one that becomes active, or that is none more.
    pub version: u32,
    pub reason: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

/// GET `/console/rules/{version}/activate`
pub async fn activate(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let version = number(&asked)?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    // Only what this visitor may know of.
    let view = run(move || flow.rule_version(&ctx, version)).await?;
    let page = RuleAsk::new("activate", view.version, String::new());
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/rules/{version}/activate`
pub async fn activate_sure(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (version, reason) = (number(&asked)?, asked.field("reason").to_owned());
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let given = reason.clone();
    let done = run(move || flow.activate_rules(&ctx, version, &given)).await;
    let Err(error) = done else {
        return Ok(redirect("/console/rules?done=activated"));
    };
    let mut page = RuleAsk::new("activate", version, reason);
    page.faults.push(fault(error, "rules_untried")?);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// GET `/console/rules/retire`
pub async fn retire(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let Some(view) = run(move || flow.active_rules(&ctx)).await? else {
        return Ok(redirect("/console/rules"));
    };
    let page = RuleAsk::new("retire", view.version, String::new());
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/rules/retire`
pub async fn retire_sure(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let reason = asked.field("reason").to_owned();
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let given = reason.clone();
    let done = run(move || {
        let version = flow.active_rules(&ctx)?.map(|view| view.version);
        flow.retire_rules(&ctx, &given)
            .map_err(|e| (version, e))
            .map_or_else(|(version, error)| Ok(Some((version, error))), |()| Ok(None))
    })
    .await?;
    let Some((version, error)) = done else {
        return Ok(redirect("/console/rules?done=retired"));
    };
    let mut page = RuleAsk::new("retire", version.unwrap_or_default(), reason);
    page.faults.push(fault(error, "rules_none_active")?);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn fault(error: Error, conflict: &'static str) -> Result<Fault> {
    Ok(Fault::new(
        "reason",
        match error.code() {
            Code::FieldMissing => "rules_reason_missing",
            Code::FieldInvalid => "reason_long",
            Code::StateConflict => conflict,
            _ => return Err(error),
        },
    ))
}

impl RuleAsk {
    fn new(act: &'static str, version: u32, reason: String) -> Self {
        Self {
            act,
            version,
            reason,
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        }
    }
}

impl Page for RuleAsk {
    const TEMPLATE: &'static str = "pages/console/rule_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        let page = |act| Self::new(act, 4, String::new());
        let wrong = |act, key| Self {
            faults: vec![Fault::new("reason", key)],
            ..page(act)
        };
        vec![
            Sample::new("activate", page("activate")),
            Sample::new("retire", page("retire")),
            Sample::new("error_missing", wrong("activate", "rules_reason_missing")),
            Sample::new("error_untried", wrong("activate", "rules_untried")),
            Sample::new("error_none", wrong("retire", "rules_none_active")),
            Sample::spanish(page("activate")),
        ]
    }
}
