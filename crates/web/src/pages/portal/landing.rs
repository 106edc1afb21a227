//! Where the link of a notice leads: says that a message waits, and offers to send a code.
//!
//! Neutral on purpose: whoever has only the link learns no name, no address and no subject, and
//! opening the page changes nothing, because mail scanners open links too.

use axum::http::StatusCode;
use axum::response::Response;
use model::Result;
use serde::Serialize;

use crate::door::answer::{forgetting, page, redirect, with_cookie};
use crate::door::asked::{Asked, House};
use crate::door::cookies::Cookie;
use crate::door::run;
use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Landing {
    /// Where the form goes: it asks for a code.
    pub action: String,
    /// The reader has just closed the message.
    pub closed: bool,
    pub faults: Vec<Fault>,
}

/// GET `/p/{link}`
pub async fn show(asked: Asked) -> Result<Response> {
    let house = house(&asked).await?;
    let action = format!("/p/{}/code", asked.segment(1));
    let closed = asked.query("closed") == "yes";
    page(
        &asked,
        &house,
        StatusCode::OK,
        &Landing {
            action,
            closed,
            faults: Vec::new(),
        },
    )
}

/// POST `/p/{link}/close`: ends the visit.
pub async fn close(asked: Asked) -> Result<Response> {
    let link = asked.segment(1).to_owned();
    let cookie = Cookie::Visit(link.clone());
    if let Some(visit) = asked.cookie(&cookie) {
        let flow = asked.state().flow.clone();
        run(move || flow.portal_leave(&visit)).await?;
    }
    let response = forgetting(redirect(&format!("/p/{link}?closed=yes")));
    Ok(with_cookie(response, &asked, &cookie, ""))
}

/// Whose link it is.
///
/// # Errors
/// `not_found` for links that open nothing.
pub async fn house(asked: &Asked) -> Result<House> {
    let (flow, link) = (asked.state().flow.clone(), asked.segment(1).to_owned());
    let found = run(move || flow.portal_landing(&link)).await?;
    Ok(House {
        name: found.organisation,
        zone: found.zone,
        language: found.language,
    })
}

impl Page for Landing {
    const TEMPLATE: &'static str = "pages/portal/landing.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            action: "#".to_owned(),
            closed: false,
            faults: Vec::new(),
        };
        vec![
            Sample::new("one", page.clone()),
            Sample::new("long_names", page.clone()),
            Sample::new(
                "closed",
                Self {
                    closed: true,
                    ..page.clone()
                },
            ),
            Sample::new(
                "error",
                Self {
                    faults: vec![Fault::new("send", "codes_many")],
                    ..page.clone()
                },
            ),
            Sample::spanish(page),
        ]
    }
}
