//! Where the link of a list leads: offers to leave it, and says that it is done.
//!
//! Opening the page changes nothing, because mail scanners open links too. The POST is also what
//! mail programs send by themselves (RFC 8058), without cookies: the link alone is the authority, so
//! it asks for no token and answers without leading elsewhere.

use axum::http::StatusCode;
use axum::response::Response;
use model::Result;
use serde::Serialize;

use crate::door::answer::page;
use crate::door::asked::{Asked, House};
use crate::door::run;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Unsubscribe {
    pub action: String,
    /// No marketing goes to the address any more.
    pub done: bool,
}

/// GET `/u/{link}`
pub async fn show(asked: Asked) -> Result<Response> {
    answer(&asked).await
}

/// POST `/u/{link}`
pub async fn leave(asked: Asked) -> Result<Response> {
    let (flow, link) = (asked.state().flow.clone(), asked.segment(1).to_owned());
    run(move || flow.unsubscribe(&link)).await?;
    answer(&asked).await
}

async fn answer(asked: &Asked) -> Result<Response> {
    let (flow, link) = (asked.state().flow.clone(), asked.segment(1).to_owned());
    let found = run(move || flow.find_unsubscription(&link)).await?;
    let house = House {
        name: found.organisation,
        zone: "UTC".to_owned(),
        language: found.language,
    };
    let shown = Unsubscribe {
        action: format!("/u/{}", asked.segment(1)),
        done: found.done,
    };
    page(asked, &house, StatusCode::OK, &shown)
}

impl Page for Unsubscribe {
    const TEMPLATE: &'static str = "pages/portal/unsubscribe.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let page = |done| Self {
            action: "#".to_owned(),
            done,
        };
        vec![
            Sample::new("one", page(false)),
            Sample::new("long_names", page(false)),
            Sample::new("done", page(true)),
            Sample::spanish(page(false)),
        ]
    }
}
