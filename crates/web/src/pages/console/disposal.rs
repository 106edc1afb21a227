//! One disposal: what it comes to, a sample, what keeps some of it, who said what, and its certificate.

mod samples;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::http::StatusCode;
use axum::response::Response;
use ctx::Ctx;
use model::{
    Code, DisposalId, DisposalState, DisposedState, Error, MessageId, Result, SparedFor, Timestamp,
    limits,
};
use records::Records;
use records::disposal::{DisposalView, Due, Form, ItemView};
use serde::Serialize;

use super::disposals::look;
use crate::door::answer::{desk_page, download, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Disposal {
    pub id: String,
    pub state: DisposalState,
    pub tone: &'static str,
    pub icon: &'static str,
    pub said: Vec<Said>,
    pub records: u64,
    pub held: u64,
    pub destroyed: u64,
    pub spared: u64,
    /// Destroyed or spared so far.
    pub ended: u64,
    pub begins_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub keys_gone_by: Option<Timestamp>,
    pub under_way: bool,
    pub certified: bool,
    /// Due records there are, and a hold keeps every one.
    pub blocked: bool,
    pub classes: Vec<Counted>,
    pub rules: Vec<Counted>,
    pub sample: Vec<Listed>,
    pub kept: Vec<Kept>,
    pub more_href: Option<String>,
    pub first_href: Option<String>,
    pub approves: bool,
    pub refuses: bool,
    pub given: String,
    pub reason_max: usize,
    pub days: u32,
    /// What was just done: `approved`, `refused`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Said {
    pub what: String,
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Counted {
    pub word: String,
    pub count: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    pub id: String,
    pub classes: String,
    pub rules: String,
    pub kept_through: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    pub id: String,
    pub why: SparedFor,
    pub holds: Vec<ByHold>,
}

/// A hold that keeps it now.
#[derive(Clone, Debug, Serialize)]
pub struct ByHold {
    pub id: String,
    pub matter: String,
}

/// GET `/console/disposals/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    page.done = ["approved", "refused"]
        .into_iter()
        .find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/disposals/{id}`: a second person agrees, or somebody calls it off.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: DisposalId = asked.segment(2).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let reason: String = asked.field("reason").chars().take(2_000).collect();
    let (act, given) = (asked.field("act").to_owned(), reason.clone());
    let done = run(move || match act.as_str() {
        "approve" => records
            .approve_disposal(&ctx, id, &reason)
            .map(|_| "approved"),
        _ => records
            .refuse_disposal(&ctx, id, &reason)
            .map(|()| "refused"),
    })
    .await;
    let fault = match done {
        Ok(done) => return Ok(redirect(&format!("/console/disposals/{id}?done={done}"))),
        Err(error) => match (error.code(), error.pointer()) {
            (Code::FieldMissing, Some("/reason")) => Fault::new("reason", "disposal_reason"),
            (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
            (Code::StateConflict, _) => Fault::new("reason", "disposal_moved"),
            _ => return Err(error),
        },
    };
    let mut page = load(&asked, &desk).await?;
    page.given = given;
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// GET `/console/disposals/{id}/certificate`
pub async fn take(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: DisposalId = asked.segment(2).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let (form, kind) = match asked.query("form") {
        "pdf" => (Form::Pdf, "application/pdf"),
        _ => (Form::Json, "application/json"),
    };
    let proof = run(move || records.disposal_certificate(&ctx, id, form)).await?;
    Ok(download(&proof.name, kind, proof.bytes))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Disposal> {
    let id: DisposalId = asked.segment(2).parse()?;
    let after = match asked.query("after") {
        "" => 0,
        after => {
            let number = after.parse::<u32>();
            u64::from(number.map_err(|_| Error::new(Code::CursorInvalid))?)
        }
    };
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let (view, due, mut kept) = run(move || {
        let view = records.disposal(&ctx, id)?;
        let due = records.disposal_due(&ctx, id)?;
        Ok((view, due, kept(&records, &ctx, id, after)?))
    })
    .await?;
    let mut page = Disposal::of(view, due);
    if kept.len() > limits::PAGE_ROWS {
        kept.truncate(limits::PAGE_ROWS);
        let last = kept.last().map_or(0, |(number, _)| *number);
        page.more_href = Some(format!("/console/disposals/{id}?after={last}"));
    }
    page.first_href = (after > 0).then(|| format!("/console/disposals/{id}"));
    page.kept = kept.into_iter().map(|(_, kept)| kept).collect();
    page.may(desk);
    Ok(page)
}

/// What was not destroyed, or cannot be, with what keeps it now; one more than a page has.
fn kept(records: &Records, ctx: &Ctx, id: DisposalId, after: u64) -> Result<Vec<(u64, Kept)>> {
    let rows = limits::PAGE_ROWS + 1;
    let items = records.disposal_items(ctx, id, DisposedState::Spared, after, rows)?;
    let held: Vec<MessageId> = items
        .iter()
        .filter(|item| item.why == Some(SparedFor::Held))
        .map(|item| item.message)
        .collect();
    let by = records.each_held_by(ctx, &held)?;
    let mut names = BTreeMap::new();
    for hold in by.iter().flatten() {
        if let Entry::Vacant(free) = names.entry(hold.matter) {
            free.insert(records.matter(ctx, hold.matter)?.name);
        }
    }
    let by: BTreeMap<_, _> = held.into_iter().zip(by).collect();
    let row = |item: ItemView| {
        let holds = by.get(&item.message).into_iter().flatten();
        let holds = holds.map(|hold| ByHold {
            id: hold.hold.to_string(),
            matter: names.get(&hold.matter).cloned().unwrap_or_default(),
        });
        let kept = Kept {
            id: item.message.to_string(),
            why: item.why.unwrap_or(SparedFor::Gone),
            holds: holds.collect(),
        };
        (item.number, kept)
    };
    Ok(items.into_iter().map(row).collect())
}

impl Disposal {
    fn of(view: DisposalView, due: Due) -> Self {
        let (tone, icon) = look(view.state);
        let said = |one: records::disposal::Said| Said {
            what: one.what,
            by: one.by,
            at: one.at,
            reason: one.reason,
        };
        let counted = |counts: BTreeMap<String, u64>| {
            let each = counts.into_iter();
            each.map(|(word, count)| Counted { word, count }).collect()
        };
        let listed = |item: ItemView| Listed {
            id: item.message.to_string(),
            classes: item.classes.join(", "),
            rules: item.rules.join(", "),
            kept_through: item.kept_through.unwrap_or_default(),
        };
        let under_way = matches!(
            view.state,
            DisposalState::Destroying | DisposalState::Pruning
        );
        let is_proposed = view.state == DisposalState::Proposed;
        Self {
            id: view.id.to_string(),
            state: view.state,
            tone,
            icon,
            said: view.said.into_iter().map(said).collect(),
            records: view.records,
            held: view.held,
            destroyed: view.destroyed,
            spared: view.spared,
            ended: view.destroyed + view.spared,
            begins_at: view.begins_at,
            ended_at: view.ended_at,
            keys_gone_by: view.keys_gone_by,
            under_way,
            certified: view.ended_at.is_some(),
            blocked: is_proposed && view.records == 0,
            classes: counted(due.classes),
            rules: counted(due.rules),
            sample: due.sample.into_iter().map(listed).collect(),
            kept: Vec::new(),
            more_href: None,
            first_href: None,
            approves: false,
            refuses: false,
            given: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            days: limits::DISPOSAL_COOLING_DAYS,
            done: None,
            faults: Vec::new(),
        }
    }

    /// What this visitor may do with it.
    fn may(&mut self, desk: &Desk) {
        let asker = self.said.first().map_or("", |one| one.by.as_str());
        let is_open = matches!(
            self.state,
            DisposalState::Listing | DisposalState::Proposed | DisposalState::Approved
        );
        self.refuses = is_open && (desk.disposes() || desk.approves_disposal(""));
        let is_proposed = self.state == DisposalState::Proposed && self.records > 0;
        self.approves = is_proposed && desk.approves_disposal(asker);
    }
}

impl Page for Disposal {
    const TEMPLATE: &'static str = "pages/console/disposal.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Retention;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}
