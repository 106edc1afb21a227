//! The header of a message that came in: what was checked, which servers it passed, all of its fields.
//!
//! For telling a forgery from a letter. Opening it is recorded like opening the content.

use axum::http::StatusCode;
use axum::response::Response;
use flow::view::{HeaderCheck, HeaderHop, HeaderSeal, HeadersView};
use model::{MessageId, Result, Timestamp};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Headers {
    pub id: String,
    pub at: Timestamp,
    pub checks: Vec<Check>,
    pub hops: Vec<Hop>,
    pub seals: Vec<Seal>,
    /// Name and value, top down.
    pub fields: Vec<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub method: String,
    pub result: String,
    pub about: String,
    pub good: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Hop {
    pub from: String,
    pub by: String,
    pub with: String,
    pub at: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Seal {
    pub number: String,
    pub domain: String,
    pub claim: String,
}

/// POST `/console/messages/{id}/headers`
pub async fn open(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let access = ctx.machine_access();
    let view = run(move || flow.open_headers(&ctx, id)).await?;
    let page = Headers::of(id, view.open(access), asked.now());
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Headers {
    fn of(id: MessageId, view: &HeadersView, at: Timestamp) -> Self {
        let check = |c: &HeaderCheck| Check {
            good: c.result == "pass",
            method: c.method.clone(),
            result: c.result.clone(),
            about: c.about.clone(),
        };
        let hop = |h: &HeaderHop| Hop {
            from: h.from.clone(),
            by: h.by.clone(),
            with: h.with.clone(),
            at: h.at.clone(),
        };
        let seal = |s: &HeaderSeal| Seal {
            number: s.number.clone(),
            domain: s.domain.clone(),
            claim: s.claim.clone(),
        };
        Self {
            id: id.to_string(),
            at,
            checks: view.checks.iter().map(check).collect(),
            hops: view.hops.iter().map(hop).collect(),
            seals: view.seals.iter().map(seal).collect(),
            fields: view.fields.clone(),
        }
    }
}

impl Page for Headers {
    const TEMPLATE: &'static str = "pages/console/headers.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        let text = |text: &str| text.to_owned();
        let check = |method: &str, result: &str, about: &str| Check {
            method: text(method),
            result: text(result),
            about: text(about),
            good: result == "pass",
        };
        let hop = |from: &str, by: &str| Hop {
            from: text(from),
            by: text(by),
            with: text("ESMTPS"),
            at: text("Tue, 3 Mar 2026 14:10:00 +0000"),
        };
        let full = Self {
            id: text("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99"),
            at: crate::pages::samples::NOW,
            checks: vec![
                check("spf", "pass", "mail.example"),
                check("dkim", "pass", "mail.example"),
                check("dmarc", "fail", "bank.example"),
                check("arc", "none", ""),
            ],
            hops: vec![
                hop("out.mail.example", "mx.clinic.example"),
                hop("[192.0.2.7]", "out.mail.example"),
            ],
            seals: vec![Seal {
                number: text("1"),
                domain: text("lists.example"),
                claim: text("none"),
            }],
            fields: vec![
                (text("From"), text("Pat Lee <pat@mail.example>")),
                (text("Subject"), text("Re: your letter")),
            ],
        };
        let empty = Self {
            checks: Vec::new(),
            hops: Vec::new(),
            seals: Vec::new(),
            ..full.clone()
        };
        let mut long = full.clone();
        long.fields.push((text("X-Long"), "abcdefghij".repeat(80)));
        vec![
            Sample::new("one", full.clone()),
            Sample::new("empty", empty),
            Sample::new("long_names", long),
            Sample::spanish(full),
        ]
    }
}
