//! The import table refuses the edges that DESIGN §2 forbids and allows those it draws.

use serde_json::json;
use xtask::house::imports::{check, may_import};

#[test]
fn arrows_of_the_design() {
    let cases = [
        ("caduceus", "store", Some(true)),
        ("caduceus", "sim", Some(false)),
        ("api", "flow", Some(true)),
        ("api", "ctx", Some(true)),
        ("api", "store", Some(false)),
        ("web", "vault", Some(false)),
        ("mta", "ledger", Some(false)),
        ("mta", "mail", Some(true)),
        ("api", "mail", Some(false)),
        ("web", "api", Some(false)),
        ("people", "flow", Some(true)),
        ("flow", "people", Some(false)),
        ("flow", "store", Some(true)),
        ("ctx", "flow", Some(false)),
        ("store", "vault", Some(false)),
        ("seal", "mail", Some(true)),
        ("queue", "ledger", Some(false)),
        ("mail", "store", Some(false)),
        ("model", "mail", Some(false)),
        ("flow", "sim", Some(false)),
        ("sim", "mta", Some(true)),
        ("extract", "mail", Some(true)),
        ("extract", "phi", Some(false)),
        ("extract", "store", Some(false)),
        ("flow", "extract", Some(true)),
        ("caduceus", "extract", Some(true)),
        ("people", "extract", Some(false)),
        ("ctx", "extract", Some(false)),
        ("store", "extract", Some(false)),
        ("api", "extract", Some(false)),
        ("stranger", "model", None),
    ];
    for (from, to, expected) in cases {
        assert_eq!(may_import(from, to), expected, "{from} -> {to}");
    }
}

#[test]
fn a_forbidden_edge_is_found_and_a_dev_edge_is_not() {
    let edge = |from: &str, to: &str, kind: Option<&str>| json!({"packages": [{"name": from, "dependencies": [{"name": to, "kind": kind, "path": "/somewhere"}]}]});
    assert_eq!(
        check(&edge("caduceus-api", "caduceus-store", None)).len(),
        1
    );
    assert_eq!(
        check(&edge("caduceus-api", "caduceus-store", Some("build"))).len(),
        1
    );
    assert_eq!(
        check(&edge("caduceus-api", "caduceus-sim", Some("dev"))).len(),
        0
    );
    assert_eq!(
        check(&edge("caduceus-unknown", "caduceus-model", None)).len(),
        1
    );
}

#[test]
fn a_library_with_untyped_errors_is_found() {
    let anyhow = |from: &str| json!({"packages": [{"name": from, "dependencies": [{"name": "anyhow", "kind": null, "path": null}]}]});
    assert_eq!(check(&anyhow("caduceus-flow")).len(), 1);
    assert_eq!(check(&anyhow("caduceus")).len(), 0);
}
