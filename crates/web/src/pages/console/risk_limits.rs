//! Fixed limits of people, or of software: what is too much whatever is usual.
//!
//! Numbers alone. Whoever may not change them sees them; the program's own are one button away.

use axum::http::StatusCode;
use axum::response::Response;
use flow::risk::{SenderKind, SendingCap, SendingCaps};
use model::{Code, Error, Result, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct RiskLimits {
    /// `person`, `software`
    pub kind: &'static str,
    pub rows: Vec<LimitRow>,
    /// The organization chose them.
    pub chosen: bool,
    pub changes: bool,
    pub reason: String,
    pub reason_max: usize,
    pub most: u32,
    /// They were just set.
    pub done: bool,
    pub faults: Vec<Fault>,
}

/// One signal; a field without a number limits nothing.
#[derive(Clone, Debug, Serialize)]
pub struct LimitRow {
    pub signal: &'static str,
    pub hour: String,
    pub day: String,
    /// Its numbers are out of order or range.
    pub faulty: bool,
}

const KINDS: [SenderKind; 2] = [SenderKind::Person, SenderKind::Software];
/// Where a fault of any row is explained.
const TABLE: &str = "limits";

/// GET `/console/risk/limits/{kind}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (kind, found) = load(&asked, &desk).await?;
    let page = RiskLimits {
        done: asked.query("done") == "yes",
        ..RiskLimits::of(kind, &found, desk.answers_for_senders())
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/risk/limits/{kind}`: these, or the program's own again.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (kind, found) = load(&asked, &desk).await?;
    let mut page = RiskLimits::of(kind, &found, desk.answers_for_senders());
    asked.field("reason").clone_into(&mut page.reason);
    let caps = match asked.field("act") {
        "set" => page.typed(&asked, &found.caps),
        "restore" => Ok(None),
        _ => return Err(Code::FieldInvalid.into()),
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let reason = page.reason.clone();
    let done = match caps {
        Err(error) => Err(error),
        Ok(caps) => run(move || flow.set_sending_caps(&ctx, kind, caps.as_deref(), &reason)).await,
    };
    let Err(error) = done else {
        return Ok(redirect(&format!(
            "/console/risk/limits/{}?done=yes",
            kind.word()
        )));
    };
    page.explain(error)?;
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<(SenderKind, SendingCaps)> {
    let word = asked.segment(3);
    let kind = KINDS.into_iter().find(|kind| kind.word() == word);
    let kind = kind.ok_or(Code::NotFound)?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    Ok((kind, run(move || flow.sending_caps(&ctx, kind)).await?))
}

impl RiskLimits {
    fn of(kind: SenderKind, found: &SendingCaps, changes: bool) -> Self {
        let number = |number: Option<u32>| number.map_or_else(String::new, |n| n.to_string());
        let rows = found.caps.iter().map(|cap| LimitRow {
            signal: cap.signal.word(),
            hour: number(cap.hour),
            day: number(cap.day),
            faulty: false,
        });
        Self {
            kind: kind.word(),
            rows: rows.collect(),
            chosen: found.chosen,
            changes,
            reason: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            most: limits::SENDING_CAP_MAX,
            done: false,
            faults: Vec::new(),
        }
    }

    /// What was typed, kept as it was typed.
    fn typed(&mut self, asked: &Asked, caps: &[SendingCap]) -> Result<Option<Vec<SendingCap>>> {
        let mut given = Vec::with_capacity(caps.len());
        let mut unreadable = None;
        for (nth, (row, cap)) in self.rows.iter_mut().zip(caps).enumerate() {
            let field = |part| {
                asked
                    .field(&format!("{}_{part}", row.signal))
                    .trim()
                    .to_owned()
            };
            (row.hour, row.day) = (field("hour"), field("day"));
            match (number(&row.hour), number(&row.day)) {
                (Some(hour), Some(day)) => given.push(SendingCap {
                    signal: cap.signal,
                    hour,
                    day,
                }),
                _ => unreadable = unreadable.or(Some(nth)),
            }
        }
        match unreadable {
            None => Ok(Some(given)),
            Some(nth) => Err(Error::new(Code::FieldInvalid).at(format!("/caps/{nth}"))),
        }
    }

    fn explain(&mut self, error: Error) -> Result<()> {
        let row = error.pointer().and_then(|at| at.strip_prefix("/caps/"));
        let row: Option<usize> = row.and_then(|nth| nth.parse().ok());
        let fault = match (error.code(), row) {
            (Code::FieldInvalid, Some(nth)) => {
                let row = self.rows.get_mut(nth);
                row.into_iter().for_each(|row| row.faulty = true);
                Fault::new(TABLE, "sending_limits")
            }
            (Code::FieldMissing, _) => Fault::new("reason", "reason_missing"),
            (Code::FieldInvalid, _) => Fault::new("reason", "reason_long"),
            _ => return Err(error),
        };
        self.faults.push(fault);
        Ok(())
    }
}

/// Nothing typed is no limit; none for what is no number.
fn number(text: &str) -> Option<Option<u32>> {
    match text.is_empty() {
        true => Some(None),
        false => text.parse().ok().map(Some),
    }
}

impl Page for RiskLimits {
    const TEMPLATE: &'static str = "pages/console/risk_limits.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Risk;

    fn samples() -> Vec<Sample<Self>> {
        let signals = flow::risk::SendingSignal::CAPPED;
        let numbers = [(200, 1_000), (300, 1_500), (60, 200), (120, 500)];
        let caps = signals
            .into_iter()
            .enumerate()
            .map(|(nth, signal)| SendingCap {
                signal,
                hour: numbers.get(nth).map(|(hour, _)| *hour),
                day: numbers.get(nth).map(|(_, day)| *day),
            });
        let found = SendingCaps {
            caps: caps.collect(),
            chosen: false,
        };
        let page = Self::of(SenderKind::Person, &found, true);
        let mut error = page.clone();
        error.rows[1].faulty = true;
        "30000".clone_into(&mut error.rows[1].hour);
        error.faults.push(Fault::new(TABLE, "sending_limits"));
        let chosen = Self {
            chosen: true,
            done: true,
            ..page.clone()
        };
        vec![
            Sample::new("one", page.clone()),
            Sample::new("error", error),
            Sample::new("chosen", chosen.clone()),
            Sample::new(
                "read_only",
                Self {
                    changes: false,
                    ..page
                },
            ),
            Sample::spanish(chosen),
        ]
    }
}
