//! From what looks wrong about a message that came in to the warning above it.

use flow::inbound::{ArrivalRow, Caution as Said};
use model::ArrivalState;

use super::super::inbound_decide::wrong;
use super::{Caution, Warning};

impl Caution {
    /// None where nothing calls for one.
    pub fn of(row: &ArrivalRow) -> Option<Self> {
        let Said { english, spanish } = row.caution()?;
        let quarantined = row.state == ArrivalState::Quarantined;
        let warning = |heading, reasons, advice| Warning {
            heading,
            reasons,
            advice,
        };
        Some(Self {
            harmful: row.concern == "quarantine",
            en: warning(english.heading, english.reasons, english.advice),
            es: warning(spanish.heading, spanish.reasons, spanish.advice),
            wrong: wrong(row),
            named: row.named.clone(),
            decide_href: quarantined.then(|| format!("/console/inbound/{}", row.id)),
            quarantined,
        })
    }
}
