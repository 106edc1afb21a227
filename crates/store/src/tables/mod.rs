//! One module a table: its row structs, its statements, its functions.
//!
//! Functions, not repositories: `tables::messages::insert(tx, &row)`. Invariant: `tables!` names
//! every module here, and by it `ALL` names every statement of the product.

use crate::Statement;

/// Declares the modules and the list of their statements in one go, so that neither can be missing.
macro_rules! tables {
    ($($name:ident,)*) => {
        $(pub mod $name;)*
        /// Every statement, by module.
        pub const ALL: &[(&str, &[&Statement])] = &[$((stringify!($name), $name::ALL)),*];
    };
}

tables! {
    anchors,
    apps,
    archive_checks,
    archive_heads,
    arrivals,
    blobs,
    captures,
    census,
    correspondents,
    deliveries,
    detectors,
    directories,
    disposals,
    domain_health,
    domains,
    events,
    exports,
    idempotency,
    frequent_domains,
    held_notices,
    holds,
    imports,
    item_keys,
    key_lookups,
    ledger,
    lexicon_pieces,
    mail_options,
    mailboxes,
    messages,
    meta,
    organisations,
    own_keys,
    portal,
    postings,
    queue_orders,
    recipient_keys,
    recipients,
    records,
    saved_searches,
    sender_reports,
    sending_caps,
    sign_in,
    source_days,
    registry,
    reports,
    retention_anchors,
    retention_items,
    retention_proposals,
    retention_settings,
    reviews,
    revocations,
    risk,
    rule_trials,
    rule_versions,
    suppression_imports,
    suppressions,
    transport,
    trust_anchors,
    triggers,
    waiting,
    users,
    way_limits,
    webhook_deliveries,
    webhooks,
}
