//! Sign-in, for the first time: the authenticator app learns its key.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result};
use serde::Serialize;

use super::second_factor::{digits, fault, pending};
use super::sign_in::signed_in;
use crate::door::answer::{page, redirect};
use crate::door::asked::{Asked, House};
use crate::door::run;
use crate::door::staff::{back_or_home, escape};
use crate::face::qr::{self, Qr};
use crate::face::{Fault, Lang};
use crate::pages::{Page, Sample, Voice};

/// Carries the key in the clear, for the one response that shows it.
#[derive(Clone, Serialize)]
pub struct Enrol {
    pub qr: Option<Qr>,
    /// Base 32 in groups of four.
    pub secret: String,
    pub back: String,
    pub faults: Vec<Fault>,
}

impl Enrol {
    /// From what `people` gives: the key in base 32 and the `otpauth:` address. A drawing that fails
    /// leaves the key to type.
    pub fn new(secret_base32: &str, otpauth: &str, back: String) -> Self {
        let letters: Vec<char> = secret_base32.chars().collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect();
        Self {
            qr: qr::draw(otpauth).ok(),
            secret: groups.join(" "),
            back,
            faults: Vec::new(),
        }
    }
    pub fn with_fault(mut self, key: &'static str) -> Self {
        self.faults.push(Fault::new("code", key));
        self
    }
}

/// GET `/console/sign-in/set-up`
pub async fn show(asked: Asked) -> Result<Response> {
    let back = back_or_home(asked.query("back")).to_owned();
    offer(&asked, back, None, StatusCode::OK).await
}

/// POST `/console/sign-in/set-up`. After a wrong code a new key is shown, because the old one was
/// shown once and is not kept in the open anywhere.
pub async fn submit(asked: Asked) -> Result<Response> {
    let (pending, code, people) = (
        pending(&asked)?,
        digits(&asked),
        asked.state().people.clone(),
    );
    let failed = match code.is_empty() {
        true => Error::new(Code::FieldMissing),
        false => match run(move || people.confirm_totp(&pending, &code)).await {
            Ok(session) => return Ok(signed_in(&asked, &session.0)),
            Err(error) => error,
        },
    };
    let (key, status) = fault(failed)?;
    let key = if key == "totp_wrong" {
        "totp_wrong_new"
    } else {
        key
    };
    let back = back_or_home(asked.field("back")).to_owned();
    offer(&asked, back, Some(key), status).await
}

async fn offer(
    asked: &Asked,
    back: String,
    fault: Option<&'static str>,
    status: StatusCode,
) -> Result<Response> {
    let (pending, people) = (pending(asked)?, asked.state().people.clone());
    let offered = match run(move || people.enrol_totp(&pending)).await {
        Ok(offered) => offered,
        // enrolled already: the other page asks for the code
        Err(error) if error.code() == Code::StateConflict => {
            return Ok(redirect(&format!(
                "/console/sign-in/code?back={}",
                escape(&back)
            )));
        }
        Err(error) => return Err(error),
    };
    let shown = Enrol::new(
        offered.secret_base32.expose(),
        offered.otpauth_url.expose(),
        back,
    );
    let shown = fault.into_iter().fold(shown, Enrol::with_fault);
    page(asked, &House::unknown(asked), status, &shown)
}

impl Page for Enrol {
    const TEMPLATE: &'static str = "pages/console/enrol.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        let address = format!(
            "otpauth://totp/Northside%20Clinic:ana.ortiz%40northside.example?secret={secret}&issuer=Northside%20Clinic"
        );
        let page = || Self::new(secret, &address, String::new());
        vec![
            Sample::new("one", page()),
            Sample::new("error_wrong", page().with_fault("totp_wrong_new")),
            Sample::new("without_drawing", Self { qr: None, ..page() }),
            Sample {
                lang: Lang::Es,
                ..Sample::new("spanish", page())
            },
        ]
    }
}
