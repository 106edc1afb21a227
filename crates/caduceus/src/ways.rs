//! Ways out as configured: sources, pools, the shaping file.

use std::sync::Arc;

use anyhow::{Context, bail};
use flow::{SourceKey, Ways};
use model::seams::{Egress, Via};
use model::{Domain, OrganisationId, Secret, Stream, Timestamp};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;

use crate::config::{Config, Pool, Proxy, Source};

/// The shipped shaping with the operator's own on top, and the configured sources; without any, one
/// source under the service's own name.
pub fn build(config: &Config) -> anyhow::Result<Ways> {
    let shaping = match &config.delivery.shaping_file {
        None => queue::Shaping::standard(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            queue::Shaping::standard()
                .replaced_by(&text)
                .with_context(|| format!("{} is not a valid shaping file", path.display()))?
        }
    };
    if config.sources.is_empty() {
        if !config.pools.is_empty() {
            bail!("pool needs [[source]] sections to name");
        }
        let routing = queue::Routing::new(queue::Sources::single(), shaping);
        return Ok(Ways::new(routing, Vec::new()));
    }
    let known = config.sources.iter().map(source);
    let known = known.collect::<anyhow::Result<Vec<queue::Source>>>()?;
    if known.len() > usize::from(u8::MAX) {
        bail!("there are more than 255 sources");
    }
    for (n, source) in known.iter().enumerate() {
        if known[..n].iter().any(|other| other.name == source.name) {
            bail!("source {} is there twice", source.name);
        }
    }
    let pools = config.pools.iter().map(|row| pool(row, &known));
    let pools = pools.collect::<anyhow::Result<Vec<queue::Pool>>>()?;
    let egresses = config.sources.iter().map(egress);
    let egresses = egresses.collect::<anyhow::Result<Vec<Arc<Egress>>>>()?;
    let mut sources = queue::Sources::new(known, pools);
    if !config.delivery.warm_up_days.is_empty() {
        sources = sources.warmed_up_by(config.delivery.warm_up_days.clone());
    }
    let keys = config.sources.iter().map(key);
    let keys = keys.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Ways::new(queue::Routing::new(sources, shaping), egresses).signing_with(keys))
}

fn key(row: &Source) -> anyhow::Result<Option<Arc<SourceKey>>> {
    let Some(dkim) = &row.dkim else {
        return Ok(None);
    };
    let at = || format!("source {}: dkim", row.name);
    let domain = Domain::parse(&dkim.domain).with_context(at)?;
    let read = PrivatePkcs8KeyDer::from_pem_file(&dkim.key_file);
    let der = read.with_context(|| format!("{}: cannot read {}", at(), dkim.key_file.display()))?;
    let der = Secret::new(der.secret_pkcs8_der().to_vec());
    let key = SourceKey::new(&domain, &dkim.selector, &der).with_context(at)?;
    Ok(Some(Arc::new(key)))
}

fn source(row: &Source) -> anyhow::Result<queue::Source> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    if row.name.is_empty() || row.name.len() > 64 || !row.name.chars().all(is_word) {
        bail!("a source's name is 1 to 64 letters, digits, - _ and .");
    }
    if row.weight == 0 {
        bail!("source {}: weight must be at least 1", row.name);
    }
    let warm_from = row.warm_from.as_deref().map(|day| {
        Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z"))
            .with_context(|| format!("source {}: warm_from is a day like 2026-12-01", row.name))
    });
    Ok(queue::Source {
        name: row.name.as_str().into(),
        weight: row.weight,
        warm_from: warm_from.transpose()?,
    })
}

fn egress(row: &Source) -> anyhow::Result<Arc<Egress>> {
    let via = match row.proxy {
        None => Via::Direct,
        Some(Proxy::Haproxy(at)) => Via::Haproxy(at),
        Some(Proxy::Socks5(at)) => Via::Socks5(at),
    };
    if matches!(via, Via::Haproxy(_)) && row.bind.is_none() {
        bail!(
            "source {}: haproxy needs bind, the address it connects from",
            row.name
        );
    }
    Ok(Arc::new(Egress {
        bind: row.bind,
        ehlo: Domain::parse(&row.ehlo)
            .with_context(|| format!("source {}: ehlo is no domain name", row.name))?,
        via,
    }))
}

fn pool(row: &Pool, known: &[queue::Source]) -> anyhow::Result<queue::Pool> {
    let stream = row.stream.as_deref().map(|word| {
        Stream::from_word(word)
            .with_context(|| format!("pool: stream is transactional or marketing, not {word}"))
    });
    let organisation = row.organisation.as_deref().map(|id| {
        id.parse::<OrganisationId>()
            .with_context(|| format!("pool: {id} is no organisation's id"))
    });
    let sources = row.sources.iter().map(|name| {
        let at = known
            .iter()
            .position(|source| &*source.name == name.as_str());
        at.and_then(queue::SourceId::at)
            .with_context(|| format!("pool: there is no source {name}"))
    });
    let sources = sources.collect::<anyhow::Result<Vec<_>>>()?;
    if sources.is_empty() {
        bail!("pool: sources is empty");
    }
    Ok(queue::Pool {
        stream: stream.transpose()?,
        organisation: organisation.transpose()?,
        sources,
    })
}

#[cfg(test)]
mod tests;
