//! The loop: takes what is due, sends all of it at once, stores each end.
//!
//! Nothing is in memory that matters: a process that dies leaves leases, and when they are over
//! another sends again under the same ids.

use std::sync::Arc;
use std::time::Duration;

use flow::Flow;
use flow::hooks::{Answered, HookJob};
use model::Result;
use model::seams::Net;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long after an event it is told at the latest, when nothing is slow.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Requests under way on this node.
const SENDS_MAX: usize = 512;

/// Until `stop`; what is under way then is waited for.
pub async fn deliver_forever(flow: Flow, net: Arc<dyn Net>, mut stop: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        while running.try_join_next().is_some() {}
        let begun = if running.len() < SENDS_MAX {
            begin(&flow, &net, &mut running).await
        } else {
            Ok(0)
        };
        match begun {
            Ok(0) => _ = tokio::time::timeout(LOOK_EVERY, stop.wait_for(|stop| *stop)).await,
            // An end may have let the next of a recipient's events go.
            Ok(_) => _ = tokio::time::timeout(LOOK_EVERY, running.join_next()).await,
            Err(error) => {
                tracing::warn!(%error, "webhooks wait; they will be looked at again");
                _ = tokio::time::timeout(LOOK_EVERY, stop.wait_for(|stop| *stop)).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Sends what is due and waits for all of it; how many were sent.
///
/// # Errors
/// The store's.
pub async fn deliver_once(flow: &Flow, net: &Arc<dyn Net>) -> Result<usize> {
    let mut running = JoinSet::new();
    let count = begin(flow, net, &mut running).await?;
    while running.join_next().await.is_some() {}
    Ok(count)
}

async fn begin(flow: &Flow, net: &Arc<dyn Net>, running: &mut JoinSet<()>) -> Result<usize> {
    let worker = flow.clone();
    let jobs = tokio::task::spawn_blocking(move || worker.hook_jobs()).await;
    let jobs = jobs.map_err(|_| model::Error::new(model::Code::Internal))??;
    let count = jobs.len();
    for job in jobs {
        running.spawn(carry(flow.clone(), net.clone(), job));
    }
    Ok(count)
}

async fn carry(flow: Flow, net: Arc<dyn Net>, job: HookJob) {
    let answered = crate::send(net.as_ref(), &job, flow.world().now()).await;
    let result = match answered {
        Answered::Status {
            code: 200..=299, ..
        } => "delivered",
        Answered::Status { .. } => "refused",
        Answered::Fault(_) => "unanswered",
    };
    metrics::counter!("webhook_deliveries_total", "result" => result).increment(1);
    let (webhook, event) = (job.webhook, job.event);
    let stored = tokio::task::spawn_blocking(move || flow.hook_answered(&job, answered)).await;
    match stored {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, %webhook, %event, "the end of a webhook's try was not stored; it is sent again");
        }
        Err(_) => tracing::error!(%webhook, %event, "storing the end of a webhook's try panicked"),
    }
}
