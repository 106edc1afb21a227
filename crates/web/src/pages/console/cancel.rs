//! Asks before deliveries are cancelled: what will happen, to how many, and that it is final.
//!
//! The same question for one message and for a selection. With the script the question comes as a
//! dialog and this page is skipped.

use serde::Serialize;

use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Cancel {
    /// `msg_…`
    pub ids: Vec<String>,
    pub back_href: String,
}

impl Page for Cancel {
    const TEMPLATE: &'static str = "pages/console/cancel.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        let page = |n: u32| Self {
            ids: (0..n).map(|i| format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{i:02}")).collect(),
            back_href: "#".to_owned(),
        };
        vec![
            Sample::new("empty", page(0)),
            Sample::new("one", page(1)),
            Sample::new("many", page(12)),
            Sample::spanish(page(3)),
        ]
    }
}
