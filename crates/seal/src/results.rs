//! `Authentication-Results` (RFC 8601): what we found, for whoever reads the message later.
//!
//! Invariant: a field under our name is ours. Those that came in under it are taken out.

use crate::arc::Arc;
use crate::dkim::DkimResult;
use crate::dmarc::{Dmarc, DmarcResult, Policy};
use crate::signature::Parts;
use crate::spf::Spf;

/// Everything that was checked of one message.
#[derive(Clone)]
pub struct Results {
    pub spf: Spf,
    /// The domain SPF spoke of.
    pub spf_domain: String,
    pub dkim: Vec<DkimResult>,
    pub dmarc: DmarcResult,
    /// The author's domain, empty when there is none to read.
    pub author_domain: String,
    pub arc: Arc,
}

impl Results {
    /// For what no person reads: nothing was checked.
    pub fn unexamined() -> Self {
        Self {
            spf: Spf::None,
            spf_domain: String::new(),
            dkim: Vec::new(),
            dmarc: DmarcResult {
                dmarc: Dmarc::None,
                policy: Policy::None,
            },
            author_domain: String::new(),
            arc: Arc::None,
        }
    }

    /// What follows the field's name, or the instance in ARC: our name and each method's result.
    pub fn text(&self, host: &str) -> String {
        let mut out = host.to_owned();
        let mut add = |part: String| {
            out.push_str(";\r\n\t");
            out.push_str(&part);
        };
        let with = |method: String, property: &str, value: &str| match clean(value) {
            value if value.is_empty() => method,
            value => format!("{method} {property}={value}"),
        };
        add(with(
            format!("spf={}", self.spf.word()),
            "smtp.mailfrom",
            &self.spf_domain,
        ));
        if self.dkim.is_empty() {
            add("dkim=none".to_owned());
        }
        for one in &self.dkim {
            let method = format!("dkim={}", one.dkim.word());
            let method = with(method, "header.d", &one.domain);
            add(with(method, "header.s", &one.selector));
        }
        let dmarc = format!(
            "dmarc={} policy.published={}",
            self.dmarc.dmarc.word(),
            self.dmarc.policy.word()
        );
        add(with(dmarc, "header.from", &self.author_domain));
        add(format!("arc={}", self.arc.word()));
        out
    }

    pub fn field(&self, host: &str) -> String {
        format!("Authentication-Results: {}\r\n", self.text(host))
    }
}

/// The message without fields that claim to be ours (RFC 8601 §5).
pub fn without_claims(message: &[u8], host: &str) -> Vec<u8> {
    let parts = Parts::of(message);
    let mut out = Vec::with_capacity(message.len());
    let mut at = 0;
    for (name, field) in &parts.fields {
        let start = field.as_ptr().addr() - message.as_ptr().addr();
        if is_results(name) && claims(field, host) {
            out.extend_from_slice(&message[at..start]);
            at = start + field.len();
        }
    }
    out.extend_from_slice(&message[at..]);
    out
}

fn is_results(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"authentication-results")
}

/// Whether the name at its start, comments aside, is ours.
fn claims(field: &[u8], host: &str) -> bool {
    let text = String::from_utf8_lossy(field);
    let Some((_, value)) = text.split_once(':') else {
        return false;
    };
    let mut depth = 0_u32;
    let bare: String = value
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    let id = bare.split(';').next().unwrap_or_default();
    let id = id.split_whitespace().next().unwrap_or_default();
    id.trim_matches('"').eq_ignore_ascii_case(host)
}

/// A domain or selector as a value: nothing that could end it.
fn clean(value: &str) -> String {
    value
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c))
        .take(253)
        .collect()
}
