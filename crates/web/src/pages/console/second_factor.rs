//! Sign-in, second step: the code of the authenticator app.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result};
use serde::Serialize;

use super::sign_in::signed_in;
use crate::door::answer::page;
use crate::door::asked::{Asked, House};
use crate::door::cookies::Cookie;
use crate::door::run;
use crate::door::staff::back_or_home;
use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Default, Serialize)]
pub struct SecondFactor {
    pub back: String,
    pub faults: Vec<Fault>,
}

/// GET `/console/sign-in/code`
pub async fn show(asked: Asked) -> Result<Response> {
    pending(&asked)?;
    let back = back_or_home(asked.query("back")).to_owned();
    page(
        &asked,
        &House::unknown(&asked),
        StatusCode::OK,
        &SecondFactor {
            back,
            faults: Vec::new(),
        },
    )
}

/// POST `/console/sign-in/code`
pub async fn submit(asked: Asked) -> Result<Response> {
    let (pending, code, people) = (
        pending(&asked)?,
        given(&asked),
        asked.state().people.clone(),
    );
    let failed = match code.is_empty() {
        true => Error::new(Code::FieldMissing),
        false => match run(move || people.second_factor(&pending, &code)).await {
            Ok(session) => return Ok(signed_in(&asked, &session.0)),
            Err(error) => error,
        },
    };
    let (key, status) = fault(failed)?;
    let back = back_or_home(asked.field("back")).to_owned();
    page(
        &asked,
        &House::unknown(&asked),
        status,
        &SecondFactor {
            back,
            faults: vec![Fault::new("code", key)],
        },
    )
}

/// The cookie of someone who gave a right password.
pub fn pending(asked: &Asked) -> Result<String> {
    asked
        .cookie(&Cookie::Pending)
        .ok_or_else(|| Code::SessionExpired.into())
}

/// Six digits, or a recovery code with its letters.
fn given(asked: &Asked) -> String {
    let given: String = asked
        .field("code")
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(20)
        .collect();
    let letters = given.bytes().any(|b| b.is_ascii_alphabetic());
    if letters || given.len() > 6 {
        given
    } else {
        digits(asked)
    }
}

pub fn digits(asked: &Asked) -> String {
    asked
        .field("code")
        .chars()
        .filter(char::is_ascii_digit)
        .take(12)
        .collect()
}

/// What a refused code is called on the page; anything else stays an error.
pub fn fault(error: Error) -> Result<(&'static str, StatusCode)> {
    match error.code() {
        Code::FieldMissing => Ok(("totp_missing", StatusCode::UNPROCESSABLE_ENTITY)),
        Code::SecondFactorInvalid => Ok(("totp_wrong", StatusCode::UNPROCESSABLE_ENTITY)),
        Code::SignInLocked => Ok(("sign_in_locked", StatusCode::TOO_MANY_REQUESTS)),
        _ => Err(error),
    }
}

impl Page for SecondFactor {
    const TEMPLATE: &'static str = "pages/console/second_factor.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let wrong = |key| Self {
            faults: vec![Fault::new("code", key)],
            ..Self::default()
        };
        vec![
            Sample::new("empty", Self::default()),
            Sample::new("error_wrong", wrong("totp_wrong")),
            Sample::new("error_locked", wrong("sign_in_locked")),
            Sample::spanish(wrong("totp_missing")),
        ]
    }
}
