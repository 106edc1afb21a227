//! What happens to matters, legal holds and what they keep. Names, people, searches and reasons are in sealed payloads alone.

use super::kind::{Kind, auditors};

pub(super) const OPENED: Kind = auditors("matter.opened", "Somebody opened a matter", &[]);
pub(super) const CLOSED: Kind = auditors(
    "matter.closed",
    "Somebody closed a matter whose holds are all released",
    &[],
);
pub(super) const PLACED: Kind = auditors(
    "hold.placed",
    "Somebody placed a legal hold; its scope is in the sealed payload",
    &["matter", "custodians"],
);
pub(super) const ACKNOWLEDGED: Kind = auditors(
    "hold.acknowledged",
    "Somebody put on record that a custodian was told of a hold, or has acknowledged it",
    &["custodian", "state"],
);
pub(super) const RELEASE_ASKED: Kind = auditors(
    "hold.release_asked",
    "Somebody asked for a hold's release; a second person has to agree",
    &[],
);
pub(super) const RELEASE_REFUSED: Kind = auditors(
    "hold.release_refused",
    "A release that was asked for, or whose delay ran, was taken back: the hold stands",
    &[],
);
pub(super) const RELEASED: Kind = auditors(
    "hold.released",
    "A second person agreed to a hold's release; it binds until its delay is over",
    &["binds_until"],
);
pub(super) const LISTED: Kind = auditors(
    "hold.listed",
    "Somebody was shown which messages a hold keeps, so many of them",
    &["shown"],
);
