//! Keys of the organisation's own: which there are, making one, and whether encrypted mail is encrypted to the
//! organisation's own key too. Each change is asked for before it is made.
//!
//! A secret key that was made elsewhere is brought on the server, by the command line: it has no business in a form.

use axum::http::StatusCode;
use axum::response::Response;
use flow::keys::OwnKeyView;
use model::{Address, Code, KeyFor, KeyStanding, OwnKeyId, Result, Timestamp};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct OwnKeys {
    pub escrow: bool,
    pub rows: Vec<Row>,
    /// For which address one is to be made, as it was typed.
    pub address: String,
    /// What was just done.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    /// Empty: the organisation's own.
    pub address: String,
    pub kind: KeyFor,
    pub fingerprint: String,
    pub standing: KeyStanding,
    pub expires_at: Option<Timestamp>,
}

/// Asks before something is done.
#[derive(Clone, Debug, Serialize)]
pub struct OwnKeyAsk {
    pub act: &'static str,
    pub id: String,
    pub address: String,
}

const DONE: [&str; 5] = ["made", "retired", "removed", "escrow_on", "escrow_off"];
/// Those that are asked for first.
const ACTS: [&str; 4] = ["retire", "remove", "escrow_on", "escrow_off"];

/// GET `/console/own-keys`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.done = DONE.into_iter().find(|word| *word == asked.query("done"));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/own-keys`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let act = ACTS.into_iter().find(|act| *act == asked.field("act"));
    let Some(act) = act else {
        return make(&asked, &desk).await;
    };
    if asked.field("sure") != "yes" {
        return ask(&asked, &desk, act).await;
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let done = match act {
        "retire" => {
            let id: OwnKeyId = asked.field("id").parse()?;
            run(move || flow.set_own_key(&ctx, id, KeyStanding::Retired)).await?;
            "retired"
        }
        "remove" => {
            let id: OwnKeyId = asked.field("id").parse()?;
            run(move || flow.remove_own_key(&ctx, id)).await?;
            "removed"
        }
        other => {
            run(move || flow.set_escrow(&ctx, other == "escrow_on")).await?;
            other
        }
    };
    Ok(redirect(&format!("/console/own-keys?done={done}")))
}

async fn make(asked: &Asked, desk: &Desk) -> Result<Response> {
    let typed: String = asked.field("address").trim().chars().take(320).collect();
    let owner = match typed.as_str() {
        "" => Ok(None),
        text => Address::parse(text).map(Some),
    };
    let fault = match owner {
        Err(_) => Fault::new("address", "address_invalid"),
        Ok(owner) => {
            let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
            match run(move || flow.generate_own_key(&ctx, owner.as_ref())).await {
                Ok(_) => return Ok(redirect("/console/own-keys?done=made")),
                Err(error) if error.code() == Code::SenderForbidden => {
                    Fault::new("address", "not_own_address")
                }
                Err(error) => return Err(error),
            }
        }
    };
    let mut page = load(asked, desk).await?;
    page.address = typed;
    page.faults.push(fault);
    desk_page(asked, desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn ask(asked: &Asked, desk: &Desk, act: &'static str) -> Result<Response> {
    let mut page = OwnKeyAsk {
        act,
        id: String::new(),
        address: String::new(),
    };
    let rows = load(asked, desk).await?.rows;
    if matches!(act, "retire" | "remove") {
        let row = rows.into_iter().find(|row| row.id == asked.field("id"));
        let row = row.ok_or(Code::NotFound)?;
        (page.id, page.address) = (row.id, row.address);
    }
    desk_page(asked, desk, StatusCode::OK, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<OwnKeys> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (found, escrow) = run(move || Ok((flow.own_keys(&ctx)?, flow.escrow(&ctx)?))).await?;
    Ok(OwnKeys {
        escrow,
        rows: found.into_iter().map(Row::of).collect(),
        ..OwnKeys::empty()
    })
}

impl Row {
    fn of(view: OwnKeyView) -> Self {
        let address = view.address.map(|address| address.as_str().to_owned());
        Self {
            id: view.id.to_string(),
            address: address.unwrap_or_default(),
            kind: view.kind,
            fingerprint: super::key::grouped(&view.fingerprint),
            standing: view.standing,
            expires_at: view.expires_at,
        }
    }
}

impl OwnKeys {
    fn empty() -> Self {
        Self {
            escrow: false,
            rows: Vec::new(),
            address: String::new(),
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Page for OwnKeys {
    const TEMPLATE: &'static str = "pages/console/own_keys.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let days = |days: u64| std::time::Duration::from_secs(days * 86_400);
        let row = |n: u64, address: &str, kind| Row {
            id: format!("oky_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
            address: address.to_owned(),
            kind,
            fingerprint: super::key::grouped(&"9f4120c788".repeat(4)),
            standing: match n {
                2 => KeyStanding::Retired,
                _ => KeyStanding::Active,
            },
            expires_at: (n != 1).then(|| NOW.plus(days(300 + n))),
        };
        let some = || Self {
            escrow: true,
            rows: vec![
                row(0, "", KeyFor::Pgp),
                row(1, "nurse@northside.example", KeyFor::Smime),
                row(
                    2,
                    "maximiliana.featherstonehaugh-worthington@northside.example",
                    KeyFor::Pgp,
                ),
            ],
            ..Self::empty()
        };
        let done = |word| Self {
            done: Some(word),
            ..some()
        };
        let wrong = Self {
            address: "lee@hospital.example".to_owned(),
            faults: vec![Fault::new("address", "not_own_address")],
            ..some()
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("many", some()),
            Sample::new("made", done("made")),
            Sample::new("retired", done("retired")),
            Sample::new("removed", done("removed")),
            Sample::new("escrow_on", done("escrow_on")),
            Sample::new(
                "escrow_off",
                Self {
                    escrow: false,
                    ..done("escrow_off")
                },
            ),
            Sample::new("error", wrong),
            Sample::spanish(some()),
        ]
    }
}

impl Page for OwnKeyAsk {
    const TEMPLATE: &'static str = "pages/console/own_key_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let page = |act: &'static str| Self {
            act,
            id: match act {
                "retire" | "remove" => "oky_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
                _ => String::new(),
            },
            address: match act {
                "retire" => "nurse@northside.example".to_owned(),
                _ => String::new(),
            },
        };
        let mut all: Vec<_> = ACTS.map(|act| Sample::new(act, page(act))).into();
        all.push(Sample::spanish(page("escrow_on")));
        all
    }
}
