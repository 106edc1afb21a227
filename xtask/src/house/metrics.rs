//! Metrics are what the registry says: every name that is emitted is listed with its kind and labels,
//! every name listed is emitted, and rules and dashboards name nothing else.
//!
//! Invariant: a name or a label that is not written out where it is emitted is a finding, since nobody
//! could tell what ends up in it.

use std::collections::BTreeSet;

use model::{Metric, MetricKind};
use serde_json::Value;

use super::Finding;
use super::tree::{File, Tree};

const MACROS: [(&str, MetricKind); 3] = [
    ("counter!(", MetricKind::Counter),
    ("gauge!(", MetricKind::Gauge),
    ("histogram!(", MetricKind::Histogram),
];
/// Describes what is listed, so its names are variables.
const DESCRIBES: &str = "crates/caduceus/src/telemetry.rs";
/// Prometheus makes these itself.
const FOREIGN: [&str; 1] = ["up"];
/// Words of PromQL that are followed by a list of labels.
const LABEL_LISTS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];
const OPERATORS: [&str; 6] = ["and", "or", "unless", "bool", "offset", "atan2"];

/// One use of a macro that emits.
struct Emitted {
    name: Option<String>,
    kind: MetricKind,
    labels: Vec<String>,
    line: usize,
}

pub fn check(tree: &Tree, registry: &[Metric]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let files = tree
        .sources()
        .filter(|file| file.path.starts_with("crates/"));
    for file in files.filter(|file| file.path != DESCRIBES) {
        for emitted in emitted(file) {
            let place = format!("{}:{}", file.path, emitted.line);
            let Some(name) = &emitted.name else {
                found.push(Finding::new(
                    place,
                    "metrics",
                    "write the name out where it is emitted",
                ));
                continue;
            };
            seen.insert(name.clone());
            match registry.iter().find(|m| m.name == name) {
                None => found.push(Finding::new(
                    place,
                    "metrics",
                    format!("{name} is not in model/src/metric.rs"),
                )),
                Some(metric) => found.extend(
                    differs(metric, &emitted).map(|what| Finding::new(place, "metrics", what)),
                ),
            }
        }
    }
    let silent = registry.iter().filter(|metric| !seen.contains(metric.name));
    found.extend(silent.map(|metric| {
        let what = format!("{} is listed and never emitted", metric.name);
        Finding::new("crates/model/src/metric.rs", "metrics", what)
    }));
    found
}

fn differs(metric: &Metric, emitted: &Emitted) -> Option<String> {
    if metric.kind != emitted.kind {
        return Some(format!("{} is a {}", metric.name, metric.kind.word()));
    }
    let given: BTreeSet<&str> = emitted.labels.iter().map(String::as_str).collect();
    let listed: BTreeSet<&str> = metric.labels.iter().copied().collect();
    (given != listed).then(|| format!("{} has the labels {listed:?}, not {given:?}", metric.name))
}

/// Code and text of a file, letter by letter in the same places.
fn emitted(file: &File) -> Vec<Emitted> {
    let lexed = file.lexed();
    let (code, text): (Vec<char>, Vec<char>) = (
        lexed.code.chars().collect(),
        lexed.strings.chars().collect(),
    );
    let mut found = Vec::new();
    for (word, kind) in MACROS {
        let word: Vec<char> = word.chars().collect();
        for at in 0..code.len().saturating_sub(word.len()) {
            let before = at.checked_sub(1).map(|i| code[i]);
            let whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            if whole && code[at..at + word.len()] == word[..] {
                let line = code[..at].iter().filter(|c| **c == '\n').count() + 1;
                found.push(read(&code, &text, at + word.len(), kind, line));
            }
        }
    }
    found
}

fn read(code: &[char], text: &[char], from: usize, kind: MetricKind, line: usize) -> Emitted {
    let mut emitted = Emitted {
        name: None,
        kind,
        labels: Vec::new(),
        line,
    };
    let (mut depth, mut at, mut last) = (1, from, None);
    let mut first = true;
    while at < code.len() && depth > 0 {
        if text[at] == '"' {
            let literal = literal(text, at);
            at += literal.chars().count() + 2;
            if first {
                emitted.name = Some(literal);
            } else {
                last = Some(literal);
            }
            first = false;
            continue;
        }
        match code[at] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '=' if code.get(at + 1) == Some(&'>') => emitted.labels.extend(last.take()),
            '&' if depth == 1 => emitted.labels.extend(bound(code, text, at + 1)),
            _ => {}
        }
        first &= code[at].is_whitespace();
        at += 1;
    }
    emitted
}

fn literal(text: &[char], at: usize) -> String {
    text[at + 1..].iter().take_while(|c| **c != '"').collect()
}

/// The labels of `&name`, written out where the nearest `let name = [` above binds them: the literals
/// that open a pair.
fn bound(code: &[char], text: &[char], at: usize) -> Vec<String> {
    let is_name = |c: &&char| c.is_alphanumeric() || **c == '_';
    let name: String = code[at..].iter().take_while(is_name).collect();
    let binding: Vec<char> = format!("let {name} = [").chars().collect();
    let mut above = code[..at].windows(binding.len()).enumerate();
    let Some((start, _)) = above.rfind(|(_, found)| *found == binding) else {
        return Vec::new();
    };
    let mut labels = Vec::new();
    let (mut depth, mut i, mut opened) = (1, start + binding.len(), false);
    while i < code.len() && depth > 0 {
        if text[i] == '"' {
            let found = literal(text, i);
            i += found.chars().count() + 2;
            if opened {
                labels.push(found);
            }
            opened = false;
            continue;
        }
        match code[i] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        opened = code[i] == '(' || (opened && code[i].is_whitespace());
        i += 1;
    }
    labels
}

/// Rules and dashboards in `deploy` name metrics that exist.
pub fn check_watching(tree: &Tree, registry: &[Metric]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| file.path.starts_with("deploy/"))
    {
        for (line, expression) in expressions(file) {
            for name in names(&expression) {
                let known =
                    FOREIGN.contains(&name.as_str()) || registry.iter().any(|m| is_of(m, &name));
                if !known {
                    let what = format!("{name} is no metric of ours");
                    found.push(Finding::new(
                        format!("{}:{line}", file.path),
                        "metrics",
                        what,
                    ));
                }
            }
        }
    }
    found
}

/// A histogram is read by its parts.
fn is_of(metric: &Metric, name: &str) -> bool {
    match metric.kind {
        MetricKind::Counter | MetricKind::Gauge => metric.name == name,
        MetricKind::Histogram => ["_bucket", "_sum", "_count"]
            .iter()
            .any(|part| name.strip_suffix(part) == Some(metric.name)),
    }
}

/// The PromQL of a file: `expr:` lines of YAML, `"expr"` members of JSON.
fn expressions(file: &File) -> Vec<(usize, String)> {
    if file.path.ends_with(".json") {
        let mut found = Vec::new();
        match serde_json::from_str(&file.text) {
            Ok(value) => collect(&value, &mut found),
            Err(_) => found.push((1, "this_file_is_not_json".to_owned())),
        }
        return found;
    }
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let rest = line
                .trim_start()
                .trim_start_matches("- ")
                .strip_prefix("expr:")?;
            Some((index + 1, rest.to_owned()))
        })
        .collect()
}

fn collect(value: &Value, found: &mut Vec<(usize, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if key == "expr" => found.push((1, text.clone())),
                    other => collect(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The names of metrics in an expression: words that are no function, no operator, and in no braces,
/// brackets, quotes or lists of labels.
pub fn names(expression: &str) -> Vec<String> {
    let letters: Vec<char> = expression.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    let mut after_list_word = false;
    while at < letters.len() {
        let c = letters[at];
        let close = match c {
            '{' => Some('}'),
            '[' => Some(']'),
            '"' => Some('"'),
            '\'' => Some('\''),
            '(' if after_list_word => Some(')'),
            _ => None,
        };
        if let Some(close) = close {
            at += 1;
            while at < letters.len() && letters[at] != close {
                at += 1;
            }
            after_list_word = false;
            at += 1;
        } else if c.is_ascii_alphabetic() || c == '_' {
            let is_part = |c: &&char| c.is_ascii_alphanumeric() || **c == '_' || **c == ':';
            let word: String = letters[at..].iter().take_while(is_part).collect();
            at += word.chars().count();
            after_list_word = LABEL_LISTS.contains(&word.as_str());
            let rest: String = letters[at..].iter().take(16).collect();
            let rest = rest.trim_start();
            // `sum (…)`, `sum by (…) (…)`.
            let function = ["(", "by ", "by(", "without "]
                .iter()
                .any(|next| rest.starts_with(next));
            if !function && !after_list_word && !OPERATORS.contains(&word.as_str()) {
                found.push(word);
            }
        } else if c.is_ascii_digit() {
            // A number with its unit: 5m, 1e3.
            while at < letters.len() && (letters[at].is_ascii_alphanumeric() || letters[at] == '.')
            {
                at += 1;
            }
        } else {
            at += 1;
        }
    }
    found
}
