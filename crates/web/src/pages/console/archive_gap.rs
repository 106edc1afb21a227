//! Whether the archive is complete: now, and what each night's comparison with accepted mail gave.

use axum::http::StatusCode;
use axum::response::Response;
use model::{ArchiveCheckState, Result, Timestamp, limits};
use records::ArchiveCheck;
use serde::Serialize;

use super::archive::Gap;
use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct ArchiveGap {
    pub gap: Gap,
    pub rows: Vec<Row>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
}

/// One night.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub at: Timestamp,
    pub state: ArchiveCheckState,
    pub tone: &'static str,
    pub icon: &'static str,
    pub accepted: u64,
    pub archived: u64,
    pub waiting: u64,
    pub findable: u64,
    pub indexed: u64,
    pub partial: u64,
    pub destroyed: u64,
}

/// GET `/console/archive/gap`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let after = asked.after();
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let before = after.clone();
    let (gap, found) = run(move || {
        let found = records.archive_checks(&ctx, before.as_deref(), limits::PAGE_ROWS)?;
        Ok((records.gap(&ctx)?, found))
    })
    .await?;
    let page = ArchiveGap {
        gap: Gap::of(&gap),
        rows: found.rows.iter().map(Row::of).collect(),
        older_href: found
            .next
            .map(|next| format!("/console/archive/gap?after={next}")),
        newest_href: after.map(|_| "/console/archive/gap".to_owned()),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Row {
    fn of(check: &ArchiveCheck) -> Self {
        let (tone, icon) = match check.state {
            ArchiveCheckState::Whole => ("safe", "check"),
            ArchiveCheckState::Late => ("attention", "clock"),
            ArchiveCheckState::Torn => ("danger", "alert"),
        };
        Self {
            at: check.checked_at,
            state: check.state,
            tone,
            icon,
            accepted: check.accepted,
            archived: check.archived,
            waiting: check.waiting,
            findable: check.findable,
            indexed: check.indexed,
            partial: check.partial,
            destroyed: check.destroyed,
        }
    }
}

impl Page for ArchiveGap {
    const TEMPLATE: &'static str = "pages/console/archive_gap.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        let gap = |waiting, whole| Gap {
            accepted: 1_204_117,
            archived: 1_204_117 - waiting,
            waiting,
            partial: 311,
            whole,
        };
        let page = |rows, whole| Self {
            gap: gap(3, whole),
            rows: (0..rows).map(row).collect(),
            older_href: None,
            newest_href: None,
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..page(9, true)
        };
        vec![
            Sample::new("none", page(0, true)),
            Sample::new("torn", page(2, false)),
            Sample::new("many", many.clone()),
            Sample::spanish(many),
        ]
    }
}

/// The n-th night before.
fn row(n: usize) -> Row {
    const STATES: [ArchiveCheckState; 4] = [
        ArchiveCheckState::Whole,
        ArchiveCheckState::Whole,
        ArchiveCheckState::Late,
        ArchiveCheckState::Torn,
    ];
    let state = STATES[n % 4];
    let accepted = 1_204_117 - n as u64 * 4_021;
    Row::of(&ArchiveCheck {
        day: 20_000 - n as i64,
        checked_at: crate::pages::samples::NOW
            .minus(std::time::Duration::from_secs(n as u64 * 86_400)),
        state,
        accepted,
        archived: accepted - n as u64,
        waiting: n as u64,
        partial: 311,
        destroyed: 1_117,
        findable: accepted - 1_117,
        indexed: accepted - 1_117 - u64::from(state == ArchiveCheckState::Torn),
    })
}
