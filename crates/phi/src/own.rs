//! What is the organisation's own: its domains, its people, the lines under their mail. It names no
//! patient and is taken out of the findings.
//!
//! It is not a list of exceptions: only weak identifiers (class C and below) are ever taken out, so a
//! staff member's own record number is still found. Invariant: an empty `Own` takes out nothing.

use std::collections::BTreeSet;

/// Names, addresses and lines that are the organisation's.
#[derive(Clone, Debug, Default)]
pub struct Own {
    domains: BTreeSet<String>,
    names: BTreeSet<String>,
    addresses: BTreeSet<String>,
    lines: BTreeSet<String>,
}

impl Own {
    pub const fn new() -> Self {
        Self {
            domains: BTreeSet::new(),
            names: BTreeSet::new(),
            addresses: BTreeSet::new(),
            lines: BTreeSet::new(),
        }
    }

    /// A mail domain, with all below it.
    pub fn domain(&mut self, domain: &str) {
        self.domains
            .insert(domain.trim().trim_matches('.').to_ascii_lowercase());
    }

    /// A staff member's name as it is written, given name first or last.
    pub fn staff_name(&mut self, name: &str) {
        let key = name_key(name.as_bytes());
        if key.contains(' ') {
            self.names.insert(key);
        }
    }

    pub fn staff_address(&mut self, address: &str) {
        self.addresses.insert(address.trim().to_ascii_lowercase());
    }

    /// A line of the organisation's signatures: its street, its main telephone.
    pub fn signature_line(&mut self, line: &str) {
        let line = line_key(line.as_bytes());
        if !line.is_empty() {
            self.lines.insert(line);
        }
    }

    pub(crate) fn has_address(&self, address: &[u8]) -> bool {
        if self.domains.is_empty() && self.addresses.is_empty() {
            return false;
        }
        let address = String::from_utf8_lossy(address).to_ascii_lowercase();
        let Some((_, domain)) = address.rsplit_once('@') else {
            return false;
        };
        let mut above = Some(domain);
        while let Some(name) = above {
            if self.domains.contains(name) {
                return true;
            }
            above = name.split_once('.').map(|(_, rest)| rest);
        }
        self.addresses.contains(&address)
    }

    pub(crate) fn has_name(&self, name: &[u8]) -> bool {
        !self.names.is_empty() && self.names.contains(&name_key(name))
    }

    pub(crate) fn has_line(&self, line: &[u8]) -> bool {
        !self.lines.is_empty() && self.lines.contains(&line_key(line))
    }
}

/// The words of a name in alphabetic order, so that "Lopez, Ana" is "Ana Lopez"; titles and initials
/// say nothing.
fn name_key(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name).to_lowercase();
    let mut words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| word.chars().count() > 1)
        .filter(|word| !["dr", "mr", "mrs", "ms", "md", "rn", "np", "do", "phd"].contains(word))
        .collect();
    words.sort_unstable();
    words.join(" ")
}

fn line_key(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line).to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
