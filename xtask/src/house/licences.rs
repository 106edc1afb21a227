//! Licences and banned crates of everything we build, by the rules of `deny.toml`.
//!
//! Reads `[licenses] allow` and `exceptions` and `[bans] deny` as cargo-deny does, from `cargo tree`
//! (which knows the features that are on), so that the check runs where that tool is not.
//! Invariant: a package whose licence cannot be read fails.

use super::Finding;

/// The part of `deny.toml` that is checked here.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Rules {
    pub licenses: Licences,
    pub bans: Bans,
}

#[derive(Debug, Default, serde::Deserialize)]
pub struct Licences {
    pub allow: Vec<String>,
    #[serde(default)]
    pub exceptions: Vec<Exception>,
}

#[derive(Debug, serde::Deserialize)]
pub struct Exception {
    #[serde(rename = "crate")]
    pub name: String,
    pub allow: Vec<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
pub struct Bans {
    pub deny: Vec<Ban>,
}

#[derive(Debug, serde::Deserialize)]
pub struct Ban {
    #[serde(rename = "crate")]
    pub name: String,
    pub reason: String,
}

/// `all` and `shipped` are lines of `cargo tree` as [`FORMAT`] asks: everything we build, and what
/// the program is made of.
pub fn check(all: &str, shipped: &str, rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, licence) in packages(all) {
        let is_allowed = |id: &str| {
            let extra = rules.licenses.exceptions.iter().filter(|e| e.name == name);
            let mut allowed = rules
                .licenses
                .allow
                .iter()
                .chain(extra.flat_map(|e| &e.allow));
            allowed.any(|allowed| allowed == id)
        };
        if !holds(licence, &is_allowed) {
            let what = format!("'{licence}' is not allowed by deny.toml");
            found.push(Finding::new(name, "licences", what));
        }
    }
    for (name, _) in packages(shipped) {
        for ban in rules.bans.deny.iter().filter(|ban| ban.name == name) {
            found.push(Finding::new(name, "banned crates", ban.reason.clone()));
        }
    }
    found
}

/// What `cargo tree --prefix none --format` prints for each package.
pub const FORMAT: &str = "{p}\t{l}\t";

fn packages(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let name = columns.next()?.split(' ').next()?;
        Some((name, columns.next()?))
    })
}

/// Whether an SPDX expression can be met with the allowed ids. `/` is the old spelling of OR.
pub fn holds(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced
        .split_whitespace()
        .collect::<Vec<_>>()
        .into_iter()
        .peekable();
    let met = either(&mut words, is_allowed);
    met == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

fn either(words: &mut Words<'_>, is_allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut met = both(words, is_allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, is_allowed)?;
    }
    Some(met)
}

fn both(words: &mut Words<'_>, is_allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut met = one(words, is_allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, is_allowed)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>, is_allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let met = either(words, is_allowed)?;
        return words.next_if_eq(&")").map(|_| met);
    }
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next()?;
        return Some(is_allowed(&format!("{word} WITH {exception}")));
    }
    Some(is_allowed(word))
}
