//! Packages of messages for somebody outside: the list, which is the accounting of disclosures, and a form for one more.
//!
//! A search may name a patient and a recipient a party, so the forms post; the password shows once.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, HoldId, Result, Timestamp, limits};
use records::disclose::{ExportView, NewExport, Which};
use records::export::Format;
use serde::Serialize;

use super::messages::Filter as Days;
use crate::door::answer::{desk_page, download};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::face::format::Zone;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Exports {
    pub rows: Vec<Row>,
    pub form: Form,
    /// What was just made, with its password.
    pub made: Option<Made>,
    pub all_formats: Vec<&'static str>,
    pub words_max: usize,
    pub messages_max: usize,
    pub days: u32,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub recipient: String,
    pub purpose: String,
    pub messages: u64,
    pub left_out: usize,
    pub by: String,
    pub at: Timestamp,
    pub taken: u64,
    /// It can be taken still.
    pub open: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    /// All that this hold keeps; else what the search finds.
    pub hold: String,
    pub query: String,
    /// `2026-03-03`
    pub from: String,
    pub to: String,
    pub recipient: String,
    pub purpose: String,
    pub formats: Vec<String>,
    pub part2: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Made {
    pub id: String,
    pub messages: usize,
    pub left_out: usize,
    pub password: String,
}

/// GET `/console/exports`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.form.hold = asked.query("hold").chars().take(100).collect();
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/exports`: makes a package; `act=ask` shows the form with a search in it.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let form = Form::posted(&asked);
    if asked.field("act") == "ask" {
        let mut page = load(&asked, &desk).await?;
        page.form = form;
        return desk_page(&asked, &desk, StatusCode::OK, &page);
    }
    let zone = Zone::find(&desk.house.zone).unwrap_or(Zone::UTC);
    let faults = match form.read(zone) {
        Err(faults) => faults,
        Ok(new) => {
            let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
            match run(move || records.disclose(&ctx, &new)).await {
                Ok(made) => {
                    let mut page = load(&asked, &desk).await?;
                    page.made = Some(Made {
                        id: made.id.to_string(),
                        messages: made.messages,
                        left_out: made.left_out,
                        password: made.password.expose().clone(),
                    });
                    return desk_page(&asked, &desk, StatusCode::OK, &page);
                }
                Err(error) => vec![fault(error)?],
            }
        }
    };
    let mut page = load(&asked, &desk).await?;
    page.form = form;
    page.faults = faults;
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// GET `/console/exports/{id}/package`
pub async fn take(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: model::ExportId = asked.segment(2).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let octets = run(move || records.take_export(&ctx, id)).await?;
    Ok(download(&format!("{id}.zip"), "application/zip", octets))
}

/// Beside the field it is about.
///
/// # Errors
/// What is no field's fault.
fn fault(error: Error) -> Result<Fault> {
    Ok(match (error.code(), error.pointer()) {
        (Code::FieldMissing, Some("/recipient")) => Fault::new("recipient", "export_recipient"),
        (Code::FieldInvalid, Some("/recipient")) => Fault::new("recipient", "too_long"),
        (Code::FieldMissing, Some("/purpose")) => Fault::new("purpose", "export_purpose"),
        (Code::FieldInvalid, Some("/purpose")) => Fault::new("purpose", "too_long"),
        (Code::FieldInvalid, Some("/query")) => Fault::new("query", "hold_query"),
        (_, Some("/messages")) => Fault::new("query", "export_messages"),
        (Code::NotFound, _) => Fault::new("query", "export_hold"),
        _ => return Err(error),
    })
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Exports> {
    let after = asked.after();
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let (from, now) = (after.clone(), ctx.now());
    let page = run(move || records.exports(&ctx, from.as_deref(), limits::PAGE_ROWS)).await?;
    Ok(Exports {
        rows: page.rows.into_iter().map(|one| Row::of(one, now)).collect(),
        older_href: page
            .next
            .map(|next| format!("/console/exports?after={next}")),
        newest_href: after.map(|_| "/console/exports".to_owned()),
        ..Exports::empty()
    })
}

impl Row {
    fn of(view: ExportView, now: Timestamp) -> Self {
        Self {
            id: view.id.to_string(),
            recipient: view.recipient,
            purpose: view.purpose,
            messages: view.messages,
            left_out: view.left_out,
            by: view.author,
            at: view.created_at,
            taken: view.taken,
            open: now <= view.ends_at,
        }
    }
}

impl Form {
    fn posted(asked: &Asked) -> Self {
        let field = |name, chars| asked.field(name).chars().take(chars).collect::<String>();
        let chosen = |one: &Format| asked.field(&format!("format_{}", one.word())) == "yes";
        let formats = Format::ALL.iter().filter(|one| chosen(one));
        Self {
            hold: field("hold", 100),
            query: field("query", limits::SEARCH_OCTETS_MAX + 1),
            from: field("from", 10),
            to: field("to", 10),
            recipient: field("recipient", 2_000),
            purpose: field("purpose", 2_000),
            formats: formats.map(|one| one.word().to_owned()).collect(),
            part2: asked.field("part2") == "yes",
        }
    }

    fn read(&self, zone: Zone) -> std::result::Result<NewExport, Vec<Fault>> {
        let days = Days {
            from: self.from.clone(),
            to: self.to.clone(),
            ..Days::default()
        };
        let (days, mut faults) = days.read(zone);
        let which = match self.hold.as_str() {
            "" => Which::Search {
                query: self.query.clone(),
                since: days.since,
                until: days.until,
            },
            hold => match hold.parse::<HoldId>() {
                Ok(hold) => Which::Hold(hold),
                Err(_) => {
                    faults.push(Fault::new("query", "export_hold"));
                    Which::None
                }
            },
        };
        let known = |one: &Format| self.formats.iter().any(|word| word == one.word());
        match faults.is_empty() {
            true => Ok(NewExport {
                which,
                recipient: self.recipient.clone(),
                purpose: self.purpose.clone(),
                formats: Format::ALL.into_iter().filter(known).collect(),
                with_part2: self.part2,
            }),
            false => Err(faults),
        }
    }
}

impl Exports {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            form: Form::default(),
            made: None,
            all_formats: Format::ALL.iter().map(|one| one.word()).collect(),
            words_max: limits::EXPORT_WORDS_CHARS_MAX,
            messages_max: limits::EXPORT_MESSAGES_MAX,
            days: limits::EXPORT_DAYS,
            older_href: None,
            newest_href: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Exports {
    const TEMPLATE: &'static str = "pages/console/exports.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        use crate::pages::samples::NOW;
        let row = |n: usize| Row {
            id: format!("exp_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
            recipient: [
                "Doe & Roe LLP, counsel of the plaintiff",
                "Office for Civil Rights",
            ][n % 2]
                .to_owned(),
            purpose: "Subpoena of the third of March in Lee v. Northside Clinic".to_owned(),
            messages: 3 + 400 * n as u64,
            left_out: n % 3,
            by: "ana@northside.example".to_owned(),
            at: NOW.minus(std::time::Duration::from_secs(n as u64 * 300_000)),
            taken: n as u64,
            open: n < 2,
        };
        let page = |rows: usize| Self {
            rows: (0..rows).map(row).collect(),
            ..Self::empty()
        };
        let asked = Self {
            form: sample_form(),
            ..page(2)
        };
        let of_hold = Self {
            form: Form {
                hold: "hld_01KJVB0W7HQ3ZJ8X9T4M2C6D01".to_owned(),
                ..Form::default()
            },
            ..page(1)
        };
        let made = Self {
            made: Some(Made {
                id: "exp_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
                messages: 1_204,
                left_out: 2,
                password: "k7mw-3nqx8rtc4vhb6jyp2-f".to_owned(),
            }),
            ..page(1)
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..page(12)
        };
        let wrong = |field, key| Self {
            faults: vec![Fault::new(field, key)],
            ..asked.clone()
        };
        vec![
            Sample::new("empty", page(0)),
            Sample::new("many", many),
            Sample::new("asked", asked.clone()),
            Sample::new("of_hold", of_hold),
            Sample::new("made", made.clone()),
            Sample::new("error_recipient", wrong("recipient", "export_recipient")),
            Sample::new("error_purpose", wrong("purpose", "export_purpose")),
            Sample::new("error_messages", wrong("query", "export_messages")),
            Sample::new("error_hold", wrong("query", "export_hold")),
            Sample::spanish(made),
        ]
    }
}

/// A form that somebody has filled in.
fn sample_form() -> Form {
    Form {
        query: "\"insulin pump\" from:nurse".to_owned(),
        from: "2026-01-01".to_owned(),
        recipient: "Doe & Roe LLP".to_owned(),
        purpose: "Subpoena".to_owned(),
        formats: vec!["dat".to_owned()],
        part2: true,
        ..Form::default()
    }
}
