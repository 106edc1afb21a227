//! The shaping file as TOML: read, checked, turned into providers.
//!
//! Invariant: what is not understood is refused, with the place and, for a key, the nearest known
//! one; a rule without a condition is refused, since it would match every reply.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::{Limits, Provider, Rule, Then};

/// Why a shaping file cannot be used.
#[derive(Debug)]
pub struct ShapingInvalid(String);

impl std::fmt::Display for ShapingInvalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for ShapingInvalid {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: BTreeMap<String, Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    #[serde(default)]
    mx: Vec<String>,
    connections: Option<u32>,
    messages_per_connection: Option<u32>,
    per_minute: Option<u32>,
    per_hour: Option<u32>,
    #[serde(default)]
    reply: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    code: Vec<u16>,
    #[serde(default)]
    enhanced: Vec<String>,
    #[serde(default)]
    text: Vec<String>,
    then: Word,
    #[serde(rename = "for")]
    wait: String,
    #[serde(default = "one")]
    hits: u32,
    within: Option<String>,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    BackOff,
    Suspend,
    SwitchSource,
}

pub(super) fn parse(text: &str) -> Result<Vec<Provider>, ShapingInvalid> {
    let file: File = toml::from_str(text).map_err(|error| {
        let message = error.message();
        ShapingInvalid(format!("{message}{}", nearest(message)))
    })?;
    file.provider
        .into_iter()
        .map(|(word, section)| provider(word, section))
        .collect()
}

fn provider(word: String, section: Section) -> Result<Provider, ShapingInvalid> {
    let at = |what: &str| ShapingInvalid(format!("provider.{word}: {what}"));
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if word.is_empty() || !word.chars().all(is_word) {
        return Err(at("a provider's name is lower case letters, digits and _"));
    }
    if (word == "other") != section.mx.is_empty() {
        return Err(at(
            "every provider needs mx, except other, which is the rest",
        ));
    }
    let limits = Limits {
        connections: section.connections,
        messages_per_connection: section.messages_per_connection,
        per_minute: section.per_minute,
        per_hour: section.per_hour,
    };
    let all = [
        limits.connections,
        limits.messages_per_connection,
        limits.per_minute,
        limits.per_hour,
    ];
    if all.contains(&Some(0)) {
        return Err(at("a limit must be at least 1"));
    }
    let rules = section
        .reply
        .into_iter()
        .enumerate()
        .map(|(n, row)| rule(row).map_err(|why| at(&format!("reply {}: {why}", n + 1))))
        .collect::<Result<_, _>>()?;
    let hosts = section
        .mx
        .iter()
        .map(|end| end.trim_start_matches('.').to_ascii_lowercase())
        .collect();
    Ok(Provider {
        word: word.into(),
        hosts,
        limits,
        rules,
    })
}

fn rule(row: Row) -> Result<Rule, &'static str> {
    if row.code.is_empty() && row.enhanced.is_empty() && row.text.is_empty() {
        return Err("needs code, enhanced or text");
    }
    if row.code.iter().any(|code| !(400..600).contains(code)) {
        return Err("code is from 400 to 599");
    }
    let wait = duration(&row.wait).ok_or("for is a number and s, m, h or d")?;
    let within = match &row.within {
        Some(text) => duration(text).ok_or("within is a number and s, m, h or d")?,
        None => wait,
    };
    Ok(Rule {
        codes: row.code,
        enhanced: row.enhanced,
        text: row.text.iter().map(|t| t.to_ascii_lowercase()).collect(),
        then: match row.then {
            Word::BackOff => Then::BackOff,
            Word::Suspend => Then::Suspend,
            Word::SwitchSource => Then::SwitchSource,
        },
        wait,
        hits: row.hits.max(1),
        within,
    })
}

/// `90s`, `10m`, `1h`, `2d`.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let count = number.parse::<u64>().ok().filter(|count| *count > 0)?;
    // a year is longer than any delivery
    Some(Duration::from_secs(count.checked_mul(seconds)?)).filter(|d| d.as_secs() <= 366 * 86_400)
}

/// «unknown field `conections`, expected one of `mx`, `connections`, …» gains the nearest of them.
fn nearest(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return String::new();
    };
    let Some((given, expected)) = rest.split_once('`') else {
        return String::new();
    };
    let known = expected.split('`').skip(1).step_by(2);
    match known.min_by_key(|name| strsim::damerau_levenshtein(name, given)) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}
