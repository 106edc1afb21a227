//! The message, its files and answers, and the one reply.

use model::{Method, Timestamp};
use serde::Serialize;

use crate::face::{Fault, letter};
use crate::pages::samples::NOW;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Thread {
    pub subject: Option<String>,
    /// How the first letter came to be read here.
    pub protection: Method,
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
        let html = html.filter(|h| h.len() <= letter::HTML_OCTETS_MAX && !h.trim().is_empty());
        match (html, text.map(str::trim_end).filter(|t| !t.is_empty())) {
            (Some(html), _) => Self::Html {
                markup: letter::clean_html(html),
                pictures: html.to_ascii_lowercase().contains("<img"),
            },
            (None, Some(text)) => Self::Text { markup: letter::from_text(text) },
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
        let ending = name.rsplit_once('.').map(|(_, e)| e).filter(|e| e.len() <= 5 && !e.is_empty());
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

impl Page for Thread {
    const TEMPLATE: &'static str = "pages/portal/thread.html";
    const VOICE: Voice = Voice::Reader;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
