//! Sign-in, first step: email address and password.

use serde::Serialize;

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

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/console/sign_in.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let typed = Self { email: "ana.ortiz@northside.example".to_owned(), ..Self::default() };
        let wrong = |key| Self { faults: vec![Fault::new("password", key)], ..typed.clone() };
        vec![
            Sample::new("empty", Self::default()),
            Sample::new("signed_out", Self { notice: Some(Notice::SignedOut), ..Self::default() }),
            Sample::new("ended", Self { notice: Some(Notice::Ended), ..Self::default() }),
            Sample::new("error_wrong", wrong("sign_in_wrong")),
            Sample::new("error_locked", wrong("sign_in_locked")),
            Sample::new("error_missing", Self {
                faults: vec![Fault::new("email", "email_missing"), Fault::new("password", "password_missing")],
                ..Self::default()
            }),
            Sample::new("long_names", typed.clone()),
            Sample::spanish(wrong("sign_in_wrong")),
        ]
    }
}
