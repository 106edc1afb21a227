//! Recovery codes of whoever is signed in: how many are left, and new ones, shown once.

use axum::http::StatusCode;
use axum::response::Response;
use model::Result;
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Sample, Voice};

/// Carries codes in the clear, for the one response that shows them.
#[derive(Clone, Serialize)]
pub struct Recovery {
    pub left: u64,
    /// Empty until they are made.
    pub codes: Vec<String>,
}

/// GET `/console/recovery-codes`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (people, ctx) = (asked.state().people.clone(), desk.ctx()?.clone());
    let left = run(move || people.recovery_codes_left(&ctx)).await?;
    let codes = Vec::new();
    desk_page(&asked, &desk, StatusCode::OK, &Recovery { left, codes })
}

/// POST `/console/recovery-codes`: makes new ones and ends the old.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (people, ctx) = (asked.state().people.clone(), desk.ctx()?.clone());
    let made = run(move || people.make_recovery_codes(&ctx)).await?;
    let codes: Vec<String> = made.iter().map(|code| code.expose().clone()).collect();
    let left = codes.len() as u64;
    desk_page(&asked, &desk, StatusCode::OK, &Recovery { left, codes })
}

impl Page for Recovery {
    const TEMPLATE: &'static str = "pages/console/recovery.html";
    const VOICE: Voice = Voice::Staff;

    fn samples() -> Vec<Sample<Self>> {
        let page = |left, shown: usize| Self {
            left,
            codes: (0..shown).map(|i| format!("7QK4-XW2{i}-M9TC")).collect(),
        };
        vec![
            Sample::new("empty", page(0, 0)),
            Sample::new("one", page(1, 0)),
            Sample::new("many", page(10, 10)),
            Sample::spanish(page(10, 10)),
        ]
    }
}
