//! Sign-in, for the first time: the authenticator app learns its key.

use serde::Serialize;

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
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Self { qr: qr::draw(otpauth).ok(), secret: groups.join(" "), back, faults: Vec::new() }
    }
    pub fn with_fault(mut self, key: &'static str) -> Self {
        self.faults.push(Fault::new("code", key));
        self
    }
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
            Sample::new("error_wrong", page().with_fault("totp_wrong")),
            Sample::new("without_drawing", Self { qr: None, ..page() }),
            Sample { lang: Lang::Es, ..Sample::new("spanish", page()) },
        ]
    }
}
