//! A round: certificates that are due are taken up, asked about and settled.
//!
//! Invariant: one node has a certificate at a time, and what a crash leaves is taken up again when its lease is over.

use std::time::Duration;

use ctx::{Ctx, Event};
use model::{
    Code, KeyFor, KeyStanding, Result, RevocationReason, RevocationState, RevocationUse, Timestamp,
    limits,
};
use seal::smime::{Certificate, Status};
use store::Tx;
use store::tables::recipient_keys;
use store::tables::revocations::{self as table, Due, Revocation};

use super::asking::Asking;
use super::is_fresh;
use crate::Flow;
use crate::keys::kept::{Kept, Key};

/// No sooner is one asked about again, whatever was answered.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// A certificate under question.
pub(super) struct Job {
    due: Due,
    ctx: Ctx,
    pub certificate: Certificate,
    pub issuer: Option<Certificate>,
    pub status: Option<Status>,
}

impl Job {
    /// Nobody said yet how it stands.
    pub fn is_open(&self) -> bool {
        matches!(self.status, None | Some(Status::Unknown(_)))
    }
}

pub(super) fn run(flow: &Flow, is_stopping: &dyn Fn() -> bool) -> Result<()> {
    if flow.lookups().directories().is_none() {
        return Ok(());
    }
    let end = flow.world().now().plus(limits::REVOCATION_ROUND);
    let is_over = || flow.world().now() >= end || is_stopping();
    while !is_over() {
        let leased = leased(flow)?;
        let is_last = leased.len() < limits::REVOCATIONS_AT_ONCE_MAX;
        check(flow, leased, &is_over);
        if is_last {
            break;
        }
    }
    Ok(())
}

fn leased(flow: &Flow) -> Result<Vec<Due>> {
    let (now, rows) = (flow.world().now(), limits::REVOCATIONS_AT_ONCE_MAX);
    let until = now.plus(limits::REVOCATION_LEASE);
    let store = &flow.world().store;
    store.write(move |tx| table::lease(tx, now, until, rows))
}

fn check(flow: &Flow, leased: Vec<Due>, is_over: &dyn Fn() -> bool) {
    let failed = |error: &model::Error| {
        tracing::warn!(%error, "a certificate could not be asked about; it will be tried again");
    };
    let jobs = leased.into_iter().map(|due| job(flow, due));
    let jobs = jobs.filter_map(|job| job.inspect_err(failed).ok().flatten());
    let mut jobs: Vec<Job> = jobs.collect();
    if let Some(asking) = Asking::new(flow, is_over) {
        asking.ask(&mut jobs);
    }
    for job in &jobs {
        if let Err(error) = settled(flow, job) {
            failed(&error);
        }
    }
}

/// None when nobody wants to know.
fn job(flow: &Flow, due: Due) -> Result<Option<Job>> {
    let ctx = flow.world().system(due.organisation);
    flow.world().keys(due.organisation)?;
    let (store, ctx2) = (&flow.world().store, ctx.clone());
    let found = store.read(move |tx| certificate(&ctx2, tx, due))?;
    let Some(certificate) = found else {
        store.write(move |tx| table::park(tx, due))?;
        return Ok(None);
    };
    let known = crate::keys::authorities::certificates(&ctx)?;
    let issuer = known.into_iter().find(|one| certificate.is_issued_by(one));
    Ok(Some(Job {
        due,
        ctx,
        certificate,
        issuer,
        status: None,
    }))
}

fn certificate(ctx: &Ctx, tx: &mut Tx<'_>, due: Due) -> Result<Option<Certificate>> {
    if table::use_of(tx, due.organisation)? == RevocationUse::Ignore {
        return Ok(None);
    }
    let row = match recipient_keys::load(tx, due.key, due.organisation) {
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        row => row?,
    };
    let is_over = row.expires_at.is_some_and(|end| end <= ctx.now());
    if row.standing != KeyStanding::Active || is_over {
        return Ok(None);
    }
    match Kept::open(ctx.world(), tx, &row)?.key(KeyFor::Smime)? {
        Key::Smime(certificate) => Ok(Some(certificate)),
        Key::Pgp(_) => Ok(None),
    }
}

fn settled(flow: &Flow, job: &Job) -> Result<()> {
    let said = match job.status {
        _ if job.certificate.places().is_empty() => None,
        // The round was over before it was its turn.
        None => return Ok(()),
        status => status,
    };
    let mut octet = [0];
    flow.world().rng.fill(&mut octet);
    let (due, ctx) = (job.due, job.ctx.clone());
    let state = flow.world().store.write(move |tx| {
        let Some(before) = table::find(tx, due.organisation, due.key)? else {
            return Ok(None);
        };
        let after = after(&before, said, ctx.now(), octet[0]);
        table::put(tx, due, &after)?;
        record(&ctx, tx, due, (before.state, after.state), said)?;
        Ok(Some(after.state))
    })?;
    if let Some(state) = state {
        metrics::counter!("revocation_checks_total", "state" => state.word()).increment(1);
    }
    Ok(())
}

fn record(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    due: Due,
    states: (RevocationState, RevocationState),
    said: Option<Status>,
) -> Result<()> {
    let event = match (states, said) {
        ((RevocationState::Revoked, RevocationState::Revoked), _) => return Ok(()),
        ((_, RevocationState::Revoked), Some(Status::Revoked { at, reason, .. })) => {
            let event = Event::new("recipient_key.revoked").about(due.key);
            event.fact("reason", reason).fact("revoked_at", at)
        }
        ((RevocationState::Revoked, _), _) => Event::new("recipient_key.reinstated").about(due.key),
        _ => return Ok(()),
    };
    ctx.record(tx, event).map(drop)
}

/// What is known from now on. `said`: none when the certificate names nobody; `chance`: spreads who asks when.
fn after(before: &Revocation, said: Option<Status>, now: Timestamp, chance: u8) -> Revocation {
    let is_revoked = before.state == RevocationState::Revoked;
    let base = Revocation {
        checked_at: Some(now),
        tries: 0,
        next_at: Timestamp::MAX,
        ..before.clone()
    };
    // Up to a tenth of it sooner.
    let every = limits::REVOCATION_CHECK_EVERY;
    let regular = now.plus(every - every / 10 * u32::from(chance) / 255);
    match said {
        None => Revocation {
            state: RevocationState::Unnamed,
            because: String::new(),
            ..base
        },
        Some(Status::Good { made_at, .. }) if is_revoked && !is_lifted(before, made_at) => {
            Revocation {
                next_at: regular,
                ..base
            }
        }
        Some(Status::Good { made_at, until }) => Revocation {
            state: RevocationState::Good,
            because: String::new(),
            produced_at: Some(made_at),
            good_until: Some(until),
            next_at: regular.min(until).max(now.plus(AGAIN_AFTER)),
            ..base
        },
        Some(Status::Revoked {
            made_at, reason, ..
        }) => Revocation {
            state: RevocationState::Revoked,
            because: reason.word().to_owned(),
            produced_at: Some(made_at),
            good_until: None,
            // Only what was suspended may hold again.
            next_at: match reason {
                RevocationReason::Hold => regular,
                _ => Timestamp::MAX,
            },
            ..base
        },
        Some(Status::Unknown(doubt)) => {
            let tries = before.tries.saturating_add(1);
            let doublings = u32::try_from(tries - 1).unwrap_or(0).min(16);
            let wait = limits::REVOCATION_RETRY_FIRST.saturating_mul(1 << doublings);
            let next_at = now.plus(wait.min(limits::REVOCATION_RETRY_MAX));
            let is_known =
                is_revoked || before.state == RevocationState::Good && is_fresh(before, now);
            match is_known {
                true => Revocation {
                    tries,
                    next_at,
                    ..base
                },
                false => Revocation {
                    state: RevocationState::Unknown,
                    because: doubt.word().to_owned(),
                    tries,
                    next_at,
                    ..base
                },
            }
        }
    }
}

/// It was only suspended, and what says that it holds is newer than what said that.
fn is_lifted(before: &Revocation, made_at: Timestamp) -> bool {
    before.because == RevocationReason::Hold.word()
        && before.produced_at.is_none_or(|known| made_at > known)
}
