//! One recipient's key: what it is, whether mail is encrypted to it, and the question before that changes or the
//! key is destroyed.

use axum::http::StatusCode;
use axum::response::Response;
use flow::keys::{KeyHealth, KeyView};
use model::{
    KeyFor, KeySource, KeyStanding, RecipientKeyId, Result, RevocationDoubt, RevocationReason,
    RevocationState, Timestamp,
};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Key {
    pub id: String,
    pub address: String,
    pub kind: KeyFor,
    pub fingerprint: String,
    pub subject: String,
    pub issuer: String,
    pub source: KeySource,
    pub standing: KeyStanding,
    pub pinned: bool,
    pub health: &'static str,
    /// What its issuer says of a certificate, why, and when it was asked; empty for OpenPGP.
    pub revocation: &'static str,
    pub because: String,
    pub checked_at: Option<Timestamp>,
    pub starts_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub changed_by: String,
    /// It was just set.
    pub done: bool,
}

/// Asks before something is done: `active`, `refused`, `retired`, `remove`.
#[derive(Clone, Debug, Serialize)]
pub struct KeyAsk {
    pub id: String,
    pub address: String,
    pub kind: KeyFor,
    pub act: &'static str,
}

const ACTS: [&str; 4] = ["active", "refused", "retired", "remove"];

/// GET `/console/keys/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    if asked.segment(2) == "add" {
        return super::key_add::show(asked).await;
    }
    let desk = desk(&asked).await?;
    let mut page = Key::of(load(&asked, &desk).await?);
    page.done = asked.query("done") == "set";
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/keys/{id}`: asks first; with `sure=yes` it is done.
pub async fn submit(asked: Asked) -> Result<Response> {
    if asked.segment(2) == "add" {
        return super::key_add::submit(asked).await;
    }
    let desk = desk(&asked).await?;
    let view = load(&asked, &desk).await?;
    let Some(act) = ACTS.into_iter().find(|act| *act == asked.field("act")) else {
        return Ok(redirect(&format!("/console/keys/{}", view.id)));
    };
    if asked.field("sure") != "yes" {
        let page = KeyAsk {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
            kind: view.kind,
            act,
        };
        return desk_page(&asked, &desk, StatusCode::OK, &page);
    }
    let (flow, ctx, id) = (asked.state().flow.clone(), desk.ctx()?.clone(), view.id);
    let Some(standing) = KeyStanding::from_word(act) else {
        run(move || flow.remove_key(&ctx, id)).await?;
        return Ok(redirect("/console/keys?done=removed"));
    };
    run(move || flow.set_key_standing(&ctx, id, standing)).await?;
    Ok(redirect(&format!("/console/keys/{id}?done=set")))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<KeyView> {
    let id: RecipientKeyId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.key(&ctx, id)).await
}

/// In upper case, four digits together, as people compare it.
pub(super) fn grouped(fingerprint: &str) -> String {
    let digits: Vec<char> = fingerprint.to_ascii_uppercase().chars().collect();
    let groups = digits.chunks(4).map(|four| four.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

impl Key {
    fn of(view: KeyView) -> Self {
        let known = view.revocation.as_ref();
        Self {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
            kind: view.kind,
            fingerprint: grouped(&view.fingerprint),
            subject: view.subject,
            issuer: view.issuer,
            source: view.source,
            standing: view.standing,
            pinned: view.pinned,
            health: view.health.word(),
            revocation: known.map_or("", |known| known.state.word()),
            because: known.map_or(String::new(), |known| known.because.clone()),
            checked_at: known.and_then(|known| known.checked_at),
            starts_at: view.starts_at,
            expires_at: view.expires_at,
            created_at: view.created_at,
            seen_at: view.seen_at,
            changed_by: view.changed_by,
            done: false,
        }
    }
}

impl Page for Key {
    const TEMPLATE: &'static str = "pages/console/key.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let days = |days: u64| std::time::Duration::from_secs(days * 86_400);
        let lee = Self {
            id: "rky_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            address: "lee@hospital.example".to_owned(),
            kind: KeyFor::Smime,
            fingerprint: grouped(&"9f4120c788d3a10b".repeat(4)),
            subject: "CN=Lee Park, O=General Hospital".to_owned(),
            issuer: "CN=General Hospital CA, O=General Hospital".to_owned(),
            source: KeySource::Upload,
            standing: KeyStanding::Active,
            pinned: true,
            health: KeyHealth::Usable.word(),
            revocation: RevocationState::Good.word(),
            because: String::new(),
            checked_at: Some(NOW.minus(days(1))),
            starts_at: NOW.minus(days(200)),
            expires_at: Some(NOW.plus(days(165))),
            created_at: NOW.minus(days(30)),
            seen_at: NOW.minus(days(2)),
            changed_by: "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D07".to_owned(),
            done: false,
        };
        let ending = Self {
            health: KeyHealth::EndsSoon.word(),
            expires_at: Some(NOW.plus(days(9))),
            done: true,
            ..lee.clone()
        };
        let pgp = Self {
            kind: KeyFor::Pgp,
            fingerprint: grouped(&"9f4120c788".repeat(4)),
            subject: String::new(),
            issuer: String::new(),
            standing: KeyStanding::Refused,
            health: KeyHealth::Stopped.word(),
            revocation: "",
            checked_at: None,
            expires_at: None,
            ..lee.clone()
        };
        let revoked = Self {
            health: KeyHealth::Revoked.word(),
            revocation: RevocationState::Revoked.word(),
            because: RevocationReason::KeyCompromise.word().to_owned(),
            ..lee.clone()
        };
        let unconfirmed = Self {
            health: KeyHealth::Unconfirmed.word(),
            revocation: RevocationState::Unknown.word(),
            because: RevocationDoubt::NotReached.word().to_owned(),
            ..lee.clone()
        };
        vec![
            Sample::new("revoked", revoked),
            Sample::new("unconfirmed", unconfirmed),
            Sample::new("one", lee.clone()),
            Sample::new("ending", ending),
            Sample::new("refused", pgp),
            Sample::spanish(lee),
        ]
    }
}

impl Page for KeyAsk {
    const TEMPLATE: &'static str = "pages/console/key_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let page = |act| Self {
            id: "rky_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            address: "lee@hospital.example".to_owned(),
            kind: KeyFor::Smime,
            act,
        };
        vec![
            Sample::new("active", page("active")),
            Sample::new("refused", page("refused")),
            Sample::new("retired", page("retired")),
            Sample::new("remove", page("remove")),
            Sample::spanish(page("retired")),
        ]
    }
}
