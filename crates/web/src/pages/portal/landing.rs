//! Where the link of a notice leads: says that a message waits, and offers to send a code.
//!
//! Neutral on purpose: whoever has only the link learns no name, no address and no subject, and
//! opening the page changes nothing, because mail scanners open links too.

use serde::Serialize;

use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Landing {
    /// Where the form goes: it asks for a code.
    pub action: String,
    /// The reader has just closed the message.
    pub closed: bool,
    pub faults: Vec<Fault>,
}

impl Page for Landing {
    const TEMPLATE: &'static str = "pages/portal/landing.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self { action: "#".to_owned(), closed: false, faults: Vec::new() };
        vec![
            Sample::new("one", page.clone()),
            Sample::new("long_names", page.clone()),
            Sample::new("closed", Self { closed: true, ..page.clone() }),
            Sample::new("error", Self { faults: vec![Fault::new("send", "codes_many")], ..page.clone() }),
            Sample::spanish(page),
        ]
    }
}
