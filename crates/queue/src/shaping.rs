//! What each provider takes from us: connections, rate, and what its replies ask for.
//!
//! A provider is known by the names of its MX hosts, so that all domains it serves share one limit.
//! The rules come from a file (`shaping/standard.toml`, replaced provider by provider by the
//! operator's own); this module reads no mail and keeps no state. Invariant: provider 0 is `other`,
//! which every host matches.

use std::sync::Arc;
use std::time::Duration;

mod file;

pub use file::ShapingInvalid;

/// Which row of the shaping file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(pub(crate) u16);

impl ProviderId {
    pub const OTHER: Self = Self(0);
}

/// Which of its provider's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(pub(crate) u16);

/// The whole file.
#[derive(Clone, Debug)]
pub struct Shaping {
    providers: Vec<Provider>,
}

#[derive(Clone, Debug)]
pub(crate) struct Provider {
    pub word: Arc<str>,
    /// Ends of host names, in lower case: `google.com` means itself and every name below it.
    pub hosts: Vec<String>,
    pub limits: Limits,
    pub rules: Vec<Rule>,
}

/// What one source may do to one provider. None is no limit of the provider's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub connections: Option<u32>,
    pub messages_per_connection: Option<u32>,
    pub per_minute: Option<u32>,
    pub per_hour: Option<u32>,
}

/// A reply that asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Any of these reply codes; empty is any.
    pub codes: Vec<u16>,
    /// Any of these enhanced codes; one that ends in `*` stands for all that begin so.
    pub enhanced: Vec<String>,
    /// Any of these pieces of the reply's text, in lower case.
    pub text: Vec<String>,
    pub then: Then,
    /// For how long.
    pub wait: Duration,
    /// So many within `within` before anything is done.
    pub hits: u32,
    pub within: Duration,
}

/// What is done about it, to one source at one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Nothing starts for a while.
    BackOff,
    /// The same, and it is shown as a suspension: someone should look.
    Suspend,
    /// Waits, and what waits goes by another source of its pool meanwhile.
    SwitchSource,
}

/// A reply, as rules see it.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    pub code: u16,
    pub enhanced: Option<&'a str>,
    pub text: &'a str,
}

impl Shaping {
    /// No provider but `other`, no limit, no rule.
    pub fn none() -> Self {
        let other = Provider {
            word: "other".into(),
            hosts: Vec::new(),
            limits: Limits::default(),
            rules: Vec::new(),
        };
        Self {
            providers: vec![other],
        }
    }

    /// What the program ships with.
    pub fn standard() -> Self {
        let shipped = Self::parse(include_str!("shaping/standard.toml"));
        shipped.expect("a test reads the file that is shipped")
    }

    /// Reads a shaping file. Unknown keys are refused with the nearest known one named.
    pub fn parse(text: &str) -> Result<Self, ShapingInvalid> {
        Self::none().replaced_by(text)
    }

    /// What a file says of a provider replaces what was known of it.
    pub fn replaced_by(mut self, own_file: &str) -> Result<Self, ShapingInvalid> {
        for provider in file::parse(own_file)? {
            let known = self
                .providers
                .iter_mut()
                .find(|known| known.word == provider.word);
            match known {
                Some(known) => *known = provider,
                None => self.providers.push(provider),
            }
        }
        Ok(self)
    }

    /// The provider that these MX hosts belong to: that of the first host which belongs to one.
    pub fn provider_of<'a>(&self, hosts: impl IntoIterator<Item = &'a str>) -> ProviderId {
        let of_host = |host: &str| {
            let found = self
                .providers
                .iter()
                .position(|provider| provider.hosts.iter().any(|end| is_below(host, end)));
            found.and_then(|at| u16::try_from(at).ok()).map(ProviderId)
        };
        hosts
            .into_iter()
            .find_map(of_host)
            .unwrap_or(ProviderId::OTHER)
    }

    pub fn word(&self, id: ProviderId) -> &str {
        &self.of(id).word
    }

    pub fn find(&self, word: &str) -> Option<ProviderId> {
        let at = self.providers.iter().position(|p| &*p.word == word)?;
        u16::try_from(at).ok().map(ProviderId)
    }

    pub fn limits(&self, id: ProviderId) -> Limits {
        self.of(id).limits
    }

    /// Every provider's word; a closed set, fit for labels.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.providers.iter().map(|provider| &*provider.word)
    }

    /// The first rule that a reply matches.
    pub fn judge(&self, id: ProviderId, reply: Reply<'_>) -> Option<RuleId> {
        let text = reply.text.to_ascii_lowercase();
        let rules = self.of(id).rules.iter();
        let at = rules
            .clone()
            .position(|rule| rule.matches(reply.code, reply.enhanced, &text))?;
        u16::try_from(at).ok().map(RuleId)
    }

    pub(crate) fn of(&self, id: ProviderId) -> &Provider {
        self.providers
            .get(usize::from(id.0))
            .unwrap_or(&self.providers[0])
    }

    pub(crate) fn rule(&self, provider: ProviderId, rule: RuleId) -> Option<&Rule> {
        self.of(provider).rules.get(usize::from(rule.0))
    }
}

impl Rule {
    fn matches(&self, code: u16, enhanced: Option<&str>, lower_text: &str) -> bool {
        let code_fits = self.codes.is_empty() || self.codes.contains(&code);
        let enhanced_fits = self.enhanced.is_empty()
            || enhanced.is_some_and(|given| {
                self.enhanced
                    .iter()
                    .any(|wanted| match wanted.strip_suffix('*') {
                        Some(start) => given.starts_with(start),
                        None => given == wanted,
                    })
            });
        let text_fits =
            self.text.is_empty() || self.text.iter().any(|piece| lower_text.contains(piece));
        code_fits && enhanced_fits && text_fits
    }
}

fn is_below(host: &str, end: &str) -> bool {
    let host = host.as_bytes();
    let Some(rest) = host.len().checked_sub(end.len()) else {
        return false;
    };
    host[rest..].eq_ignore_ascii_case(end.as_bytes()) && (rest == 0 || host[rest - 1] == b'.')
}

#[cfg(test)]
mod tests;
