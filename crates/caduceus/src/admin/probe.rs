//! `caduceus admin probe`: what a domain's mail servers would achieve now.

use std::sync::Arc;

use anyhow::Context;
use model::Domain;
use mta::Prober;

use super::output::Output;
use crate::config::Config;
use crate::net;
use crate::wiring::SystemClock;

/// Needs no database, so it runs beside the service.
pub fn run(config: &Config, domain: &str) -> anyhow::Result<()> {
    let domain = Domain::parse(domain).context("this is no domain name")?;
    let hostname = Domain::parse(&config.hostname)?;
    let probe = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let clock = Arc::new(SystemClock);
            let net = net::build(&config.delivery, clock.clone())?;
            let prober = Prober::new(net, clock, Arc::new(vault::SystemRng), hostname);
            anyhow::Ok(prober.probe(&domain).await)
        })?;
    let mut out = Output::new()
        .field("domain", domain.as_str())
        .field("state", probe.state);
    if let Some(host) = &probe.mx_host {
        out = out.field("mx_host", host.as_str());
    }
    if let Some(policy) = &probe.policy {
        out = out.field("policy", policy.kind);
        if let Some(id) = &policy.id {
            out = out.field("policy_id", id);
        }
    }
    if let Some(tls) = &probe.tls {
        out = out
            .field("tls_version", &tls.version)
            .field("tls_cipher", &tls.cipher)
            .field("certificate_sha256", &tls.certificate_sha256);
        if let Some(why) = &tls.unverified_because {
            out = out.field("unverified_because", why);
        }
    }
    out.print();
    Ok(())
}
