//! Outside anchors: which checkpoints of the audit log left the house, when, and which did not.

use axum::http::StatusCode;
use axum::response::Response;
use model::{AnchorKind, AnchorState, Result, Timestamp, limits};
use records::anchors::Anchor;
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Anchors {
    /// No checkpoint leaves at all.
    pub off: bool,
    pub rows: Vec<Row>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub kind: AnchorKind,
    pub state: AnchorState,
    pub tone: &'static str,
    pub icon: &'static str,
    pub size: u64,
    /// When it left, or is tried again.
    pub at: Timestamp,
    pub fault: String,
    pub checkpoint: String,
}

/// GET `/console/audit/anchors`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let after = asked.after();
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let before = after.clone();
    let found = run(move || records.anchors(&ctx, before.as_deref(), limits::PAGE_ROWS)).await?;
    let next = found.next;
    let page = Anchors {
        off: found.is_off,
        rows: found.rows.into_iter().map(Row::of).collect(),
        older_href: next.map(|next| format!("/console/audit/anchors?after={next}")),
        newest_href: after.map(|_| "/console/audit/anchors".to_owned()),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Row {
    fn of(anchor: Anchor) -> Self {
        let (tone, icon) = match anchor.state {
            AnchorState::Done => ("safe", "check"),
            AnchorState::Waiting => ("attention", "clock"),
            AnchorState::Failed => ("danger", "alert"),
        };
        Self {
            kind: anchor.kind,
            state: anchor.state,
            tone,
            icon,
            size: anchor.size,
            at: anchor.at.unwrap_or(anchor.next_at),
            fault: anchor.fault,
            checkpoint: anchor.checkpoint,
        }
    }
}

impl Page for Anchors {
    const TEMPLATE: &'static str = "pages/console/anchors.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Audit;

    fn samples() -> Vec<Sample<Self>> {
        let page = |rows| Self {
            off: false,
            rows: (0..rows).map(row).collect(),
            older_href: None,
            newest_href: None,
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..page(9)
        };
        let off = Self {
            off: true,
            ..page(0)
        };
        vec![
            Sample::new("off", off),
            Sample::new("none", page(0)),
            Sample::new("many", many.clone()),
            Sample::spanish(many),
        ]
    }
}

/// The n-th before.
fn row(n: usize) -> Row {
    let state = AnchorState::ALL[(n + 1) % AnchorState::ALL.len()];
    let size = 40_211 - n as u64 * 311;
    Row::of(Anchor {
        organisation: model::OrganisationId::from_bytes([7; 16]),
        kind: AnchorKind::ALL[n % AnchorKind::ALL.len()],
        day: 20_000 - n as i64,
        size,
        checkpoint: format!(
            "mail.northside.example/org_01KJVB0W7HQ3ZJ8X9T4M2C6D11\n{size}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
             \u{2014} mail.northside.example/org_01KJVB0W7HQ3ZJ8X9T4M2C6D11 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        ),
        state,
        tries: n as u64,
        next_at: crate::pages::samples::NOW,
        fault: match state {
            AnchorState::Done => String::new(),
            _ => "unreachable".to_owned(),
        },
        token: None,
        at: None,
    })
}
