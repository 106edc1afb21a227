//! What happens when records are destroyed. Reasons are in sealed payloads alone.

use super::kind::{Kind, auditors};

pub(super) const PROPOSED: Kind = auditors(
    "disposal.proposed",
    "Somebody asked for the disposal of what is due",
    &[],
);
pub(super) const LISTED: Kind = auditors(
    "disposal.listed",
    "What is due was put together: so many records, and so many that a hold keeps",
    &["records", "held"],
);
pub(super) const APPROVED: Kind = auditors(
    "disposal.approved",
    "A second person agreed to a disposal; it begins when it has cooled off",
    &["records", "begins_at"],
);
pub(super) const REFUSED: Kind = auditors(
    "disposal.refused",
    "Somebody called a disposal off before it began: nothing is destroyed by it",
    &[],
);
pub(super) const DESTROYED: Kind = auditors(
    "record.destroyed",
    "A record was destroyed: its key, its words in the index, what was stored of it",
    &["disposal", "number"],
);
pub(super) const SPARED: Kind = auditors(
    "record.spared",
    "A record was not destroyed, though a disposal that was agreed to named it",
    &["disposal", "number", "why"],
);
pub(super) const CERTIFIED: Kind = auditors(
    "disposal.certified",
    "A disposal is done; its certificate has this digest and names these records by one Merkle root",
    &["sha256", "root", "destroyed", "spared", "keys_gone_by"],
);
pub(super) const FINAL: Kind = auditors(
    "disposal.final",
    "No backup can hold a key of what a disposal destroyed any more",
    &["sha256"],
);
pub(super) const SHOWN: Kind = auditors(
    "disposal.shown",
    "Somebody took the certificate of a disposal",
    &["sha256"],
);
