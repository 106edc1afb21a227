//! What happens to an organisation's own rules. Their text is in the sealed payload alone.

use super::kind::{Kind, auditors};

pub(super) const RULES_WRITTEN: Kind = auditors(
    "rules.written",
    "Somebody wrote a version of the organisation's own rules",
    &["version", "digest", "rules"],
);

pub(super) const RULES_TRIED: Kind = auditors(
    "rules.tried",
    "A version of the rules was tried on what was decided before; that many addresses were opened for \
     their domains",
    &["version", "decisions", "addresses"],
);

pub(super) const RULES_TRIAL_BEGUN: Kind = auditors(
    "rules.trial_begun",
    "Somebody asked for a trial of a version of the rules",
    &["version", "days"],
);

pub(super) const RULES_TRIAL_FAILED: Kind = auditors(
    "rules.trial_failed",
    "A trial of a version of the rules could not be done; the version counts as not tried",
    &["version", "code"],
);

pub(super) const RULES_TRIAL_STOPPED: Kind = auditors(
    "rules.trial_stopped",
    "Somebody stopped a trial of a version of the rules; that many addresses had been opened for their domains",
    &["version", "decisions", "addresses"],
);

pub(super) const RULES_ACTIVATED: Kind = auditors(
    "rules.activated",
    "Mail is decided by this version of the rules from now on",
    &["version", "digest", "rules"],
);

pub(super) const RULES_RETIRED: Kind = auditors(
    "rules.retired",
    "The organisation's own rules decide no longer",
    &["version", "digest"],
);
