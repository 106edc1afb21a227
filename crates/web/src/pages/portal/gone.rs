//! A link that opens nothing. Unknown, expired and withdrawn links look the same, so that nobody can
//! find out by trying which ones were real.

use axum::response::Response;
use model::{Code, Result, limits};
use serde::Serialize;

use crate::door::asked::Asked;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Gone {
    /// How long links work.
    pub days: u64,
}

impl Default for Gone {
    fn default() -> Self {
        Self {
            days: limits::NOTICE_LIFETIME.as_secs() / 86_400,
        }
    }
}

/// Every address that is nothing.
pub async fn show(_: Asked) -> Result<Response> {
    Err(Code::NotFound.into())
}

impl Page for Gone {
    const TEMPLATE: &'static str = "pages/portal/gone.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        vec![
            Sample::new("one", Self::default()),
            Sample::new("long_names", Self::default()),
            Sample::spanish(Self::default()),
        ]
    }
}
