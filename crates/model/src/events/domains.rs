//! What happens to sending domains and the keys that sign for them.

use super::kind::{Kind, auditors};

pub(super) const ADDED: Kind = auditors("domain.added", "A sending domain was added", &[]);
pub(super) const HEALTH_CHANGED: Kind = auditors(
    "domain.health_changed",
    "A check of a sending domain came to another result",
    &["was", "grade", "checks"],
);
pub(super) const KEY_PREPARED: Kind = auditors(
    "domain.key_prepared",
    "A new DKIM key waits to be published",
    &["selector", "algorithm"],
);
pub(super) const KEY_ACTIVATED: Kind = auditors(
    "domain.key_activated",
    "A DKIM key signs from now on",
    &["selector", "because"],
);
pub(super) const KEY_RETIRING: Kind = auditors(
    "domain.key_retiring",
    "A DKIM key signs no more; its record stays for mail on its way",
    &["selector"],
);
pub(super) const KEY_RETIRED: Kind = auditors(
    "domain.key_retired",
    "A DKIM key is gone and its record may go",
    &["selector"],
);
