//! Whether keys of recipients are asked for at their own domains, and issuers of certificates whether they hold: what that
//! means, and buttons to change it.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result, RevocationUse};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct KeyLookup {
    pub on: bool,
    pub revocation: RevocationUse,
    pub all_uses: &'static [RevocationUse],
    /// What was just set: `look_up`, `revocation` or nothing.
    pub done: &'static str,
}

/// GET `/console/keys/look-up`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let known = run(move || Ok((flow.key_lookup(&ctx)?, flow.revocation_use(&ctx)?)));
    let (on, revocation) = known.await?;
    let done = match asked.query("done") {
        "yes" => "look_up",
        "revocation" => "revocation",
        _ => "",
    };
    let page = KeyLookup::new(on, revocation, done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/keys/look-up`: the page itself says what it means, so nothing more is asked.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    if let Some(is) = RevocationUse::from_word(asked.field("act")) {
        run(move || flow.set_revocation_use(&ctx, is)).await?;
        return Ok(redirect("/console/keys/look-up?done=revocation"));
    }
    let on = match asked.field("act") {
        "on" => true,
        "off" => false,
        _ => return Err(Code::FieldInvalid.into()),
    };
    run(move || flow.set_key_lookup(&ctx, on)).await?;
    Ok(redirect("/console/keys/look-up?done=yes"))
}

impl KeyLookup {
    fn new(on: bool, revocation: RevocationUse, done: &'static str) -> Self {
        Self {
            on,
            revocation,
            all_uses: RevocationUse::ALL,
            done,
        }
    }
}

impl Page for KeyLookup {
    const TEMPLATE: &'static str = "pages/console/key_lookup.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        use RevocationUse::{Ignore, Prefer, Require};
        vec![
            Sample::new("off", Self::new(false, Prefer, "")),
            Sample::new("on", Self::new(true, Require, "look_up")),
            Sample::new("turned_off", Self::new(false, Prefer, "look_up")),
            Sample::new("ignored", Self::new(false, Ignore, "revocation")),
            Sample::spanish(Self::new(true, Require, "revocation")),
        ]
    }
}
