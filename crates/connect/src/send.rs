//! One try of one delivery: the request, and what its end is called.

use std::time::Duration;

use flow::hooks::{Answered, HookJob};
use model::seams::{HttpAnswer, HttpMethod, HttpRequest, HttpTo, Net, NetFault};
use model::{Timestamp, limits};

use crate::sign;

/// Sends it once; whatever happens has a name.
pub async fn send(net: &dyn Net, job: &HookJob, now: Timestamp) -> Answered {
    match net.http(request(job, now), limits::WEBHOOK_WAIT).await {
        Ok(answer) => Answered::Status {
            code: answer.status,
            retry_after: retry_after(&answer, now),
        },
        Err(fault) => Answered::Fault(word(fault)),
    }
}

/// Names that others chose, so `Public`: `https` alone, never a loopback or private address. A
/// redirect would send what was meant for one host to another, so none is followed.
pub fn request(job: &HookJob, now: Timestamp) -> HttpRequest {
    let signed = sign(&job.event.to_string(), now, &job.body, &job.secrets);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("user-agent", "Caduceus-Webhooks/1".to_owned()),
        ("webhook-id", signed.id),
        ("webhook-timestamp", signed.timestamp),
        ("webhook-signature", signed.signature),
    ];
    HttpRequest {
        method: HttpMethod::Post,
        url: job.url.clone(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: job.body.clone(),
        follow_redirects: false,
        answer_octets_max: limits::WEBHOOK_ANSWER_OCTETS_MAX,
        to: HttpTo::Public,
    }
}

/// RFC 9110 §10.2.3: seconds, or a date.
fn retry_after(answer: &HttpAnswer, now: Timestamp) -> Option<Duration> {
    let text = answer.find_header("retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp::from_secs(at.timestamp()).since(now))
}

fn word(fault: NetFault) -> &'static str {
    match fault {
        NetFault::NoRecord => "no_address",
        NetFault::DnsFailed => "dns_failed",
        NetFault::Refused => "refused",
        NetFault::TimedOut => "timed_out",
        NetFault::Closed => "closed",
        NetFault::TlsFailed => "tls_failed",
        NetFault::TooLarge => "answer_too_large",
        NetFault::Unreadable => "answer_unreadable",
    }
}

#[cfg(test)]
mod tests;
