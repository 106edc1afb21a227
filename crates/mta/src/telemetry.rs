//! What operators watch: counters under the names their dashboards know (KumoMTA's and mox's).
//!
//! Labels are closed sets of words: never a domain, an address or an organisation.

use model::{Evidence, Outcome};

/// Counts an attempt's end.
pub(crate) fn attempted(outcome: Outcome, evidence: &Evidence) {
    let name = match outcome {
        Outcome::Accepted => "total_messages_delivered",
        Outcome::Deferred(_) | Outcome::Ambiguous | Outcome::OurFault => "total_messages_transfail",
        Outcome::Refused(_) => "total_messages_fail",
        Outcome::BelowDemand => "total_messages_below_demand",
    };
    metrics::counter!(name, "service" => "smtp_client").increment(1);
    if outcome == Outcome::Ambiguous {
        metrics::counter!("total_messages_ambiguous", "service" => "smtp_client").increment(1);
    }
    let took = evidence.ended_at.since(evidence.started_at);
    metrics::histogram!("delivery_duration_seconds").record(took.as_secs_f64());
}

/// Makes the counters visible before their first event: an alert needs the zero.
pub(crate) fn describe() {
    metrics::describe_counter!(
        "plaintext_fallback_total",
        "Messages sent below their demand. Any value but 0 is an incident."
    );
    metrics::counter!("plaintext_fallback_total").increment(0);
    metrics::describe_counter!(
        "total_messages_delivered",
        "Attempts that ended in 250 after the final dot."
    );
    metrics::describe_counter!("total_messages_transfail", "Attempts to be repeated.");
    metrics::describe_counter!("total_messages_fail", "Attempts with a permanent answer.");
    metrics::describe_counter!(
        "total_messages_below_demand",
        "Attempts that sent nothing, for want of protection."
    );
    metrics::describe_counter!(
        "total_messages_ambiguous",
        "Attempts without an answer to the final dot."
    );
    metrics::describe_counter!(
        "connections_opened_total",
        "Connections dialled to mail servers."
    );
    metrics::describe_counter!(
        "connection_reuses_total",
        "Messages that found a connection open."
    );
    metrics::describe_counter!(
        "total_messages_received",
        "Messages accepted durably by submission."
    );
    metrics::describe_counter!(
        "total_connections_denied",
        "Clients turned away for want of a place."
    );
    metrics::describe_gauge!("connection_count", "Open submission sessions.");
    metrics::describe_histogram!(
        "smtpsrv_process_data_duration",
        metrics::Unit::Seconds,
        "From the final dot to the commit."
    );
}
