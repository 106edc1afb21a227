//! Logs as JSON on standard error, metrics for Prometheus. Neither ever holds a value.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// `CADUCEUS_LOG` sets the level (`info` by default). Calling it twice keeps the first.
pub fn log() {
    let filter = EnvFilter::try_from_env("CADUCEUS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// For commands that speak to a person: only what is wrong.
pub fn log_quietly() {
    let filter = EnvFilter::try_from_env("CADUCEUS_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}
