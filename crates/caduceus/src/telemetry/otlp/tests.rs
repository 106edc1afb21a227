use std::collections::BTreeSet;
use std::sync::Mutex;

use model::MessageId;
use sim::kit::{Engine, SimClock, SimRng};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use super::super::spans;
use super::*;
use crate::config::Delivery;

type Heard = Arc<Mutex<Vec<Json>>>;

/// A collector on loopback that keeps what it is told.
async fn collector() -> (String, Heard) {
    let heard = Heard::default();
    let kept = Arc::clone(&heard);
    let take = move |body: axum::body::Bytes| {
        let told = serde_json::from_slice(&body).expect("JSON");
        kept.lock().expect("no panic inside").push(told);
        std::future::ready("{}")
    };
    let router = axum::Router::new().route("/v1/traces", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let at = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{at}"), heard)
}

fn spans_of(told: &[Json]) -> Vec<Json> {
    let batches = told
        .iter()
        .map(|told| &told["resourceSpans"][0]["scopeSpans"][0]["spans"]);
    batches
        .flat_map(|spans| spans.as_array().expect("spans").clone())
        .collect()
}

/// Sends all that `work` makes.
async fn traced(work: impl FnOnce() + Send + 'static) -> Vec<Json> {
    let clock: Arc<SimClock> = Arc::default();
    let (watch, spans) = spans::watch(clock.clone(), Arc::new(SimRng::new(1)));
    let subscriber =
        tracing_subscriber::registry().with(watch.with_filter(filter_fn(spans::is_watched)));
    let traced = std::thread::spawn(move || tracing::subscriber::with_default(subscriber, work));
    let net = crate::net::build(&Delivery::default(), clock).expect("a network");
    let (url, heard) = collector().await;
    let (stop, stopped) = watch::channel(false);
    let exporting = tokio::spawn(export(spans, net, url, stopped));
    tokio::task::spawn_blocking(move || traced.join().expect("no panic"))
        .await
        .expect("joined");
    stop.send_replace(true);
    exporting.await.expect("no panic");
    let told = heard.lock().expect("no panic inside");
    spans_of(&told)
}

/// The stages of real histories, by their ids; no word that anyone wrote, whoever plays.
#[tokio::test]
async fn a_collector_hears_of_stages_by_their_ids_and_of_nothing_else() {
    let told = traced(|| {
        sim::world::run(1, Engine::Memory).expect("the seed holds");
    })
    .await;
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeSet<String> = told.iter().map(|span| text(&span["name"])).collect();
    for stage in ["accept", "decide", "seal", "settle"] {
        assert!(names.contains(stage), "{names:?}");
    }
    let mut by_message = 0;
    for span in &told {
        for attribute in span["attributes"].as_array().expect("attributes") {
            let (key, value) = (text(&attribute["key"]), &attribute["value"]);
            let is_number = value["intValue"]
                .as_str()
                .is_some_and(|n| n.parse::<i64>().is_ok());
            let id = text(&value["stringValue"]);
            assert!(
                is_number || (id.len() <= 31 && id.contains('_')),
                "{key}: {value}"
            );
            // Whoever knows a message finds its trace.
            if let Ok(message) = id.parse::<MessageId>() {
                by_message +=
                    usize::from(hex::encode(message.as_bytes()) == text(&span["traceId"]));
            }
        }
        let at = |key: &str| text(&span[key]).parse::<i128>().expect("nanoseconds");
        assert!(at("startTimeUnixNano") <= at("endTimeUnixNano"));
    }
    assert!(by_message > 10, "{by_message}");
}

#[tokio::test]
async fn what_is_no_id_never_leaves_whatever_a_span_is_given() {
    let told = traced(|| {
        let id = MessageId::from_bytes([9; 16]);
        let outer = tracing::debug_span!(target: "caduceus_flow::x", "outer", message = %id, subject = "kanari",
            to = ?"kanari@peer.example", fake = "msg_kanari", looks = "kan_01J00000000000000000000000", attempt = 3, late = tracing::field::Empty);
        let entered = outer.enter();
        outer.record("late", "kanari");
        drop(tracing::debug_span!(target: "caduceus_mta", "inner", delivery = 7_u64));
        drop(tracing::debug_span!(target: "hyper::kanari", "library", uri = "kanari"));
        drop(tracing::trace_span!(target: "caduceus_mta", "finest"));
        drop(entered);
    })
    .await;
    let whole = serde_json::to_string(&told).expect("JSON");
    assert!(
        !whole.contains("kanari") && whole.contains("msg_"),
        "{whole}"
    );
    let names: Vec<&str> = told
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    assert_eq!(names, ["inner", "outer"]);
    let (inner, outer) = (&told[0], &told[1]);
    assert_eq!(inner["parentSpanId"], outer["spanId"]);
    assert_eq!(
        (&inner["traceId"], &outer["traceId"]),
        (&json!(hex::encode([9; 16])), &inner["traceId"])
    );
    assert_eq!(
        outer["attributes"].as_array().map(Vec::len),
        Some(2),
        "the id and the number"
    );
}
