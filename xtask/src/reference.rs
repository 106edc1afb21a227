//! Reference pages made from the code: `docs/reference/codes.md` and `docs/reference/limits.md`.
//!
//! `cargo xtask reference` writes them; a check of the house fails when the tree differs from what
//! the code says. Invariant: a page is a function of the code alone.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use model::{Code, Fault};

/// A limit as `limits.rs` declares it.
#[derive(Debug, PartialEq)]
pub struct Limit {
    pub name: String,
    pub value: String,
    pub why: String,
}

/// The pages by path from the root.
pub fn pages(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let path = root.join("crates/model/src/limits.rs");
    let source = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(vec![
        ("docs/reference/codes.md", codes()),
        ("docs/reference/limits.md", limits(&source)),
    ])
}

pub fn write(root: &Path) -> Result<()> {
    for (path, text) in pages(root)? {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().context("a page has a folder")?)?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

fn codes() -> String {
    let mut page = String::from(
        "# Error codes\n\nMade by `cargo xtask reference` from `crates/model/src/code.rs`.\n\n\
         A code is stable: it is never renamed or given another meaning. Faults of ours are always \
         temporary for the sender: retry.\n\n\
         | code | whose fault | HTTP | SMTP | what happened | what to do |\n|---|---|---|---|---|---|\n",
    );
    for row in Code::ALL.iter().map(|code| code.row()) {
        let fault = match row.fault {
            Fault::Caller => "request",
            Fault::Permission => "rights",
            Fault::Ours => "ours",
        };
        let (smtp, enhanced) = (row.smtp.code, row.smtp.enhanced);
        let _ = writeln!(
            page,
            "| `{}` | {fault} | {} | {smtp} {enhanced} | {} | {} |",
            row.word, row.http, row.title, row.remedy
        );
    }
    page
}

fn limits(source: &str) -> String {
    let mut page = String::from(
        "# Limits\n\nMade by `cargo xtask reference` from `crates/model/src/limits.rs`. Sizes are octets \
         unless the name says otherwise.\n\n| limit | value | source or reason |\n|---|---|---|\n",
    );
    for limit in declared_limits(source) {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            limit.name, limit.value, limit.why
        );
    }
    page
}

/// Reads `pub const NAME: T = VALUE;` and the doc comment above it.
pub fn declared_limits(source: &str) -> Vec<Limit> {
    let mut found = Vec::new();
    let mut why: Vec<&str> = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            why.push(text.trim());
        } else if let Some((name, rest)) = line
            .strip_prefix("pub const ")
            .and_then(|rest| rest.split_once(':'))
        {
            let value = rest
                .split_once('=')
                .map_or("", |(_, value)| value)
                .trim()
                .trim_end_matches(';');
            let value = plain_value(value);
            found.push(Limit {
                name: name.trim().to_owned(),
                value,
                why: why.join(" "),
            });
            why.clear();
        } else {
            why.clear();
        }
    }
    found
}

/// `36 * 1024 * 1024` reads as 37,748,736; a duration as its seconds.
fn plain_value(value: &str) -> String {
    let (expression, unit) = match value.strip_prefix("Duration::from_secs(") {
        Some(rest) => (rest.trim_end_matches(')'), " s"),
        None => (value, ""),
    };
    let factors = expression
        .split('*')
        .map(|factor| factor.trim().replace('_', "").parse::<u64>());
    match factors.product::<Result<u64, _>>() {
        Ok(number) => format!("{}{unit}", grouped(number)),
        Err(_) => value.to_owned(),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
