//! `GET /v1/domains`: sending domains, what DNS shows of them, and the records to publish.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::Timestamp;
use people::DkimView;
use people::health::{Finding, HealthView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// The organisation's sending domains.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainList {
    domains: Vec<DomainShown>,
}

/// A sending domain as it was last looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainShown {
    #[schema(example = "clinic.example")]
    name: String,
    /// The worst of the findings; null before the first check.
    #[schema(schema_with = schema::grade_or_null)]
    grade: Option<&'static str>,
    #[schema(schema_with = schema::moment_or_null)]
    checked_at: Option<Timestamp>,
    findings: Vec<DomainFinding>,
    keys: Vec<DomainKey>,
}

/// One thing that was looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainFinding {
    /// `spf`, `dkim`, `dmarc`, `mta_sts`, `tls_rpt`, `mx`, `return_path`, `ptr`, `blocklist`, `links`.
    check: &'static str,
    #[schema(schema_with = schema::grade)]
    grade: &'static str,
    /// A stable word for what was found.
    #[schema(example = "spf_excludes_us")]
    code: &'static str,
    /// The same as a sentence.
    says: &'static str,
    /// Why receivers look at it.
    why: &'static str,
    /// A selector, an address or a list, where the check looks at several.
    about: String,
    /// What DNS said, and what was asked.
    seen: Vec<String>,
    /// The record that would mend it, or that is to stay.
    publish: Option<DnsRecord>,
}

/// A signing key's way: `prepared`, `active`, `retiring`, `retired`.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainKey {
    selector: String,
    /// `rsa` or `ed25519`.
    algorithm: String,
    state: &'static str,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Until when a retiring key's record must stay published.
    #[schema(schema_with = schema::moment_or_null)]
    until: Option<Timestamp>,
    record: DnsRecord,
}

/// A DNS record to publish.
#[derive(Serialize, ToSchema)]
pub(crate) struct DnsRecord {
    name: String,
    /// `TXT`, `MX` or `PTR`.
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

pub(super) fn door() -> Door {
    Door::new::<__path_domains>(get(domains), Action::DomainRead, &[])
}

/// Show sending domains and their health
///
/// What SPF, DKIM, DMARC, MTA-STS, TLS-RPT, MX, PTR and blocklists looked like at the last check, with
/// the records to publish. Each domain is looked at once a day.
#[utoipa::path(get, path = "/v1/domains", tag = "service", responses(
    (status = 200, description = "All of them.", body = DomainList)
))]
async fn domains(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let found = blocking(move || state.people.domains_health(&ctx)).await?;
    let domains = found.into_iter().map(shown).collect();
    json(StatusCode::OK, &DomainList { domains })
}

fn shown(view: HealthView) -> DomainShown {
    let grade = view.grade().map(|grade| grade.word());
    let (checked_at, findings) = match view.report {
        Some(report) => (Some(report.at), report.findings),
        None => (None, Vec::new()),
    };
    DomainShown {
        name: view.name,
        grade,
        checked_at,
        findings: findings.into_iter().map(finding).collect(),
        keys: view.keys.into_iter().map(key).collect(),
    }
}

fn finding(found: Finding) -> DomainFinding {
    let (verdict, check) = (found.verdict, found.verdict.check());
    DomainFinding {
        check: check.word(),
        grade: verdict.grade().word(),
        code: verdict.word(),
        says: verdict.says(),
        why: check.why(),
        about: found.about,
        seen: found.seen,
        publish: found.publish.map(record),
    }
}

fn key(view: DkimView) -> DomainKey {
    DomainKey {
        selector: view.selector,
        algorithm: view.algorithm,
        state: view.state.word(),
        created_at: view.created_at,
        until: view.until,
        record: record(view.record),
    }
}

fn record(record: people::PublishedRecord) -> DnsRecord {
    DnsRecord {
        name: record.name,
        kind: record.kind,
        value: record.value,
    }
}
