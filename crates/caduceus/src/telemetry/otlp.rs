//! Sends spans to an OpenTelemetry collector: OTLP over HTTP in its JSON form (OTLP 1, "OTLP/HTTP").
//!
//! Written out here, since one request of one form is all there is to it. Not here: metrics, which
//! Prometheus fetches, and logs. Invariant: mail never waits for a collector; what one does not take
//! at the first try is counted and gone.

use std::sync::Arc;
use std::time::Duration;

use model::seams::{HttpMethod, HttpRequest, HttpTo, Net};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

use super::spans::{Span, Value};

const BATCH: usize = 512;
const BATCH_WAIT: Duration = Duration::from_secs(2);
const ANSWER_WAIT: Duration = Duration::from_secs(10);
const ANSWER_OCTETS_MAX: usize = 64 * 1024;
/// OTLP: `SPAN_KIND_INTERNAL`.
const INTERNAL: u8 = 1;

/// Sends what ends, until `stop`, and then what ended last.
pub async fn export(
    mut spans: Receiver<Span>,
    net: Arc<dyn Net>,
    collector: String,
    mut stop: watch::Receiver<bool>,
) {
    let mut taken = true;
    loop {
        let last = *stop.borrow();
        let batch = gather(&mut spans, &mut stop, last).await;
        let is_end = last && batch.is_empty();
        if !batch.is_empty() {
            let sent = send(&*net, &collector, &batch).await;
            if !sent {
                metrics::counter!("trace_spans_dropped_total").increment(batch.len() as u64);
            }
            if taken && !sent {
                tracing::warn!("the collector takes no traces; they are dropped meanwhile");
            }
            taken = sent;
        }
        if is_end || (last && !taken) {
            return;
        }
    }
}

/// What comes within a while, or is there already when this is the last time.
async fn gather(
    spans: &mut Receiver<Span>,
    stop: &mut watch::Receiver<bool>,
    last: bool,
) -> Vec<Span> {
    let mut batch = Vec::new();
    if last {
        while batch.len() < BATCH
            && let Ok(span) = spans.try_recv()
        {
            batch.push(span);
        }
        return batch;
    }
    let full = async {
        while batch.len() < BATCH
            && let Some(span) = spans.recv().await
        {
            batch.push(span);
        }
        // Nobody makes spans any more; only `stop` is left.
        if batch.len() < BATCH {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = full => {}
        () = tokio::time::sleep(BATCH_WAIT) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    batch
}

async fn send(net: &dyn Net, collector: &str, batch: &[Span]) -> bool {
    let request = HttpRequest {
        method: HttpMethod::Post,
        url: format!("{collector}/v1/traces"),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body(batch).to_string().into_bytes(),
        follow_redirects: false,
        answer_octets_max: ANSWER_OCTETS_MAX,
        to: HttpTo::Anywhere,
    };
    let answer = net.http(request, ANSWER_WAIT).await;
    answer.is_ok_and(|answer| answer.status / 100 == 2)
}

/// `ExportTraceServiceRequest`: ids in hexadecimal, times as text of nanoseconds.
fn body(batch: &[Span]) -> Json {
    let text = |value: &str| json!({ "stringValue": value });
    let spans: Vec<Json> = batch.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": text("caduceus") }] },
        "scopeSpans": [{
            "scope": { "name": "caduceus", "version": env!("CARGO_PKG_VERSION") },
            "spans": spans,
        }],
    }] })
}

fn span(span: &Span) -> Json {
    let nanos = |at: model::Timestamp| (i128::from(at.micros()) * 1_000).to_string();
    let attribute = |(key, value): &(&'static str, Value)| {
        let value = match value {
            Value::Id(id) => json!({ "stringValue": id }),
            Value::Number(number) => json!({ "intValue": number.to_string() }),
        };
        json!({ "key": format!("caduceus.{key}"), "value": value })
    };
    json!({
        "traceId": hex::encode(span.trace),
        "spanId": hex::encode(span.id),
        "parentSpanId": span.parent.map(hex::encode).unwrap_or_default(),
        "name": span.name,
        "kind": INTERNAL,
        "startTimeUnixNano": nanos(span.began),
        "endTimeUnixNano": nanos(span.ended),
        "attributes": span.fields.iter().map(attribute).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
