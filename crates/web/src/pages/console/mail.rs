//! What an organisation asks of all its mail: the least TLS, and the domain of its return paths; and the
//! question before either becomes weaker or needs records in DNS.
//!
//! Raising the minimum is done at once; every other act asks, with and without scripts.

use axum::http::StatusCode;
use axum::response::Response;
use flow::options::MailView;
use model::{Code, Domain, Result, limits};
use people::PublishedRecord;
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct MailSettings {
    /// Nothing leaves below verified TLS.
    pub tls_minimum: bool,
    /// Own sending domains that the configuration declares free of PHI.
    pub declared_free: Vec<String>,
    /// The organisation's domain of return paths.
    pub bounce_domain: Option<String>,
    /// The installation's; none where no mail is taken in.
    pub server_domain: Option<String>,
    /// What to publish for the organisation's own.
    pub records: Vec<PublishedRecord>,
    /// A name that could be chosen; none without a sending domain.
    pub example: Option<String>,
    /// What was typed.
    pub typed: String,
    pub manages: bool,
    /// What was just done: a word of [`ACTS`].
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

/// Asks before an act.
#[derive(Clone, Debug, Serialize)]
pub struct MailAsk {
    /// `lower`, `domain`, `none`
    pub act: &'static str,
    /// The domain of return paths that would be used, or that would be no more.
    pub bounce_domain: String,
    pub records: Vec<PublishedRecord>,
    pub declared_free: Vec<String>,
    /// How long records of a domain that is no more used are still needed.
    pub keep_days: u64,
}

const ACTS: &[&str] = &["raise", "lower", "domain", "none"];

/// GET `/console/mail`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = MailSettings::of(load(&asked, &desk).await?, desk.manages());
    page.done = ACTS
        .iter()
        .copied()
        .find(|word| *word == asked.query("done"));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/mail`: one act; all but raising the minimum ask first.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let act = ACTS
        .iter()
        .copied()
        .find(|word| *word == asked.field("act"));
    let act = act.ok_or(Code::FieldInvalid)?;
    let sure = act == "raise" || asked.field("sure") == "yes";
    let done = match sure {
        true => carry_out(&asked, &desk, act).await.map(|()| None),
        false => ask(&asked, &desk, act).await.map(Some),
    };
    match done {
        Ok(None) => Ok(redirect(&format!("/console/mail?done={act}"))),
        Ok(Some(page)) => desk_page(&asked, &desk, StatusCode::OK, &page),
        Err(error) if act == "domain" && error.code() == Code::FieldInvalid => {
            let mut page = MailSettings::of(load(&asked, &desk).await?, desk.manages());
            asked.field("bounce_domain").clone_into(&mut page.typed);
            page.faults
                .push(Fault::new("bounce_domain", "bounce_domain"));
            desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(asked: &Asked, desk: &Desk, act: &'static str) -> Result<()> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let name = asked.field("bounce_domain").trim().to_owned();
    run(move || match act {
        "raise" => flow.set_tls_minimum(&ctx, true),
        "lower" => flow.set_tls_minimum(&ctx, false),
        "domain" => flow.set_bounce_domain(&ctx, Some(&read(&name)?)),
        _ => flow.set_bounce_domain(&ctx, None),
    })
    .await
}

/// The question, for those who may do it.
async fn ask(asked: &Asked, desk: &Desk, act: &'static str) -> Result<MailAsk> {
    if !desk.manages() {
        return Err(Code::ActionForbidden.into());
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let name = asked.field("bounce_domain").trim().to_owned();
    run(move || {
        let view = flow.mail_view(&ctx)?;
        let name = match act {
            "domain" => {
                let name = read(&name)?;
                flow.check_bounce_domain(&ctx, &name)?;
                name.as_str().to_owned()
            }
            _ => view.options.bounce_domain.clone().unwrap_or_default(),
        };
        Ok(MailAsk::new(act, &view, name))
    })
    .await
}

fn read(name: &str) -> Result<Domain> {
    Domain::parse(name).map_err(|_| Code::FieldInvalid.into())
}

async fn load(asked: &Asked, desk: &Desk) -> Result<MailView> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.mail_view(&ctx)).await
}

impl MailSettings {
    fn of(view: MailView, manages: bool) -> Self {
        let own = view.options.bounce_domain;
        Self {
            records: own
                .as_deref()
                .map(|name| records(name, &view.hostname))
                .unwrap_or_default(),
            example: view.domains.first().map(|name| format!("bounces.{name}")),
            typed: own.clone().unwrap_or_default(),
            tls_minimum: view.options.tls_minimum,
            declared_free: view.declared_free,
            bounce_domain: own,
            server_domain: view.server_domain,
            manages,
            done: None,
            faults: Vec::new(),
        }
    }
}

impl MailAsk {
    fn new(act: &'static str, view: &MailView, bounce_domain: String) -> Self {
        Self {
            act,
            records: match act {
                "domain" => records(&bounce_domain, &view.hostname),
                _ => Vec::new(),
            },
            bounce_domain,
            declared_free: view.declared_free.clone(),
            keep_days: limits::RETURN_PATH_LIFETIME.as_secs() / 86_400,
        }
    }
}

/// What leads failure notices here, and says that this server may send in the name.
fn records(name: &str, hostname: &str) -> Vec<PublishedRecord> {
    let record = |kind: &str, value| PublishedRecord {
        name: name.to_owned(),
        kind: kind.to_owned(),
        value,
    };
    vec![
        record("MX", format!("10 {hostname}.")),
        record("TXT", format!("v=spf1 a:{hostname} -all")),
    ]
}

impl Page for MailSettings {
    const TEMPLATE: &'static str = "pages/console/mail.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Mail;

    fn samples() -> Vec<Sample<Self>> {
        samples::pages()
    }
}

impl Page for MailAsk {
    const TEMPLATE: &'static str = "pages/console/mail_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Mail;

    fn samples() -> Vec<Sample<Self>> {
        samples::asks()
    }
}

mod samples;
