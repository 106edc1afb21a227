//! Asks before something of a webhook is done for good, or many times: what will happen.

use serde::Serialize;

use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct WebhookAsk {
    pub id: String,
    /// `replay`, `rotate`, `remove`
    pub act: &'static str,
}

/// Acts that ask first.
pub(super) const ASKED: &[&str] = &["replay", "rotate", "remove"];

impl Page for WebhookAsk {
    const TEMPLATE: &'static str = "pages/console/webhook_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Webhooks;

    fn samples() -> Vec<Sample<Self>> {
        let page = |act| Self {
            id: "whk_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
            act,
        };
        vec![
            Sample::new("replay", page("replay")),
            Sample::new("rotate", page("rotate")),
            Sample::new("remove", page("remove")),
            Sample::spanish(page("remove")),
        ]
    }
}
