//! Pages that must exist and must agree with the code.
//!
//! Invariant: a generated page equals what the code generates now; the change log opens with what
//! breaks.

use super::Finding;
use super::tree::Tree;

const REQUIRED: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "LICENSE",
    "deny.toml",
    ".ci/run",
    ".cargo/config.toml",
];
/// What a machine with Rust and a C compiler can type first (DESIGN §11).
const ALIASES: &[&str] = &["demo = ", "ci = ", "bench-all = "];

/// `made` holds the generated pages by path.
pub fn check(tree: &Tree, made: &[(&'static str, String)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in REQUIRED.iter().filter(|path| tree.find(path).is_none()) {
        found.push(Finding::new(*path, "pages", "is missing"));
    }
    for (path, text) in made {
        if tree.find(path).is_none_or(|file| file.text != *text) {
            found.push(Finding::new(
                *path,
                "pages",
                "differs from the code: run cargo xtask reference",
            ));
        }
    }
    let text = |path: &str| tree.find(path).map_or("", |file| file.text.as_str());
    if text("CHANGELOG.md")
        .lines()
        .find(|line| line.starts_with("### "))
        != Some("### Breaking")
    {
        found.push(Finding::new(
            "CHANGELOG.md",
            "pages",
            "the newest release opens with '### Breaking'",
        ));
    }
    for alias in ALIASES
        .iter()
        .filter(|alias| !text(".cargo/config.toml").contains(**alias))
    {
        found.push(Finding::new(
            ".cargo/config.toml",
            "pages",
            format!("has no alias '{alias}'"),
        ));
    }
    found
}
