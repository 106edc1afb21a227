//! A proof bundle of one recipient, checked as an auditor does: with the file and the trusted key.

use aws_lc_rs::digest::{SHA256, digest};
use ledger::bundle::{Bundle, Claim};
use model::{Mode, RecipientState};

use super::{Oracle, Snapshot, Verdict, ensure};
use crate::world::books::Sent;

/// What the file may claim, given what became of the recipient.
pub(crate) fn check_proof(
    oracle: &Oracle,
    snapshot: &Snapshot,
    sent: &Sent,
    person: usize,
    bytes: &[u8],
) -> Verdict {
    let (Some(key), Some(stored)) = (oracle.verifier(sent.clinic), snapshot.find(sent.message))
    else {
        return Ok(());
    };
    let (row, person) = (&stored.recipients[person], &sent.people[person]);
    let report = Bundle::parse(bytes)?.verify(Some(key))?;
    ensure!(
        report.message == sent.message && report.recipient == row.id,
        "the proof is of something else"
    );
    let level = report.level;
    if sent.mode == Mode::Test {
        ensure!(level == Claim::S0, "a proof of test mail claims {level:?}");
        return Ok(());
    }
    let least = match row.state {
        RecipientState::Delivered => Claim::S2,
        RecipientState::PickedUp => Claim::S4,
        _ => Claim::S0,
    };
    ensure!(
        level >= least,
        "{} is {} and its proof claims only {level:?}",
        row.id,
        row.state
    );
    let letters = oracle
        .received(&person.address)
        .map_or(&[][..], |got| &got.letters);
    if level >= Claim::S2 && level < Claim::S4 {
        ensure!(
            !letters.is_empty(),
            "the proof of {} claims {level:?}, and its server has nothing",
            row.id
        );
    }
    if row.state == RecipientState::Delivered {
        let shown = letters.iter().any(|taken| {
            let mut sha256 = [0; 32];
            sha256.copy_from_slice(digest(&SHA256, &taken.bytes).as_ref());
            report.find_digest(&sha256).is_some()
        });
        ensure!(
            shown,
            "the proof of {} is not of the octets its server took",
            row.id
        );
    }
    Ok(())
}
