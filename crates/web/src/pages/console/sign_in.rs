//! Sign-in, first step: email address and password.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result, Secret};
use people::SignIn as Step;
use serde::Serialize;

use crate::door::answer::{forgetting, page, redirect, with_cookie};
use crate::door::asked::{Asked, House};
use crate::door::cookies::Cookie;
use crate::door::run;
use crate::door::staff::{back_or_home, desk, escape};
use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Default, Serialize)]
pub struct SignIn {
    /// What was typed, so that a wrong password does not lose it.
    pub email: String,
    /// A path of ours to return to afterwards.
    pub back: String,
    pub notice: Option<Notice>,
    pub faults: Vec<Fault>,
}

/// Why someone who was signed in sees this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    SignedOut,
    Ended,
}

/// GET `/console/sign-in`
pub async fn show(asked: Asked) -> Result<Response> {
    let notice = match (asked.query("ended"), asked.query("out")) {
        ("yes", _) => Some(Notice::Ended),
        (_, "yes") => Some(Notice::SignedOut),
        _ => None,
    };
    let back = back_or_home(asked.query("back")).to_owned();
    let blank = SignIn {
        back,
        notice,
        ..SignIn::default()
    };
    page(&asked, &House::unknown(&asked), StatusCode::OK, &blank)
}

/// POST `/console/sign-in`
pub async fn submit(asked: Asked) -> Result<Response> {
    let (email, password) = (
        asked.field("email").trim().to_owned(),
        Secret::new(asked.field("password").to_owned()),
    );
    let mut faults = Vec::new();
    if email.is_empty() {
        faults.push(Fault::new("email", "email_missing"));
    }
    if password.expose().is_empty() {
        faults.push(Fault::new("password", "password_missing"));
    }
    if !faults.is_empty() {
        return again(&asked, email, faults, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (people, typed) = (asked.state().people.clone(), email.clone());
    let (token, next) = match run(move || people.sign_in(&typed, &password)).await {
        Ok(Step::NeedsCode(token)) => (token.0, "code"),
        Ok(Step::NeedsEnrolment(token)) => (token.0, "set-up"),
        Err(error) => {
            let (key, status) = match error.code() {
                Code::CredentialsInvalid => ("sign_in_wrong", StatusCode::UNPROCESSABLE_ENTITY),
                Code::SignInLocked => ("sign_in_locked", StatusCode::TOO_MANY_REQUESTS),
                _ => return Err(error),
            };
            return again(&asked, email, vec![Fault::new("password", key)], status);
        }
    };
    let back = escape(back_or_home(asked.field("back")));
    let response = redirect(&format!("/console/sign-in/{next}?back={back}"));
    Ok(with_cookie(
        response,
        &asked,
        &Cookie::Pending,
        token.expose(),
    ))
}

/// POST `/console/sign-out`
pub async fn sign_out(asked: Asked) -> Result<Response> {
    let (desk, people) = (desk(&asked).await?, asked.state().people.clone());
    let ctx = desk.ctx()?.clone();
    run(move || people.sign_out(&ctx)).await?;
    let response = forgetting(redirect("/console/sign-in?out=yes"));
    Ok(with_cookie(response, &asked, &Cookie::Session, ""))
}

/// The end of a sign-in: the pending cookie goes, the session's comes.
pub fn signed_in(asked: &Asked, session: &Secret<String>) -> Response {
    let response = redirect(back_or_home(asked.field("back")));
    let response = with_cookie(response, asked, &Cookie::Pending, "");
    with_cookie(response, asked, &Cookie::Session, session.expose())
}

fn again(asked: &Asked, email: String, faults: Vec<Fault>, status: StatusCode) -> Result<Response> {
    let back = back_or_home(asked.field("back")).to_owned();
    page(
        asked,
        &House::unknown(asked),
        status,
        &SignIn {
            email,
            back,
            notice: None,
            faults,
        },
    )
}

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/console/sign_in.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let typed = Self {
            email: "ana.ortiz@northside.example".to_owned(),
            ..Self::default()
        };
        let wrong = |key| Self {
            faults: vec![Fault::new("password", key)],
            ..typed.clone()
        };
        vec![
            Sample::new("empty", Self::default()),
            Sample::new(
                "signed_out",
                Self {
                    notice: Some(Notice::SignedOut),
                    ..Self::default()
                },
            ),
            Sample::new(
                "ended",
                Self {
                    notice: Some(Notice::Ended),
                    ..Self::default()
                },
            ),
            Sample::new("error_wrong", wrong("sign_in_wrong")),
            Sample::new("error_locked", wrong("sign_in_locked")),
            Sample::new(
                "error_missing",
                Self {
                    faults: vec![
                        Fault::new("email", "email_missing"),
                        Fault::new("password", "password_missing"),
                    ],
                    ..Self::default()
                },
            ),
            Sample::new("long_names", typed.clone()),
            Sample::spanish(wrong("sign_in_wrong")),
        ]
    }
}
