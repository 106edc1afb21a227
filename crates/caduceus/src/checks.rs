//! The daily look at sending domains: which are due, what DNS shows, what to keep of it.
//!
//! It judges nothing (`people::health` does). Invariant: a look that fails is made again later and
//! stops no other.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use model::Domain;
use model::seams::Net;
use people::People;
use people::health::{House, look};
use tokio::sync::watch;

use crate::config::Config;

/// How soon somebody who asked for a look gets it.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// After the database did not answer.
const ERROR_WAIT: Duration = Duration::from_secs(30);

/// What this installation is to the domains it sends for.
pub fn house(config: &Config) -> anyhow::Result<House> {
    let hostname = Domain::parse(&config.hostname).context("hostname")?;
    let rest = config
        .portal_url
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let inbound = config.inbound.as_ref().and_then(|i| i.domain.as_deref());
    let return_path = match (&config.inbound, inbound) {
        (None, _) => None,
        (Some(_), Some(name)) => Some(Domain::parse(name).context("inbound.domain")?),
        (Some(_), None) => Some(hostname.clone()),
    };
    Ok(House {
        hostname,
        addresses: config.delivery.own_addresses.clone(),
        return_path,
        link_host: host.to_owned(),
        blocklists: config.health.blocklists.clone(),
    })
}

/// Looks at what is due until `stop` is true or its sender is gone.
pub async fn run(people: People, net: Arc<dyn Net>, house: House, mut stop: watch::Receiver<bool>) {
    loop {
        let wait = match turn(&people, &*net, &house).await {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "domains could not be looked at; it will be tried again");
                ERROR_WAIT
            }
        };
        if tokio::time::timeout(wait, stop.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return;
        }
    }
}

async fn turn(people: &People, net: &dyn Net, house: &House) -> anyhow::Result<()> {
    let asked = people.clone();
    let due = tokio::task::spawn_blocking(move || asked.due_subjects()).await??;
    for subject in due {
        let report = look(net, house, &subject, people.world().now()).await;
        tracing::debug!(domain = %subject.id, grade = report.grade().word(), "a domain was looked at");
        let people = people.clone();
        tokio::task::spawn_blocking(move || people.keep_report(&subject, &report)).await??;
    }
    Ok(())
}
