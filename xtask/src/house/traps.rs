//! `docs/traps.md` names for each trap of mail delivery what would fail if it snapped, and
//! `docs/hostile.md` for each reader of what strangers send what plays hostile input against it; here
//! is checked that all of that exists.
//!
//! Not here: whether a test is a good one. A row is a line of a table; its last cell names tests in
//! backquotes: `crate::module::test` for Rust, or a file of the repository (`…smtp`, `…case`,
//! `peers/x.py`, which may be followed by `::function`). Invariant: a row that names nothing, a name
//! that leads nowhere, and a source of ours that is not there, are findings.

use super::Finding;
use super::tree::{File, Tree};

pub const PAGES: [&str; 2] = ["docs/hostile.md", "docs/traps.md"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let pages = PAGES.iter().map(|path| match tree.find(path) {
        Some(page) => check_page(tree, page),
        None => vec![Finding::new(*path, "traps", "is missing")],
    });
    pages.flatten().collect()
}

fn check_page(tree: &Tree, page: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(page.text.lines()) {
        let Some(cell) = proof(line) else { continue };
        let place = format!("{}:{number}", page.path);
        let names: Vec<&str> = quoted(cell).collect();
        if names.is_empty() {
            found.push(Finding::new(&place, "traps", "a row without a test"));
        }
        let sources = quoted(line).filter(|name| name.starts_with("crates/"));
        let gone = sources.filter(|path| tree.find(path).is_none() && !names.contains(path));
        found.extend(gone.map(|path| Finding::new(&place, "traps", format!("there is no {path}"))));
        let missing = names.into_iter().filter(|name| !exists(tree, name));
        found.extend(
            missing.map(|name| Finding::new(&place, "traps", format!("there is no {name}"))),
        );
    }
    found
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The last cell of a row; `None` for every other line, the head of a table included.
fn proof(line: &str) -> Option<&str> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let last = row.rsplit('|').next()?.trim();
    let is_rule = last.bytes().all(|b| matches!(b, b'-' | b':' | b' '));
    (!is_rule && last != "what fails").then_some(last)
}

fn exists(tree: &Tree, name: &str) -> bool {
    let (path, item) = match name.rsplit_once("::") {
        Some((path, item)) => (path, Some(item)),
        None => (name, None),
    };
    match item {
        Some(test) if !path.contains('/') => is_test(tree, path, test),
        Some(function) => tree
            .find(path)
            .is_some_and(|file| file.text.contains(&format!("def {function}("))),
        None => path.contains('/') && tree.find(path).is_some(),
    }
}

/// Whether a file of tests at `crate::module` has a function of that name; what macros make of it
/// (one test an engine) is one function in the source.
fn is_test(tree: &Tree, path: &str, test: &str) -> bool {
    let mut parts = path.split("::");
    let folder = match parts.next() {
        Some("xtask") => "xtask".to_owned(),
        package => format!("crates/{}", package.unwrap_or_default()),
    };
    let module = parts.collect::<Vec<_>>().join("/");
    let defines = |file: &File| {
        let code = file.lexed().code;
        code.match_indices(&format!("fn {test}"))
            .any(|(at, found)| code[at + found.len()..].starts_with('('))
    };
    ["tests/it", "src"].iter().any(|under| {
        tree.find(&format!("{folder}/{under}/{module}.rs"))
            .is_some_and(|file| file.is_test() && defines(file))
    })
}
