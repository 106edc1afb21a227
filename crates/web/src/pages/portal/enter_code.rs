//! The reader types the code that was mailed.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result, limits};
use serde::Serialize;

use super::{landing, thread};
use crate::door::answer::{page, redirect, with_cookie};
use crate::door::asked::{Asked, House};
use crate::door::cookies::Cookie;
use crate::door::run;
use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct EnterCode {
    pub action: String,
    /// Where the other form goes: it asks for another code.
    pub again_action: String,
    pub minutes: u64,
    /// A reply that was being written when the visit ended; carried through, never stored.
    pub draft: Option<String>,
    pub faults: Vec<Fault>,
    /// No code can be tried now: only a new one helps.
    pub locked: bool,
}

impl EnterCode {
    pub fn new(action: String, again_action: String) -> Self {
        let minutes = limits::CODE_WAIT.as_secs() / 60;
        Self {
            action,
            again_action,
            minutes,
            draft: None,
            faults: Vec::new(),
            locked: false,
        }
    }
    pub fn with_fault(mut self, key: &'static str) -> Self {
        self.locked = matches!(key, "codes_many" | "reply_stale");
        let field = if self.locked { "again" } else { "code" };
        self.faults.push(Fault::new(field, key));
        self
    }
    pub fn with_draft(mut self, draft: Option<String>) -> Self {
        self.draft = draft.filter(|d| !d.trim().is_empty());
        self
    }
}

/// GET `/p/{link}/code`
pub async fn show(asked: Asked) -> Result<Response> {
    let house = landing::house(&asked).await?;
    page(&asked, &house, StatusCode::OK, &blank(&asked))
}

/// POST `/p/{link}/code`: mails a code.
pub async fn send(asked: Asked) -> Result<Response> {
    let house = landing::house(&asked).await?;
    let (flow, link) = (asked.state().flow.clone(), asked.segment(1).to_owned());
    let sent = run(move || flow.portal_send_code(&link)).await;
    let draft = asked.field("draft");
    match sent {
        Err(error) if error.code() == Code::RateLimited => again(&asked, &house, &error),
        Err(error) => Err(error),
        // a draft cannot travel in an address, so the page comes at once
        Ok(_) if !draft.is_empty() => page(
            &asked,
            &house,
            StatusCode::OK,
            &blank(&asked).with_draft(Some(draft.to_owned())),
        ),
        Ok(_) => Ok(redirect(&format!("/p/{}/code", asked.segment(1)))),
    }
}

/// POST `/p/{link}/enter`: exchanges a right code for a visit.
pub async fn enter(asked: Asked) -> Result<Response> {
    let house = landing::house(&asked).await?;
    let code: String = asked
        .field("code")
        .chars()
        .filter(char::is_ascii_digit)
        .take(12)
        .collect();
    if code.is_empty() {
        let missing = Error::new(Code::FieldMissing);
        return again(&asked, &house, &missing);
    }
    let (flow, link) = (asked.state().flow.clone(), asked.segment(1).to_owned());
    let token = match run(move || flow.portal_enter(&link, &code)).await {
        Ok(token) => token.0,
        Err(error) if error.code() == Code::CodeExpired => return again(&asked, &house, &error),
        Err(error) => return Err(error),
    };
    let draft = asked.field("draft");
    let response = match draft.is_empty() {
        true => redirect(&format!("/p/{}/message", asked.segment(1))),
        false => thread::with_draft(&asked, token.expose().clone(), draft).await?,
    };
    let cookie = Cookie::Visit(asked.segment(1).to_owned());
    Ok(with_cookie(response, &asked, &cookie, token.expose()))
}

/// GET `/p/{link}/enter`: where a phone that reopens its tabs comes back to after a wrong code.
pub async fn back(asked: Asked) -> Result<Response> {
    Ok(redirect(&format!("/p/{}/code", asked.segment(1))))
}

fn blank(asked: &Asked) -> EnterCode {
    let link = asked.segment(1);
    EnterCode::new(format!("/p/{link}/enter"), format!("/p/{link}/code"))
}

/// The page once more, saying what was wrong; a draft stays with it.
pub fn again(asked: &Asked, house: &House, error: &Error) -> Result<Response> {
    let (key, status) = match error.code() {
        Code::RateLimited => ("codes_many", StatusCode::TOO_MANY_REQUESTS),
        Code::SessionExpired => ("reply_stale", StatusCode::OK),
        Code::FieldMissing => ("code_missing", StatusCode::UNPROCESSABLE_ENTITY),
        _ => ("code_wrong", StatusCode::UNPROCESSABLE_ENTITY),
    };
    let draft = [asked.field("draft"), asked.field("reply")]
        .into_iter()
        .find(|d| !d.is_empty());
    page(
        asked,
        house,
        status,
        &blank(asked)
            .with_fault(key)
            .with_draft(draft.map(str::to_owned)),
    )
}

impl Page for EnterCode {
    const TEMPLATE: &'static str = "pages/portal/enter_code.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let page = || Self::new("#".to_owned(), "#".to_owned());
        vec![
            Sample::new("one", page()),
            Sample::new("error_wrong", page().with_fault("code_wrong")),
            Sample::new("error_missing", page().with_fault("code_missing")),
            Sample::new("error_many", page().with_fault("codes_many")),
            Sample::new(
                "draft",
                page().with_draft(Some("Yes, Tuesday works.".to_owned())),
            ),
            Sample::new(
                "error_ended",
                page()
                    .with_fault("reply_stale")
                    .with_draft(Some("Yes, Tuesday works.".to_owned())),
            ),
            Sample::spanish(page().with_fault("code_wrong")),
        ]
    }
}
