//! Reports to receiving domains about TLS (RFC 8460): what is due, as a file and as a letter.
//!
//! Not here: where a domain wants its report, and carrying it there (`mta`). A report is no message:
//! nobody's words are in it, it is not kept, and what cannot be delivered in three days is dropped.
//! Invariant: sending a report notes no sessions, so reports never cause reports.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use base64::Engine;
use ctx::Ctx;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Address, Code, Demand, Domain, Error, OrganisationId, Result, StsPolicy, Timestamp};
use serde_json::{Value, json};
use store::tables::transport::{self, Sessions};

use super::{Kept, Noted, SECONDS_OF_DAY, open};
use crate::envelope::Transport;
use crate::{Flow, OutLetter};

/// Rows looked at in one go.
const ROWS_MAX: usize = 2_000;
/// How long one node has for what it took.
const CLAIM: Duration = Duration::from_secs(3_600);
const DAYS_KEPT: i64 = 3;
/// Policies are fetched again when they were not confirmed for so long.
const CONFIRM_AFTER: Duration = Duration::from_secs(86_400);
const BASE64_LINE: usize = 76;

/// One organisation's report to one domain about one day.
pub struct DueReport {
    pub organisation: OrganisationId,
    pub domain: Domain,
    /// The file, compressed.
    pub gzip: Vec<u8>,
    id: String,
    /// First and last second of the day.
    range: (Timestamp, Timestamp),
    rows: Vec<Sessions>,
}

/// A policy that is to be confirmed before it ends.
pub struct StalePolicy {
    pub organisation: OrganisationId,
    pub domain: Domain,
    pub policy: StsPolicy,
}

impl Flow {
    /// Takes the reports about days that are over, for an hour.
    ///
    /// # Errors
    /// The store's; nothing is lost.
    pub fn due_tls_reports(&self) -> Result<Vec<DueReport>> {
        let now = self.world().now();
        let today = now.secs().div_euclid(SECONDS_OF_DAY);
        let rows = self.world().store.write(move |tx| {
            transport::forget_results_before(tx, today - DAYS_KEPT)?;
            transport::forget_policies(tx, now)?;
            let mut taken = Vec::new();
            for row in transport::due_results(tx, today, now, ROWS_MAX)? {
                if transport::claim_result(tx, &row, now.plus(CLAIM), now)? {
                    taken.push(row);
                }
            }
            Ok(taken)
        })?;
        let mut grouped: BTreeMap<(OrganisationId, i64, String), Vec<(Sessions, Noted)>> =
            BTreeMap::new();
        for row in rows {
            let keys = self.world().keys(row.organisation)?;
            let noted: Noted = open(&keys, &row.result_token, "tls_results", &row.sealed_result)?;
            let group = (row.organisation, row.day, noted.domain.clone());
            grouped.entry(group).or_default().push((row, noted));
        }
        grouped
            .into_iter()
            .map(|((organisation, day, domain), rows)| {
                self.report(organisation, day, &domain, rows)
            })
            .collect()
    }

    /// The report as a letter to one of the addresses that the domain gave (RFC 8460 §5.3).
    ///
    /// # Errors
    /// The store's, and `internal`.
    pub fn tls_report_letter(&self, report: &DueReport, to: &Address) -> Result<OutLetter> {
        let ctx = self.world().system(report.organisation);
        let house = crate::notice::house(self, &ctx)?;
        let bytes = self.letter(&ctx, &house.sender, report, to);
        let signed = crate::notice::sign_whole(self, &ctx, house.sender.domain(), bytes)?;
        // A report about broken TLS must arrive over broken TLS (RFC 8460 §3).
        let letter = OutLetter::new(
            (Some(house.sender), to.clone()),
            (signed.head, Vec::new().into()),
            Demand::Opportunistic,
            signed.sha256,
        );
        Ok(letter.going(Transport::Optional))
    }

    /// It was delivered, or nobody wants it.
    ///
    /// # Errors
    /// The store's; it is then sent again, with the same id.
    pub fn tls_reported(&self, report: DueReport) -> Result<()> {
        self.world().store.write(move |tx| {
            report
                .rows
                .iter()
                .try_for_each(|row| transport::forget_result(tx, row))
        })
    }

    /// Policies that hold and were not confirmed for a day.
    ///
    /// # Errors
    /// The store's.
    pub fn stale_sts_policies(&self) -> Result<Vec<StalePolicy>> {
        let now = self.world().now();
        let since = now.minus(CONFIRM_AFTER);
        let rows = self
            .world()
            .store
            .read(move |tx| transport::stale_policies(tx, since, now, ROWS_MAX))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let keys = self.world().keys(row.organisation)?;
            let kept: Kept = open(&keys, &row.domain_token, "sts", &row.sealed_policy)?;
            found.push(StalePolicy {
                organisation: row.organisation,
                domain: Domain::parse(&kept.domain)?,
                policy: kept.policy,
            });
        }
        Ok(found)
    }

    /// Keeps a policy that was fetched again.
    ///
    /// # Errors
    /// The store's; the older one stays.
    pub fn keep_sts_policy(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
        policy: &StsPolicy,
    ) -> Result<()> {
        let (world, name, kept) = (self.world().clone(), domain.clone(), policy.clone());
        self.world()
            .store
            .write(move |tx| super::keep(&world, tx, organisation, &name, &kept))?;
        self.policies()
            .note(organisation, domain, Some(policy.clone()));
        Ok(())
    }

    fn report(
        &self,
        organisation: OrganisationId,
        day: i64,
        domain: &str,
        rows: Vec<(Sessions, Noted)>,
    ) -> Result<DueReport> {
        let ctx = self.world().system(organisation);
        let house = crate::notice::house(self, &ctx)?;
        let first = Timestamp::from_secs(day * SECONDS_OF_DAY);
        let last = Timestamp::from_secs((day + 1) * SECONDS_OF_DAY - 1);
        let keys = self.world().keys(organisation)?;
        let token = keys.blind("tls_report", &format!("{day} {domain}"));
        let id = format!("{day}-{}", hex::encode(&token[..12]));
        let file = json!({
            "organization-name": house.name,
            "date-range": { "start-datetime": first, "end-datetime": last },
            "contact-info": house.sender.as_str(),
            "report-id": id,
            "policies": policies(&rows),
        });
        Ok(DueReport {
            organisation,
            domain: Domain::parse(domain)?,
            gzip: gzip(file.to_string().as_bytes())?,
            id,
            range: (first, last),
            rows: rows.into_iter().map(|(row, _)| row).collect(),
        })
    }

    fn letter(&self, ctx: &Ctx, from: &Address, report: &DueReport, to: &Address) -> Vec<u8> {
        let (submitter, domain) = (&self.settings().hostname, report.domain.as_str());
        let (id, boundary) = (&report.id, format!("report-{}", report.id));
        let (first, last) = (report.range.0.secs(), report.range.1.secs());
        let name = format!("{submitter}!{domain}!{first}!{last}!{id}.json.gz");
        let encoded = base64::engine::general_purpose::STANDARD.encode(&report.gzip);
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(BASE64_LINE)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        format!(
            "From: <{from}>\r\nTo: <{to}>\r\nDate: {date}\r\nMessage-ID: <{id}@{submitter}>\r\n\
             Subject: Report Domain: {domain}\r\n Submitter: {submitter}\r\n Report-ID: <{id}@{submitter}>\r\n\
             TLS-Report-Domain: {domain}\r\nTLS-Report-Submitter: {submitter}\r\nTLS-Required: No\r\n\
             Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n boundary=\"{boundary}\"\r\n\r\n\
             --{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
             This is a report about TLS with the mail servers of {domain} (RFC 8460).\r\n\r\n\
             --{boundary}\r\nContent-Type: application/tlsrpt+gzip\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"{name}\"\r\n\r\n\
             {body}\r\n--{boundary}--\r\n",
            from = from.as_str(),
            to = to.as_str(),
            date = ctx.now().rfc5322(),
            body = lines.join("\r\n"),
        )
        .into_bytes()
    }
}

/// RFC 8460 §4.4: sessions and failures by policy.
fn policies(rows: &[(Sessions, Noted)]) -> Vec<Value> {
    let mut by_policy: BTreeMap<(&str, &str), Vec<&(Sessions, Noted)>> = BTreeMap::new();
    for row in rows {
        let policy = (row.1.policy_type.as_str(), row.1.policy_domain.as_str());
        by_policy.entry(policy).or_default().push(row);
    }
    by_policy.into_values().map(|rows| policy(&rows)).collect()
}

fn policy(rows: &[&(Sessions, Noted)]) -> Value {
    let (mut good, mut bad) = (0, 0);
    let mut failures = Vec::new();
    let mut strings = BTreeSet::new();
    for (sessions, noted) in rows {
        strings.insert((&noted.policy_string, &noted.mx_patterns));
        match &noted.failure {
            None => good += sessions.sessions,
            Some(kind) => {
                bad += sessions.sessions;
                failures.push(json!({
                    "result-type": kind,
                    "receiving-mx-hostname": noted.mx_host,
                    "receiving-ip": noted.mx_ip,
                    "failed-session-count": sessions.sessions,
                }));
            }
        }
    }
    let (lines, mx) = strings.last().copied().unzip();
    let first = rows.first().map(|(_, noted)| noted);
    json!({
        "policy": {
            "policy-type": first.map(|n| &n.policy_type),
            "policy-string": lines,
            "policy-domain": first.map(|n| &n.policy_domain),
            "mx-host": mx,
        },
        "summary": {
            "total-successful-session-count": good,
            "total-failure-session-count": bad,
        },
        "failure-details": failures,
    })
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.finish())
        .map_err(|e| Error::new(Code::Internal).because(e))
}
