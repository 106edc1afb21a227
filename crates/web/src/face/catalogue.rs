//! The catalogue: every word on every page, English and Spanish side by side.
//!
//! A row without one of its languages does not parse, so a missing translation fails the start of
//! the program and the tests. Texts hold no markup; `{name}` marks a value to put in. Spanish is that
//! of the United States, addressed formally, with numbers written the same way as in English.

use std::collections::BTreeMap;

use model::{Code, Error, Result};
use serde::{Deserialize, Serialize};

const FILES: &[(&str, &str)] = &[
    ("portal.toml", include_str!("../../catalogue/portal.toml")),
    ("console.toml", include_str!("../../catalogue/console.toml")),
    ("service.toml", include_str!("../../catalogue/service.toml")),
    ("orders.toml", include_str!("../../catalogue/orders.toml")),
    ("message.toml", include_str!("../../catalogue/message.toml")),
    ("mail.toml", include_str!("../../catalogue/mail.toml")),
    (
        "correspondents.toml",
        include_str!("../../catalogue/correspondents.toml"),
    ),
    (
        "detectors.toml",
        include_str!("../../catalogue/detectors.toml"),
    ),
    ("keys.toml", include_str!("../../catalogue/keys.toml")),
    ("exports.toml", include_str!("../../catalogue/exports.toml")),
    (
        "retention.toml",
        include_str!("../../catalogue/retention.toml"),
    ),
    (
        "disposals.toml",
        include_str!("../../catalogue/disposals.toml"),
    ),
    ("holds.toml", include_str!("../../catalogue/holds.toml")),
    ("archive.toml", include_str!("../../catalogue/archive.toml")),
    (
        "archive_desk.toml",
        include_str!("../../catalogue/archive_desk.toml"),
    ),
    ("inbound.toml", include_str!("../../catalogue/inbound.toml")),
    ("risk.toml", include_str!("../../catalogue/risk.toml")),
    ("rules.toml", include_str!("../../catalogue/rules.toml")),
    (
        "registry.toml",
        include_str!("../../catalogue/registry.toml"),
    ),
    (
        "suppressions.toml",
        include_str!("../../catalogue/suppressions.toml"),
    ),
    (
        "triggers.toml",
        include_str!("../../catalogue/triggers.toml"),
    ),
    (
        "webhooks.toml",
        include_str!("../../catalogue/webhooks.toml"),
    ),
    ("words.toml", include_str!("../../catalogue/words.toml")),
];

/// A language the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    En,
    Es,
}

impl Lang {
    pub const ALL: &'static [Self] = &[Self::En, Self::Es];

    pub const fn word(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lang| lang.word() == word)
    }
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Es,
            Self::Es => Self::En,
        }
    }
    /// The first language we speak among those a browser prefers (RFC 9110 §12.5.4), by its weights.
    pub fn preferred(accept_language: &str) -> Option<Self> {
        let mut wishes: Vec<(f32, Self)> = Vec::new();
        for range in accept_language.split(',').take(20) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let primary = tag.split('-').next().unwrap_or_default();
            if let Some(lang) = Self::from_word(primary).filter(|_| weight > 0.0) {
                wishes.push((weight, lang));
            }
        }
        // stable: of equal weights the first named wins
        wishes.sort_by(|a, b| b.0.total_cmp(&a.0));
        wishes.first().map(|w| w.1)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    en: String,
    es: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Row {
    Text(Text),
    Counted { one: Text, other: Text },
}

/// All texts by `section.key`.
#[derive(Debug)]
pub struct Catalogue {
    rows: BTreeMap<String, Row>,
}

impl Catalogue {
    pub fn load() -> Result<Self> {
        let mut rows = BTreeMap::new();
        for (file, text) in FILES {
            let sections: BTreeMap<String, BTreeMap<String, Row>> = toml::from_str(text)
                .map_err(|e| Error::new(Code::Internal).because(format!("{file}: {e}")))?;
            for (section, entries) in sections {
                for (key, row) in entries {
                    let name = format!("{section}.{key}");
                    if rows.insert(name.clone(), row).is_some() {
                        return Err(Error::new(Code::Internal).because(format!("{name} twice")));
                    }
                }
            }
        }
        Ok(Self { rows })
    }

    /// The text of a key; of a counted one the form for `count`.
    pub fn find(&self, lang: Lang, key: &str, count: Option<i64>) -> Option<&str> {
        let text = match self.rows.get(key)? {
            Row::Text(text) => text,
            Row::Counted { one, other } => match count? {
                1 => one,
                _ => other,
            },
        };
        Some(match lang {
            Lang::En => &text.en,
            Lang::Es => &text.es,
        })
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }

    /// Every text of every row with its key, for tests.
    pub fn texts(&self) -> impl Iterator<Item = (&str, [&str; 2])> {
        self.rows.iter().flat_map(|(key, row)| {
            let texts = match row {
                Row::Text(t) => vec![t],
                Row::Counted { one, other } => vec![one, other],
            };
            texts
                .into_iter()
                .map(move |t| (key.as_str(), [t.en.as_str(), t.es.as_str()]))
        })
    }
}
