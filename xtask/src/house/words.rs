//! Words that stand nowhere in the repository: names of package registries' hosts.
//!
//! A build takes packages from wherever its machine is set up to, so nothing here names a host.
//! Invariant: only the lock file, which the package manager writes, is left out.

use super::Finding;
use super::tree::Tree;

/// Host names, kept in two halves so that this file passes its own check.
const HOSTS: &[(&str, &str)] = &[
    ("crates", ".io"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("deb.debian", ".org"),
    ("proxy.golang", ".org"),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != "Cargo.lock") {
        for (index, line) in file.text.lines().enumerate() {
            if HOSTS
                .iter()
                .any(|(name, end)| line.contains(&format!("{name}{end}")))
            {
                found.push(Finding::new(
                    format!("{}:{}", file.path, index + 1),
                    "registry hosts",
                    "names a registry's host",
                ));
            }
        }
    }
    found
}
