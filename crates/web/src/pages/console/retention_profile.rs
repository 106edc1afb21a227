//! What an organisation is to the law: where it works, as what, in which programmes. Which rules bind it follows from it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result, Timestamp, limits};
use records::keeping::{Profile, Programme, Provider};
use serde::Serialize;
use serde_json::json;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct RetentionProfile {
    pub form: Form,
    pub all_providers: Vec<String>,
    pub all_programmes: Vec<String>,
    /// Who said what is on record, and when.
    pub said: Option<(String, Timestamp)>,
    pub manages: bool,
    pub days: u32,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    /// `NY, NJ`
    pub states: String,
    pub providers: BTreeSet<String>,
    pub programmes: BTreeSet<String>,
    pub zone: String,
    pub reason: String,
}

/// GET `/console/retention/profile`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = load(&asked, &desk).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/retention/profile`: says what the organisation is.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.form = Form::posted(&asked, &page);
    let faults = match page.form.read() {
        Err(faults) => faults,
        Ok(profile) => {
            let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
            let reason = page.form.reason.clone();
            match run(move || records.set_keeping_profile(&ctx, &profile, &reason)).await {
                Ok(_) => return Ok(redirect("/console/retention?done=profiled")),
                Err(error) => vec![match (error.code(), error.pointer()) {
                    (Code::FieldMissing, Some("/reason")) => {
                        Fault::new("reason", "retention_reason")
                    }
                    (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
                    (Code::FieldMissing, Some("/states")) => Fault::new("states", "profile_states"),
                    (Code::FieldMissing, Some("/provider_types")) => {
                        Fault::new("providers", "profile_providers")
                    }
                    _ => return Err(error),
                }],
            }
        }
    };
    page.faults = faults;
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<RetentionProfile> {
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let found = run(move || records.keeping_profile(&ctx)).await?;
    let mut page = RetentionProfile::empty(&desk.house.zone);
    page.manages = desk.keeps_rules();
    if let Some(found) = found {
        page.form = Form::of(&found.setting);
        let own = |word: &&String| word.starts_with("x_");
        page.all_providers
            .extend(page.form.providers.iter().filter(own).cloned());
        page.all_programmes
            .extend(page.form.programmes.iter().filter(own).cloned());
        page.said = Some((found.author, found.created_at));
    }
    Ok(page)
}

impl Form {
    fn of(profile: &Profile) -> Self {
        let states = profile.states.iter().map(|state| {
            let word = state.word();
            word.strip_prefix("US-").unwrap_or(word).to_owned()
        });
        Self {
            states: states.collect::<Vec<_>>().join(", "),
            providers: profile
                .provider_types
                .iter()
                .map(|one| one.word().to_owned())
                .collect(),
            programmes: profile
                .programmes
                .iter()
                .map(|one| one.word().to_owned())
                .collect(),
            zone: profile.zone.to_string(),
            reason: String::new(),
        }
    }

    fn posted(asked: &Asked, page: &RetentionProfile) -> Self {
        let field = |name, chars| asked.field(name).chars().take(chars).collect::<String>();
        let ticked = |kind: &str, all: &[String]| {
            let is = |word: &&String| asked.field(&format!("{kind}_{word}")) == "yes";
            all.iter().filter(is).cloned().collect()
        };
        Self {
            states: field("states", 500),
            providers: ticked("provider", &page.all_providers),
            programmes: ticked("programme", &page.all_programmes),
            zone: field("zone", 100),
            reason: field("reason", 2_000),
        }
    }

    fn read(&self) -> std::result::Result<Profile, Vec<Fault>> {
        let words = self
            .states
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let states = words.filter(|word| !word.is_empty()).map(|word| {
            let word = word.to_ascii_uppercase();
            format!("US-{}", word.strip_prefix("US-").unwrap_or(&word))
        });
        let states: Vec<String> = states.collect();
        let whole = |states: &[String], zone: &str| {
            serde_json::from_value::<Profile>(json!({
                "states": states, "provider_types": self.providers, "programmes": self.programmes, "zone": zone,
            }))
        };
        let mut faults = Vec::new();
        if whole(&states, "UTC").is_err() {
            faults.push(Fault::new("states", "profile_states"));
        }
        if whole(&[], &self.zone).is_err() {
            faults.push(Fault::new("zone", "profile_zone"));
        }
        match whole(&states, &self.zone) {
            Ok(profile) if faults.is_empty() => Ok(profile),
            _ => Err(faults),
        }
    }
}

fn providers() -> Vec<String> {
    Provider::WELL_KNOWN
        .iter()
        .map(|one| one.word().to_owned())
        .collect()
}

fn programmes() -> Vec<String> {
    Programme::WELL_KNOWN
        .iter()
        .map(|one| one.word().to_owned())
        .collect()
}

impl RetentionProfile {
    fn empty(zone: &str) -> Self {
        Self {
            form: Form {
                zone: zone.to_owned(),
                ..Form::default()
            },
            all_providers: providers(),
            all_programmes: programmes(),
            said: None,
            manages: true,
            days: limits::RETENTION_COOLING_DAYS,
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        }
    }
}

impl Page for RetentionProfile {
    const TEMPLATE: &'static str = "pages/console/retention_profile.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Retention;

    fn samples() -> Vec<Sample<Self>> {
        use crate::pages::samples::NOW;
        let bare = Self::empty("America/New_York");
        let known = Self {
            form: Form {
                states: "NJ, NY".to_owned(),
                providers: ["clinic".to_owned(), "physician".to_owned()].into(),
                programmes: ["medicare_advantage".to_owned()].into(),
                zone: "America/New_York".to_owned(),
                reason: String::new(),
            },
            said: Some(("ana@northside.example".to_owned(), NOW)),
            ..bare.clone()
        };
        let reader = Self {
            manages: false,
            ..known.clone()
        };
        let wrong = |field, key| Self {
            faults: vec![Fault::new(field, key)],
            ..known.clone()
        };
        vec![
            Sample::new("bare", bare),
            Sample::new("known", known.clone()),
            Sample::new("reader", reader),
            Sample::new("error_states", wrong("states", "profile_states")),
            Sample::new("error_providers", wrong("providers", "profile_providers")),
            Sample::new("error_zone", wrong("zone", "profile_zone")),
            Sample::new("error_reason", wrong("reason", "retention_reason")),
            Sample::spanish(known),
        ]
    }
}
