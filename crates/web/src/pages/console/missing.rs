//! Not found and not allowed, which look the same to someone who may not know the difference.

use axum::response::Response;
use model::{Code, Result};
use serde::Serialize;

use crate::door::asked::Asked;
use crate::door::staff::desk;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Missing;

/// Every console address that is nothing. Without a session it leads to the sign-in, like all others.
pub async fn show(asked: Asked) -> Result<Response> {
    desk(&asked).await?;
    Err(Code::NotFound.into())
}

impl Page for Missing {
    const TEMPLATE: &'static str = "pages/console/missing.html";
    const VOICE: Voice = Voice::Staff;

    fn samples() -> Vec<Sample<Self>> {
        vec![Sample::new("error", Self), Sample::spanish(Self)]
    }
}
