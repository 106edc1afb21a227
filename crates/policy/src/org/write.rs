//! Rules as text: the one form that people read, edit and sign off.
//!
//! Invariant: what is written here reads back as the same rule.

use super::condition::{Bound, Condition, Test, When};
use super::fact::{Fact, Shape};
use super::{Mode, OrgEffect, OrgRule};

/// Whether the domains that a rule tests may be seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domains {
    Shown,
    /// In traces, which name no recipient.
    Hidden,
}

impl OrgRule {
    pub fn to_text(&self) -> String {
        let name = if self.name == self.id {
            String::new()
        } else {
            format!(" \"{}\"", self.name)
        };
        let shadow = match self.mode {
            Mode::Active => "",
            Mode::Shadow => " in shadow",
        };
        let why: Vec<&str> = self.why.split_whitespace().collect();
        format!(
            "rule {}{name}{shadow}:\n  when {}\n  then {}\n  because {}\n",
            self.id,
            self.when.to_text(Domains::Shown),
            self.effect.to_text(),
            why.join(" "),
        )
    }
}

impl OrgEffect {
    pub fn to_text(&self) -> String {
        match self {
            Self::Require(method) => format!("require {method}"),
            Self::Encrypt => "encrypt".to_owned(),
            Self::Portal => "portal".to_owned(),
            Self::Quarantine {
                second_person,
                notify,
            } => {
                let second = if *second_person {
                    " with second person"
                } else {
                    ""
                };
                if notify.is_empty() {
                    format!("quarantine{second}")
                } else {
                    format!("quarantine{second} notify {}", notify.join(", "))
                }
            }
            Self::Redact => "redact".to_owned(),
            Self::NeutralSubject => "neutral subject".to_owned(),
            Self::Block => "block".to_owned(),
            Self::Warn(text) => format!("warn {text}"),
            Self::Log => "log".to_owned(),
            Self::AppendNotice(notice) => format!("append notice {notice}"),
            Self::OnlyMaySend(_) => {
                let groups: Vec<&str> = self.senders().collect();
                format!("only {} may send", groups.join(", "))
            }
        }
    }
}

impl When {
    pub(crate) fn to_text(&self, domains: Domains) -> String {
        let joined = |parts: &[Self], by: &str| {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| part.to_part_text(domains))
                .collect();
            parts.join(by)
        };
        match self {
            Self::Always => "always".to_owned(),
            Self::All(parts) => joined(parts, " and "),
            Self::Any(parts) => joined(parts, " or "),
            Self::Not(part) => format!("not {}", part.to_part_text(domains)),
            Self::Is(condition) => condition.to_text(domains),
        }
    }

    fn to_part_text(&self, domains: Domains) -> String {
        match self {
            Self::All(_) | Self::Any(_) => format!("({})", self.to_text(domains)),
            Self::Always | Self::Not(_) | Self::Is(_) => self.to_text(domains),
        }
    }
}

impl Condition {
    pub(crate) fn to_text(&self, domains: Domains) -> String {
        let fact = self.fact.word();
        match &self.test {
            Test::Holds => fact.to_owned(),
            Test::Over(bound) => format!("{fact} over {}", self.amount(*bound)),
            Test::AtLeast(Bound::Number(bound)) => {
                format!("{fact} at least {}", self.amount(*bound))
            }
            Test::AtLeast(Bound::Word(word)) => format!("{fact} at least {word}"),
            Test::Under(bound) => format!("{fact} under {}", self.amount(*bound)),
            Test::AtMost(bound) => format!("{fact} at most {}", self.amount(*bound)),
            Test::AnyOf(_) | Test::NoneOf(_)
                if self.fact == Fact::RecipientDomain && domains == Domains::Hidden =>
            {
                let one = if matches!(self.test, Test::AnyOf(_)) {
                    "one"
                } else {
                    "none"
                };
                format!("{fact} is {one} that the rule names")
            }
            Test::AnyOf(words) | Test::NoneOf(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                format!("{fact} {} {}", self.verb(), words.join(", "))
            }
        }
    }

    fn verb(&self) -> &'static str {
        let one = self.words().count() == 1;
        let set = self.fact.shape() == Shape::Words;
        match (&self.test, set, one) {
            (Test::NoneOf(_), true, true) => "lack",
            (Test::NoneOf(_), true, false) => "include none of",
            (Test::NoneOf(_), false, true) => "is not",
            (Test::NoneOf(_), false, false) => "is none of",
            (_, true, true) => "include",
            (_, true, false) => "include any of",
            (_, false, true) => "is",
            (_, false, false) => "is one of",
        }
    }

    /// Octets in the largest unit that says them whole.
    fn amount(&self, number: u64) -> String {
        const KB: u64 = 1024;
        const MB: u64 = 1024 * 1024;
        match (self.fact.shape(), number) {
            (Shape::Size, n) if n > 0 && n.is_multiple_of(MB) => format!("{} MB", n / MB),
            (Shape::Size, n) if n > 0 && n.is_multiple_of(KB) => format!("{} KB", n / KB),
            (_, n) => n.to_string(),
        }
    }
}
