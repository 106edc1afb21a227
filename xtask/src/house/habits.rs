//! Habits of our Rust that no lint knows: module headers, names, unfinished work, where SQL lives.
//!
//! Rules read code, comments and quoted text apart, so naming a word in a string is not using it.
//! Invariant: an exception is written in the rule, with its reason, and nowhere else.

use super::Finding;
use super::tree::{File, Tree};

/// Code that says the work is not done.
const UNFINISHED_CODE: &[&str] = &["todo!(", "unimplemented!("];
/// Comments that say so.
const UNFINISHED_COMMENTS: &[&str] = &[
    "TODO",
    "FIXME",
    "XXX",
    "HACK",
    "for now",
    "not yet implemented",
];
/// Lints are expected with a reason, never allowed; tests run or go.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("#[allow(", "use #[expect(.., reason = \"..\")]"),
    ("#![allow(", "use #![expect(.., reason = \"..\")]"),
    ("#[ignore", "a test runs or is removed"),
];
const MODULES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "manager", "misc",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let lexed = file.lexed();
    let mut found = Vec::new();
    for (code, comment, text) in lines(&lexed.code, &lexed.comments, &lexed.strings) {
        let place = || format!("{}:{}", file.path, code.0);
        for word in UNFINISHED_CODE
            .iter()
            .filter(|word| code.1.contains(**word))
        {
            found.push(Finding::new(place(), "unfinished work", *word));
        }
        for word in UNFINISHED_COMMENTS
            .iter()
            .filter(|word| has_word(comment, word))
        {
            found.push(Finding::new(place(), "unfinished work", *word));
        }
        for (word, remedy) in ATTRIBUTES.iter().filter(|(word, _)| code.1.contains(word)) {
            found.push(Finding::new(
                place(),
                "attributes",
                format!("{word}: {remedy}"),
            ));
        }
        if code.1.contains("fn get_") {
            found.push(Finding::new(
                place(),
                "names",
                "no get_: say find_, load_ or the noun",
            ));
        }
        if code.1.contains("Access::grant") && !may_open_phi(file) {
            found.push(Finding::new(
                place(),
                "PHI is opened by ctx",
                "take the Access that Ctx gives",
            ));
        }
        if is_sql(text) && !may_hold_sql(file) {
            found.push(Finding::new(
                place(),
                "SQL lives in store",
                text.trim().chars().take(60).collect::<String>(),
            ));
        }
    }
    if !file.is_test() {
        found.extend(check_module(file));
    }
    found
}

fn check_module(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let first = file
        .text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if !first.starts_with("//!") {
        found.push(Finding::new(
            &file.path,
            "module header",
            "open with //! what it is, what it is not, its invariant",
        ));
    }
    let name = file
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".rs");
    if MODULES.contains(&name) {
        found.push(Finding::new(
            &file.path,
            "names",
            "a module is named for what it holds",
        ));
    }
    found
}

/// Access to PHI leaves its audit entry in `ctx`; tests may look without.
fn may_open_phi(file: &File) -> bool {
    ["ctx", "model"].contains(&file.package()) || file.is_test()
}

/// The store is the only SQL of the product; the simulated world looks at databases from outside,
/// and the check itself names what it looks for.
fn may_hold_sql(file: &File) -> bool {
    ["store", "sim", "xtask"].contains(&file.package())
}

fn is_sql(text: &str) -> bool {
    let pairs = [
        ("SELECT ", " FROM "),
        ("INSERT INTO ", ""),
        ("DELETE FROM ", ""),
        ("UPDATE ", " SET "),
        ("CREATE TABLE ", ""),
        ("ALTER TABLE ", ""),
        ("DROP TABLE ", ""),
    ];
    pairs
        .iter()
        .any(|(start, then)| text.find(start).is_some_and(|at| text[at..].contains(then)))
}

/// Whether `word` stands in `text` between things that are not letters or digits.
pub fn has_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(word).any(|(at, _)| {
        edge(text[..at].chars().next_back()) && edge(text[at + word.len()..].chars().next())
    })
}

/// The masks line by line: ((number, code), comment, text).
fn lines<'a>(
    code: &'a str,
    comments: &'a str,
    strings: &'a str,
) -> impl Iterator<Item = ((usize, &'a str), &'a str, &'a str)> {
    let numbered = code
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    numbered
        .zip(comments.lines())
        .zip(strings.lines())
        .map(|((code, comment), text)| (code, comment, text))
}
