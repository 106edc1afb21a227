//! What was decided besides the method: stored with a recipient where there is anything.

use model::{Code, Demand, Error, Method, Result};
use policy::{Decision, MessageFacts, Notice, Quarantine, RecipientFacts, Rules, ShadowHit};
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
    /// What a release does, where it is held. None in what earlier versions stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

/// What becomes of held mail when those who may release it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// It goes as all other rules ask.
    Goes {
        method: Method,
        demand: Demand,
        below: Option<Method>,
        neutral_subject: bool,
        redact: bool,
    },
    /// No release is enough: a patient's consent is missing, or the account looks stolen.
    Refused,
}

impl Release {
    /// The decision as if people had agreed. What a sender's own wish held is held by nothing else then.
    fn of(message: &MessageFacts, recipient: &RecipientFacts, rules: &Rules) -> Self {
        let approved = MessageFacts {
            approved: true,
            // Who looks at the message has looked at its sender: see `held::review`.
            risk: policy::Risk::Normal,
            demanded: message.demanded.filter(|method| *method != Method::Hold),
            ..message.clone()
        };
        let then = policy::decide(&approved, recipient, rules);
        match then.method {
            Method::Hold | Method::Block => Self::Refused,
            method => Self::Goes {
                method,
                demand: then.demand,
                below: then.below,
                neutral_subject: then.neutral_subject,
                redact: then.redact,
            },
        }
    }
}

impl Besides {
    pub fn of_decision(decision: &Decision) -> Self {
        Self {
            redact: decision.redact,
            warnings: decision.warnings.clone(),
            quarantine: decision.quarantine.clone(),
            notices: decision.notices.clone(),
            shadow: decision.shadow.clone(),
            release: None,
        }
    }

    /// Whether a copy without the values travels, now or after a release.
    pub(crate) fn redacts(&self) -> bool {
        self.redact || matches!(self.release, Some(Release::Goes { redact: true, .. }))
    }

    /// As it is stored; none where there is nothing.
    pub(crate) fn stored(
        decision: &Decision,
        (message, recipient): (&MessageFacts, &RecipientFacts),
        rules: &Rules,
    ) -> Result<Option<String>> {
        let held = decision.method == Method::Hold;
        let besides = Self {
            release: held.then(|| Release::of(message, recipient, rules)),
            ..Self::of_decision(decision)
        };
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
