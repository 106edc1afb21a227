//! What operators watch of the wire; every name is in `model::METRICS`.
//!
//! Labels are closed sets of words: never a domain, an address or an organisation. Invariant: a gauge
//! goes down when what it counts is dropped, so a task that is cut off does not leave it high.

use flow::Way;
use model::{Evidence, Outcome};

/// Counts an attempt's end.
pub(crate) fn attempted(outcome: Outcome, evidence: &Evidence, way: &Way) {
    let by = [
        ("provider", way.provider.to_string()),
        ("source", way.source.to_string()),
    ];
    match outcome {
        Outcome::Accepted => {
            metrics::counter!("total_messages_delivered", "service" => "smtp_client").increment(1);
            metrics::counter!("total_messages_delivered_by_provider_and_source", &by).increment(1);
        }
        Outcome::Deferred(_) | Outcome::Ambiguous | Outcome::OurFault => {
            metrics::counter!("total_messages_transfail", "service" => "smtp_client").increment(1);
            metrics::counter!("total_messages_transfail_by_provider_and_source", &by).increment(1);
        }
        Outcome::Refused(_) => {
            metrics::counter!("total_messages_fail", "service" => "smtp_client").increment(1);
            metrics::counter!("total_messages_fail_by_provider_and_source", &by).increment(1);
        }
        Outcome::BelowDemand => {
            metrics::counter!("total_messages_below_demand", "service" => "smtp_client")
                .increment(1);
            metrics::counter!("total_messages_below_demand_by_provider_and_source", &by)
                .increment(1);
        }
    }
    if outcome == Outcome::Ambiguous {
        metrics::counter!("total_messages_ambiguous", "service" => "smtp_client").increment(1);
    }
    if let Some(policy) = &evidence.policy {
        metrics::counter!("destinations_total", "policy" => policy.kind.word()).increment(1);
    }
    if evidence.reply_enhanced.as_deref() == Some("5.7.30") {
        metrics::counter!("requiretls_unsupported_total").increment(1);
    }
    let took = evidence.ended_at.since(evidence.started_at);
    metrics::histogram!("deliver_message_latency", "service" => "smtp_client")
        .record(took.as_secs_f64());
}

/// One connection to a mail server, counted while it is open.
pub(crate) struct Open;

impl Open {
    pub fn count() -> Self {
        metrics::counter!("connections_opened_total").increment(1);
        metrics::gauge!("connection_count", "service" => "smtp_client").increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("connection_count", "service" => "smtp_client").decrement(1);
    }
}

/// One look-up of a domain's mail servers under way.
pub(crate) struct Resolving;

impl Resolving {
    pub fn begin() -> Self {
        metrics::gauge!("dns_mx_resolve_in_progress").increment(1);
        Self
    }
    /// `answered`: DNS told, be it that there is nothing; `secure`: with proof.
    pub fn end(self, answered: bool, secure: bool) {
        if secure {
            metrics::counter!("destinations_authentic_total").increment(1);
        }
        if answered {
            metrics::counter!("dns_mx_resolve_status_ok").increment(1);
        } else {
            metrics::counter!("dns_mx_resolve_status_fail").increment(1);
        }
    }
}

impl Drop for Resolving {
    fn drop(&mut self) {
        metrics::gauge!("dns_mx_resolve_in_progress").decrement(1);
    }
}
