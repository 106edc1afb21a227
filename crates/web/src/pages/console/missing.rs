//! Not found and not allowed, which look the same to someone who may not know the difference.

use serde::Serialize;

use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Missing;

impl Page for Missing {
    const TEMPLATE: &'static str = "pages/console/missing.html";
    const VOICE: Voice = Voice::Staff;

    fn samples() -> Vec<Sample<Self>> {
        vec![Sample::new("error", Self), Sample::spanish(Self)]
    }
}
