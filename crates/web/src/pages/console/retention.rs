//! Retention: the rules that bind, what is proposed about them, what that would change, and a second person's word.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result, Timestamp, limits};
use records::keeping::{ItemState, ProposalView, Proposed, Rule, RuleRef, Simulation};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

/// Proposals shown: the newest.
const PROPOSALS_SHOWN: usize = 50;

#[derive(Clone, Debug, Serialize)]
pub struct Retention {
    /// Somebody said what the organisation is.
    pub profiled: bool,
    /// How many records stand how.
    pub counts: Vec<Count>,
    pub proposals: Vec<Proposal>,
    pub rules: Vec<Row>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub manages: bool,
    pub reason: String,
    pub reason_max: usize,
    pub days: u32,
    /// What was just done: `proposed`, `shown`, `approved`, `rejected`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Count {
    pub state: &'static str,
    pub count: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    pub number: u32,
    pub rule: String,
    pub version: u32,
    pub enables: bool,
    pub reason: String,
    /// `open`, `approved`, `rejected`
    pub state: &'static str,
    pub by: String,
    pub at: Timestamp,
    pub counts_from: Option<Timestamp>,
    pub impact: Option<Impact>,
    /// This visitor may approve it.
    pub approves: bool,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Impact {
    pub total: u64,
    pub longer: u64,
    pub shorter: u64,
    pub due: u64,
    pub unknown: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub version: u32,
    pub record: String,
    pub keep: String,
    pub citation: String,
    pub enabled: bool,
}

/// GET `/console/retention`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    let words = ["proposed", "shown", "approved", "rejected", "profiled"].into_iter();
    page.done = words.into_iter().find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/retention`: a proposal, what it would change, a second person's word.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let reason: String = asked.field("reason").chars().take(2_000).collect();
    let (act, given) = (asked.field("act").to_owned(), reason.clone());
    let number = asked.field("number").parse().unwrap_or(0);
    let rule = RuleRef {
        id: asked.field("rule").chars().take(200).collect(),
        version: asked.field("version").parse().unwrap_or(0),
    };
    let done = run(move || match act.as_str() {
        "show" => records.proposal_impact(&ctx, number).map(|_| "shown"),
        "approve" => records
            .approve_rule(&ctx, number, &reason)
            .map(|_| "approved"),
        "reject" => records
            .reject_rule(&ctx, number, &reason)
            .map(|()| "rejected"),
        "disable" => {
            let what = Proposed::Disable(rule);
            records
                .propose_rule(&ctx, &what, &reason)
                .map(|_| "proposed")
        }
        _ => {
            let what = Proposed::Enable(rule);
            records
                .propose_rule(&ctx, &what, &reason)
                .map(|_| "proposed")
        }
    })
    .await;
    let fault = match done {
        Ok(done) => return Ok(redirect(&format!("/console/retention?done={done}"))),
        Err(error) => fault(error)?,
    };
    let mut page = load(&asked, &desk).await?;
    page.reason = given;
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Beside the field it is about.
///
/// # Errors
/// What is no field's fault.
fn fault(error: Error) -> Result<Fault> {
    Ok(match (error.code(), error.pointer()) {
        (Code::FieldMissing, Some("/reason")) => Fault::new("reason", "retention_reason"),
        (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
        (Code::StateConflict, _) => Fault::new("reason", "retention_moved"),
        _ => return Err(error),
    })
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Retention> {
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let after = last_rule(asked.query("after"));
    let behind = after.clone();
    let (profile, counts, proposals, mut rules) = run(move || {
        let profile = records.keeping_profile(&ctx)?;
        let counts = records.kept_counts(&ctx)?;
        let proposals = records.proposals(&ctx, None, PROPOSALS_SHOWN)?;
        let rules = records.keeping_rules(&ctx, behind.as_ref(), limits::PAGE_ROWS + 1)?;
        Ok((profile, counts, proposals, rules))
    })
    .await?;
    let more = rules.len() > limits::PAGE_ROWS;
    rules.truncate(limits::PAGE_ROWS);
    let last = rules.last().filter(|_| more).map(Rule::reference);
    let proposals = proposals.into_iter().map(|one| Proposal::of(one, desk));
    Ok(Retention {
        profiled: profile.is_some(),
        counts: counts.into_iter().map(Count::of).collect(),
        proposals: proposals.collect(),
        rules: rules.iter().map(Row::of).collect(),
        older_href: last
            .map(|last| format!("/console/retention?after={}.{}", last.version, last.id)),
        newest_href: after.map(|_| "/console/retention".to_owned()),
        manages: desk.keeps_rules(),
        ..Retention::empty()
    })
}

/// A version, a dot, an id.
fn last_rule(text: &str) -> Option<RuleRef> {
    let (version, id) = text.split_once('.')?;
    Some(RuleRef {
        id: id.to_owned(),
        version: version.parse().ok()?,
    })
}

impl Count {
    fn of((state, count): (ItemState, u64)) -> Self {
        Self {
            state: state.word(),
            count,
        }
    }
}

impl Proposal {
    fn of(view: ProposalView, desk: &Desk) -> Self {
        let open = view.state == "open";
        Self {
            approves: open && view.impact.is_some() && desk.approves_rules(&view.proposed_by),
            number: view.number,
            rule: view.rule.id,
            version: view.rule.version,
            enables: view.is_enabling,
            reason: view.reason,
            state: view.state,
            by: view.proposed_by,
            at: view.proposed_at,
            counts_from: view.counts_from,
            impact: view.impact.as_ref().map(Impact::of),
        }
    }
}

impl Impact {
    fn of(sum: &Simulation) -> Self {
        Self {
            total: sum.total,
            longer: sum.kept_longer.count,
            shorter: sum.kept_shorter.count,
            due: sum.newly_due.count,
            unknown: sum.newly_unknown.count,
        }
    }
}

impl Row {
    fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            version: rule.version,
            record: rule.record.clone(),
            keep: rule.keep.to_string(),
            citation: rule.citation.clone(),
            enabled: rule.is_enabled(),
        }
    }
}

impl Retention {
    fn empty() -> Self {
        Self {
            profiled: true,
            counts: Vec::new(),
            proposals: Vec::new(),
            rules: Vec::new(),
            older_href: None,
            newest_href: None,
            manages: true,
            reason: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            days: limits::RETENTION_COOLING_DAYS,
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Retention {
    const TEMPLATE: &'static str = "pages/console/retention.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Retention;

    fn samples() -> Vec<Sample<Self>> {
        let many = Self {
            proposals: (0..5).map(proposal).collect(),
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..sample(12)
        };
        let bare = Self {
            profiled: false,
            ..Self::empty()
        };
        let reader = Self {
            manages: false,
            ..sample(2)
        };
        let done = |done| Self {
            done: Some(done),
            proposals: vec![proposal(1)],
            ..sample(2)
        };
        let wrong = |key| Self {
            faults: vec![Fault::new("reason", key)],
            proposals: vec![proposal(1)],
            ..sample(2)
        };
        vec![
            Sample::new("bare", bare),
            Sample::new("some", sample(3)),
            Sample::new("many", many.clone()),
            Sample::new("reader", reader),
            Sample::new("proposed", done("proposed")),
            Sample::new("shown", done("shown")),
            Sample::new("approved", done("approved")),
            Sample::new("rejected", done("rejected")),
            Sample::new("profiled", done("profiled")),
            Sample::new("error_reason", wrong("retention_reason")),
            Sample::new("error_moved", wrong("retention_moved")),
            Sample::spanish(many),
        ]
    }
}

/// A page with so many rules.
fn sample(rows: usize) -> Retention {
    let row = |n: usize| Row {
        id: format!("us-ca-hospital-{n}"),
        version: 1,
        record: "Medical records of adults and minors, with images and reports of laboratories"
            .to_owned(),
        keep: "7 years".to_owned(),
        citation: "22 CCR 70751(c)".to_owned(),
        enabled: n.is_multiple_of(2),
    };
    let counts = ItemState::ALL.iter().enumerate();
    Retention {
        counts: counts
            .map(|(n, state)| Count {
                state: state.word(),
                count: 1_204 * n as u64,
            })
            .collect(),
        rules: (0..rows).map(row).collect(),
        ..Retention::empty()
    }
}

fn proposal(n: u32) -> Proposal {
    use crate::pages::samples::NOW;
    let day = std::time::Duration::from_secs(86_400);
    let impact = Impact {
        total: 12_040,
        longer: 31,
        shorter: 204,
        due: 17,
        unknown: 3,
    };
    Proposal {
        number: n + 1,
        rule: format!("us-ca-hospital-{n}"),
        version: 1,
        enables: n != 3,
        reason: "Counsel read the section on the third of March".to_owned(),
        state: ["open", "open", "approved", "rejected"][n as usize % 4],
        by: "ana@northside.example".to_owned(),
        at: NOW.minus(day * (n + 1)),
        counts_from: (n == 2).then(|| NOW.plus(day * 14)),
        impact: (n > 0).then_some(impact),
        approves: n == 1,
    }
}
