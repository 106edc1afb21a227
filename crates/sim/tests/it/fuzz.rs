//! Each reader of hostile input, for moments: the first rounds of what `soak --fuzz` plays for minutes.
//! `CADUCEUS_MUTATIONS` sets how many rounds are played.

use caduceus_sim::fuzz::{TARGETS, find};
use caduceus_sim::kit::hostile::rounds;

fn survive(name: &str, few: u64) {
    find(name).expect("it is listed").survive(0, rounds(few));
}

#[test]
fn smtp_server() {
    survive("smtp_server", 10_000);
}
#[test]
fn smtp_client() {
    survive("smtp_client", 10_000);
}
#[test]
fn addresses() {
    survive("addresses", 10_000);
}
#[test]
fn return_paths() {
    survive("return_paths", 10_000);
}
#[test]
fn ids_and_times() {
    survive("ids_and_times", 10_000);
}
#[test]
fn messages() {
    survive("messages", 10_000);
}
#[test]
fn scan() {
    survive("scan", 10_000);
}
#[test]
fn reports() {
    survive("reports", 10_000);
}
#[test]
fn packed_reports() {
    survive("packed_reports", 150);
}
#[test]
fn replies() {
    survive("replies", 500);
}
#[test]
fn examination() {
    survive("examination", 2_000);
}
#[test]
fn transport_policies() {
    survive("transport_policies", 10_000);
}

#[test]
fn directories() {
    survive("directories", 10_000);
}
#[test]
fn bundles() {
    survive("bundles", 5_000);
}
#[test]
fn log_files() {
    survive("log_files", 10_000);
}
#[test]
fn shaping() {
    survive("shaping", 10_000);
}
#[test]
fn stamps() {
    survive("stamps", 5_000);
}

/// A target that is listed and not played would rest on nothing.
#[test]
fn every_target_is_played() {
    let source = include_str!("fuzz.rs");
    for target in TARGETS {
        assert!(
            source.contains(&format!("survive(\"{}\",", target.name)),
            "{}",
            target.name
        );
    }
}
