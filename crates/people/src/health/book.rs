//! What is kept of checks: the newest report of each domain, and what it changed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Code, Domain, DomainId, Error, Result};
use store::Tx;
use store::tables::domains::{self, DomainRow};
use store::tables::{domain_health, mail_options};

use super::{Check, Grade, KeyFacts, Report, Subject};
use crate::People;
use crate::domain::{DkimView, KeyState, advance};

/// Each domain is looked at once a day.
const CHECK_EVERY: Duration = Duration::from_secs(86_400);
/// Domains looked at in one turn.
const SUBJECTS_MAX: usize = 20;

/// A domain, its keys, and what was last seen of it.
pub struct HealthView {
    pub id: DomainId,
    pub name: String,
    pub keys: Vec<DkimView>,
    /// `None` before the first check.
    pub report: Option<Report>,
    /// A check was asked for and has not been made.
    pub asked: bool,
}

impl HealthView {
    pub fn grade(&self) -> Option<Grade> {
        self.report.as_ref().map(Report::grade)
    }
}

impl People {
    /// Every sending domain of the organisation, by name.
    pub fn domains_health(&self, ctx: &Ctx) -> Result<Vec<HealthView>> {
        ctx.allow(Action::DomainRead, &ctx.own("domain"))?;
        let organisation = ctx.organisation();
        self.world().store.read(move |tx| {
            domains::list(tx, organisation)?
                .iter()
                .map(|row| view(tx, row))
                .collect()
        })
    }

    /// # Errors
    /// `not_found`.
    pub fn domain_health(&self, ctx: &Ctx, name: &Domain) -> Result<HealthView> {
        ctx.allow(Action::DomainRead, &ctx.own("domain"))?;
        let row = self.own_domain(ctx, name)?;
        self.world().store.read(move |tx| view(tx, &row))
    }

    /// Has the domain looked at within seconds, by whichever node does that.
    ///
    /// # Errors
    /// `not_found`.
    pub fn ask_domain_check(&self, ctx: &Ctx, name: &Domain) -> Result<()> {
        ctx.allow(Action::DomainRead, &ctx.own("domain"))?;
        let (row, now) = (self.own_domain(ctx, name)?, ctx.now());
        self.world()
            .store
            .write(move |tx| domain_health::ask(tx, row.id, row.organisation, now))
    }

    /// What a check looks at.
    ///
    /// # Errors
    /// `not_found`.
    pub fn domain_subject(&self, ctx: &Ctx, name: &Domain) -> Result<Subject> {
        ctx.allow(Action::DomainRead, &ctx.own("domain"))?;
        let row = self.own_domain(ctx, name)?;
        self.world().store.read(move |tx| subject(tx, &row))
    }

    /// Domains of all organisations whose day is over, or that somebody asked about.
    pub fn due_subjects(&self) -> Result<Vec<Subject>> {
        let before = self.world().now().minus(CHECK_EVERY);
        self.world().store.read(move |tx| {
            let due = domain_health::due(tx, before, SUBJECTS_MAX)?;
            let rows = domains::all(tx)?;
            let rows = rows.iter().filter(|row| due.contains(&row.id));
            rows.map(|row| subject(tx, row)).collect()
        })
    }

    /// Stores what was seen, records what changed, and moves keys on.
    pub fn keep_report(&self, subject: &Subject, report: &Report) -> Result<()> {
        let ctx = self.world().system(subject.organisation);
        let kept = Arc::new((subject.id, report.clone()));
        self.world().store.write(move |tx| {
            let (domain, report) = (kept.0, &kept.1);
            let earlier = match domain_health::find(tx, domain)? {
                Some(row) if !row.report.is_empty() => Some(parse(&row.report)?),
                _ => None,
            };
            domain_health::put(tx, &row(&ctx, domain, report)?)?;
            if differs(earlier.as_ref(), report) {
                ctx.record(tx, changed(domain, earlier.as_ref(), report))?;
            }
            let visible: BTreeSet<String> =
                report.visible().into_iter().map(str::to_owned).collect();
            advance(&ctx, tx, domain, &visible)
        })
    }
}

/// A first report that finds nothing wrong is no news.
fn differs(earlier: Option<&Report>, now: &Report) -> bool {
    let troubled = earlier.map(Report::troubled).unwrap_or_default();
    earlier.map_or(Grade::Ok, Report::grade) != now.grade() || troubled != now.troubled()
}

fn changed(domain: DomainId, earlier: Option<&Report>, now: &Report) -> Event<'static> {
    let words = |checks: Vec<Check>| {
        checks
            .iter()
            .map(|c| c.word())
            .collect::<Vec<_>>()
            .join(" ")
    };
    Event::new("domain.health_changed")
        .about(domain)
        .fact(
            "was",
            earlier.map_or("unknown", |report| report.grade().word()),
        )
        .fact("grade", now.grade().word())
        .fact("checks", words(now.troubled()))
}

fn row(ctx: &Ctx, domain: DomainId, report: &Report) -> Result<domain_health::DomainHealth> {
    let text = serde_json::to_string(report).map_err(|e| Error::new(Code::Internal).because(e))?;
    Ok(domain_health::DomainHealth {
        domain,
        organisation: ctx.organisation(),
        grade: report.grade().word().to_owned(),
        report: text,
        checked_at: report.at,
        asked_at: None,
    })
}

fn parse(text: &str) -> Result<Report> {
    serde_json::from_str(text).map_err(|e| Error::new(Code::StoredDataInvalid).because(e))
}

fn view(tx: &mut Tx<'_>, row: &DomainRow) -> Result<HealthView> {
    let keys = domains::keys(tx, row.id)?;
    let kept = domain_health::find(tx, row.id)?;
    let report = match &kept {
        Some(kept) if !kept.report.is_empty() => Some(parse(&kept.report)?),
        _ => None,
    };
    Ok(HealthView {
        id: row.id,
        name: row.name.clone(),
        keys: keys
            .iter()
            .map(|key| DkimView::of(&row.name, key))
            .collect::<Result<_>>()?,
        asked: kept.is_some_and(|kept| kept.asked_at.is_some()),
        report,
    })
}

fn subject(tx: &mut Tx<'_>, row: &DomainRow) -> Result<Subject> {
    let facts = |key: &domains::DkimRow| {
        Ok(KeyFacts {
            selector: key.selector.clone(),
            record: key.record.clone(),
            state: KeyState::of(key)?,
        })
    };
    let keys = domains::keys(tx, row.id)?;
    let own = mail_options::find(tx, row.organisation)?.bounce_domain;
    Ok(Subject {
        return_path: own.as_deref().map(Domain::parse).transpose()?,
        id: row.id,
        organisation: row.organisation,
        name: Domain::parse(&row.name)?,
        keys: keys.iter().map(facts).collect::<Result<_>>()?,
    })
}
