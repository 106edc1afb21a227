//! The registry of patients: how many are known, a box to paste a list into, and the question before it is
//! destroyed. No value of a patient shows here: none is kept.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result, Timestamp};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Registry {
    pub patients: u64,
    pub updated_at: Option<Timestamp>,
    /// What was pasted, where it was not taken.
    pub text: String,
    pub done: Option<Done>,
    pub cleared: bool,
    pub faults: Vec<Fault>,
}

/// What became of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    pub added: u64,
    pub changed: u64,
    pub refused: Vec<usize>,
}

/// Asks before the registry is destroyed.
#[derive(Clone, Debug, Serialize)]
pub struct RegistryClear {
    pub patients: u64,
}

/// GET `/console/registry`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.cleared = asked.query("done") == "cleared";
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/registry`: takes a list, or destroys the registry after asking.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    match asked.field("act") {
        "clear" => clear(&asked, &desk).await,
        _ => import(&asked, &desk).await,
    }
}

async fn import(asked: &Asked, desk: &Desk) -> Result<Response> {
    let text = asked.field("text").to_owned();
    let (flow, ctx, given) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        text.clone(),
    );
    let taken = run(move || flow.register_patients(&ctx, &given, &mut |_, _| {})).await;
    let mut page = load(asked, desk).await?;
    let status = match taken {
        Ok(done) => {
            page.done = Some(Done {
                added: done.added,
                changed: done.changed,
                refused: done.refused,
            });
            StatusCode::OK
        }
        Err(error) if error.code() == Code::FieldInvalid => {
            page.text = text;
            page.faults.push(Fault::new("text", "registry_head"));
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(error) => return Err(error),
    };
    desk_page(asked, desk, status, &page)
}

async fn clear(asked: &Asked, desk: &Desk) -> Result<Response> {
    if asked.field("sure") != "yes" {
        let patients = load(asked, desk).await?.patients;
        return desk_page(asked, desk, StatusCode::OK, &RegistryClear { patients });
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.clear_registry(&ctx)).await?;
    Ok(redirect("/console/registry?done=cleared"))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Registry> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let state = run(move || flow.registry(&ctx)).await?;
    Ok(Registry {
        patients: state.map_or(0, |state| state.patients),
        updated_at: state.map(|state| state.updated_at),
        ..Registry::empty()
    })
}

impl Registry {
    fn empty() -> Self {
        Self {
            patients: 0,
            updated_at: None,
            text: String::new(),
            done: None,
            cleared: false,
            faults: Vec::new(),
        }
    }
}

impl Page for Registry {
    const TEMPLATE: &'static str = "pages/console/registry.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Registry;

    fn samples() -> Vec<Sample<Self>> {
        let known = || Self {
            patients: 12_480,
            updated_at: Some(NOW),
            ..Self::empty()
        };
        let done = |refused| Self {
            done: Some(Done {
                added: 312,
                changed: 12_168,
                refused,
            }),
            ..known()
        };
        let wrong = Self {
            text: "name,birth\nPat Lee,1984-03-09".to_owned(),
            faults: vec![Fault::new("text", "registry_head")],
            ..known()
        };
        let cleared = Self {
            cleared: true,
            ..Self::empty()
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("one", known()),
            Sample::new("done", done(Vec::new())),
            Sample::new("many", done((2..60).collect())),
            Sample::new("cleared", cleared),
            Sample::new("error", wrong),
            Sample::spanish(done(vec![7, 19])),
        ]
    }
}

impl Page for RegistryClear {
    const TEMPLATE: &'static str = "pages/console/registry_clear.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Registry;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self { patients: 12_480 };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}
