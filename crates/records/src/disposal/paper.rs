//! The certificate on paper: the same words as the file that is checked, its digest, and room for two signatures.

use std::collections::BTreeMap;

use ledger::certificate::{Certificate, Shown};
use model::Result;

use crate::paper::Paper;

/// # Errors
/// `ledger_broken` where it does not verify: what is not true is not printed.
pub(super) fn certificate(certificate: &Certificate) -> Result<Vec<u8>> {
    let report = certificate.verify(Some(&certificate.log))?;
    let body = &report.body;
    let mut paper = Paper::default();
    paper.heading("Certificate of disposal");
    paper.fact(
        "Organisation",
        &format!("{} ({})", body.house, body.organisation),
    );
    paper.fact("Disposal", &body.disposal);
    let status = if report.is_final {
        "final"
    } else {
        "provisional"
    };
    paper.fact("Status", status);
    for statement in &report.statements {
        paper.text(statement);
    }
    counts(&mut paper, "Record classes", &body.classes);
    counts(&mut paper, "Rules that kept them to the last", &body.rules);
    if !body.spared.is_empty() {
        counts(&mut paper, "Not destroyed, by reason", &body.spared);
    }
    paper.heading("What it rests on");
    paper.fact("Merkle root over the records (RFC 6962)", &body.root);
    paper.fact("SHA-256 of the certificate's body", &body.digest()?);
    paper.fact("Key of the audit log", &certificate.log.to_string());
    let entries = certificate
        .entries
        .iter()
        .map(|entry| entry.index.to_string());
    paper.fact(
        "Entries of the audit log",
        &entries.collect::<Vec<_>>().join(", "),
    );
    let checkpoint = &report.checkpoint;
    paper.fact(
        "Checkpoint",
        &format!(
            "{}, {} entries, root {}",
            checkpoint.origin,
            checkpoint.size,
            hex::encode(checkpoint.root)
        ),
    );
    paper.fact("Made by", &body.software);
    paper.text("The JSON file of the same name is checked by: caduceus verify FILE");
    paper.heading("Signatures");
    for who in ["Records manager", "Witness"] {
        paper.text("");
        paper.text(&format!(
            "{who}: ______________________________   Date: ____________"
        ));
    }
    if let Shown::All(items) = &certificate.shown {
        paper.heading("Records: message, accepted, kept through, destroyed");
        for item in items {
            paper.text(&format!(
                "{}  {}  {}  {}",
                item.message, item.accepted_on, item.kept_through, item.destroyed_at
            ));
        }
    }
    Ok(paper.pdf(&format!("Certificate of disposal {}", body.disposal)))
}

fn counts(paper: &mut Paper, heading: &str, counts: &BTreeMap<String, u64>) {
    paper.heading(heading);
    for (word, count) in counts {
        paper.fact(word, &count.to_string());
    }
}
