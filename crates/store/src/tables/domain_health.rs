//! What was last seen of each sending domain. Names of senders' domains and DNS records are public.

use model::{DomainId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

pub struct DomainHealth {
    pub domain: DomainId,
    pub organisation: OrganisationId,
    /// `ok`, `warn`, `fail`; empty before the first check.
    pub grade: String,
    /// The report as JSON; empty before the first check.
    pub report: String,
    pub checked_at: Timestamp,
    /// Somebody wants it looked at now.
    pub asked_at: Option<Timestamp>,
}

statements! {
    pub FIND = "SELECT domain, organisation, grade, report, checked_at, asked_at FROM domain_health WHERE domain = $1";
    pub PUT = "INSERT INTO domain_health (domain, organisation, grade, report, checked_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (domain) DO UPDATE SET grade = excluded.grade, report = excluded.report,
        checked_at = excluded.checked_at,
        asked_at = CASE WHEN domain_health.asked_at > excluded.checked_at THEN domain_health.asked_at ELSE NULL END";
    pub ASK = "INSERT INTO domain_health (domain, organisation, grade, report, checked_at, asked_at)
        VALUES ($1, $2, '', '', 0, $3) ON CONFLICT (domain) DO UPDATE SET asked_at = excluded.asked_at";
    pub DUE = "SELECT d.id FROM domains d LEFT JOIN domain_health h ON h.domain = d.id
        WHERE h.domain IS NULL OR h.asked_at IS NOT NULL OR h.checked_at <= $1 ORDER BY d.created_at, d.id LIMIT $2";
}

pub fn find(tx: &mut Tx<'_>, domain: DomainId) -> Result<Option<DomainHealth>> {
    tx.find(&FIND, &[domain.into()], health)
}

/// What was seen at `checked_at`; what was asked for before that is answered by it.
pub fn put(tx: &mut Tx<'_>, h: &DomainHealth) -> Result<()> {
    tx.execute(
        &PUT,
        &[h.domain.into(), h.organisation.into(), h.grade.as_str().into(), h.report.as_str().into(), h.checked_at.into()],
    )
    .map(drop)
}

pub fn ask(tx: &mut Tx<'_>, domain: DomainId, organisation: OrganisationId, at: Timestamp) -> Result<()> {
    tx.execute(&ASK, &[domain.into(), organisation.into(), at.into()]).map(drop)
}

/// Domains never looked at, last looked at before `before`, or asked for.
pub fn due(tx: &mut Tx<'_>, before: Timestamp, rows: usize) -> Result<Vec<DomainId>> {
    tx.query(&DUE, &[before.into(), rows.into()], |row| row.id(0))
}

fn health(row: &Row<'_>) -> Result<DomainHealth> {
    Ok(DomainHealth {
        domain: DomainId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        grade: row.text(2)?.to_owned(),
        report: row.text(3)?.to_owned(),
        checked_at: row.at(4)?,
        asked_at: row.opt_at(5)?,
    })
}
