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
