//! What was decided besides the method: stored with a recipient where there is anything.

use model::{Code, Error, Result};
use policy::{Decision, Notice, Quarantine, ShadowHit};
use serde::{Deserialize, Serialize};
use store::tables::recipients::Recipient;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Besides {
    /// A copy without the values that were found travels; the whole stays in the portal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redact: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shadow: Vec<ShadowHit>,
}

impl Besides {
    pub fn of_decision(decision: &Decision) -> Self {
        Self {
            redact: decision.redact,
            warnings: decision.warnings.clone(),
            quarantine: decision.quarantine.clone(),
            notices: decision.notices.clone(),
            shadow: decision.shadow.clone(),
        }
    }

    /// As it is stored; none where there is nothing.
    pub(crate) fn stored(decision: &Decision) -> Result<Option<String>> {
        let besides = Self::of_decision(decision);
        if besides == Self::default() {
            return Ok(None);
        }
        let text = serde_json::to_string(&besides);
        text.map(Some)
            .map_err(|e| Error::new(Code::Internal).because(e))
    }

    pub(crate) fn of(recipient: &Recipient) -> Result<Self> {
        match &recipient.besides {
            None => Ok(Self::default()),
            Some(text) => {
                serde_json::from_str(text).map_err(|_| Error::new(Code::StoredDataInvalid))
            }
        }
    }
}
