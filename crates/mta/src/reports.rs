//! The daily round about TLS policies: reports go to the domains that asked for them (RFC 8460), and
//! kept MTA-STS policies are confirmed before they end (RFC 8461 §3.3).
//!
//! Invariant: a report that was not taken is kept and tried again; nothing here touches the queue.

use std::sync::Arc;
use std::time::Duration;

use flow::transport::report::DueReport;
use flow::{Flow, Way};
use mail::sts::ReportTo;
use model::seams::{HttpMethod, HttpRequest, HttpTo, Net};
use model::{Code, Domain, Error, Outcome, Result, limits};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::attempt::attempt;
use crate::policy::Memory;
use crate::pool::{Pool, PoolSettings};
use crate::{blocking, stopped};

const ROUND_EVERY: Duration = Duration::from_secs(3_600);
const PLACES_MAX: usize = 4;

/// Makes the round every hour until `stop` is true.
///
/// # Errors
/// `config_invalid` when our host name is no domain name.
pub async fn report_forever(
    flow: Flow,
    net: Arc<dyn Net>,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    let hostname = Domain::parse(&flow.settings().hostname)
        .map_err(|e| Error::new(Code::ConfigInvalid).at("/hostname").because(e))?;
    let pool = Pool::new(PoolSettings::new(hostname));
    while timeout(ROUND_EVERY, stopped(&mut stop)).await.is_err() {
        tokio::select! {
            () = stopped(&mut stop) => break,
            done = tls_round(&flow, &*net, &pool) => {
                if let Err(error) = done {
                    tracing::warn!(%error, "the round about TLS policies stopped; it will be made again");
                }
            }
        }
        pool.close_all().await;
    }
    Ok(())
}

/// One round: what is due is sent, what is stale is confirmed.
///
/// # Errors
/// The store's; what was not done is done by the next round.
pub async fn tls_round(flow: &Flow, net: &dyn Net, pool: &Pool) -> Result<()> {
    let asked = flow.clone();
    for report in blocking(move || asked.due_tls_reports()).await? {
        if deliver(flow, net, pool, &report).await? {
            let told = flow.clone();
            blocking(move || told.tls_reported(report)).await?;
        }
    }
    let asked = flow.clone();
    let memory = Memory::default();
    let clock = &*flow.world().clock;
    for stale in blocking(move || asked.stale_sts_policies()).await? {
        let found = memory
            .sts(net, clock, &stale.domain, Some(&stale.policy))
            .await;
        if let Some(policy) = found.policy.filter(|policy| *policy != stale.policy) {
            let keeper = flow.clone();
            blocking(move || keeper.keep_sts_policy(stale.organisation, &stale.domain, &policy))
                .await?;
        }
    }
    Ok(())
}

/// True when one of the places took it, or the domain asks for none.
async fn deliver(flow: &Flow, net: &dyn Net, pool: &Pool, report: &DueReport) -> Result<bool> {
    let name = format!("_smtp._tls.{}", report.domain.as_str());
    let places = match net.txt(&name).await {
        Ok(records) => mail::sts::report_places(&records),
        Err(model::seams::NetFault::NoRecord) => Vec::new(),
        Err(_) => return Ok(false),
    };
    let mut taken = places.is_empty();
    for place in places.into_iter().take(PLACES_MAX) {
        taken |= match place {
            ReportTo::Mail(to) => {
                let letter = flow.tls_report_letter(report, &to)?;
                let world = flow.world();
                let (outcome, _) = attempt(
                    pool,
                    net,
                    &*world.clock,
                    &*world.rng,
                    (&letter, &Way::default()),
                )
                .await;
                outcome == Outcome::Accepted
            }
            ReportTo::Https(url) => post(net, url, &report.gzip).await,
        };
    }
    let result = if taken { "sent" } else { "kept" };
    metrics::counter!("tls_reports_total", "result" => result).increment(1);
    Ok(taken)
}

/// RFC 8460 §5.4.
async fn post(net: &dyn Net, url: String, gzip: &[u8]) -> bool {
    let kind = "application/tlsrpt+gzip".to_owned();
    let request = HttpRequest {
        method: HttpMethod::Post,
        url,
        headers: vec![("content-type".to_owned(), kind)],
        body: gzip.to_vec(),
        follow_redirects: false,
        answer_octets_max: limits::STS_POLICY_OCTETS_MAX,
        to: HttpTo::Public,
    };
    let answer = net.http(request, limits::STS_FETCH_WAIT).await;
    answer.is_ok_and(|answer| (200..300).contains(&answer.status))
}
