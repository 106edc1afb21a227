//! Messages of the archive of which not all can be found, and why: what explains the gap.
//!
//! Ids and words of the product alone; nothing that anyone wrote shows here.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result, Timestamp, limits};
use records::Unread;
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct ArchiveUnread {
    pub rows: Vec<Row>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub at: Timestamp,
    pub reasons: Vec<String>,
}

/// GET `/console/archive/unread`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let below = match asked.query("after") {
        "" => None,
        after => {
            let parsed = after.parse();
            Some(parsed.map_err(|_| Error::new(Code::CursorInvalid))?)
        }
    };
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let (found, next) = run(move || records.unread(&ctx, below, limits::PAGE_ROWS)).await?;
    let page = ArchiveUnread {
        rows: found.iter().map(Row::of).collect(),
        older_href: next.map(|next| format!("/console/archive/unread?after={next}")),
        newest_href: below.map(|_| "/console/archive/unread".to_owned()),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Row {
    fn of(unread: &Unread) -> Self {
        let reasons = unread.reasons.split_whitespace();
        Self {
            id: unread.message.to_string(),
            at: unread.archived_at,
            reasons: reasons.map(str::to_owned).collect(),
        }
    }
}

impl Page for ArchiveUnread {
    const TEMPLATE: &'static str = "pages/console/archive_unread.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        use crate::pages::samples::NOW;
        const REASONS: [&[&str]; 4] = [
            &["encrypted"],
            &["malformed", "image_without_ocr", "limit_words"],
            &["unopened"],
            &["unsupported_packing"],
        ];
        let row = |n: usize| Row {
            id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
            at: NOW.minus(std::time::Duration::from_secs(n as u64 * 90_000)),
            reasons: REASONS[n % 4].iter().map(|&word| word.to_owned()).collect(),
        };
        let page = |rows: usize| Self {
            rows: (0..rows).map(row).collect(),
            older_href: None,
            newest_href: None,
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..page(12)
        };
        vec![
            Sample::new("none", page(0)),
            Sample::new("one", page(1)),
            Sample::new("many", many.clone()),
            Sample::spanish(many),
        ]
    }
}
