//! Legal holds: the list, a form for one more, and the matters they are for.
//!
//! Names of matters and searches may name people, so forms post and no address holds one.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Address, Code, Error, HoldState, MatterId, MatterState, Result, Timestamp, limits};
use records::holds::{HoldView, MatterView, Scope};
use serde::Serialize;

use super::messages::Filter as Days;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::face::format::Zone;
use crate::pages::{Page, Place, Sample, Voice};

/// Matters that the form offers: the newest.
const MATTERS_SHOWN: usize = 200;

#[derive(Clone, Debug, Serialize)]
pub struct Holds {
    pub rows: Vec<Row>,
    pub matters: Vec<Matter>,
    pub form: Form,
    /// The name of a matter that was not taken.
    pub name: String,
    pub manages: bool,
    /// What the form offers.
    pub all_classes: Vec<&'static str>,
    pub custodians_max: usize,
    pub name_max: usize,
    pub reason_max: usize,
    /// What was just done: `opened`, `closed`, `placed`.
    pub done: Option<&'static str>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub matter: String,
    pub at: Timestamp,
    pub by: String,
    pub state: HoldState,
    pub binds: bool,
    pub custodians: usize,
    pub query: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Matter {
    pub id: String,
    pub name: String,
    pub open: bool,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    pub matter: String,
    /// An address a line.
    pub custodians: String,
    pub query: String,
    pub classes: Vec<String>,
    /// `2026-03-03`
    pub from: String,
    pub to: String,
    pub reason: String,
}

/// GET `/console/holds`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    let words = ["opened", "closed", "placed"].into_iter();
    page.done = words.into_iter().find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/holds`: opens or closes a matter, places a hold.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let form = Form::posted(&asked);
    let done = match asked.field("act") {
        "open" => open(&asked, &desk).await,
        "close" => close(&asked, &desk).await,
        _ => place(&asked, &desk, &form).await,
    };
    let faults = match done {
        Ok(done) => return Ok(redirect(&format!("/console/holds?done={done}"))),
        Err(faults) => faults?,
    };
    let mut page = load(&asked, &desk).await?;
    page.form = form;
    page.name = asked.field("name").chars().take(1_000).collect();
    page.faults = faults;
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What was done, or what is wrong with which field, or what is no field's fault.
type Done = std::result::Result<&'static str, Result<Vec<Fault>>>;

async fn open(asked: &Asked, desk: &Desk) -> Done {
    let name = asked.field("name").to_owned();
    let (records, ctx) = records(asked, desk).map_err(Err)?;
    let opened = run(move || records.open_matter(&ctx, &name)).await;
    opened
        .map(|_| "opened")
        .map_err(|error| fault(error).map(|one| vec![one]))
}

async fn close(asked: &Asked, desk: &Desk) -> Done {
    let id = asked.field("id").parse::<MatterId>().map_err(Err)?;
    let (records, ctx) = records(asked, desk).map_err(Err)?;
    match run(move || records.close_matter(&ctx, id)).await {
        Ok(()) => Ok("closed"),
        Err(error) if error.code() == Code::StateConflict => {
            Err(Ok(vec![Fault::new("matters", "matter_binds")]))
        }
        Err(error) => Err(Err(error)),
    }
}

async fn place(asked: &Asked, desk: &Desk, form: &Form) -> Done {
    let zone = Zone::find(&desk.house.zone).unwrap_or(Zone::UTC);
    let (matter, scope) = form.read(zone).map_err(Ok)?;
    let reason = form.reason.clone();
    let (records, ctx) = records(asked, desk).map_err(Err)?;
    let placed = run(move || records.place_hold(&ctx, matter, &scope, &reason)).await;
    placed
        .map(|_| "placed")
        .map_err(|error| fault(error).map(|one| vec![one]))
}

fn records(asked: &Asked, desk: &Desk) -> Result<(records::Records, ctx::Ctx)> {
    Ok((asked.state().records.clone(), desk.ctx()?.clone()))
}

/// Beside the field it is about.
///
/// # Errors
/// What is no field's fault.
fn fault(error: Error) -> Result<Fault> {
    Ok(match (error.code(), error.pointer()) {
        (Code::FieldMissing, Some("/name")) => Fault::new("name", "matter_name"),
        (Code::FieldInvalid, Some("/name")) => Fault::new("name", "too_long"),
        (Code::FieldMissing, Some("/reason")) => Fault::new("reason", "hold_reason"),
        (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
        (Code::FieldInvalid, Some("/query")) => Fault::new("query", "hold_query"),
        (Code::FieldInvalid, Some("/until")) => Fault::new("to", "day_order"),
        (Code::FieldInvalid, Some("/custodians")) => Fault::new("custodians", "hold_custodians"),
        (Code::FieldInvalid, Some("/holds")) => Fault::new("matter", "holds_full"),
        (Code::StateConflict, _) => Fault::new("matter", "matter_closed"),
        _ => return Err(error),
    })
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Holds> {
    let after = asked.after();
    let (records, ctx) = records(asked, desk)?;
    let page = after.clone();
    let (holds, matters) = run(move || {
        let holds = records.holds(&ctx, page.as_deref(), limits::PAGE_ROWS)?;
        Ok((holds, records.matters(&ctx, None, MATTERS_SHOWN)?))
    })
    .await?;
    let matters: Vec<Matter> = matters.rows.into_iter().map(Matter::of).collect();
    Ok(Holds {
        rows: holds
            .rows
            .into_iter()
            .map(|one| Row::of(one, &matters))
            .collect(),
        matters,
        manages: desk.places_holds(),
        older_href: holds
            .next
            .map(|next| format!("/console/holds?after={next}")),
        newest_href: after.map(|_| "/console/holds".to_owned()),
        ..Holds::empty()
    })
}

impl Matter {
    fn of(view: MatterView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name,
            open: view.state == MatterState::Open,
            at: view.created_at,
        }
    }
}

impl Row {
    fn of(view: HoldView, matters: &[Matter]) -> Self {
        let id = view.matter.to_string();
        let known = matters.iter().find(|one| one.id == id);
        Self {
            id: view.id.to_string(),
            matter: known.map_or(id.clone(), |one| one.name.clone()),
            at: view.created_at,
            by: view.author,
            state: view.state,
            binds: view.binds,
            custodians: view.custodians.len(),
            query: view.scope.query,
        }
    }
}

impl Form {
    fn posted(asked: &Asked) -> Self {
        let field = |name, chars| asked.field(name).chars().take(chars).collect::<String>();
        Self {
            matter: field("matter", 100),
            custodians: field("custodians", 60_000),
            query: field("query", limits::SEARCH_OCTETS_MAX + 1),
            classes: Scope::classes()
                .filter(|word| asked.field(&format!("class_{word}")) == "yes")
                .map(str::to_owned)
                .collect(),
            from: field("from", 10),
            to: field("to", 10),
            reason: field("reason", 2_000),
        }
    }

    fn read(&self, zone: Zone) -> std::result::Result<(MatterId, Scope), Vec<Fault>> {
        let days = Days {
            from: self.from.clone(),
            to: self.to.clone(),
            ..Days::default()
        };
        let (days, mut faults) = days.read(zone);
        let matter = self.matter.parse::<MatterId>();
        if matter.is_err() {
            faults.push(Fault::new("matter", "hold_matter"));
        }
        let lines = self
            .custodians
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let named = lines.filter(|line| !line.is_empty()).map(Address::parse);
        let custodians = named.collect::<Result<Vec<_>>>().unwrap_or_else(|_| {
            faults.push(Fault::new("custodians", "hold_custodians"));
            Vec::new()
        });
        let scope = Scope {
            custodians,
            query: self.query.clone(),
            classes: self.classes.clone(),
            since: days.since,
            until: days.until,
        };
        match matter {
            Ok(matter) if faults.is_empty() => Ok((matter, scope)),
            _ => Err(faults),
        }
    }
}

impl Holds {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            matters: Vec::new(),
            form: Form::default(),
            name: String::new(),
            manages: true,
            all_classes: Scope::classes().collect(),
            custodians_max: limits::HOLD_CUSTODIANS_MAX,
            name_max: limits::MATTER_NAME_CHARS_MAX,
            reason_max: limits::REASON_CHARS_MAX,
            done: None,
            older_href: None,
            newest_href: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Holds {
    const TEMPLATE: &'static str = "pages/console/holds.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Holds;

    fn samples() -> Vec<Sample<Self>> {
        let page = sample;
        let wrong = |field, key| Self {
            form: Form {
                matter: "mat_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
                custodians: "lee@northside.example\nkim".to_owned(),
                query: "asbestos OR (".to_owned(),
                classes: vec!["billing".to_owned()],
                from: "2026-01-31".to_owned(),
                to: "2026-01-01".to_owned(),
                reason: String::new(),
            },
            faults: vec![Fault::new(field, key)],
            ..page(1)
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            done: Some("placed"),
            ..page(12)
        };
        let reader = Self {
            manages: false,
            ..page(3)
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("some", page(3)),
            Sample::new("many", many.clone()),
            Sample::new(
                "opened",
                Self {
                    done: Some("opened"),
                    ..page(0)
                },
            ),
            Sample::new(
                "closed",
                Self {
                    done: Some("closed"),
                    ..page(1)
                },
            ),
            Sample::new("reader", reader),
            Sample::new("error_name", wrong("name", "matter_name")),
            Sample::new("error_matter", wrong("matter", "hold_matter")),
            Sample::new("error_closed", wrong("matter", "matter_closed")),
            Sample::new("error_full", wrong("matter", "holds_full")),
            Sample::new("error_binds", wrong("matters", "matter_binds")),
            Sample::new("error_custodians", wrong("custodians", "hold_custodians")),
            Sample::new("error_query", wrong("query", "hold_query")),
            Sample::new("error_reason", wrong("reason", "hold_reason")),
            Sample::spanish(many),
        ]
    }
}

/// A page with so many holds, of three matters.
fn sample(rows: usize) -> Holds {
    use crate::pages::samples::NOW;
    let at = |n: usize| NOW.minus(std::time::Duration::from_secs(n as u64 * 90_000));
    let matter = |n: usize, name: &str| Matter {
        id: format!("mat_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        name: name.to_owned(),
        open: n != 2,
        at: at(n),
    };
    let matters = vec![
        matter(0, "Lee v. Northside Clinic"),
        matter(
            1,
            "Inquiry of the Office for Civil Rights into the appointment letters of the spring",
        ),
        matter(2, "Asbestos in the east wing"),
    ];
    let row = |n: usize| Row {
        id: format!("hld_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        matter: matters[n % 3].name.clone(),
        at: at(n),
        by: "ana@northside.example".to_owned(),
        state: HoldState::ALL[n % 3],
        binds: n % 4 != 2,
        custodians: n * 3,
        query: if n.is_multiple_of(2) {
            String::new()
        } else {
            "asbestos OR \"safety report\"".to_owned()
        },
    };
    Holds {
        rows: (0..rows).map(row).collect(),
        matters: matters.clone(),
        ..Holds::empty()
    }
}
