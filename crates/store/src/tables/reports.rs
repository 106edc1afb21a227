//! What receivers report about a sending domain: DMARC and TLS, row by row (RFC 9990, RFC 8460).
//!
//! Invariant: a report that comes twice changes nothing: its token and the row's place are the key.

use model::{DomainId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

/// Which report a row is from.
#[derive(Clone)]
pub struct ReportKey {
    pub domain: DomainId,
    pub organisation: OrganisationId,
    /// The reporting system's name for itself.
    pub reporter: String,
    /// A keyed token of reporter and report id.
    pub token: [u8; 32],
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    pub received_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmarcRow {
    pub reporter: String,
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    /// The sending address.
    pub source: String,
    pub messages: u64,
    /// `none`, `quarantine` or `reject`.
    pub disposition: String,
    pub dkim_aligned: bool,
    pub spf_aligned: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsRow {
    pub reporter: String,
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    /// `tlsa`, `sts` or `no-policy-found`.
    pub policy: String,
    pub successes: u64,
    pub failures: u64,
    /// A JSON object: result type to sessions.
    pub reasons: String,
}

statements! {
    pub INSERT_DMARC = "INSERT INTO dmarc_rows (domain, organisation, reporter, report_token, position, begins_at, ends_at,
        source, messages, disposition, dkim_aligned, spf_aligned, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    pub DMARC = "SELECT reporter, begins_at, ends_at, source, messages, disposition, dkim_aligned, spf_aligned FROM dmarc_rows
        WHERE domain = $1 AND ends_at >= $2 ORDER BY ends_at DESC, report_token, position LIMIT $3";
    pub TAKEN = "SELECT 1 FROM dmarc_rows WHERE domain = $1 AND report_token = $2
        UNION ALL SELECT 1 FROM tls_rows WHERE domain = $1 AND report_token = $2 LIMIT 1";
    pub INSERT_TLS = "INSERT INTO tls_rows (domain, organisation, reporter, report_token, position, begins_at, ends_at,
        policy, successes, failures, reasons, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    pub TLS = "SELECT reporter, begins_at, ends_at, policy, successes, failures, reasons FROM tls_rows
        WHERE domain = $1 AND ends_at >= $2 ORDER BY ends_at DESC, report_token, position LIMIT $3";
    pub FORGET_DMARC = "DELETE FROM dmarc_rows WHERE received_at < $1";
    pub FORGET_TLS = "DELETE FROM tls_rows WHERE received_at < $1";
}

/// Whether a report was taken before.
pub fn is_taken(tx: &mut Tx<'_>, domain: DomainId, token: &[u8; 32]) -> Result<bool> {
    Ok(tx.find(&TAKEN, &[domain.into(), token.into()], |_| Ok(()))?.is_some())
}

pub fn insert_dmarc(tx: &mut Tx<'_>, key: &ReportKey, position: usize, row: &DmarcRow) -> Result<()> {
    let values = [
        key.domain.into(),
        key.organisation.into(),
        key.reporter.as_str().into(),
        (&key.token).into(),
        position.into(),
        key.begins_at.into(),
        key.ends_at.into(),
        row.source.as_str().into(),
        count(row.messages),
        row.disposition.as_str().into(),
        row.dkim_aligned.into(),
        row.spf_aligned.into(),
        key.received_at.into(),
    ];
    tx.execute(&INSERT_DMARC, &values).map(drop)
}

/// Newest first.
pub fn dmarc(tx: &mut Tx<'_>, domain: DomainId, since: Timestamp, rows: usize) -> Result<Vec<DmarcRow>> {
    tx.query(&DMARC, &[domain.into(), since.into(), rows.into()], |row| {
        Ok(DmarcRow {
            reporter: row.text(0)?.to_owned(),
            begins_at: row.at(1)?,
            ends_at: row.at(2)?,
            source: row.text(3)?.to_owned(),
            messages: counted(row, 4)?,
            disposition: row.text(5)?.to_owned(),
            dkim_aligned: row.flag(6)?,
            spf_aligned: row.flag(7)?,
        })
    })
}

pub fn insert_tls(tx: &mut Tx<'_>, key: &ReportKey, position: usize, row: &TlsRow) -> Result<()> {
    let values = [
        key.domain.into(),
        key.organisation.into(),
        key.reporter.as_str().into(),
        (&key.token).into(),
        position.into(),
        key.begins_at.into(),
        key.ends_at.into(),
        row.policy.as_str().into(),
        count(row.successes),
        count(row.failures),
        row.reasons.as_str().into(),
        key.received_at.into(),
    ];
    tx.execute(&INSERT_TLS, &values).map(drop)
}

/// Newest first.
pub fn tls(tx: &mut Tx<'_>, domain: DomainId, since: Timestamp, rows: usize) -> Result<Vec<TlsRow>> {
    tx.query(&TLS, &[domain.into(), since.into(), rows.into()], |row| {
        Ok(TlsRow {
            reporter: row.text(0)?.to_owned(),
            begins_at: row.at(1)?,
            ends_at: row.at(2)?,
            policy: row.text(3)?.to_owned(),
            successes: counted(row, 4)?,
            failures: counted(row, 5)?,
            reasons: row.text(6)?.to_owned(),
        })
    })
}

/// Reports past their keeping time.
pub fn forget_before(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.execute(&FORGET_DMARC, &[before.into()])?;
    tx.execute(&FORGET_TLS, &[before.into()]).map(drop)
}

fn count(n: u64) -> Value<'static> {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn counted(row: &Row<'_>, column: usize) -> Result<u64> {
    Ok(u64::try_from(row.int(column)?).unwrap_or(0))
}
