//! Something failed: what happened, what was not lost, what to do, and a reference.

use serde::Serialize;

use crate::pages::{Page, Sample, Voice};

/// What a reader is told; anything finer is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Our fault.
    Ours,
    /// Too many requests from where the reader is.
    Many,
    /// The form's token does not fit the visit.
    Stale,
    /// The form holds more than one may.
    Large,
    /// The list is longer than one file may be.
    Long,
}

#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    pub cause: Cause,
    pub again_href: String,
}

impl Page for Trouble {
    const TEMPLATE: &'static str = "pages/portal/trouble.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let page = |cause| Self {
            cause,
            again_href: "#".to_owned(),
        };
        vec![
            Sample::new("error_ours", page(Cause::Ours)),
            Sample::new("error_many", page(Cause::Many)),
            Sample::new("error_stale", page(Cause::Stale)),
            Sample::new("error_long", page(Cause::Long)),
            Sample::new("error_large", page(Cause::Large)),
            Sample::spanish(page(Cause::Ours)),
        ]
    }
}
