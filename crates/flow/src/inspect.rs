//! Inspect: what detection finds in a message that is in hand, without an organisation, a database or a key.
//!
//! For administrators who try the detector on their own mail, and for its measurement. Findings have places
//! and no values; their tokens are empty.

use std::fmt::Write;

use extract::Extractor;
use model::Result;
use phi::Findings;

use crate::detectors::Compiled;
use crate::scan::{Reading, find};

/// What was found and where.
pub struct Inspection {
    pub findings: Findings,
    /// For each part that findings count: `subject`, `header`, `body`, or `attachment` with the file's name.
    pub places: Vec<String>,
}

/// # Errors
/// `mime_invalid` and the limits' codes for what is no message.
pub fn inspect(
    content: &[u8],
    extractor: &dyn Extractor,
    detectors: Option<&Compiled>,
) -> Result<Inspection> {
    let message = mail::parse(content)?;
    let reading = Reading::of(extractor, &message);
    let own = phi::Own::new();
    let findings = find(
        &reading,
        &phi::Reading {
            token: &|_| [0; 32],
            own: &own,
            registry: None,
            patterns: detectors.map(Compiled::patterns),
        },
    );
    let places = reading.places().map(|part| place(&reading, part)).collect();
    Ok(Inspection { findings, places })
}

fn place(reading: &Reading, part: mail::PartName) -> String {
    match part {
        mail::PartName::Subject => "subject".to_owned(),
        mail::PartName::Header(_) => "header".to_owned(),
        mail::PartName::Body(_) => "body".to_owned(),
        mail::PartName::Attachment(at) => {
            let mut place = "attachment".to_owned();
            if let Some(name) = reading.file_name(at) {
                let _ = write!(place, ":{name}");
            }
            place
        }
    }
}
