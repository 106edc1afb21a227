//! Prepares the next pair of keys of a domain, and asks first: what it means, and what has to be done
//! afterwards.
//!
//! With the script the question comes as a dialog and this page is skipped.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result};
use people::KeyState;
use serde::Serialize;

use super::domain::named;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Rotate {
    /// The domain's.
    pub name: String,
    /// Selectors of the keys that sign now.
    pub active: Vec<String>,
}

/// GET `/console/domains/{name}/rotate`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    ask(&asked, &desk).await
}

/// POST `/console/domains/{name}/rotate`: asks first; with `sure=yes` it acts.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    if asked.field("sure") != "yes" {
        return ask(&asked, &desk).await;
    }
    let (people, ctx, name) = (
        asked.state().people.clone(),
        desk.ctx()?.clone(),
        named(&asked)?,
    );
    let href = format!("/console/domains/{}", name.as_str());
    let done = match run(move || people.rotate_domain_keys(&ctx, &name)).await {
        Ok(_) => "rotated",
        Err(error) if error.code() == Code::StateConflict => "waits",
        Err(error) => return Err(error),
    };
    Ok(redirect(&format!("{href}?done={done}")))
}

async fn ask(asked: &Asked, desk: &Desk) -> Result<Response> {
    if !desk.manages() {
        return Err(Code::ActionForbidden.into());
    }
    let (people, ctx, name) = (
        asked.state().people.clone(),
        desk.ctx()?.clone(),
        named(asked)?,
    );
    let view = run(move || people.domain_health(&ctx, &name)).await?;
    if view.keys.iter().any(|key| key.state == KeyState::Prepared) {
        return Ok(redirect(&format!(
            "/console/domains/{}?done=waits",
            view.name
        )));
    }
    let active = view.keys.iter().filter(|key| key.state == KeyState::Active);
    let page = Rotate {
        active: active.map(|key| key.selector.clone()).collect(),
        name: view.name,
    };
    desk_page(asked, desk, StatusCode::OK, &page)
}

impl Page for Rotate {
    const TEMPLATE: &'static str = "pages/console/domain_rotate.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Domains;

    fn samples() -> Vec<Sample<Self>> {
        let page = |name: &str, active: &[&str]| Self {
            name: name.to_owned(),
            active: active.iter().map(|word| (*word).to_owned()).collect(),
        };
        let usual = page("northside.example", &["c202602e", "c202602r"]);
        vec![
            Sample::new("empty", page("northside.example", &[])),
            Sample::new("one", usual.clone()),
            Sample::new(
                "long_names",
                page(
                    "northside-community-health-partnership-for-family-medicine.example",
                    &["c202602e", "c202602r"],
                ),
            ),
            Sample::spanish(usual),
        ]
    }
}
