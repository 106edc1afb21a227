//! Sending domains: how each looks to the receivers of its mail.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Result, Timestamp};
use people::health::{Grade, HealthView};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Domains {
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub name: String,
    /// `ok`, `warn`, `fail`; empty before the first check.
    pub grade: &'static str,
    pub checked_at: Option<Timestamp>,
    /// Words of the checks that are not ok.
    pub troubled: Vec<&'static str>,
}

/// GET `/console/domains`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (people, ctx) = (asked.state().people.clone(), desk.ctx()?.clone());
    let found = run(move || people.domains_health(&ctx)).await?;
    let rows = found.iter().map(Row::of).collect();
    desk_page(&asked, &desk, StatusCode::OK, &Domains { rows })
}

impl Row {
    fn of(view: &HealthView) -> Self {
        let troubled = view.report.as_ref().map(|report| report.troubled());
        Self {
            name: view.name.clone(),
            grade: view.grade().map_or("", Grade::word),
            checked_at: view.report.as_ref().map(|report| report.at),
            troubled: troubled
                .unwrap_or_default()
                .iter()
                .map(|check| check.word())
                .collect(),
        }
    }
}

impl Page for Domains {
    const TEMPLATE: &'static str = "pages/console/domains.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Domains;

    fn samples() -> Vec<Sample<Self>> {
        use crate::pages::samples::NOW;
        let row = |name: &str, grade, troubled: &[&'static str]| Row {
            name: name.to_owned(),
            grade,
            checked_at: Some(NOW).filter(|_| !grade.is_empty()),
            troubled: troubled.to_vec(),
        };
        let many = vec![
            row("northside.example", "ok", &[]),
            row("news.northside.example", "warn", &["dmarc", "mta_sts"]),
            row("old.example", "fail", &["spf", "dkim", "dmarc", "mx"]),
            row("new.example", "", &[]),
        ];
        let long =
            "the-northside-community-health-partnership.counselling-and-family-medicine.example";
        vec![
            Sample::new("empty", Self { rows: Vec::new() }),
            Sample::new(
                "one",
                Self {
                    rows: many[..1].to_vec(),
                },
            ),
            Sample::new("many", Self { rows: many.clone() }),
            Sample::new(
                "long_names",
                Self {
                    rows: vec![row(
                        long,
                        "fail",
                        &["spf", "dkim", "dmarc", "mta_sts", "tls_rpt", "mx", "ptr"],
                    )],
                },
            ),
            Sample::spanish(Self { rows: many }),
        ]
    }
}
