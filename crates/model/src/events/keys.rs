//! What happens to keys of recipients, of the organisation's own, and to whom it believes.

use super::kind::{Kind, apps, auditors};

pub(super) const MESSAGE_KEY_UNUSABLE: Kind = apps(
    "message.key_unusable",
    "The recipient's key could not be used when the message was to be encrypted: it goes as `to` says",
    &["method", "because", "to"],
);
pub(super) const RECIPIENT_KEY_ADDED: Kind = auditors(
    "recipient_key.added",
    "A recipient's certificate or OpenPGP key was recorded",
    &["kind", "source", "standing", "until"],
);
pub(super) const RECIPIENT_KEY_UPDATED: Kind = auditors(
    "recipient_key.updated",
    "A recipient's certificate or OpenPGP key was given to us again, with what is new about it",
    &["kind", "source", "standing", "until"],
);
pub(super) const RECIPIENT_KEY_SET: Kind = auditors(
    "recipient_key.set",
    "Whether mail is encrypted to a recipient's key was set",
    &["kind", "standing"],
);
pub(super) const RECIPIENT_KEY_REVOKED: Kind = auditors(
    "recipient_key.revoked",
    "The issuer of a recipient's certificate revoked it: nothing is encrypted to it any more",
    &["reason", "revoked_at"],
);
pub(super) const RECIPIENT_KEY_REINSTATED: Kind = auditors(
    "recipient_key.reinstated",
    "The issuer of a recipient's certificate had suspended it and lets it hold again",
    &[],
);
pub(super) const RECIPIENT_KEY_REMOVED: Kind = auditors(
    "recipient_key.removed",
    "A recipient's key was destroyed",
    &["kind"],
);
pub(super) const RECIPIENT_KEY_LISTED: Kind = auditors(
    "recipient_key.listed",
    "Recipients' keys were looked at, with whose they are",
    &["rows"],
);
pub(super) const OWN_KEY_ADDED: Kind = auditors(
    "own_key.added",
    "A key of the organisation's own was made or brought, with its secret half sealed",
    &["kind", "owner", "made", "until"],
);
pub(super) const OWN_KEY_SET: Kind = auditors(
    "own_key.set",
    "Whether a key of the organisation's own is used was set",
    &["kind", "standing"],
);
pub(super) const OWN_KEY_REMOVED: Kind = auditors(
    "own_key.removed",
    "A key of the organisation's own was destroyed: what is encrypted to it opens no more",
    &["kind"],
);
pub(super) const SETTINGS_ESCROW_SET: Kind = auditors(
    "settings.escrow_set",
    "Whether encrypted mail is encrypted to the organisation's own key too was set",
    &["on"],
);
pub(super) const SETTINGS_KEY_LOOKUP_SET: Kind = auditors(
    "settings.key_lookup_set",
    "Whether keys of recipients are asked for at their own domains, which then know who is written to, was set",
    &["on"],
);
pub(super) const SETTINGS_REVOCATION_SET: Kind = auditors(
    "settings.revocation_set",
    "What is made of the revocation of recipients' certificates was set: `require`, `prefer` or `ignore`",
    &["use"],
);
pub(super) const DIRECTORY_SET: Kind = auditors(
    "directory.set",
    "A directory was recorded or changed: it is asked for certificates of recipients and so hears who is written to",
    &["name", "host", "port", "tls", "bound", "domains"],
);
pub(super) const DIRECTORY_REMOVED: Kind = auditors(
    "directory.removed",
    "A directory is asked no more",
    &["name"],
);
pub(super) const DIRECTORY_TRIED: Kind = auditors(
    "directory.tried",
    "A directory was asked by hand, to see whether it answers",
    &["name", "step", "found"],
);
pub(super) const AUTHORITY_ADDED: Kind = auditors(
    "authority.added",
    "Certificates of this authority are believed from now on",
    &["fingerprint", "until"],
);
pub(super) const AUTHORITY_REMOVED: Kind =
    auditors("authority.removed", "An authority is believed no more", &[]);
