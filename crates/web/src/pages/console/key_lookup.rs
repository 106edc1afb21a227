//! Whether keys of recipients are asked for at their own domains: what that means, and a button to change it.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct KeyLookup {
    pub on: bool,
    /// It was just set.
    pub done: bool,
}

/// GET `/console/keys/look-up`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let page = KeyLookup {
        on: run(move || flow.key_lookup(&ctx)).await?,
        done: asked.query("done") == "yes",
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/keys/look-up`: the page itself says what it means, so nothing more is asked.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let on = match asked.field("act") {
        "on" => true,
        "off" => false,
        _ => return Err(Code::FieldInvalid.into()),
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.set_key_lookup(&ctx, on)).await?;
    Ok(redirect("/console/keys/look-up?done=yes"))
}

impl Page for KeyLookup {
    const TEMPLATE: &'static str = "pages/console/key_lookup.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let page = |on, done| Self { on, done };
        vec![
            Sample::new("off", page(false, false)),
            Sample::new("on", page(true, true)),
            Sample::new("turned_off", page(false, true)),
            Sample::spanish(page(true, true)),
        ]
    }
}
