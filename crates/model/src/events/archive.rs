//! What happens to the archive. What was searched for is in the sealed payload alone.

use super::kind::{Kind, auditors};

pub(super) const SEARCHED: Kind = auditors(
    "archive.searched",
    "Somebody searched the archive and was shown a page with so many messages",
    &["shown"],
);

pub(super) const SHOWN: Kind = auditors(
    "archive.shown",
    "Somebody was shown words of so many messages of the archive; which ones is in the sealed payload",
    &["shown"],
);
