//! Sign-in, second step: the code of the authenticator app.

use serde::Serialize;

use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Default, Serialize)]
pub struct SecondFactor {
    pub back: String,
    pub faults: Vec<Fault>,
}

impl Page for SecondFactor {
    const TEMPLATE: &'static str = "pages/console/second_factor.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let wrong = |key| Self { faults: vec![Fault::new("code", key)], ..Self::default() };
        vec![
            Sample::new("empty", Self::default()),
            Sample::new("error_wrong", wrong("totp_wrong")),
            Sample::new("error_locked", wrong("sign_in_locked")),
            Sample::spanish(wrong("totp_missing")),
        ]
    }
}
