//! The vocabulary of what happens: every kind of event, what it means and which facts it carries.
//!
//! `docs/reference/events.md` is generated from it. Invariant: nothing is recorded whose kind is not
//! here, and a webhook carries no fact that its kind does not name, so what leaves is what is
//! documented. A kind is never renamed and never changes its meaning.

mod archive;
mod detectors;
mod disposals;
mod domains;
mod holds;
mod keys;
mod kind;
mod retention;
mod rules;
mod sending;

pub use kind::{Kind, Told};
use kind::{TOLD_BACK, apps, auditors};

/// What every event of a delivery may say.
const DELIVERY: &[&str] = &[
    "role",
    "mode",
    "method",
    "result",
    "attempt",
    "next_attempt_at",
    "reply_code",
    "reply_enhanced",
    "tls",
    "tls_verified",
    "because",
];

/// In the order of a message's life, then the house's own.
pub const ALL: &[Kind] = &[
    apps(
        "message.accepted",
        "Accepted durably, scanned and decided, for one recipient: how it will go and by which rule",
        &[
            "origin", "mode", "method", "state", "level", "attested", "rule",
        ],
    ),
    apps(
        "message.held",
        "Not sent: a person must decide about this recipient",
        &["because", "rule"],
    ),
    apps(
        "message.blocked",
        "Refused by policy for this recipient; nothing was sent",
        &["because", "rule"],
    ),
    apps(
        "message.released",
        "A person decided that what was held goes",
        &["method"],
    ),
    apps(
        "message.release_approved",
        "A person agreed that what was held goes; a rule asks for a second one",
        &[],
    ),
    apps(
        "message.rejected",
        "A person decided that what was held does not go",
        &[],
    ),
    apps(
        "message.sealed",
        "The exact octets are fixed, signed and queued; where they are encrypted to a key, whether the sender's key \
         signed them and the organisation's own key opens them too",
        &["method", "demand", "signed", "escrow"],
    ),
    keys::MESSAGE_KEY_UNUSABLE,
    apps(
        "message.unsealable",
        "It could never be sealed; the recipient ends as bounced",
        &["code"],
    ),
    apps(
        "delivery.deferred",
        "An attempt did not succeed; another follows",
        DELIVERY,
    ),
    apps(
        "delivery.ambiguous",
        "The answer to the final dot never came: it may have arrived, and is tried again",
        DELIVERY,
    ),
    apps(
        "delivery.transmitted",
        "The letter went over the wire and nobody took it for certain",
        DELIVERY,
    ),
    apps(
        "delivery.accepted",
        "The recipient's server took it at the demanded protection. With role `notice` it took the \
         notice, and the message waits in the portal",
        DELIVERY,
    ),
    apps(
        "delivery.below_demand",
        "The server offered less protection than was decided: nothing was sent, the message moves \
         to where the decision said (the portal, or held)",
        DELIVERY,
    ),
    apps(
        "delivery.refused",
        "The recipient's server refused it for good; the recipient ends as bounced",
        DELIVERY,
    ),
    apps(
        "delivery.expired",
        "Not delivered in time; the recipient ends as expired",
        DELIVERY,
    ),
    apps(
        "delivery.cancelled",
        "This delivery was withdrawn before it left",
        DELIVERY,
    ),
    apps(
        "delivery.transferred",
        "Handed to another server of ours by an operator's order",
        &["order", "role", "mode", "method", "result"],
    ),
    apps(
        "delivery.set_aside",
        "What is stored of this delivery cannot be read; it waits for an operator",
        &["role", "code"],
    ),
    apps(
        "delivery.suppressed",
        "Not sent, because the address is on the suppression list",
        &["reason", "stream", "role", "mode"],
    ),
    apps(
        "delivery.delayed",
        "The recipient's side told that it is still trying",
        TOLD_BACK,
    ),
    apps(
        "delivery.bounced",
        "The recipient's side took it and told later that it could not be delivered",
        TOLD_BACK,
    ),
    apps(
        "dsn",
        "The recipient's side told that it delivered or passed it on",
        TOLD_BACK,
    ),
    apps(
        "message.rescheduled",
        "The sender chose another time to send it",
        &["send_at"],
    ),
    apps(
        "message.read_receipt",
        "A receipt came back; it is only what the recipient's program says",
        &["role", "mode", "disposition"],
    ),
    apps(
        "message.auto_replied",
        "An automatic answer came back",
        &["role", "mode"],
    ),
    apps(
        "message.complained",
        "The recipient complained about it through their provider",
        &["role", "mode", "complaint"],
    ),
    apps(
        "report.withheld",
        "Its sender was not told by mail: `too_many` reports went to that address in this hour, or the \
         message was `destroyed` meanwhile",
        &["because"],
    ),
    apps(
        "suppression.made",
        "The address is sent no more of this stream",
        &["stream", "reason", "source"],
    ),
    apps(
        "suppression.extended",
        "The address is sent no more of this stream for longer than before: `until` is a time, or `lifted`",
        &["stream", "reason", "source", "until"],
    ),
    apps(
        "message.received",
        "Mail came in; its id is the message's own",
        &[
            "origin",
            "mode",
            "spf",
            "dkim",
            "dmarc",
            "arc",
            "automatic",
            "concern",
        ],
    ),
    apps(
        "message.replied",
        "An answer came in by mail; `reply_id` is the message that came",
        &[
            "reply_id",
            "mode",
            "spf",
            "dkim",
            "dmarc",
            "arc",
            "automatic",
            "concern",
        ],
    ),
    apps(
        "message.quarantined",
        "What came in looks harmful: nobody reads it before somebody decided; `suspicions` says why",
        &["suspicions"],
    ),
    apps(
        "message.quarantine_released",
        "A person decided that what came in may be read",
        &[],
    ),
    apps(
        "message.quarantine_deleted",
        "A person decided that nobody but reviewers shall open what came in; the archive keeps it",
        &[],
    ),
    apps(
        "message.refused",
        "The MX refused what came in, with `code`; `kept` says whether a copy is in the archive",
        &["code", "kept"],
    ),
    apps(
        "message.cancelled",
        "Cancelled by the sender before it left",
        &[],
    ),
    apps(
        "portal.code_sent",
        "A reader asked for a code and it is on its way to the mailbox",
        &[],
    ),
    apps(
        "portal.code_refused",
        "A wrong or old code was entered",
        &[],
    ),
    apps(
        "portal.entered",
        "A reader proved control of the mailbox",
        &[],
    ),
    apps(
        "portal.read",
        "Read in the portal by someone who proved control of the mailbox",
        &["first"],
    ),
    apps(
        "portal.expired",
        "Nobody read it in the portal while it could be read",
        &[],
    ),
    apps(
        "portal.downloaded",
        "A file was downloaded in the portal",
        &[],
    ),
    apps(
        "portal.replied",
        "The reader replied; `reply_id` is the message that came back",
        &["reply_id"],
    ),
    auditors(
        "message.opened",
        "Someone of the organisation opened the content",
        &["form"],
    ),
    auditors(
        "message.addresses_opened",
        "Someone of the organisation looked at the recipients' addresses",
        &[],
    ),
    auditors(
        "message.downloaded",
        "Someone of the organisation downloaded a file",
        &[],
    ),
    auditors(
        "message.headers_opened",
        "Someone of the organisation opened the header",
        &[],
    ),
    auditors(
        "proof.made",
        "The evidence of a recipient was downloaded",
        &[],
    ),
    auditors("audit.read", "The audit log was read", &["verify"]),
    auditors(
        "access.denied",
        "Someone asked for what they may not do",
        &["action", "kind"],
    ),
    auditors(
        "recipients.searched",
        "Someone looked up which messages went to an address",
        &["found"],
    ),
    auditors(
        "webhook.created",
        "A webhook was set up",
        &["mode", "stream"],
    ),
    auditors(
        "webhook.changed",
        "A webhook was changed, paused or resumed by someone",
        &["state"],
    ),
    auditors(
        "webhook.secret_rotated",
        "A webhook has a new signing secret",
        &["old_until"],
    ),
    auditors(
        "webhook.stopped",
        "A webhook was paused or switched off because of what its receiver answered",
        &["state", "because"],
    ),
    auditors(
        "webhook.replayed",
        "Deliveries of a webhook were put back to be sent again",
        &["count"],
    ),
    auditors(
        "webhook.deleted",
        "A webhook was removed with what waited for it",
        &["waiting"],
    ),
    apps(
        "webhook.tested",
        "Someone asked for a test delivery to one webhook",
        &[],
    ),
    auditors(
        "suppression.lifted",
        "A suppression was lifted",
        &["stream", "reason", "because"],
    ),
    auditors(
        "suppression.listed",
        "The suppression list was read",
        &["rows"],
    ),
    auditors(
        "suppression.exported",
        "The suppression list was taken out",
        &["rows"],
    ),
    auditors(
        "suppression.imported",
        "A list was taken in",
        &["added", "present", "refused", "cancelled"],
    ),
    auditors(
        "suppression.import_begun",
        "Somebody began to take in a list",
        &["lines", "stream"],
    ),
    auditors(
        "suppression.rule_set",
        "When a reason suppresses, and for how long, was set",
        &["reason", "strikes", "keep_days"],
    ),
    auditors(
        "message.feedback",
        "Somebody said that a message is no PHI, or that PHI in it was missed",
        &["opinion", "level"],
    ),
    rules::RULES_WRITTEN,
    rules::RULES_TRIED,
    rules::RULES_TRIAL_BEGUN,
    rules::RULES_TRIAL_FAILED,
    rules::RULES_TRIAL_STOPPED,
    rules::RULES_ACTIVATED,
    rules::RULES_RETIRED,
    archive::SEARCHED,
    archive::SHOWN,
    archive::OPENED,
    archive::CHECKED,
    archive::GAP_FOUND,
    archive::CAPTURED,
    archive::IMPORT_BEGUN,
    archive::IMPORT_ENDED,
    archive::SEARCH_SAVED,
    archive::SEARCH_REMOVED,
    archive::ANCHOR_MADE,
    archive::ANCHOR_FAILED,
    archive::EXPORTED,
    archive::EXPORT_TAKEN,
    retention::SET,
    retention::PROPOSED,
    retention::APPROVED,
    retention::REJECTED,
    retention::ANCHORED,
    retention::CORRECTED,
    retention::SHOWN,
    disposals::PROPOSED,
    disposals::LISTED,
    disposals::APPROVED,
    disposals::REFUSED,
    disposals::DESTROYED,
    disposals::SPARED,
    disposals::CERTIFIED,
    disposals::FINAL,
    disposals::SHOWN,
    holds::OPENED,
    holds::CLOSED,
    holds::PLACED,
    holds::ACKNOWLEDGED,
    holds::RELEASE_ASKED,
    holds::RELEASE_REFUSED,
    holds::RELEASED,
    holds::LISTED,
    detectors::DETECTOR_ADDED,
    detectors::DETECTOR_CHANGED,
    detectors::DETECTOR_REMOVED,
    auditors(
        "registry.imported",
        "Patients were taken into the registry, as keyed tokens",
        &["added", "changed", "refused"],
    ),
    auditors(
        "registry.cleared",
        "The registry of patients was destroyed",
        &["patients"],
    ),
    auditors(
        "correspondent.set",
        "What is on record about someone's address was changed: who it belongs to, how it wants its mail, \
         whether its owner was warned of plain mail, what was agreed not to be sent, and whether disclosures \
         under 42 CFR Part 2 were consented to",
        &[
            "new",
            "class",
            "prefers",
            "warned",
            "restriction",
            "part2_until",
        ],
    ),
    auditors(
        "correspondent.removed",
        "What was on record about someone's address was destroyed",
        &["class"],
    ),
    auditors(
        "correspondent.listed",
        "The list of those the organisation writes to was read",
        &["rows"],
    ),
    keys::RECIPIENT_KEY_ADDED,
    keys::RECIPIENT_KEY_UPDATED,
    keys::RECIPIENT_KEY_SET,
    keys::RECIPIENT_KEY_REVOKED,
    keys::RECIPIENT_KEY_REINSTATED,
    keys::RECIPIENT_KEY_REMOVED,
    keys::RECIPIENT_KEY_LISTED,
    keys::OWN_KEY_ADDED,
    keys::OWN_KEY_SET,
    keys::OWN_KEY_REMOVED,
    keys::SETTINGS_ESCROW_SET,
    keys::SETTINGS_KEY_LOOKUP_SET,
    keys::SETTINGS_REVOCATION_SET,
    keys::DIRECTORY_SET,
    keys::DIRECTORY_REMOVED,
    keys::DIRECTORY_TRIED,
    keys::AUTHORITY_ADDED,
    keys::AUTHORITY_REMOVED,
    auditors(
        "settings.tls_minimum_set",
        "Whether nothing may leave below verified TLS was set",
        &["on"],
    ),
    auditors(
        "settings.bounce_domain_set",
        "The domain of return paths was set",
        &["domain"],
    ),
    auditors(
        "settings.stream_set",
        "How a stream is protected was set",
        &["stream", "method"],
    ),
    auditors(
        "settings.trigger_set",
        "A word that decides about a message was set",
        &["place", "name", "word", "method"],
    ),
    auditors(
        "settings.trigger_removed",
        "A word that decides about a message was removed",
        &["place", "name", "word"],
    ),
    auditors(
        "queue.ordered",
        "An operator gave the queue an order",
        &["act", "everywhere", "until", "reason"],
    ),
    auditors("queue.resumed", "An order to the queue was ended", &["act"]),
    auditors(
        "mailbox.added",
        "An address that takes in mail was added",
        &[],
    ),
    auditors(
        "mailbox.removed",
        "An address that takes in mail was removed",
        &[],
    ),
    auditors(
        "domain.reported",
        "Another system reported about a sending domain",
        &["kind", "rows"],
    ),
    auditors("organisation.created", "An organisation was founded", &[]),
    auditors("user.created", "A person got access", &["roles"]),
    auditors("user.signed_in", "A person signed in", &[]),
    auditors(
        "user.sign_in_failed",
        "A sign-in was refused",
        &["what", "locked"],
    ),
    auditors("user.signed_out", "A person signed out", &[]),
    auditors(
        "user.second_factor_offered",
        "A second factor was offered for enrolment",
        &[],
    ),
    auditors(
        "user.second_factor_set",
        "A second factor was enrolled",
        &[],
    ),
    auditors(
        "user.second_factor_reset",
        "A person's second factor was reset",
        &[],
    ),
    auditors(
        "user.recovery_codes_made",
        "A person got codes for a lost second factor",
        &["count"],
    ),
    auditors(
        "user.recovery_code_used",
        "A code for a lost second factor was used",
        &["left"],
    ),
    auditors(
        "app.sign_in_failed",
        "Software was refused at a door",
        &["door", "what", "count"],
    ),
    sending::SENDING_RESTRICTED,
    sending::SENDING_RELEASED,
    sending::SENDING_CONFIRMED,
    sending::SENDING_CAPS_SET,
    auditors("app.created", "Software was registered", &["scopes"]),
    auditors("key.created", "An API key was made", &["mode"]),
    auditors("key.revoked", "An API key was revoked", &[]),
    domains::ADDED,
    domains::HEALTH_CHANGED,
    domains::KEY_PREPARED,
    domains::KEY_ACTIVATED,
    domains::KEY_RETIRING,
    domains::KEY_RETIRED,
    auditors(
        "key.organisation_rotated",
        "The organisation's key was renewed",
        &[],
    ),
    auditors("key.root_rotated", "The root key was renewed", &["root"]),
];

/// `None` for a word that is not in the vocabulary.
pub fn find(word: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.word == word)
}

/// What apps hear of, in the order of the table.
pub fn told() -> impl Iterator<Item = &'static Kind> {
    ALL.iter().filter(|kind| kind.to == Told::Apps)
}
