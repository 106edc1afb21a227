//! The reply has been accepted: said on a page of its own, so that going back cannot send it twice.

use std::time::Duration;

use axum::response::Response;
use model::{Result, Timestamp};
use serde::Serialize;

use super::{landing, thread};
use crate::door::answer::visit_page;
use crate::door::asked::Asked;
use crate::pages::samples::NOW;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Replied {
    pub at: Timestamp,
    pub back_href: String,
}

/// GET `/p/{link}/replied`
pub async fn show(asked: Asked) -> Result<Response> {
    let visit = thread::visit(&asked)?;
    let house = landing::house(&asked).await?;
    let back_href = format!("/p/{}/message", asked.segment(1));
    visit_page(
        &asked,
        &house,
        &visit,
        &Replied {
            at: asked.now(),
            back_href,
        },
    )
}

impl Page for Replied {
    const TEMPLATE: &'static str = "pages/portal/replied.html";
    const VOICE: Voice = Voice::Reader;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            at: NOW.minus(Duration::from_secs(2)),
            back_href: "#".to_owned(),
        };
        vec![
            Sample::new("one", page.clone()),
            Sample::new("long_names", page.clone()),
            Sample::spanish(page),
        ]
    }
}
