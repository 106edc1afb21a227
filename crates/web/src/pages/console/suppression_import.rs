//! One import of suppressed addresses: how far it is, what became of its lines, and stopping it.
//!
//! No line is repeated here: addresses stay in the file.

use axum::http::StatusCode;
use axum::response::Response;
use flow::suppression::{ImportRow, ImportState, ImportView, RowResult};
use model::{Code, ImportId, Result, Stream, Timestamp};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Import {
    pub id: String,
    pub stream: Stream,
    /// `running`, `done`, `cancelled`
    pub state: &'static str,
    pub actor: String,
    pub lines: u64,
    pub done: u64,
    pub added: u64,
    pub present: u64,
    pub refused: u64,
    /// The first of those refused: line and why.
    pub refused_lines: Vec<Line>,
    /// Lines a second so far, and seconds left at that rate; none before the first are known.
    pub rate: Option<u64>,
    pub left: Option<u64>,
    pub at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Whether this visitor may stop it.
    pub manages: bool,
    /// It was over when somebody wanted to stop it.
    pub too_late: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub number: usize,
    pub result: &'static str,
}

/// Asks before an import is stopped.
#[derive(Clone, Debug, Serialize)]
pub struct Stop {
    pub id: String,
    pub done: u64,
    pub lines: u64,
}

/// GET `/console/suppressions/imports/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: ImportId = asked.segment(3).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let view = run(move || flow.import(&ctx, id)).await?;
    let page = Import {
        manages: desk.manages_suppressions(),
        too_late: asked.query("done") == "over",
        ..Import::of(&view, asked.now())
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/suppressions/imports/{id}`: asks first; with `sure=yes` it stops it. What was added
/// stays.
pub async fn stop(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: ImportId = asked.segment(3).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    if asked.field("sure") != "yes" {
        if !desk.manages_suppressions() {
            return Err(Code::ActionForbidden.into());
        }
        let view = run(move || flow.import(&ctx, id)).await?;
        if view.state != ImportState::Running {
            return Ok(redirect(&format!(
                "/console/suppressions/imports/{id}?done=over"
            )));
        }
        let page = Stop {
            id: id.to_string(),
            done: view.done,
            lines: view.lines,
        };
        return desk_page(&asked, &desk, StatusCode::OK, &page);
    }
    let done = match run(move || flow.cancel_import(&ctx, id)).await {
        Ok(()) => "stopped",
        Err(error) if error.code() == Code::StateConflict => "over",
        Err(error) => return Err(error),
    };
    Ok(redirect(&format!(
        "/console/suppressions/imports/{id}?done={done}"
    )))
}

impl Import {
    pub(super) fn of(view: &ImportView, now: Timestamp) -> Self {
        let seconds = now.since(view.created_at).as_secs();
        let running = view.state == ImportState::Running;
        let rate = (running && view.done > 0).then(|| view.done / seconds.max(1));
        let rest = view.lines.saturating_sub(view.done);
        let line = |row: &ImportRow| Line {
            number: row.line,
            result: row.result.word(),
        };
        Self {
            id: view.id.to_string(),
            stream: view.stream,
            state: view.state.word(),
            actor: view.actor.clone(),
            lines: view.lines,
            done: view.done,
            added: view.added,
            present: view.present,
            refused: view.refused,
            refused_lines: view.refused_lines.iter().map(line).collect(),
            rate,
            left: rate
                .filter(|rate| *rate > 0)
                .map(|rate| rest.div_ceil(rate)),
            at: view.created_at,
            ended_at: view.ended_at,
            manages: false,
            too_late: false,
        }
    }
}

impl Page for Import {
    const TEMPLATE: &'static str = "pages/console/suppression_import.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        let [running, many, stopped, one] = samples();
        let begun = Self {
            done: 0,
            added: 0,
            present: 0,
            refused: 0,
            refused_lines: Vec::new(),
            rate: None,
            left: None,
            ..running.clone()
        };
        let late = Self {
            too_late: true,
            ..one.clone()
        };
        vec![
            Sample::new("empty", begun),
            Sample::new("running", running.clone()),
            Sample::new("one", one),
            Sample::new("many", many),
            Sample::new("stopped", stopped),
            Sample::new("late", late),
            Sample::new(
                "may_not",
                Self {
                    manages: false,
                    ..running.clone()
                },
            ),
            Sample::spanish(running),
        ]
    }
}

impl Page for Stop {
    const TEMPLATE: &'static str = "pages/console/suppression_import_stop.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "imp_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
            done: 4_500,
            lines: 12_400,
        };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}

/// For the page that lists them.
pub(super) fn some() -> Vec<Import> {
    samples().into()
}

/// Running, with refused lines, stopped, and a short one.
fn samples() -> [Import; 4] {
    use crate::pages::samples::NOW;
    use std::time::Duration;
    let refused = RowResult::ALL.iter().skip(2).cycle().zip(2..14);
    let running = Import {
        id: "imp_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
        stream: Stream::Marketing,
        state: "running",
        actor: "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D42".to_owned(),
        lines: 12_400,
        done: 4_500,
        added: 4_120,
        present: 368,
        refused: 12,
        refused_lines: refused
            .map(|(result, number)| Line {
                number,
                result: result.word(),
            })
            .collect(),
        rate: Some(450),
        left: Some(18),
        at: NOW.minus(Duration::from_secs(10)),
        ended_at: None,
        manages: true,
        too_late: false,
    };
    let over = |state, done| Import {
        state,
        done,
        rate: None,
        left: None,
        ended_at: Some(NOW),
        ..running.clone()
    };
    let many = Import {
        added: 11_000,
        present: 1_000,
        refused: 400,
        ..over("done", 12_400)
    };
    let short = Import {
        lines: 1,
        added: 1,
        present: 0,
        refused: 0,
        refused_lines: Vec::new(),
        ..over("done", 1)
    };
    [running.clone(), many, over("cancelled", 4_500), short]
}
