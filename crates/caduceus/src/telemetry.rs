//! Logs as JSON on standard error, metrics for Prometheus. Neither ever holds a value.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// `CADUCEUS_LOG` sets the level (`info` by default). Calling it twice keeps the first.
pub fn log() {
    start("info");
}

/// For commands that speak to a person: only what is wrong.
pub fn log_quietly() {
    start("error");
}

fn start(level: &str) {
    // A panic's text may hold what was being read; its place never does.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic
            .location()
            .map(|l| format!("{}:{}", l.file(), l.line()))
            .unwrap_or_default();
        tracing::error!(at, "panicked");
    }));
    let mut filter =
        EnvFilter::try_from_env("CADUCEUS_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // The resolver names domains, and a patient's own domain identifies.
    for silent in ["hickory_proto=off", "hickory_resolver=off"] {
        filter = filter.add_directive(silent.parse().expect("a directive of ours is well formed"));
    }
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}
