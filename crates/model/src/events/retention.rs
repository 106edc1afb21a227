//! What happens to how long records are kept. Rules, profiles, reasons and days are in sealed payloads alone.

use super::kind::{Kind, auditors};

pub(super) const SET: Kind = auditors(
    "retention.set",
    "Somebody set the profile of retention or the rules of classification",
    &["setting", "version"],
);
pub(super) const PROPOSED: Kind = auditors(
    "retention.proposed",
    "Somebody proposed to enable or disable a rule of retention",
    &["number", "rule", "version", "change"],
);
pub(super) const APPROVED: Kind = auditors(
    "retention.approved",
    "A second person approved what was proposed of a rule; it counts when it has cooled off",
    &[
        "number",
        "rule",
        "version",
        "change",
        "newly_due",
        "counts_from",
    ],
);
pub(super) const REJECTED: Kind = auditors(
    "retention.rejected",
    "What was proposed of a rule was rejected or taken back",
    &["number", "rule", "version", "change"],
);
pub(super) const ANCHORED: Kind = auditors(
    "retention.anchored",
    "Somebody fed days of patients that periods are counted from; so many records are reckoned again",
    &["patients", "records"],
);
pub(super) const CORRECTED: Kind = auditors(
    "retention.corrected",
    "Somebody said what a record is, or whose; it stands before what rules find",
    &["classes"],
);
pub(super) const SHOWN: Kind = auditors(
    "retention.shown",
    "Somebody was shown how long a record is kept and why",
    &[],
);
