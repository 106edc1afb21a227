//! DMARC and TLS reports about a sending domain, kept row by row for its health page.

use ctx::Event;
use mail::report::{Aggregate, DmarcReport, TlsReport};
use model::{Code, Domain, Error, Result, Timestamp};
use store::Tx;
use store::tables::{domains, reports};

use super::door::ReportsOf;
use super::{Effect, Incoming, system};
use crate::Flow;

pub(super) fn effect(flow: &Flow, of: &ReportsOf, incoming: &Incoming) -> Result<Effect> {
    let report = mail::report::aggregate(&incoming.content)?;
    let report = report.ok_or_else(|| Error::new(Code::ActionForbidden))?;
    let (ctx, of) = (system(flow, of.organisation), *of);
    Ok(Box::new(move |tx: &mut Tx<'_>| {
        let Some(domain) = domains::find_id(tx, of.domain)? else {
            return Ok(());
        };
        if !is_about(&report, &domain.name) {
            return Err(Code::ActionForbidden.into());
        }
        let (reporter, report_id, begins_at, ends_at) = facts(&report);
        let token = ctx
            .world()
            .keys_in(tx, of.organisation)?
            .blind("report", &format!("{reporter} {report_id}"));
        // Senders repeat themselves, and so may anybody: each report is taken, and is on record, once.
        if reports::is_taken(tx, of.domain, &token)? {
            return Ok(());
        }
        let key = reports::ReportKey {
            domain: of.domain,
            organisation: of.organisation,
            reporter,
            token,
            begins_at,
            ends_at,
            received_at: ctx.now(),
        };
        let (kind, rows) = match &report {
            Aggregate::Dmarc(report) => ("dmarc", insert_dmarc(tx, &key, report)?),
            Aggregate::Tls(report) => ("tls", insert_tls(tx, &key, &domain.name, report)?),
        };
        if rows == 0 {
            return Ok(());
        }
        let event = Event::new("domain.reported")
            .about(of.domain)
            .fact("kind", kind)
            .fact("rows", rows);
        ctx.record(tx, event).map(drop)
    }))
}

fn facts(report: &Aggregate) -> (String, String, Timestamp, Timestamp) {
    match report {
        Aggregate::Dmarc(r) => {
            let at = |secs: i64| Timestamp::from_millis(secs.clamp(0, 1 << 40) * 1_000);
            (
                r.reporter.clone(),
                r.report_id.clone(),
                at(r.begins),
                at(r.ends),
            )
        }
        Aggregate::Tls(r) => (r.reporter.clone(), r.report_id.clone(), r.begins, r.ends),
    }
}

fn is_about(report: &Aggregate, name: &str) -> bool {
    match report {
        Aggregate::Dmarc(report) => speaks_of(&report.domain, name),
        Aggregate::Tls(report) => report.policies.iter().any(|p| speaks_of(&p.domain, name)),
    }
}

/// A report tells of the domain it was sent about, or of one below it; of nobody else's.
fn speaks_of(reported: &Domain, name: &str) -> bool {
    let reported = reported.as_str();
    reported == name
        || reported
            .strip_suffix(name)
            .is_some_and(|rest| rest.ends_with('.'))
        || name
            .strip_suffix(reported)
            .is_some_and(|rest| rest.ends_with('.'))
}

fn insert_dmarc(tx: &mut Tx<'_>, key: &reports::ReportKey, report: &DmarcReport) -> Result<usize> {
    for (position, row) in report.rows.iter().enumerate() {
        let row = reports::DmarcRow {
            reporter: String::new(),
            begins_at: key.begins_at,
            ends_at: key.ends_at,
            source: row.source.to_string(),
            messages: row.count,
            disposition: row.disposition.to_owned(),
            dkim_aligned: row.dkim_aligned,
            spf_aligned: row.spf_aligned,
        };
        reports::insert_dmarc(tx, key, position, &row)?;
    }
    Ok(report.rows.len())
}

fn insert_tls(
    tx: &mut Tx<'_>,
    key: &reports::ReportKey,
    name: &str,
    report: &TlsReport,
) -> Result<usize> {
    let own = report
        .policies
        .iter()
        .filter(|p| speaks_of(&p.domain, name));
    let mut rows = 0;
    for (position, policy) in own.enumerate() {
        let reasons = serde_json::to_string(&policy.reasons)
            .map_err(|e| Error::new(Code::Internal).because(e))?;
        let row = reports::TlsRow {
            reporter: String::new(),
            begins_at: key.begins_at,
            ends_at: key.ends_at,
            policy: policy.kind.to_owned(),
            successes: policy.successes,
            failures: policy.failures,
            reasons,
        };
        reports::insert_tls(tx, key, position, &row)?;
        rows += 1;
    }
    Ok(rows)
}
