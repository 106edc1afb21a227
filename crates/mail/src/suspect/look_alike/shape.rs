//! A domain in the forms in which domains are compared.
//!
//! Invariant: forms are for comparing; they are neither resolved nor shown.

use model::Domain;

use crate::suspect::names::registered;

pub(super) struct Shape {
    /// In ASCII, as [`Domain`] has it.
    pub(super) registered: String,
    /// The label that was registered, in the letters a reader sees.
    pub(super) label: String,
    /// What stands after it.
    pub(super) ending: String,
    /// The label as the eye takes it.
    pub(super) looks: String,
    /// The same without hyphens.
    pub(super) joined: String,
}

impl Shape {
    pub(super) fn of(domain: &Domain) -> Self {
        let registered = registered(domain.as_str());
        let (label, ending) = registered.split_once('.').unwrap_or((registered, ""));
        // What is no valid A-label is compared as it stands.
        let (shown, _) = idna::domain_to_unicode(label);
        let label = if shown.is_empty() {
            label.to_owned()
        } else {
            shown
        };
        let looks = looks(&label);
        Self {
            registered: registered.to_owned(),
            joined: looks.replace('-', ""),
            looks,
            label,
            ending: ending.to_owned(),
        }
    }
}

/// UTS 39 §4's skeleton, and on top of it pairs that its data leaves apart because fonts differ.
fn looks(label: &str) -> String {
    const PAIRS: [(&str, &str); 3] = [("rn", "m"), ("vv", "w"), ("cl", "d")];
    // The skeleton is of letters as typed; names are typed in small ones.
    let skeleton: String = unicode_security::skeleton(label).collect();
    let mut folded: String = skeleton
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' | '|' => 'l',
            '5' => 's',
            _ => c,
        })
        .collect();
    for (pair, one) in PAIRS {
        folded = folded.replace(pair, one);
    }
    folded
}
