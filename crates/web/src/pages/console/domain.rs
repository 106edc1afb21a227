//! One sending domain: every check with what was seen and what to publish, and the keys it signs with.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Domain, Result, Timestamp};
use people::health::{self, Check, Finding, Grade, HealthView};
use people::{DkimView, KeyState, PublishedRecord};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct DomainPage {
    pub name: String,
    /// `ok`, `warn`, `fail`; empty before the first check.
    pub grade: &'static str,
    pub checked_at: Option<Timestamp>,
    /// Somebody asked for a check that was not made yet.
    pub asked: bool,
    pub checks: Vec<Checked>,
    pub keys: Vec<Key>,
    pub told: Told,
    /// Where new keys may be made: they are an administrator's, and not while a pair waits.
    pub may_rotate: bool,
    /// What the act just done came to: `rotated`, `waits`.
    pub done: Option<&'static str>,
}

/// One check and its findings.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    pub check: &'static str,
    pub grade: &'static str,
    pub found: Vec<Found>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// A word of the catalogue, below `verdict`.
    pub verdict: &'static str,
    pub grade: &'static str,
    pub about: String,
    pub seen: Vec<String>,
    pub publish: Option<PublishedRecord>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Key {
    pub selector: String,
    pub algorithm: String,
    pub state: &'static str,
    pub created_at: Timestamp,
    pub until: Option<Timestamp>,
    pub record: PublishedRecord,
}

/// What others reported of the last 30 days, failures first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Told {
    pub dmarc: Vec<Reported>,
    pub tls: Vec<Reported>,
    /// More was reported than shows.
    pub more: bool,
}

/// One reporter's day.
#[derive(Clone, Debug, Serialize)]
pub struct Reported {
    pub day: Timestamp,
    pub reporter: String,
    /// What the sender was held to, of a report on TLS.
    pub policy: Option<String>,
    pub good: u64,
    pub bad: u64,
    /// Where it failed: an address and what was done, or a kind of failure; and how often.
    pub failures: Vec<(String, Option<String>, u64)>,
}

/// Days shown of each kind, and failures of one day.
const DAYS_SHOWN_MAX: usize = 60;
const FAILURES_SHOWN_MAX: usize = 20;

/// GET `/console/domains/{name}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (people, ctx, name) = (
        asked.state().people.clone(),
        desk.ctx()?.clone(),
        named(&asked)?,
    );
    let (view, told) = run(move || {
        Ok((
            people.domain_health(&ctx, &name)?,
            people.domain_told(&ctx, &name)?,
        ))
    })
    .await?;
    let mut page = DomainPage::of(&view);
    page.told = Told::of(told);
    page.may_rotate &= desk.manages();
    page.done = ["rotated", "waits"]
        .into_iter()
        .find(|word| asked.query("done") == *word);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// GET of an act's address: to the page it acts on.
pub async fn back(asked: Asked) -> Result<Response> {
    let name = named(&asked)?;
    Ok(redirect(&format!("/console/domains/{}", name.as_str())))
}

/// POST `/console/domains/{name}/check`: has it looked at within seconds.
pub async fn check(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (people, ctx, name) = (
        asked.state().people.clone(),
        desk.ctx()?.clone(),
        named(&asked)?,
    );
    let href = format!("/console/domains/{}", name.as_str());
    run(move || people.ask_domain_check(&ctx, &name)).await?;
    Ok(redirect(&href))
}

pub(super) fn named(asked: &Asked) -> Result<Domain> {
    Domain::parse(asked.segment(2)).map_err(|_| Code::NotFound.into())
}

impl DomainPage {
    pub(super) fn of(view: &HealthView) -> Self {
        let report = view.report.as_ref();
        let checks = report.map(|report| {
            Check::ALL
                .iter()
                .map(move |check| Checked::of(*check, report.of(*check)))
        });
        let waits = view.keys.iter().any(|key| key.state == KeyState::Prepared);
        Self {
            name: view.name.clone(),
            grade: view.grade().map_or("", Grade::word),
            checked_at: report.map(|report| report.at),
            asked: view.asked,
            checks: checks
                .into_iter()
                .flatten()
                .filter(|c| !c.found.is_empty())
                .collect(),
            keys: view.keys.iter().map(Key::of).collect(),
            told: Told::default(),
            may_rotate: !waits,
            done: None,
        }
    }
}

impl Told {
    fn of(told: health::Told) -> Self {
        let most = told.dmarc.len().max(told.tls.len());
        Self {
            more: told.more || most > DAYS_SHOWN_MAX,
            dmarc: told
                .dmarc
                .into_iter()
                .take(DAYS_SHOWN_MAX)
                .map(Reported::dmarc)
                .collect(),
            tls: told
                .tls
                .into_iter()
                .take(DAYS_SHOWN_MAX)
                .map(Reported::tls)
                .collect(),
        }
    }
}

impl Reported {
    fn dmarc(one: health::DmarcDay) -> Self {
        let failures = one.failures.into_iter().take(FAILURES_SHOWN_MAX);
        Self {
            day: one.day,
            reporter: one.reporter,
            policy: None,
            good: one.passed,
            bad: one.failed,
            failures: failures
                .map(|f| (f.source, Some(f.disposition), f.messages))
                .collect(),
        }
    }
    fn tls(one: health::TlsDay) -> Self {
        let reasons = one.reasons.into_iter().take(FAILURES_SHOWN_MAX);
        Self {
            day: one.day,
            reporter: one.reporter,
            policy: Some(one.policy),
            good: one.successes,
            bad: one.failures,
            failures: reasons
                .map(|(reason, sessions)| (reason, None, sessions))
                .collect(),
        }
    }
}

impl Checked {
    fn of<'a>(check: Check, findings: impl Iterator<Item = &'a Finding>) -> Self {
        let findings: Vec<&Finding> = findings.collect();
        let worst = findings.iter().map(|f| f.verdict.grade()).max();
        Self {
            check: check.word(),
            grade: worst.unwrap_or(Grade::Ok).word(),
            found: findings.into_iter().map(Found::of).collect(),
        }
    }
}

impl Found {
    fn of(finding: &Finding) -> Self {
        Self {
            verdict: finding.verdict.word(),
            grade: finding.verdict.grade().word(),
            about: finding.about.clone(),
            seen: finding.seen.clone(),
            publish: finding.publish.clone(),
        }
    }
}

impl Key {
    fn of(key: &DkimView) -> Self {
        Self {
            selector: key.selector.clone(),
            algorithm: key.algorithm.clone(),
            state: key.state.word(),
            created_at: key.created_at,
            until: key.until.filter(|_| key.state == KeyState::Retiring),
            record: key.record.clone(),
        }
    }
}

impl Page for DomainPage {
    const TEMPLATE: &'static str = "pages/console/domain.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Domains;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
