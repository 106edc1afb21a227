//! The checks of the house: rules that no compiler enforces, each a function from a tree to findings.
//!
//! `cargo ci` runs them as a step, and the tests run them too, so that a check cannot rot unseen.
//! Invariant: each check has a test that shows it a bad tree and expects the finding.

pub mod habits;
pub mod imports;
pub mod lexer;
pub mod licences;
pub mod metrics;
pub mod pages;
pub mod sizes;
pub mod traps;
pub mod tree;
pub mod words;

use std::path::Path;

use anyhow::{Result, bail};

use crate::step::{output, say};
use tree::Tree;

/// What breaks which rule, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `path` or `path:line`.
    pub place: String,
    pub rule: &'static str,
    pub what: String,
}

impl Finding {
    pub fn new(place: impl Into<String>, rule: &'static str, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            rule,
            what: what.into(),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.what, self.rule)
    }
}

/// Every finding in the repository at `root`.
pub fn findings(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::load(root)?;
    let own = output(
        root,
        "cargo",
        &["metadata", "--format-version", "1", "--no-deps"],
    )?;
    let dependencies = |of: &[&str]| {
        let words = [
            "tree",
            "--locked",
            "--prefix",
            "none",
            "--format",
            licences::FORMAT,
        ];
        output(root, "cargo", &[&words, of].concat())
    };
    let everything = dependencies(&["--workspace", "--edges", "normal,build,dev"])?;
    let shipped = dependencies(&["--package", "caduceus", "--edges", "normal,build"])?;
    let deny = std::fs::read_to_string(root.join("deny.toml"))?;
    let mut all = [
        imports::check(&serde_json::from_str(&own)?),
        licences::check(&everything, &shipped, &toml::from_str(&deny)?),
        sizes::check(&tree),
        habits::check(&tree),
        words::check(&tree),
        traps::check(&tree),
        pages::check(&tree, &crate::reference::pages(root)?),
        metrics::check(&tree, model::METRICS),
        metrics::check_watching(&tree, model::METRICS),
    ]
    .concat();
    all.sort();
    all.dedup();
    Ok(all)
}

/// The step of `cargo ci`.
pub fn run(root: &Path) -> Result<()> {
    let found = findings(root)?;
    for finding in &found {
        say(&format!("   {finding}"));
    }
    match found.len() {
        0 => Ok(()),
        count => bail!("{count} findings"),
    }
}
