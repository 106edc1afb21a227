//! Directories that are asked for certificates: the list, a form for one more, a trial of all, and the question before one
//! is asked no more.

use axum::http::StatusCode;
use axum::response::Response;
use flow::keys::{DirectorySpec, DirectoryView, Tried};
use model::{Address, Code, DirectoryId, DirectoryStep, DirectoryTls, Error, Result, Secret};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Directories {
    pub rows: Vec<Row>,
    /// What was written, where it was not taken; never a password.
    pub form: Form,
    pub all_tls: Vec<&'static str>,
    /// Whom they were tried for.
    pub address: String,
    /// What was just done: `added`, `removed`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    pub name: String,
    pub host: String,
    pub port: String,
    pub tls: String,
    pub base: String,
    pub bind_name: String,
    pub roots: String,
    pub domains: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub host: String,
    pub port: u16,
    pub tls: &'static str,
    /// None: all that are not the organisation's own.
    pub domains: Vec<String>,
    pub tried: Option<Trial>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Trial {
    pub step: &'static str,
    pub found: usize,
}

/// Asks before a directory is asked no more.
#[derive(Clone, Debug, Serialize)]
pub struct DirectoryRemove {
    pub id: String,
    pub name: String,
}

/// GET `/console/directories`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    page.done = ["added", "removed"].into_iter().find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/directories`: records one, tries all, or takes one out after asking.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    match asked.field("act") {
        "remove" => return remove(&asked, &desk).await,
        "try" => return try_all(&asked, &desk).await,
        _ => {}
    }
    let form = Form::of(&asked);
    let fault = match form.written(asked.field("password")) {
        Err(fault) => fault,
        Ok(spec) => {
            let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
            match run(move || flow.add_directory(&ctx, &spec)).await {
                Ok(_) => return Ok(redirect("/console/directories?done=added")),
                Err(error) => fault(error)?,
            }
        }
    };
    let mut page = load(&asked, &desk).await?;
    page.form = form;
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Beside the field it is about.
fn fault(error: Error) -> Result<Fault> {
    Ok(match (error.code(), error.pointer()) {
        (Code::FieldInvalid, Some("/name")) => Fault::new("name", "directory_name"),
        (Code::StateConflict, Some("/name")) => Fault::new("name", "directory_taken"),
        (Code::FieldInvalid, Some("/directories")) => Fault::new("name", "directories_full"),
        (Code::FieldInvalid, Some("/host")) => Fault::new("host", "directory_host"),
        (Code::FieldInvalid, Some("/port")) => Fault::new("port", "directory_port"),
        (Code::FieldInvalid, Some("/base")) => Fault::new("base", "too_long"),
        (Code::FieldInvalid, Some("/bind_name")) => Fault::new("bind_name", "too_long"),
        (Code::FieldMissing, Some("/bind_name")) => Fault::new("bind_name", "directory_bind_name"),
        (_, Some("/password")) => Fault::new("password", "directory_password"),
        (Code::KeyFileInvalid, _) => Fault::new("roots", "directory_roots"),
        (Code::FieldInvalid, Some("/domains")) => Fault::new("domains", "directory_domains"),
        _ => return Err(error),
    })
}

async fn try_all(asked: &Asked, desk: &Desk) -> Result<Response> {
    let mut page = load(asked, desk).await?;
    asked.field("address").clone_into(&mut page.address);
    let Ok(address) = Address::parse(asked.field("address").trim()) else {
        page.faults.push(Fault::new("address", "address_invalid"));
        return desk_page(asked, desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    for row in &mut page.rows {
        let id: DirectoryId = row.id.parse()?;
        let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
        let address = address.clone();
        let tried = run(move || flow.try_directory(&ctx, id, &address)).await?;
        row.tried = Some(Trial::of(tried));
    }
    desk_page(asked, desk, StatusCode::OK, &page)
}

async fn remove(asked: &Asked, desk: &Desk) -> Result<Response> {
    let id: DirectoryId = asked.field("id").parse()?;
    if asked.field("sure") != "yes" {
        let rows = load(asked, desk).await?.rows;
        let row = rows.into_iter().find(|row| row.id == id.to_string());
        let row = row.ok_or(Code::NotFound)?;
        let page = DirectoryRemove {
            id: row.id,
            name: row.name,
        };
        return desk_page(asked, desk, StatusCode::OK, &page);
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.remove_directory(&ctx, id)).await?;
    Ok(redirect("/console/directories?done=removed"))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Directories> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.directories(&ctx)).await?;
    Ok(Directories {
        rows: found.into_iter().map(Row::of).collect(),
        ..Directories::empty()
    })
}

impl Row {
    fn of(view: DirectoryView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name,
            host: view.host,
            port: view.port,
            tls: view.tls.word(),
            domains: view.domains,
            tried: None,
        }
    }
}

impl Trial {
    fn of(tried: Tried) -> Self {
        Self {
            step: tried.step.word(),
            found: tried.found,
        }
    }
}

impl Form {
    fn of(asked: &Asked) -> Self {
        let field = |name| asked.field(name).trim().to_owned();
        Self {
            name: field("name"),
            host: field("host"),
            port: field("port"),
            tls: field("tls"),
            base: field("base"),
            bind_name: field("bind_name"),
            roots: field("roots"),
            domains: field("domains"),
        }
    }

    fn written(&self, password: &str) -> std::result::Result<DirectorySpec, Fault> {
        let port = self.port.parse();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let domains = self.domains.split(|c: char| c.is_whitespace() || c == ',');
        Ok(DirectorySpec {
            name: self.name.clone(),
            host: self.host.clone(),
            port: port.map_err(|_| Fault::new("port", "directory_port"))?,
            tls: DirectoryTls::from_word(&self.tls).unwrap_or(DirectoryTls::Ldaps),
            base: self.base.clone(),
            bind_name: some(&self.bind_name),
            password: some(password).map(Secret::new),
            roots: self.roots.clone(),
            domains: domains
                .filter(|d| !d.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }
}

impl Directories {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            form: Form {
                port: "636".to_owned(),
                ..Form::default()
            },
            all_tls: DirectoryTls::ALL.iter().map(|tls| tls.word()).collect(),
            address: String::new(),
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Directories {
    const TEMPLATE: &'static str = "pages/console/directories.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let row = |n: usize, name: &str, domains: &[&str]| Row {
            id: format!("dir_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
            name: name.to_owned(),
            host: format!("ldap.{name}.example"),
            port: 636,
            tls: DirectoryTls::ALL[n % 2].word(),
            domains: domains.iter().map(|&d| d.to_owned()).collect(),
            tried: None,
        };
        let some = |done| Self {
            rows: vec![
                row(
                    0,
                    "general-hospital",
                    &["general.example", "children.example"],
                ),
                row(1, "state-medical-association", &[]),
            ],
            done,
            ..Self::empty()
        };
        let trials = DirectoryStep::ALL.iter().enumerate();
        let tried = Self {
            rows: trials
                .map(|(n, step)| Row {
                    tried: Some(Trial {
                        step: step.word(),
                        found: n / 4,
                    }),
                    ..row(n, &format!("directory-{n}"), &[])
                })
                .collect(),
            address: "lee@general.example".to_owned(),
            ..Self::empty()
        };
        let wrong = |field, key| Self {
            form: Form {
                name: "general-hospital".to_owned(),
                host: "ldap.general.example".to_owned(),
                base: "dc=general,dc=example".to_owned(),
                bind_name: "cn=reader,dc=general,dc=example".to_owned(),
                domains: "general.example".to_owned(),
                ..Self::empty().form
            },
            faults: vec![Fault::new(field, key)],
            ..some(None)
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("some", some(Some("added"))),
            Sample::new("removed", some(Some("removed"))),
            Sample::new("tried", tried.clone()),
            Sample::new("error_name", wrong("name", "directory_name")),
            Sample::new("error_taken", wrong("name", "directory_taken")),
            Sample::new("error_full", wrong("name", "directories_full")),
            Sample::new("error_host", wrong("host", "directory_host")),
            Sample::new("error_port", wrong("port", "directory_port")),
            Sample::new("error_bind", wrong("bind_name", "directory_bind_name")),
            Sample::new("error_password", wrong("password", "directory_password")),
            Sample::new("error_roots", wrong("roots", "directory_roots")),
            Sample::new("error_domains", wrong("domains", "directory_domains")),
            Sample::spanish(tried),
        ]
    }
}

impl Page for DirectoryRemove {
    const TEMPLATE: &'static str = "pages/console/directory_remove.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "dir_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            name: "general-hospital".to_owned(),
        };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}
