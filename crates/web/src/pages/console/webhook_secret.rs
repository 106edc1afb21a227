//! A webhook's signing secret, at the one moment it is visible.

use serde::Serialize;

use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct WebhookSecret {
    /// `whk_…`
    pub id: String,
    /// `whsec_…`
    pub secret: String,
}

impl Page for WebhookSecret {
    const TEMPLATE: &'static str = "pages/console/webhook_secret.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Webhooks;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "whk_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
            secret: "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned(),
        };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}
