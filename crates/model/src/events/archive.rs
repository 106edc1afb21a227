//! What happens to the archive. What was searched for is in the sealed payload alone.

use super::kind::{Kind, auditors};

pub(super) const SEARCHED: Kind = auditors(
    "archive.searched",
    "Somebody searched the archive and was shown a page with so many messages",
    &["shown"],
);

pub(super) const EXPORTED: Kind = auditors(
    "archive.exported",
    "Somebody made a package of messages for somebody outside: a disclosure; to whom and why is in the sealed payload",
    &["messages", "left_out"],
);

pub(super) const EXPORT_TAKEN: Kind = auditors(
    "archive.export_taken",
    "Somebody took a package of messages, as made before",
    &["messages", "sha256"],
);

pub(super) const SHOWN: Kind = auditors(
    "archive.shown",
    "Somebody was shown words of so many messages of the archive; which ones is in the sealed payload",
    &["shown"],
);

pub(super) const CHECKED: Kind = auditors(
    "archive.checked",
    "The nightly comparison of the archive with accepted mail found everything, but for what is explained",
    CHECK_FACTS,
);

pub(super) const GAP_FOUND: Kind = auditors(
    "archive.gap_found",
    "The nightly comparison of the archive with accepted mail found something missing, or waiting for too long",
    CHECK_FACTS,
);

const CHECK_FACTS: &[&str] = &[
    "accepted",
    "archived",
    "waiting",
    "partial",
    "destroyed",
    "findable",
    "indexed",
    "state",
];

const SEARCH_FACTS: &[&str] = &["shared"];

pub(super) const SEARCH_SAVED: Kind = auditors(
    "archive.search_saved",
    "Somebody kept a search of the archive, or changed one; what it looks for is in the sealed payload",
    SEARCH_FACTS,
);

pub(super) const SEARCH_REMOVED: Kind = auditors(
    "archive.search_removed",
    "Somebody removed a search of the archive that was kept",
    &[],
);

pub(super) const OPENED: Kind = auditors(
    "archive.opened",
    "Somebody opened a message of the archive and read what it says",
    &[],
);

const ANCHOR_FACTS: &[&str] = &["anchor", "day", "size", "fault"];

pub(super) const ANCHOR_MADE: Kind = auditors(
    "anchor.made",
    "A checkpoint of the audit log left the house: for a file, an authority that stamps it, or a mailbox",
    ANCHOR_FACTS,
);

pub(super) const ANCHOR_FAILED: Kind = auditors(
    "anchor.failed",
    "A checkpoint of the audit log could not leave the house for a day",
    ANCHOR_FACTS,
);

pub(super) const CAPTURED: Kind = auditors(
    "archive.captured",
    "A message that did not go through this service was stored as a record; its digest is in the sealed payload",
    &["origin", "direction", "participants", "day"],
);

pub(super) const IMPORT_BEGUN: Kind = auditors(
    "archive.import_begun",
    "Somebody began to take an older archive in; where it lies is in the sealed payload",
    &[],
);

pub(super) const IMPORT_ENDED: Kind = auditors(
    "archive.import_ended",
    "An older archive was taken in, or somebody cancelled the rest of it",
    &["state", "messages", "duplicates", "failures"],
);
