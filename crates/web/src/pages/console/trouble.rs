//! Something failed in the console: what, what was not lost, what to do, the code and the reference.

use model::Code;
use serde::Serialize;

use crate::pages::portal::trouble::Cause;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    pub cause: Cause,
    /// The stable word of the code, which the reference explains.
    pub code: &'static str,
    pub again_href: String,
}

impl Trouble {
    pub fn new(cause: Cause, code: Code, again_href: String) -> Self {
        Self {
            cause,
            code: code.word(),
            again_href,
        }
    }
}

impl Page for Trouble {
    const TEMPLATE: &'static str = "pages/console/trouble.html";
    const VOICE: Voice = Voice::Staff;

    fn samples() -> Vec<Sample<Self>> {
        let page = |cause, code| Self::new(cause, code, "#".to_owned());
        vec![
            Sample::new("error_ours", page(Cause::Ours, Code::StoreUnavailable)),
            Sample::new("error_many", page(Cause::Many, Code::RateLimited)),
            Sample::new("error_stale", page(Cause::Stale, Code::CsrfInvalid)),
            Sample::new("error_long", page(Cause::Long, Code::ExportTooLarge)),
            Sample::new("error_large", page(Cause::Large, Code::MessageTooLarge)),
            Sample::spanish(page(Cause::Ours, Code::Internal)),
        ]
    }
}
