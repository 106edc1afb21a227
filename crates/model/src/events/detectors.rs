//! What happens to an organisation's own detectors. What they look for is in the sealed payload alone.

use super::kind::{Kind, auditors};

/// `version` is that of all detectors of the organisation together, from this event on.
const FACTS: &[&str] = &["name", "kind", "class", "state", "version"];

pub(super) const DETECTOR_ADDED: Kind = auditors(
    "detector.added",
    "Somebody added a detector of the organisation's own",
    FACTS,
);
pub(super) const DETECTOR_CHANGED: Kind = auditors(
    "detector.changed",
    "A detector of the organisation's own was changed, or switched on or off",
    FACTS,
);
pub(super) const DETECTOR_REMOVED: Kind = auditors(
    "detector.removed",
    "A detector of the organisation's own was removed",
    FACTS,
);
