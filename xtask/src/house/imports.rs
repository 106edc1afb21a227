//! Who may import whom: DESIGN §2 as a table, checked against `cargo metadata`.
//!
//! `caduceus → edge → use → ctx → {store, vault, ledger} → core → model`. Invariant: a crate that the
//! table does not know fails, so a new crate gets its place before its first dependency.

use serde_json::Value;

use super::Finding;

const RULE: &str = "import table";

const CORE: &[&str] = &[
    "model",
    "mail",
    "phi",
    "policy",
    "seal",
    "queue",
    "journey",
    "retention",
    "ledger",
    "clinical",
];
const GROUND: &[&str] = &["vault", "store", "extract"];
const USE: &[&str] = &["flow", "people", "records", "outreach", "comply"];
const EDGE: &[&str] = &["mta", "api", "web", "connect"];

/// Whether `from` may have a normal or build dependency on `to`, both folder names.
pub fn may_import(from: &str, to: &str) -> Option<bool> {
    let core = CORE.contains(&to);
    let ground = GROUND.contains(&to);
    Some(match from {
        "model" => false,
        _ if CORE.contains(&from) => ["model", "mail"].contains(&to),
        // What reads hostile files knows nothing of keys, data or decisions.
        "extract" => ["model", "mail"].contains(&to),
        _ if GROUND.contains(&from) => core,
        _ if to == "extract" => ["flow", "caduceus", "sim"].contains(&from),
        "ctx" => core || ground,
        _ if USE.contains(&from) => core || ground || to == "ctx" || to == "flow",
        // mta drives the sessions of `mail`; no edge reaches under ctx for data.
        _ if EDGE.contains(&from) => {
            ["model", "ctx"].contains(&to) || USE.contains(&to) || (from, to) == ("mta", "mail")
        }
        "caduceus" => to != "sim",
        "sim" => to != "caduceus",
        "xtask" => to == "model",
        "bench-load" => false,
        _ => return None,
    })
}

/// Findings in the output of `cargo metadata --no-deps`.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let packages = list(&metadata["packages"]);
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Value) -> Vec<Finding> {
    let from = folder(text(&package["name"]));
    let place = text(&package["name"]);
    let mut found = Vec::new();
    if may_import(from, "model").is_none() {
        found.push(Finding::new(
            place,
            RULE,
            "this crate has no place in the import table",
        ));
    }
    for dependency in list(&package["dependencies"]) {
        let (name, kind) = (text(&dependency["name"]), text(&dependency["kind"]));
        let is_ours = !dependency["path"].is_null();
        let shipped = kind != "dev";
        if is_ours && shipped && may_import(from, folder(name)) == Some(false) {
            found.push(Finding::new(
                place,
                RULE,
                format!("may not import {}", folder(name)),
            ));
        }
        if name == "anyhow" && shipped && !["caduceus", "xtask", "bench-load"].contains(&from) {
            found.push(Finding::new(
                place,
                RULE,
                "anyhow is for the binary and the tools; errors here have codes",
            ));
        }
    }
    found
}

/// `caduceus-model` lives in `model`; the binary keeps its name.
fn folder(name: &str) -> &str {
    name.strip_prefix("caduceus-").unwrap_or(name)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
