//! Logs on standard error, metrics for Prometheus, traces for a collector where one is configured.
//! None of them ever holds a value.

pub mod otlp;
mod spans;

use std::sync::Arc;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use model::{METRICS, MetricKind};
use tokio::sync::mpsc::Receiver;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Config, Log, LogFormat};
use crate::wiring::SystemClock;

/// As the configuration says; `CADUCEUS_LOG` is asked first. Calling it twice keeps the first.
pub fn log(settings: &Log) {
    start(settings, None);
}

/// The same for a service. Gives the spans that end, where a collector is configured to take them.
pub fn log_and_trace(config: &Config) -> Option<Receiver<spans::Span>> {
    let collected = config.telemetry.otlp.is_some();
    let (watch, ended) = collected
        .then(|| spans::watch(Arc::new(SystemClock), Arc::new(vault::SystemRng)))
        .unzip();
    start(&config.log, watch);
    ended
}

/// For commands that speak to a person: only what is wrong.
pub fn log_quietly() {
    let level = Some("error".to_owned());
    let format = LogFormat::Json;
    start(&Log { format, level }, None);
}

fn start(settings: &Log, watch: Option<spans::Watch>) {
    // A panic's text may hold what was being read; its place never does.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic
            .location()
            .map(|l| format!("{}:{}", l.file(), l.line()))
            .unwrap_or_default();
        tracing::error!(at, "panicked");
    }));
    let level = settings.level.as_deref().unwrap_or("info");
    let chosen = EnvFilter::try_from_env("CADUCEUS_LOG")
        .or_else(|_| EnvFilter::try_new(level))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = chosen.and(filter_fn(may_speak));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let watch = watch.map(|watch| watch.with_filter(filter_fn(spans::is_watched)));
    let registry = tracing_subscriber::registry().with(watch);
    let started = match settings.format {
        LogFormat::Json => registry.with(layer.json().with_filter(filter)).try_init(),
        LogFormat::Text => registry.with(layer.with_filter(filter)).try_init(),
    };
    // The first that was started stays.
    drop(started);
}

/// Our own parts log ids and codes at every level. Libraries know no such rule: below `info` they
/// write headers, statements and names, so there they are not heard; and the resolver names domains
/// at any level, and a patient's own domain identifies.
fn may_speak(about: &Metadata<'_>) -> bool {
    let from = about.target();
    is_ours(from) || (*about.level() <= Level::INFO && !names_people(from))
}

/// The resolver names domains, and OpenPGP's reader the owners of keys.
fn names_people(target: &str) -> bool {
    target.starts_with("hickory") || target == "pgp" || target.starts_with("pgp::")
}

fn is_ours(target: &str) -> bool {
    target == "caduceus" || target.starts_with("caduceus::") || target.starts_with("caduceus_")
}

/// Seconds, and whatever else has no buckets of its own: from a millisecond to ten minutes.
const BUCKETS: [f64; 18] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0,
];

/// Starts counting, and says what each name means. Counters without labels show before their first
/// event: an alert needs the zero.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .install_recorder()?;
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => {
                metrics::describe_counter!(metric.name, metric.help);
                if metric.labels.is_empty() {
                    metrics::counter!(metric.name).increment(0);
                }
            }
            MetricKind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            MetricKind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
        }
    }
    Ok(handle)
}
