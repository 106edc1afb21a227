//! Authorities whose certificates are believed: the list, a file or a box to paste more into, and the question before one is
//! believed no more.

use axum::http::StatusCode;
use axum::response::Response;
use flow::keys::AuthorityView;
use model::{AuthorityId, Code, Result, Timestamp};
use serde::Serialize;

use super::key_file::KeyFile;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Authorities {
    pub rows: Vec<Row>,
    /// What was pasted, where it was not taken.
    pub text: String,
    /// What was just done: `added`, `removed`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub fingerprint: String,
    pub ended: bool,
    pub expires_at: Timestamp,
}

/// Asks before an authority is believed no more.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorityRemove {
    pub id: String,
    pub name: String,
}

/// GET `/console/authorities`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    page.done = ["added", "removed"].into_iter().find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/authorities`: takes what was pasted, or takes one out after asking.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    if asked.field("act") == "remove" {
        return remove(&asked, &desk).await;
    }
    let fault = match KeyFile::of(&asked) {
        Err(fault) => fault,
        Ok(file) => match add(&asked, &desk, file).await? {
            None => return Ok(redirect("/console/authorities?done=added")),
            Some(fault) => fault,
        },
    };
    let mut page = load(&asked, &desk).await?;
    asked.field("text").clone_into(&mut page.text);
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Gives what is wrong with it.
async fn add(asked: &Asked, desk: &Desk, file: KeyFile) -> Result<Option<Fault>> {
    let (flow, ctx, field) = (asked.state().flow.clone(), desk.ctx()?.clone(), file.field);
    match run(move || flow.add_authorities(&ctx, &file.octets)).await {
        Ok(_) => Ok(None),
        Err(error) => match (error.code(), field) {
            (Code::KeyFileInvalid, "file") => {
                Ok(Some(Fault::new("file", "authority_file_unreadable")))
            }
            (Code::KeyFileInvalid, _) => Ok(Some(Fault::new("text", "authority_unreadable"))),
            (Code::DateInvalid, _) => Ok(Some(Fault::new(field, "authority_ended"))),
            _ => Err(error),
        },
    }
}

async fn remove(asked: &Asked, desk: &Desk) -> Result<Response> {
    let id: AuthorityId = asked.field("id").parse()?;
    if asked.field("sure") != "yes" {
        let rows = load(asked, desk).await?.rows;
        let row = rows.into_iter().find(|row| row.id == id.to_string());
        let row = row.ok_or(Code::NotFound)?;
        let page = AuthorityRemove {
            id: row.id,
            name: row.name,
        };
        return desk_page(asked, desk, StatusCode::OK, &page);
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.remove_authority(&ctx, id)).await?;
    Ok(redirect("/console/authorities?done=removed"))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Authorities> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let now = asked.now();
    let found = run(move || flow.authorities(&ctx)).await?;
    Ok(Authorities {
        rows: found.into_iter().map(|view| Row::of(view, now)).collect(),
        ..Authorities::empty()
    })
}

impl Row {
    fn of(view: AuthorityView, now: Timestamp) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name,
            fingerprint: super::key::grouped(&view.fingerprint),
            ended: view.expires_at <= now,
            expires_at: view.expires_at,
        }
    }
}

impl Authorities {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            text: String::new(),
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Authorities {
    const TEMPLATE: &'static str = "pages/console/authorities.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let days = |days: u64| std::time::Duration::from_secs(days * 86_400);
        let row = |n: u64, name: &str| Row {
            id: format!("aut_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
            name: name.to_owned(),
            fingerprint: super::key::grouped(&"9f4120c788d3a10b".repeat(4)),
            ended: n == 2,
            expires_at: match n {
                2 => NOW.minus(days(4)),
                _ => NOW.plus(days(900 + n)),
            },
        };
        let some = |done| Self {
            rows: vec![
                row(0, "CN=General Hospital CA, O=General Hospital"),
                row(
                    1,
                    "CN=State Medical Association Mail CA G2, OU=Directory and Trust Services, O=Association",
                ),
                row(2, "CN=Old Laboratory CA"),
            ],
            done,
            ..Self::empty()
        };
        let wrong = |key| Self {
            text: "-----BEGIN CERT-----".to_owned(),
            faults: vec![Fault::new("text", key)],
            ..some(None)
        };
        let wrong_file = Self {
            faults: vec![Fault::new("file", "authority_file_unreadable")],
            ..some(None)
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("error_file", wrong_file),
            Sample::new("many", some(Some("added"))),
            Sample::new("removed", some(Some("removed"))),
            Sample::new("error", wrong("authority_unreadable")),
            Sample::new("error_ended", wrong("authority_ended")),
            Sample::spanish(some(Some("added"))),
        ]
    }
}

impl Page for AuthorityRemove {
    const TEMPLATE: &'static str = "pages/console/authority_remove.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "aut_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            name: "CN=General Hospital CA, O=General Hospital".to_owned(),
        };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}
