//! The message, its files and answers, and the one reply.

use axum::http::StatusCode;
use axum::response::Response;
use flow::portal::{ThreadEntry, ThreadView};
use model::{AttachmentId, Code, Method, Result, Timestamp};
use serde::Serialize;

use super::{enter_code, landing};
use crate::door::answer::{download, redirect, visit_page};
use crate::door::asked::{Asked, House};
use crate::door::cookies::Cookie;
use crate::door::run;
use crate::face::{Fault, letter};
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Thread {
    pub subject: Option<String>,
    /// How the first letter came to be read here.
    pub protection: Method,
    /// Statements of law that come with the first letter.
    pub statements: Vec<String>,
    pub letters: Vec<Letter>,
    pub reply: Reply,
    /// Where the form that ends the visit goes.
    pub close_action: String,
    pub faults: Vec<Fault>,
}

/// One message of the conversation.
#[derive(Clone, Debug, Serialize)]
pub struct Letter {
    /// Who wrote it; `None` when the reader did.
    pub from: Option<String>,
    pub at: Timestamp,
    pub body: Body,
    pub files: Vec<File>,
}

/// What was written, as markup that is safe to show.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Text {
        markup: String,
    },
    Html {
        markup: String,
        /// The original had pictures, which are not fetched.
        pictures: bool,
    },
    Empty,
}

impl Body {
    /// From what a message holds: its HTML when there is some of sane size, else its text.
    pub fn new(text: Option<&str>, html: Option<&str>) -> Self {
        let html = html.filter(|h| {
            h.len() <= letter::HTML_OCTETS_MAX && !h.trim().is_empty() && !letter::is_too_deep(h)
        });
        match (html, text.map(str::trim_end).filter(|t| !t.is_empty())) {
            (Some(html), _) => Self::Html {
                markup: letter::clean_html(html),
                pictures: html.to_ascii_lowercase().contains("<img"),
            },
            (None, Some(text)) => Self::Text {
                markup: letter::from_text(text),
            },
            (None, None) => Self::Empty,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct File {
    pub name: String,
    /// `PDF`, `PNG`, ...: what the bytes are, in few letters.
    pub kind: String,
    pub octets: u64,
    pub href: String,
}

impl File {
    /// `application/pdf` as `PDF`: the subtype, or the name's ending when the type says nothing.
    pub fn kind_of(content_type: &str, name: &str) -> String {
        let subtype = content_type.rsplit('/').next().unwrap_or_default();
        let plain = matches!(subtype, "octet-stream" | "") || subtype.len() > 5;
        let ending = name
            .rsplit_once('.')
            .map(|(_, e)| e)
            .filter(|e| e.len() <= 5 && !e.is_empty());
        match (plain, ending) {
            (true, Some(ending)) => ending.to_uppercase(),
            (true, None) => "FILE".to_owned(),
            (false, _) => subtype.to_uppercase(),
        }
    }
}

/// Whether and how the reader can answer.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reply {
    Open { action: String, draft: String },
    Used { at: Timestamp },
    Closed,
}

/// The longest reply, in characters; the text area says so too.
const REPLY_CHARS_MAX: usize = 20_000;

/// GET `/p/{link}/message`
pub async fn show(asked: Asked) -> Result<Response> {
    let visit = visit(&asked)?;
    opened(&asked, visit, String::new(), Vec::new()).await
}

/// The thread with a reply begun earlier, for a reader who has just come back by a new code.
pub async fn with_draft(asked: &Asked, visit: String, draft: &str) -> Result<Response> {
    opened(asked, visit, draft.to_owned(), Vec::new()).await
}

/// POST `/p/{link}/reply`
pub async fn reply(asked: Asked) -> Result<Response> {
    let text = asked.field("reply").trim().to_owned();
    let found = visit(&asked);
    let fault = match text.chars().count() {
        0 => Some("reply_missing"),
        n if n > REPLY_CHARS_MAX => Some("reply_long"),
        _ => None,
    };
    if let (Ok(visit), Some(fault)) = (&found, fault) {
        return opened(
            &asked,
            visit.clone(),
            text,
            vec![Fault::new("reply", fault)],
        )
        .await;
    }
    let flow = asked.state().flow.clone();
    let (sent, draft) = (text.clone(), text);
    let done = match found.clone() {
        Ok(visit) => {
            run(move || {
                flow.portal_reply(
                    &visit,
                    flow::portal::Reply {
                        text: sent,
                        files: Vec::new(),
                    },
                )
            })
            .await
        }
        Err(code) => Err(code.into()),
    };
    match (done, found) {
        (Ok(()), _) => Ok(redirect(&format!("/p/{}/replied", asked.segment(1)))),
        // the visit is over; what was written goes along to the page that asks for a new code
        (Err(error), _) if error.code() == Code::SessionExpired => {
            let house = landing::house(&asked).await?;
            enter_code::again(&asked, &house, &error)
        }
        // sent twice: the first one counts, and the page says when it was
        (Err(error), Ok(visit)) if error.code() == Code::StateConflict => {
            opened(&asked, visit, String::new(), Vec::new()).await
        }
        (Err(_), Ok(visit)) => {
            opened(
                &asked,
                visit,
                draft,
                vec![Fault::new("reply", "reply_unsent")],
            )
            .await
        }
        (Err(error), Err(_)) => Err(error),
    }
}

/// GET `/p/{link}/reply`: where a phone that reopens its tabs comes back to after an empty reply.
pub async fn back(asked: Asked) -> Result<Response> {
    Ok(redirect(&format!("/p/{}/message", asked.segment(1))))
}

/// GET `/p/{link}/file/{id}`
pub async fn file(asked: Asked) -> Result<Response> {
    let visit = visit(&asked)?;
    let id: AttachmentId = asked.segment(3).parse()?;
    let flow = asked.state().flow.clone();
    let found = run(move || flow.portal_file(&visit, id)).await?;
    Ok(download(&found.name, &found.content_type, found.bytes))
}

/// The visit's cookie; whether it is alive, the use case says.
pub fn visit(asked: &Asked) -> Result<String, Code> {
    asked
        .cookie(&Cookie::Visit(asked.segment(1).to_owned()))
        .ok_or(Code::SessionExpired)
}

async fn opened(
    asked: &Asked,
    visit: String,
    draft: String,
    faults: Vec<Fault>,
) -> Result<Response> {
    let flow = asked.state().flow.clone();
    let token = visit.clone();
    let view = run(move || flow.portal_thread(&token)).await?;
    let house = House {
        name: view.organisation.clone(),
        zone: view.zone.clone(),
        language: view.language.clone(),
    };
    let wrong = !faults.is_empty();
    let page = Thread {
        faults,
        ..Thread::of(view, asked.segment(1), draft)
    };
    let mut response = visit_page(asked, &house, &visit, &page)?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

impl Thread {
    fn of(view: ThreadView, link: &str, draft: String) -> Self {
        let replied = view
            .entries
            .iter()
            .filter(|e| e.own)
            .map(|e| e.sent_at)
            .next_back();
        let reply = match (view.may_reply, replied) {
            (true, _) => Reply::Open {
                action: format!("/p/{link}/reply"),
                draft,
            },
            (false, Some(at)) => Reply::Used { at },
            (false, None) => Reply::Closed,
        };
        Self {
            subject: view
                .entries
                .first()
                .and_then(|e| e.subject.clone())
                .filter(|s| !s.trim().is_empty()),
            protection: Method::Portal,
            statements: view.notices.clone(),
            letters: view
                .entries
                .iter()
                .map(|e| Letter::of(e, &format!("/p/{link}/file")))
                .collect(),
            reply,
            close_action: format!("/p/{link}/close"),
            faults: Vec::new(),
        }
    }
}

impl Letter {
    /// From what `flow` opened; files are below `files`.
    pub fn of(entry: &ThreadEntry, files: &str) -> Self {
        let named = |name: &str| name.trim().to_owned();
        Self {
            from: entry
                .sender_name
                .as_deref()
                .map(named)
                .filter(|_| !entry.own),
            at: entry.sent_at,
            body: Body::new(entry.text.as_deref(), entry.html.as_deref()),
            files: entry
                .files
                .iter()
                .map(|f| File {
                    name: f.name.clone(),
                    kind: File::kind_of(&f.content_type, &f.name),
                    octets: f.octets,
                    href: format!("{files}/{}", f.id),
                })
                .collect(),
        }
    }
}

impl Page for Thread {
    const TEMPLATE: &'static str = "pages/portal/thread.html";
    const VOICE: Voice = Voice::Reader;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
