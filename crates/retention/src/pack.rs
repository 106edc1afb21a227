//! Rules as TOML, and those that are shipped.
//!
//! A file is a list of `[[rule]]` with the fields of [`Rule`]. What is shipped is a draft
//! where its source is sure (`high`) and disabled where it is not; none counts before a person with a name
//! enables it (records §2.3, trap 2). Invariant: what is not understood is refused, with line and field.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Jurisdiction, Rule, Rules};

/// Federal rules, then states by their letters.
const RULE_FILES: [(&str, &str); 4] = [
    ("pack/federal.toml", include_str!("../pack/federal.toml")),
    (
        "pack/states_a_to_i.toml",
        include_str!("../pack/states_a_to_i.toml"),
    ),
    (
        "pack/states_k_to_n.toml",
        include_str!("../pack/states_k_to_n.toml"),
    ),
    (
        "pack/states_o_to_w.toml",
        include_str!("../pack/states_o_to_w.toml"),
    ),
];
const MAJORITY_FILE: (&str, &str) = ("pack/majority.toml", include_str!("../pack/majority.toml"));

/// Where a pack cannot be read: file, line from 1, field, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackInvalid {
    pub file: String,
    pub line: usize,
    pub field: String,
    pub reason: String,
}

impl std::fmt::Display for PackInvalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            line,
            field,
            reason,
        } = self;
        write!(f, "{file}:{line}: {field}: {reason}")
    }
}
impl std::error::Error for PackInvalid {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MajorityFile {
    majority: BTreeMap<Jurisdiction, u8>,
}

/// Reads a file of rules. Each rule is checked by itself; [`Rules::new`] checks them together.
pub fn read(file: &str, text: &str) -> Result<Vec<Rule>, PackInvalid> {
    let read: RuleFile = toml::from_str(text).map_err(|error| unreadable(file, text, &error))?;
    Rules::new(read.rule.iter().cloned(), BTreeMap::new()).map_err(|invalid| {
        let line = place(text, &invalid.rule.id, invalid.field);
        PackInvalid {
            file: file.to_owned(),
            line,
            field: invalid.field.to_owned(),
            reason: format!("{}: {}", invalid.rule, invalid.fault.word()),
        }
    })?;
    Ok(read.rule)
}

/// Reads ages of majority that are not 18: `[majority]` with a line for each jurisdiction.
pub fn read_majority(file: &str, text: &str) -> Result<BTreeMap<Jurisdiction, u8>, PackInvalid> {
    let read: MajorityFile =
        toml::from_str(text).map_err(|error| unreadable(file, text, &error))?;
    Ok(read.majority)
}

/// The shipped rules, none enabled, with the ages of majority.
pub fn shipped() -> Result<Rules, PackInvalid> {
    let mut rules = Vec::new();
    for (file, text) in RULE_FILES {
        rules.extend(read(file, text)?);
    }
    let majority = read_majority(MAJORITY_FILE.0, MAJORITY_FILE.1)?;
    Rules::new(rules, majority).map_err(|invalid| PackInvalid {
        file: "pack".to_owned(),
        line: 0,
        field: invalid.field.to_owned(),
        reason: invalid.to_string(),
    })
}

fn unreadable(file: &str, text: &str, error: &toml::de::Error) -> PackInvalid {
    let start = error.span().map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    // The last line up to there that gives a field or opens a table.
    let field = text
        .lines()
        .take(line)
        .filter_map(|line| match line.trim().strip_prefix("[[") {
            Some(table) => table.strip_suffix("]]"),
            None => line.split_once('=').map(|(key, _)| key.trim()),
        })
        .last()
        .unwrap_or_default();
    PackInvalid {
        file: file.to_owned(),
        line,
        field: field.to_owned(),
        reason: error.message().to_owned(),
    }
}

/// The line of a field of the rule `id`, or of its id where the field is left out.
fn place(text: &str, id: &str, field: &str) -> usize {
    let quoted = format!("id = \"{id}\"");
    let mut of_rule = text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| line.trim() != quoted);
    let Some((first, _)) = of_rule.next() else {
        return 1;
    };
    of_rule
        .take_while(|(_, line)| line.trim() != "[[rule]]")
        .find(|(_, line)| {
            line.split_once('=')
                .is_some_and(|(key, _)| key.trim() == field)
        })
        .map_or(first + 1, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests;
