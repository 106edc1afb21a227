//! What follows from sending that is unusual. Words, numbers and ids; a person's reason is sealed.

use super::kind::{Kind, auditors};

pub(super) const SENDING_RESTRICTED: Kind = auditors(
    "sending.restricted",
    "Unusual sending led to a restriction, or one ended by itself",
    &["was", "rung", "until", "reasons"],
);

pub(super) const SENDING_RELEASED: Kind = auditors(
    "sending.released",
    "A person ended a restriction of unusual sending",
    &["was", "rung"],
);

pub(super) const SENDING_CONFIRMED: Kind = auditors(
    "sending.confirmed",
    "A person let a restriction stand",
    &["was", "rung"],
);

pub(super) const SENDING_CAPS_SET: Kind = auditors(
    "sending.caps_set",
    "A person changed the fixed limits of people or of software",
    &["kind", "caps"],
);
