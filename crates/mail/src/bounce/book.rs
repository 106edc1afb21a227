//! The rule file, read once: patterns compiled into one automaton, conditions into ranges.
//!
//! Not a judge of replies: it says which rule matches first. Invariant: what does not parse is not
//! half a book; the shipped file is read by a test.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use model::{BounceAction, BounceClass, RefusalScope, Verdict};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, PatternSet};

use super::Stage;

const RULES: &str = include_str!("rules.toml");

/// The version that the file gives itself; it grows with every change of a rule.
pub fn rules_version() -> u32 {
    book().version
}

pub(super) fn book() -> &'static Book {
    static BOOK: LazyLock<Book> =
        LazyLock::new(|| Book::parse(RULES).expect("a test reads the shipped rules"));
    &BOOK
}

pub(super) struct Book {
    version: u32,
    /// End of a host's name, and whose it is.
    suffixes: Vec<(String, String)>,
    bare_doubted: Vec<String>,
    rules: Vec<Rule>,
    texts: Regex,
}

struct Rule {
    id: String,
    providers: Vec<String>,
    codes: Vec<RangeInclusive<u16>>,
    statuses: Vec<StatusRange>,
    stages: Vec<Stage>,
    /// Its place among the patterns.
    text: Option<usize>,
    class: BounceClass,
    scope: RefusalScope,
    action: BounceAction,
}

/// `5.1.1` as numbers.
#[derive(Clone, Copy)]
pub(super) struct Status {
    class: u16,
    subject: u16,
    detail: u16,
}

struct StatusRange {
    class: RangeInclusive<u16>,
    subject: RangeInclusive<u16>,
    detail: RangeInclusive<u16>,
}

/// What the rules are asked.
pub(super) struct Asked<'a> {
    pub stage: Stage,
    pub code: u16,
    pub status: Option<Status>,
    pub provider: &'a str,
    pub texts: PatternSet,
}

impl Book {
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut patterns = Vec::new();
        let mut rules = Vec::with_capacity(file.rules.len());
        for written in file.rules {
            let id = written.id.clone();
            rules.push(rule(written, &mut patterns).map_err(|why| format!("{id}: {why}"))?);
        }
        let texts = Regex::builder()
            .syntax(
                syntax::Config::new()
                    .case_insensitive(true)
                    .unicode(false)
                    .utf8(false),
            )
            .configure(
                // All that match are wanted, not the first.
                Regex::config().utf8_empty(false).match_kind(MatchKind::All),
            )
            .build_many(&patterns)
            .map_err(|e| e.to_string())?;
        let suffixes = file
            .providers
            .into_iter()
            .flat_map(|(name, ends)| ends.into_iter().map(move |end| (end, name.clone())));
        Ok(Self {
            version: file.version,
            suffixes: suffixes.collect(),
            bare_doubted: file.bare_never_suppresses,
            rules,
            texts,
        })
    }

    pub fn provider(&self, host: &str) -> &str {
        let host = host.trim_end_matches('.');
        let ends = |end: &str| {
            host.len() >= end.len()
                && host.is_char_boundary(host.len() - end.len())
                && host[host.len() - end.len()..].eq_ignore_ascii_case(end)
                && matches!(
                    host[..host.len() - end.len()].bytes().last(),
                    None | Some(b'.')
                )
        };
        self.suffixes
            .iter()
            .find(|(end, _)| ends(end))
            .map_or("other", |(_, name)| name)
    }

    /// Whether this provider is known to answer a plain 5yz to what it takes for abuse.
    pub fn is_bare_doubted(&self, provider: &str) -> bool {
        self.bare_doubted.iter().any(|name| name == provider)
    }

    pub fn texts(&self, text: &[u8]) -> PatternSet {
        let mut set = PatternSet::new(self.texts.pattern_len());
        self.texts
            .which_overlapping_matches(&Input::new(text), &mut set);
        set
    }

    /// The first rule whose every condition holds.
    pub fn find(&'static self, asked: &Asked<'_>) -> Option<Verdict> {
        let rule = self.rules.iter().find(|rule| rule.holds(asked))?;
        Some(Verdict {
            class: rule.class,
            scope: rule.scope,
            action: rule.action,
            rule: &rule.id,
        })
    }
}

impl Rule {
    fn holds(&self, asked: &Asked<'_>) -> bool {
        let any = |empty: bool, found: bool| empty || found;
        any(
            self.codes.is_empty(),
            self.codes.iter().any(|range| range.contains(&asked.code)),
        ) && any(
            self.providers.is_empty(),
            self.providers.iter().any(|name| name == asked.provider),
        ) && any(self.stages.is_empty(), self.stages.contains(&asked.stage))
            && any(
                self.statuses.is_empty(),
                asked
                    .status
                    .is_some_and(|status| self.statuses.iter().any(|range| range.holds(status))),
            )
            && self.text.is_none_or(|at| {
                regex_automata::PatternID::new(at).is_ok_and(|id| asked.texts.contains(id))
            })
    }
}

impl Status {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(Self {
            class,
            subject,
            detail,
        })
    }

    /// As qmail and others write it inside the text: `(#5.1.1)`; only where its class agrees.
    pub fn within(text: &str, code: u16) -> Option<Self> {
        let (_, after) = text.split_once('#')?;
        let end = after
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(after.len());
        Self::parse(after[..end].trim_end_matches('.')).filter(|s| s.class == code / 100)
    }
}

impl StatusRange {
    fn holds(&self, status: Status) -> bool {
        self.class.contains(&status.class)
            && self.subject.contains(&status.subject)
            && self.detail.contains(&status.detail)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    bare_never_suppresses: Vec<String>,
    providers: std::collections::BTreeMap<String, Vec<String>>,
    rules: Vec<Written>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    code: Vec<String>,
    #[serde(default)]
    status: Vec<String>,
    #[serde(default)]
    at: Vec<String>,
    text: Option<String>,
    is: String,
}

fn rule(written: Written, patterns: &mut Vec<String>) -> Result<Rule, String> {
    let mut words = written.is.split(' ');
    let mut word = || words.next().ok_or("class, scope and action are needed");
    let class = BounceClass::from_word(word()?).ok_or("no such class")?;
    let scope = RefusalScope::from_word(word()?).ok_or("no such scope")?;
    let action = BounceAction::from_word(word()?).ok_or("no such action")?;
    let codes = written
        .code
        .iter()
        .map(|text| digits(text))
        .collect::<Result<_, _>>()?;
    let statuses = written
        .status
        .iter()
        .map(|text| status_range(text))
        .collect::<Result<_, _>>()?;
    let stages = written
        .at
        .iter()
        .map(|text| stage(text))
        .collect::<Result<_, _>>()?;
    let text = written.text.map(|text| {
        patterns.push(text);
        patterns.len() - 1
    });
    Ok(Rule {
        id: written.id,
        providers: written.of,
        codes,
        statuses,
        stages,
        text,
        class,
        scope,
        action,
    })
}

/// `550`, or `55x` and `5xx` for all that begin so.
fn digits(text: &str) -> Result<RangeInclusive<u16>, String> {
    let number = |filler: &str| text.replace('x', filler).parse::<u16>();
    match (text.len(), number("0"), number("9")) {
        (3, Ok(low), Ok(high)) => Ok(low..=high),
        _ => Err(format!("no reply code: {text}")),
    }
}

/// `5.1.1`, `x.1.1`, `5.7.x`, `5.7.606-649`.
fn status_range(text: &str) -> Result<StatusRange, String> {
    let part = |part: &str| -> Option<RangeInclusive<u16>> {
        if part == "x" {
            return Some(0..=999);
        }
        match part.split_once('-') {
            Some((low, high)) => Some(low.parse().ok()?..=high.parse().ok()?),
            None => part.parse().ok().map(|n| n..=n),
        }
    };
    let parts: Vec<_> = text.split('.').filter_map(part).collect();
    let [class, subject, detail] = parts.as_slice() else {
        return Err(format!("no status: {text}"));
    };
    Ok(StatusRange {
        class: class.clone(),
        subject: subject.clone(),
        detail: detail.clone(),
    })
}

fn stage(text: &str) -> Result<Stage, String> {
    match text {
        "opening" => Ok(Stage::Opening),
        "mail" => Ok(Stage::Mail),
        "rcpt" => Ok(Stage::Rcpt),
        "data" => Ok(Stage::Data),
        "final" => Ok(Stage::Final),
        "reported" => Ok(Stage::Reported),
        other => Err(format!("no such stage: {other}")),
    }
}
