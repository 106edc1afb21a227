//! The registry of metrics: every name that any crate emits, with its kind, its labels and what it
//! tells. `docs/reference/metrics.md` is made from it.
//!
//! Not here: the emitting. Names are those that operators know from KumoMTA and mox where such a name
//! exists. Invariants: a metric emitted and not listed here fails the house's checks, and so does one
//! listed and never emitted; a label's values are a closed set of words (a service, a provider, the
//! name an operator gave to a source), never a domain, an address or anything of a person's.

/// What a number does over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Gauge,
    /// Seconds, unless the name says otherwise.
    Histogram,
}

impl MetricKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One row of the published table.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: MetricKind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
    /// What other mail servers call it, for those who bring their dashboards; empty when the same or
    /// nowhere else.
    pub elsewhere: &'static str,
}

impl Metric {
    pub fn find(name: &str) -> Option<&'static Metric> {
        METRICS.iter().find(|m| m.name == name)
    }
}

macro_rules! metrics {
    ($($kind:ident $name:literal [$($label:literal)*] $help:literal $($elsewhere:literal)?;)*) => {
        /// In the order of the reference.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            kind: MetricKind::$kind,
            labels: &[$($label),*],
            help: $help,
            elsewhere: concat!($($elsewhere)?),
        },)*];
    };
}

metrics! {
    // Promises
    Counter "plaintext_fallback_total" [] "Messages sent below their demand. Any value but 0 is an incident." "mox_queue_plaintext_fallback_total";
    Gauge "conservation_off" [] "Recipients accepted and not accounted for: not delivered, notified, picked up, bounced, suppressed, recalled, expired, held, blocked, cancelled or quarantined, and not waiting for anything that will act. Any value but 0 is a fault of ours.";
    Gauge "conservation_seconds" [] "How long the last conservation check took; it runs so seldom that it uses at most 1 % of the time.";
    Gauge "ledger_pending_entries" [] "Audit entries committed and not chained yet.";
    Gauge "anchor_age_seconds" [] "How long ago a checkpoint last left the house, of the audit log for which that is longest; ten years where none did. 0 without [anchors].";
    // Coming in
    Counter "total_messages_received" ["service"] "Messages accepted durably, by the door they came in by." "zonemta_message_push, postal_smtp_server_*_total";
    Gauge "connection_count" ["service"] "Open connections: `smtp_submission` in, `smtp_client` out.";
    Counter "total_connections_denied" ["service"] "Clients turned away for want of a place.";
    Histogram "smtpsrv_read_data_duration" [] "From a client's word that a message follows to its last octet.";
    Histogram "smtpsrv_process_data_duration" [] "From the final dot to the commit.";
    Histogram "smtpsrv_transaction_duration" [] "From MAIL FROM to the answer to the final dot.";
    Histogram "message_save_latency" [] "One durable commit of an accepted message, waiting for its place included.";
    Gauge "smtp_octets_in_memory" [] "Octets of messages under way that are held in memory.";
    Counter "smtp_messages_without_room_total" [] "Messages put off for want of memory.";
    Counter "engine_answers_total" ["engine" "answer"] "What clamd and rspamd answered about messages that came in: `clean`, `found`, `later`, or `none`, after which the client is told to come back.";
    Counter "arrivals_total" ["concern"] "Messages for people here, by how much looks wrong about them: `none`, `banner`, `quarantine`.";
    Gauge "senders_restricted" [] "People and software whose sending is slowed, held or stopped.";
    Counter "sending_restrictions_total" ["rung"] "Restrictions that began or changed, by where they led.";
    Counter "sign_in_failures_total" ["door" "known"] "Wrong credentials, by the door they came to and whether anyone has them.";
    // Sealing
    Histogram "dkim_signer_sign" [] "Signing one message with all its domain's keys.";
    Histogram "dkim_signer_key_fetch" [] "Reading and opening a domain's keys.";
    Counter "dkim_signer_cache_hit" [] "Messages whose domain's keys were in memory.";
    Counter "dkim_signer_cache_miss" [] "Messages whose domain's keys were read first.";
    // Waiting
    Gauge "scheduled_count" [] "Deliveries that wait for their time." "email_queue_size, zonemta_queue_size";
    Gauge "ready_count" [] "Deliveries that are due and wait for a place.";
    Gauge "running_count" [] "Deliveries on the wire.";
    Gauge "queued_count_by_provider_and_source" ["provider" "source"] "Deliveries that wait, by the provider they go to and the source they leave by." "queued_count_by_provider";
    Gauge "deliveries_in_database" [] "Deliveries that wait in the database because no node has room for them.";
    Gauge "deliveries_set_aside" [] "Deliveries that could not be taken up and wait for a person.";
    Gauge "queue_oldest_seconds" [] "Age of the oldest delivery that is not finished." "postal_message_queue_latency";
    // Going out
    Counter "total_messages_delivered" ["service"] "Attempts that ended in 250 after the final dot." "email_send_attempts_total, zonemta_delivery_status";
    Counter "total_messages_delivered_by_provider_and_source" ["provider" "source"] "The same by provider and source.";
    Counter "total_messages_transfail" ["service"] "Attempts to be repeated.";
    Counter "total_messages_transfail_by_provider_and_source" ["provider" "source"] "The same by provider and source.";
    Counter "total_messages_fail" ["service"] "Attempts with a permanent answer.";
    Counter "total_messages_fail_by_provider_and_source" ["provider" "source"] "The same by provider and source.";
    Counter "total_messages_below_demand" ["service"] "Attempts that sent nothing, for want of protection.";
    Counter "total_messages_below_demand_by_provider_and_source" ["provider" "source"] "The same by provider and source.";
    Counter "total_messages_ambiguous" ["service"] "Attempts without an answer to the final dot.";
    Histogram "deliver_message_latency" ["service"] "One attempt, from looking up the servers to its end." "deliver_message_latency_rollup";
    Histogram "delivery_duration_seconds" ["stream"] "From a delivery's first due time (one taken up between two tries: from its making) to its 250." "mox_queue_delivery_duration_seconds, email_delivery_duration_seconds";
    Counter "dispatcher_watchdog_aborted_total" [] "Attempts that made no progress for the length of a lease and were ended. Any value but 0 is a fault of ours.";
    Counter "connections_opened_total" [] "Connections dialled to mail servers." "mox_queue_connection_total";
    Counter "destinations_total" ["policy"] "Attempts that got as far as a mail server, by what its domain asks of TLS." "mox_queue_destinations_total, mox_queue_destination_dane_required_total, dane_result_count";
    Counter "destinations_authentic_total" [] "Look-ups of a domain's mail servers that DNSSEC proved." "mox_queue_destinations_authentic_total";
    Counter "requiretls_unsupported_total" [] "Attempts that ended because a mail server does not know REQUIRETLS." "mox_queue_requiretls_unsupported_total";
    Counter "key_lookups_total" ["answer"] "Keys asked for at recipients' own domains: `found`, `none`, or `fault` where none answered in time.";
    Counter "directory_searches_total" ["answer"] "Certificates asked for at directories of the organisation: `found`, `none`, or `fault` where one of them did not answer in time and none had any.";
    Counter "revocation_checks_total" ["state"] "Certificates of recipients that were asked about: `good`, `revoked`, `unknown` where nobody said, `unnamed` where nobody could be asked.";
    Counter "tls_reports_total" ["result"] "Reports about TLS to other domains: `sent`, or `kept` for another try.";
    Counter "connection_reuses_total" [] "Messages that found a connection open." "zonemta_connection_reuses";
    Gauge "dns_mx_resolve_in_progress" [] "Look-ups of a domain's mail servers under way.";
    Counter "dns_mx_resolve_status_ok" [] "Look-ups of a domain's mail servers that DNS answered, absence included.";
    Counter "dns_mx_resolve_status_fail" [] "Look-ups of a domain's mail servers that DNS did not answer.";
    // Around it
    Counter "webhook_deliveries_total" ["result"] "Webhooks, by how the attempt ended.";
    Gauge "webhook_deliveries_open" [] "Events that webhooks were not told yet." "log_hook_backlog_count";
    Gauge "webhooks_stopped" [] "Webhooks that are told nothing until somebody resumes them.";
    Counter "orphan_blobs_removed_total" [] "Stored files that belonged to nothing.";
    Counter "trace_spans_dropped_total" [] "Spans that no collector took in time.";
    Counter "http_requests_total" ["method" "route" "status"] "Requests by method, route and status.";
    Histogram "http_request_duration_seconds" ["method" "route" "status"] "From the request's head to the answer's head.";
    Counter "caduceus_store_writes_total" [] "Closures committed.";
    Counter "caduceus_store_commits_total" [] "Commits synced to disk; several closures share one.";
    Counter "caduceus_store_reruns_total" [] "Closures run again after a conflict between nodes.";
    Gauge "disk_free_bytes" ["name"] "Free octets where `data` lies.";
    Gauge "disk_free_percent" ["name"] "The same of the whole.";
    Gauge "disk_free_inodes" ["name"] "Free files where `data` lies.";
    Gauge "disk_free_inodes_percent" ["name"] "The same of the whole.";
}
