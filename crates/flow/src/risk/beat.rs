//! Every minute: what was counted is stored, and everybody concerned is judged anew.
//!
//! A step is learnt when every node has stored its part of it; until then it is judged as often as it grows.
//! Invariant: a sender is judged by one transaction that others wait for, so that two nodes climb no rung
//! twice; five minutes that are over are learnt once.

use std::time::Duration;

use ctx::Event;
use model::{OrganisationId, Result, Timestamp, limits};
use policy::risk::{Baseline, Judgement, Standing, Step, change, judge, ladder};
use store::Tx;
use store::tables::events;
use store::tables::risk::{self as table, Subject as Row};

use super::count::{Key, Pending, first_ever, number};
use super::familiar::{Familiar, Met};
use super::limited::limits_of;
use super::{SenderKind, read, wrong};
use crate::Flow;

/// Steps of one subject read at a time: a day of them.
const STEPS_MAX: usize = 300;
const STEPS_A_DAY: i64 = 288;
/// What could not be stored for so long is given up: it says nothing any more.
const GIVEN_UP_AFTER_STEPS: i64 = 72;
/// A beat is a minute; whoever was looked at within this was looked at by it.
const LOOKED_AT_JUST_NOW: Duration = Duration::from_secs(30);
/// Two beats and something: by then every node has stored what it counted.
const STILL_COUNTED: Duration = Duration::from_secs(150);

impl Flow {
    /// Call it every minute, and once more at the end. What fails is tried again by the next call, for as long as
    /// its hours still say something; one sender that fails keeps nobody else from being judged.
    ///
    /// # Errors
    /// The store's, the last of them.
    pub fn watch_sending(&self) -> Result<()> {
        let mut failed = self.count_heard().err();
        let mut counted: Vec<_> = self.watch().counted.take().into_iter().collect();
        // In the order in which it happened: an hour is learnt once.
        counted.sort_by_key(|(key, _)| key.2);
        let oldest = number(self.world().now()) - GIVEN_UP_AFTER_STEPS;
        for (key, pending) in counted {
            if let Err(error) = self.judge_counted(&key, &pending) {
                if key.2 > oldest {
                    self.watch().counted.put_back(key, pending);
                }
                failed = Some(error);
            }
        }
        let (most, now) = (limits::RISK_WATCHED_MAX, self.world().now());
        let store = &self.world().store;
        // Another node, or the lines above, looked at the others just now.
        let before = now.minus(LOOKED_AT_JUST_NOW);
        let rows = store.read(move |tx| table::watched(tx, before, most))?;
        for (organisation, subject) in &rows {
            failed = self.judge_anew(*organisation, subject).err().or(failed);
        }
        self.refresh_places()?;
        failed.map_or(Ok(()), Err)
    }

    /// Where everybody stands, as stored. Call it before anybody may send.
    ///
    /// # Errors
    /// The store's.
    pub fn refresh_places(&self) -> Result<()> {
        let rows = self.world().store.read(table::places)?;
        let restricted = rows.iter().filter(|row| row.rung != "observe").count();
        metrics::gauge!("senders_restricted").set(restricted as f64);
        self.watch().learn(&rows);
        Ok(())
    }

    fn judge_counted(&self, key: &Key, pending: &Pending) -> Result<()> {
        let (organisation, subject, at) = key.clone();
        let counted = pending.step.clone();
        let store = &self.world().store;
        let (tokens, since) = (pending.recipients.clone(), pending.since);
        let first = store.read(move |tx| first_ever(tx, organisation, &tokens, since))?;
        let (flow, met) = (self.clone(), pending.met.clone());
        store.write(move |tx| {
            let whose = (organisation, subject.as_str());
            table::begin(tx, whose, at - 1, flow.world().now())?;
            let mut step = counted.clone();
            let counts = step.counts_mut();
            counts.first_ever = counts.first_ever.saturating_add(first);
            (counts.new_network, counts.new_agent) = strange(tx, whose, &met, at)?;
            if let Some(text) = table::find_step(tx, whose, at)? {
                let stored: Step = serde_json::from_str(&text).map_err(|_| wrong())?;
                step.merge(&stored);
            }
            table::put_step(tx, whose, at, &json(&step)?)?;
            judge_stored(&flow, tx, organisation, &subject)
        })?;
        self.ring();
        Ok(())
    }

    fn judge_anew(&self, organisation: OrganisationId, subject: &str) -> Result<()> {
        let (flow, subject) = (self.clone(), subject.to_owned());
        self.world().store.write(move |tx| {
            let now = flow.world().now();
            table::begin(tx, (organisation, &subject), number(now) - 1, now)?;
            judge_stored(&flow, tx, organisation, &subject)
        })?;
        self.ring();
        Ok(())
    }
}

/// Messages from networks and by programs that were never met; they are known from now on.
fn strange(
    tx: &mut Tx<'_>,
    whose: (OrganisationId, &str),
    met: &Met,
    at: i64,
) -> Result<(u32, u32)> {
    let stored: Option<Familiar> = read(table::familiar(tx, whose)?.as_ref())?;
    let mut familiar = stored.unwrap_or_default();
    let before = json(&familiar)?;
    let strange = familiar.meet(met, at / STEPS_A_DAY);
    let after = json(&familiar)?;
    if before != after {
        table::put_familiar(tx, whose, &after)?;
    }
    Ok(strange)
}

/// Judges what is stored of a subject, and learns the steps that are over.
fn judge_stored(
    flow: &Flow,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    subject: &str,
) -> Result<()> {
    let (whose, now) = ((organisation, subject), flow.world().now());
    let limits = limits_of(tx, whose)?;
    let mut row = table::find(tx, whose)?.ok_or_else(wrong)?;
    let before: Standing = read(row.standing.as_ref())?.unwrap_or_else(|| Standing::new(now));
    let mut learnt: Option<Baseline> = read(row.baseline.as_ref())?;
    let mut seen = Seen::from(before.clone());
    let mut usual = learnt.clone();
    for (at, text) in table::steps(tx, whose, STEPS_MAX)? {
        let step: Step = serde_json::from_str(&text).map_err(|_| wrong())?;
        let usual = usual.get_or_insert_with(|| Baseline::new(&step));
        usual.catch_up(&step, &seen.standing);
        let judgement = judge(&step, usual, limits.at(usual), &seen.standing);
        seen.take(subject, judgement, now);
        usual.take(&step, &seen.standing);
        // Other nodes, and the last minute of this one, may still add to what ended just now.
        if step.ended_before(now.minus(STILL_COUNTED)) {
            learnt = Some(usual.clone());
            row.taken = row.taken.max(at);
        }
    }
    table::forget_steps(tx, whose, row.taken)?;
    let standing = after(subject, &seen.standing, &quiet(), now);
    let latest = seen.latest.unwrap_or_else(quiet);
    latest.risk.word().clone_into(&mut row.risk);
    // What it was restricted for is said for as long as it is.
    let stored: Option<Judgement> = read(row.judgement.as_ref())?;
    let said = match standing.is_restricted() {
        true => seen.led.or(stored).unwrap_or(latest),
        false => latest,
    };
    note(flow, tx, &row, (&before, &standing), &said)?;
    row.baseline = learnt.as_ref().map(json).transpose()?;
    row.standing = Some(json(&standing)?);
    row.judgement = Some(json(&said)?);
    standing.rung().word().clone_into(&mut row.rung);
    row.updated_at = now;
    table::put(tx, &row)
}

/// What the steps came to, one after the other.
struct Seen {
    standing: Standing,
    latest: Option<Judgement>,
    /// The one that led to where it stands.
    led: Option<Judgement>,
}

impl Seen {
    fn from(standing: Standing) -> Self {
        Self {
            standing,
            latest: None,
            led: None,
        }
    }

    fn take(&mut self, subject: &str, judgement: Judgement, now: Timestamp) {
        let standing = after(subject, &self.standing, &judgement, now);
        if standing.rung() > self.standing.rung() {
            self.led = Some(judgement.clone());
        }
        self.standing = standing;
        self.latest = Some(judgement);
    }
}

/// Nothing happened: what was timed may end.
fn quiet() -> Judgement {
    Judgement {
        risk: policy::risk::Risk::Normal,
        score: 0.0,
        reasons: Vec::new(),
    }
}

/// Whoever is no person and no software stays where it is.
fn after(subject: &str, standing: &Standing, judgement: &Judgement, now: Timestamp) -> Standing {
    match SenderKind::of(subject).climbs() {
        true => ladder(standing, judgement, now),
        false => standing.clone(),
    }
}

/// A change is on record with its reasons, and who must know hears of it.
pub(super) fn note(
    flow: &Flow,
    tx: &mut Tx<'_>,
    row: &Row,
    (before, after): (&Standing, &Standing),
    judgement: &Judgement,
) -> Result<()> {
    let Some(change) = change(before, after, Some(judgement)) else {
        return Ok(());
    };
    let ctx = flow.world().system(row.organisation);
    let event = Event::new("sending.restricted")
        .about(&row.subject)
        .fact("was", change.from.word())
        .fact("rung", change.to.word())
        .fact(
            "until",
            after.until().map_or("open".to_owned(), |at| at.to_string()),
        )
        .fact("reasons", super::manage::said(&change.reasons));
    ctx.record(tx, event)?;
    metrics::counter!("sending_restrictions_total", "rung" => change.to.word()).increment(1);
    if change.to > change.from
        && let Some(id) = super::told::id_of(&row.subject)
    {
        let topic = crate::after::RESTRICTED;
        events::push(tx, topic, row.organisation, &id, flow.world().now())?;
    }
    Ok(())
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| model::Error::new(model::Code::Internal).because(e))
}
