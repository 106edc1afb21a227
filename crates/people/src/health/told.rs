//! What others report about a sending domain: their aggregate reports on DMARC and on TLS, added up by
//! day and reporter, those with failures first.
//!
//! Not what we see ourselves: a report is the word of whoever sent it.

use std::collections::BTreeMap;
use std::time::Duration;

use ctx::{Action, Ctx};
use model::{Domain, Result, Timestamp};
use store::tables::reports::{self, DmarcRow, TlsRow};

use crate::People;

const DAY: u64 = 86_400;
/// How far back reports are added up.
const SPAN: Duration = Duration::from_secs(30 * DAY);
/// Rows read of each kind.
const ROWS_MAX: usize = 5_000;

/// What was reported of the last 30 days.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Failures first, then the newest day.
    pub dmarc: Vec<DmarcDay>,
    pub tls: Vec<TlsDay>,
    /// There was more than was read.
    pub more: bool,
}

/// One reporter's day about mail that bears the domain's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmarcDay {
    /// The first moment of the day, UTC.
    pub day: Timestamp,
    pub reporter: String,
    pub passed: u64,
    pub failed: u64,
    /// Where mail that failed came from, the most of it first.
    pub failures: Vec<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The sending address.
    pub source: String,
    pub messages: u64,
    /// What was done with it: `none`, `quarantine`, `reject`.
    pub disposition: String,
}

/// One reporter's day of sessions towards the domain's own mail servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsDay {
    pub day: Timestamp,
    pub reporter: String,
    /// `tlsa`, `sts` or `no-policy-found`.
    pub policy: String,
    pub successes: u64,
    pub failures: u64,
    /// Result types of RFC 8460 §4.3 with their sessions, the most first.
    pub reasons: Vec<(String, u64)>,
}

impl People {
    /// # Errors
    /// `not_found`.
    pub fn domain_told(&self, ctx: &Ctx, name: &Domain) -> Result<Told> {
        ctx.allow(Action::DomainRead, &ctx.own("domain"))?;
        let (row, since) = (self.own_domain(ctx, name)?, ctx.now().minus(SPAN));
        let (dmarc, tls) = self.world().store.read(move |tx| {
            let dmarc = reports::dmarc(tx, row.id, since, ROWS_MAX)?;
            Ok((dmarc, reports::tls(tx, row.id, since, ROWS_MAX)?))
        })?;
        Ok(Told {
            more: dmarc.len() == ROWS_MAX || tls.len() == ROWS_MAX,
            dmarc: dmarc_days(dmarc),
            tls: tls_days(tls),
        })
    }
}

fn dmarc_days(rows: Vec<DmarcRow>) -> Vec<DmarcDay> {
    type Sums = (u64, BTreeMap<(String, String), u64>);
    let mut days = BTreeMap::<(Timestamp, String), Sums>::new();
    for row in rows {
        let (passed, failures) = days.entry((day(row.begins_at), row.reporter)).or_default();
        match row.dkim_aligned || row.spf_aligned {
            true => *passed += row.messages,
            false => *failures.entry((row.source, row.disposition)).or_default() += row.messages,
        }
    }
    let days = days
        .into_iter()
        .map(|((day, reporter), (passed, failures))| {
            let failed = failures.values().sum();
            let failure = |((source, disposition), messages)| Failure {
                source,
                messages,
                disposition,
            };
            let mut failures: Vec<Failure> = failures.into_iter().map(failure).collect();
            failures.sort_by_key(|failure| std::cmp::Reverse(failure.messages));
            DmarcDay {
                day,
                reporter,
                passed,
                failed,
                failures,
            }
        });
    let mut days: Vec<_> = days.collect();
    days.sort_by_key(|one| (one.failed == 0, std::cmp::Reverse(one.day)));
    days
}

fn tls_days(rows: Vec<TlsRow>) -> Vec<TlsDay> {
    type Sums = (u64, u64, BTreeMap<String, u64>);
    let mut days = BTreeMap::<(Timestamp, String, String), Sums>::new();
    for row in rows {
        let at = (day(row.begins_at), row.reporter, row.policy);
        let (successes, failures, reasons) = days.entry(at).or_default();
        *successes += row.successes;
        *failures += row.failures;
        let told: BTreeMap<String, u64> = serde_json::from_str(&row.reasons).unwrap_or_default();
        for (reason, sessions) in told {
            *reasons.entry(reason).or_default() += sessions;
        }
    }
    let days = days.into_iter().map(
        |((day, reporter, policy), (successes, failures, reasons))| {
            let mut reasons: Vec<_> = reasons.into_iter().collect();
            reasons.sort_by_key(|(_, sessions)| std::cmp::Reverse(*sessions));
            TlsDay {
                day,
                reporter,
                policy,
                successes,
                failures,
                reasons,
            }
        },
    );
    let mut days: Vec<_> = days.collect();
    days.sort_by_key(|one| (one.failures == 0, std::cmp::Reverse(one.day)));
    days
}

fn day(at: Timestamp) -> Timestamp {
    let micros = i64::try_from(DAY * 1_000_000).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.micros().div_euclid(micros) * micros)
}

#[cfg(test)]
mod tests;
