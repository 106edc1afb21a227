//! The proof of the oracles: a program that does wrong is found out, soon, and by the oracle whose
//! promise it breaks. A seed counts only when the fault happened in it.

use caduceus_sim::kit::Engine;
use caduceus_sim::world::{Planted, run_with};

/// The fault, within how many seeds it must be found, and what the oracle says.
const TABLE: &[(Planted, u64, &[&str])] = &[
    (
        Planted::AnswersBeforeCommit,
        2,
        &["was accepted and is gone"],
    ),
    (
        Planted::ForgetsKeys,
        10,
        &[
            "a repeat made a new message",
            "a key was taken with another body",
            "made 2 messages",
        ],
    ),
    (Planted::LosesOutboxEntry, 5, &["never came to an end"]),
    (Planted::LosesAuditEntry, 3, &["audit entries"]),
    (Planted::ForgesTile, 3, &["LedgerBroken"]),
    (
        Planted::RewindsLog,
        3,
        &["the head says", "the audit log shrank"],
    ),
    (
        Planted::ClaimsDelivery,
        3,
        &["no new audit entry tells of it"],
    ),
    (
        Planted::MistakesReply,
        10,
        &["its server has nothing", "its server has no notice"],
    ),
    (
        Planted::ForgetsAmbiguity,
        40,
        &["copies of its", "its server has nothing"],
    ),
    (Planted::FallsBackToPlaintext, 5, &["under Plain"]),
    (Planted::BelievesCertificates, 10, &["under Unverified"]),
    (Planted::SendsTwice, 3, &["copies of its"]),
    (
        Planted::MisaddressesLetter,
        3,
        &[
            "is not its message",
            "nobody sent it",
            "its server has no notice",
        ],
    ),
    (Planted::IgnoresCancel, 5, &["was cancelled and"]),
    (Planted::ReportsTwice, 20, &["reports that say failed"]),
    (Planted::IgnoresShaping, 200, &["connections of one source"]),
    (Planted::IgnoresWarmUp, 10, &["the new source carried"]),
    (Planted::IgnoresRate, 10, &["attempts within"]),
    (Planted::SwapsStreams, 200, &["fills", "waits behind"]),
    (Planted::PrefersMarketing, 400, &["waits behind"]),
    (Planted::IgnoresSuspension, 40, &["suspends it"]),
    (Planted::DialsAnywhere, 20, &["this machine was dialled"]),
];

#[test]
fn every_planted_fault_is_found() {
    assert_eq!(TABLE.len(), Planted::ALL.len(), "each has a line");
    let mut told = Vec::new();
    for (fault, within, words) in TABLE {
        let found = (1..=*within).find_map(|seed| {
            let what = run_with(seed, Engine::Memory, Some(*fault)).err()?.what;
            Some((seed, what))
        });
        match found {
            Some((_, what)) if words.iter().any(|word| what.contains(word)) => {}
            Some((seed, what)) => told.push(format!("{fault:?}: seed {seed}: found as: {what}")),
            None => told.push(format!("{fault:?}: not found within {within} seeds")),
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}
