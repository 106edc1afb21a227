//! Who stands where and why, for those who answer for it; one click releases, another keeps.
//!
//! Invariant: words, numbers and ids alone; a release, a confirmation and their reasons are on record.

use ctx::{Action, Ctx, Event, PrincipalKind};
use model::{Code, Error, Result, Timestamp, limits};
use policy::risk::{Baseline, Judgement, Reason as Judged, Rung, Standing, Statistic};
use store::Tx;
use store::tables::risk::{self as table, Subject as Row};

use super::beat::json;
use super::{SenderKind, read, rung_of, wrong};
use crate::Flow;
use crate::held::checked;
use crate::view::live_only;

pub struct SenderPage {
    pub rows: Vec<SenderRow>,
    pub next: Option<String>,
}

/// One sender, or a whole that is watched.
#[derive(Clone, Debug)]
pub struct SenderRow {
    /// `usr_…`, `app_…`, `organisation`, or a stream's word.
    pub subject: String,
    pub kind: SenderKind,
    pub risk: String,
    pub rung: Rung,
    pub since: Timestamp,
    /// When it ends by itself; none where it does not.
    pub until: Option<Timestamp>,
    /// A person let it stand.
    pub confirmed: bool,
    /// The highest first.
    pub reasons: Vec<Reason>,
    pub updated_at: Timestamp,
}

/// What was seen, and what was expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Such as `recipients`.
    pub signal: &'static str,
    /// Such as `season`.
    pub statistic: &'static str,
    pub observed: f64,
    pub expected: f64,
    pub score: f64,
}

impl SenderPage {
    /// `found` has one more than are shown where there are more.
    fn of(mut found: Vec<table::Subject>, rows: usize) -> Result<Self> {
        let more = found.len() > rows;
        found.truncate(rows);
        let next = found.last().filter(|_| more).map(|row| row.subject.clone());
        let rows = found.iter().map(SenderRow::of).collect::<Result<_>>()?;
        Ok(Self { rows, next })
    }
}

/// The subject that a page ended with.
fn cursor(after: Option<&str>) -> Result<String> {
    let after = after.unwrap_or_default();
    let is_subject = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match after.len() <= 64 && after.chars().all(is_subject) {
        true => Ok(after.to_owned()),
        false => Err(Code::CursorInvalid.into()),
    }
}

impl Flow {
    /// By subject. Those who were never judged are not among them.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn senders(&self, ctx: &Ctx, after: Option<&str>, rows: usize) -> Result<SenderPage> {
        ctx.allow(Action::AnomalyRead, &ctx.own("sender"))?;
        live_only(ctx)?;
        let (organisation, after) = (ctx.organisation(), cursor(after)?);
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let store = &self.world().store;
        let found = store.read(move |tx| table::list(tx, organisation, &after, rows + 1))?;
        SenderPage::of(found, rows)
    }

    /// By subject: who is restricted, or sent unusually when last looked at.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn unusual_senders(
        &self,
        ctx: &Ctx,
        after: Option<&str>,
        rows: usize,
    ) -> Result<SenderPage> {
        ctx.allow(Action::AnomalyRead, &ctx.own("sender"))?;
        live_only(ctx)?;
        let (organisation, after) = (ctx.organisation(), cursor(after)?);
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let store = &self.world().store;
        let found = store.read(move |tx| table::unusual(tx, organisation, &after, rows + 1))?;
        SenderPage::of(found, rows)
    }

    /// # Errors
    /// `not_found`.
    pub fn sender(&self, ctx: &Ctx, subject: &str) -> Result<SenderRow> {
        ctx.allow(Action::AnomalyRead, &ctx.own("sender"))?;
        live_only(ctx)?;
        let (organisation, subject) = (ctx.organisation(), subject.to_owned());
        let store = &self.world().store;
        let found = store.read(move |tx| table::find(tx, (organisation, &subject)))?;
        SenderRow::of(&found.ok_or_else(|| Error::new(Code::NotFound))?)
    }

    /// No restriction any more. What it was judged by is expected for so many days, except what caps say.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when it is not restricted; `action_forbidden` for oneself;
    /// `field_missing` or `field_invalid` at `/reason`.
    pub fn release_sender(&self, ctx: &Ctx, subject: &str, days: u32, reason: &str) -> Result<()> {
        let days = u64::from(days.min(limits::RISK_EXPECTED_DAYS_MAX));
        self.decide_sender(ctx, subject, reason, "sending.released", move |row, now| {
            let until = now.plus(std::time::Duration::from_secs(days * 86_400));
            let judgement: Option<Judgement> = read(row.judgement.as_ref())?;
            let reasons = judgement
                .map(|judgement| judgement.reasons)
                .unwrap_or_default();
            let expected: Vec<_> = reasons.iter().map(|reason| reason.signal).collect();
            Ok(standing(row, now)?.released(now, &expected, until))
        })
    }

    /// It stands on that rung until somebody releases it.
    ///
    /// # Errors
    /// As for a release; `field_invalid` at `/rung`.
    pub fn confirm_sender(&self, ctx: &Ctx, subject: &str, rung: &str, reason: &str) -> Result<()> {
        let rung = rung_of(rung).filter(|rung| *rung != Rung::Observe);
        let rung = rung.ok_or_else(|| Error::new(Code::FieldInvalid).at("/rung"))?;
        self.decide_sender(
            ctx,
            subject,
            reason,
            "sending.confirmed",
            move |row, now| Ok(standing(row, now)?.confirmed(rung, now)),
        )
    }

    fn decide_sender(
        &self,
        ctx: &Ctx,
        subject: &str,
        reason: &str,
        kind: &'static str,
        then: impl Fn(&Row, Timestamp) -> Result<Standing> + Send + 'static,
    ) -> Result<()> {
        ctx.allow(Action::AnomalyRelease, &ctx.own("sender"))?;
        // Whoever is restricted does not answer for it.
        let own = subject == ctx.actor();
        if own || matches!(ctx.principal().kind, PrincipalKind::App { .. }) {
            return Err(Code::ActionForbidden.into());
        }
        let reason = checked(reason)?;
        let (actor, whose) = (ctx.clone(), subject.to_owned());
        let rung = self.world().store.write(move |tx| {
            let subject = &whose;
            let (organisation, now) = (actor.organisation(), actor.now());
            // Into memory first: a transaction cannot wait for another.
            actor.world().keys_in(tx, organisation)?;
            let found = table::find(tx, (organisation, subject))?;
            let mut row = found.ok_or_else(|| Error::new(Code::NotFound))?;
            let restricted = row.rung != Rung::Observe.word();
            if !SenderKind::of(subject).climbs() || !restricted {
                return Err(Code::StateConflict.into());
            }
            let standing = then(&row, now)?;
            if standing.rung() == Rung::Observe {
                forgive(tx, &mut row, now)?;
            }
            let key = actor
                .world()
                .new_item_key(organisation, *actor.request().as_bytes())?;
            key.insert(tx)?;
            let event = Event::new(kind)
                .about(subject)
                .about(actor.request())
                .fact("was", &row.rung)
                .fact("rung", standing.rung().word())
                .payload(reason.clone().into_bytes(), key.opened());
            actor.record(tx, event)?;
            standing.rung().word().clone_into(&mut row.rung);
            if standing.rung() == Rung::Observe {
                "normal".clone_into(&mut row.risk);
            }
            row.standing = Some(json(&standing)?);
            row.updated_at = now;
            table::put(tx, &row)?;
            Ok(standing.rung())
        })?;
        if rung == Rung::Observe {
            // The last minute is in memory only: judged later, it would restrict again.
            self.watch().counted.forget(ctx.organisation(), subject);
        }
        self.refresh_places()
    }
}

/// What was counted until now is answered for.
fn forgive(tx: &mut Tx<'_>, row: &mut Row, now: Timestamp) -> Result<()> {
    let whose = (row.organisation, row.subject.as_str());
    table::forget_steps(tx, whose, super::count::number(now))?;
    let mut baseline: Option<Baseline> = read(row.baseline.as_ref())?;
    if let Some(baseline) = &mut baseline {
        baseline.forgive();
    }
    row.baseline = baseline.as_ref().map(json).transpose()?;
    Ok(())
}

fn standing(row: &Row, now: Timestamp) -> Result<Standing> {
    Ok(read(row.standing.as_ref())?.unwrap_or_else(|| Standing::new(now)))
}

/// Words and numbers, for the audit log: `recipients season 240 of 12`.
pub(super) fn said(reasons: &[Judged]) -> String {
    let all = reasons.iter().take(5).map(|r| {
        let reason = Reason::of(r);
        format!(
            "{} {} {} of {}",
            reason.signal,
            reason.statistic,
            reason.number(r.observed),
            reason.number(r.expected)
        )
    });
    all.collect::<Vec<_>>().join("; ")
}

impl SenderRow {
    fn of(row: &Row) -> Result<Self> {
        let standing: Option<Standing> = read(row.standing.as_ref())?;
        let judgement: Option<Judgement> = read(row.judgement.as_ref())?;
        let reasons = judgement
            .map(|judgement| judgement.reasons)
            .unwrap_or_default();
        Ok(Self {
            kind: SenderKind::of(&row.subject),
            subject: row.subject.clone(),
            risk: row.risk.clone(),
            rung: rung_of(&row.rung).ok_or_else(wrong)?,
            since: standing.as_ref().map_or(row.updated_at, Standing::since),
            until: standing.as_ref().and_then(Standing::until),
            confirmed: standing.as_ref().is_some_and(Standing::is_confirmed),
            reasons: reasons.iter().map(Reason::of).collect(),
            updated_at: row.updated_at,
        })
    }
}

impl Reason {
    /// A share in percent, what is rare with its places, anything else whole.
    pub fn number(&self, value: f64) -> String {
        match value {
            _ if self.statistic == Statistic::Share.word() => format!("{:.0} %", value * 100.0),
            small if small < 10.0 && small.fract() != 0.0 => format!("{small:.2}"),
            value => format!("{value:.0}"),
        }
    }

    fn of(reason: &Judged) -> Self {
        Self {
            signal: reason.signal.word(),
            statistic: reason.statistic.word(),
            observed: reason.observed,
            expected: reason.expected,
            score: reason.score,
        }
    }
}
