//! `caduceus serve`: every listener and worker of one node, until a signal.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use flow::Flow;
use metrics_exporter_prometheus::PrometheusHandle;
use model::seams::Net;
use store::Engine;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{self, Config};
use crate::wiring::{Wired, wire};
use crate::{checks, engines, http, net, telemetry};

const BEAT_EVERY: Duration = Duration::from_secs(5);
/// What a beat began and did not finish: other writers come in between.
const TAKE_OVER_EVERY: Duration = Duration::from_millis(50);
const SEQUENCE_EVERY: Duration = Duration::from_millis(250);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// From being accepted to being found.
const ARCHIVE_EVERY: Duration = Duration::from_millis(500);
const RECKON_EVERY: Duration = Duration::from_secs(10);
const MEASURE_EVERY: Duration = Duration::from_secs(60);
const ANCHOR_EVERY: Duration = Duration::from_secs(30);
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(600);

pub fn run(path: &Path) -> anyhow::Result<()> {
    let config = config::load(path)?;
    let spans = telemetry::log_and_trace(&config);
    let handle = telemetry::metrics()?;
    let wired = wire(&config)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let net = net::build(&config.delivery, wired.world.clock.clone())?;
            let (stop, stopped) = watch::channel(false);
            let mut tasks =
                start(&config, &wired, net.clone(), Some(handle), stopped.clone()).await?;
            if let (Some(spans), Some(collector)) = (spans, config.telemetry.otlp.clone()) {
                tasks.spawn(telemetry::otlp::export(spans, net, collector, stopped));
            }
            tracing::info!(hostname = config.hostname, "caduceus is ready");
            crate::terminal::say("ready");
            signal().await?;
            tracing::info!("stopping: no new work, running work ends");
            stop.send_replace(true);
            while tasks.join_next().await.is_some() {}
            tokio::task::spawn_blocking(move || wired.close()).await?;
            anyhow::Ok(())
        })
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(())
}

/// Binds everything before anything runs, so that a port in use is told at once.
pub async fn start(
    config: &Config,
    wired: &Wired,
    net: Arc<dyn Net>,
    handle: Option<PrometheusHandle>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<JoinSet<()>> {
    let mut tasks = JoinSet::new();
    let tls = match &config.tls {
        Some(files) => Some(mta::server_tls(&files.certificate_file, &files.key_file)?),
        None => None,
    };
    let mut listeners = mta::Listeners::default();
    if let Some(at) = config.listen.smtps {
        listeners.implicit_tls = Some(bind(at, "listen.smtps").await?);
    }
    if let Some(at) = config.listen.submission {
        listeners.starttls = Some(bind(at, "listen.submission").await?);
    }
    // Who is restricted is so from the first message on.
    let flow = wired.flow.clone();
    tokio::task::spawn_blocking(move || flow.refresh_places()).await??;
    let router = router(wired, config, &net)?;
    if let Some(at) = config.listen.https {
        let listener = bind(at, "listen.https").await?;
        tasks.spawn(http::serve(
            listener,
            tls.clone(),
            router.clone(),
            stop.clone(),
        ));
    }
    if let Some(at) = config.listen.danger_http {
        let listener = bind(at, "listen.danger_http").await?;
        tasks.spawn(http::serve(listener, None, router, stop.clone()));
    }
    if let (Some(at), Some(handle)) = (config.listen.metrics, handle) {
        let listener = bind(at, "listen.metrics").await?;
        let page = move || std::future::ready(handle.render());
        let router = axum::Router::new().route("/metrics", axum::routing::get(page));
        tasks.spawn(http::serve(listener, None, router, stop.clone()));
    }
    if let Some(tls) = &tls {
        take_in(config, wired, (&net, tls), &stop, &mut tasks).await?;
    }
    if let Some(tls) = tls {
        tasks.spawn(mta::submission(
            wired.flow.clone(),
            wired.people.clone(),
            listeners,
            tls,
            stop.clone(),
        ));
    }
    if config.health.daily {
        let house = checks::house(config)?;
        tasks.spawn(checks::run(
            wired.people.clone(),
            net.clone(),
            house,
            stop.clone(),
        ));
    }
    workers(config, wired, net, stop, &mut tasks).await?;
    Ok(tasks)
}

/// Mail from elsewhere, where it is taken in.
async fn take_in(
    config: &Config,
    wired: &Wired,
    (net, tls): (&Arc<dyn Net>, &Arc<rustls::ServerConfig>),
    stop: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> anyhow::Result<()> {
    let Some(at) = config.inbound.as_ref().and_then(|inbound| inbound.listen) else {
        return Ok(());
    };
    let intake = mta::Intake {
        flow: wired.flow.clone(),
        net: net.clone(),
        engines: engines::build(config.inbound.as_ref())?,
    };
    let listener = bind(at, "inbound.listen").await?;
    tasks.spawn(mta::mx(intake, listener, tls.clone(), stop.clone()));
    Ok(())
}

async fn bind(at: std::net::SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at)
        .await
        .with_context(|| format!("cannot listen on {at} ({setting})"))
}

fn router(wired: &Wired, config: &Config, net: &Arc<dyn Net>) -> anyhow::Result<axum::Router> {
    let secure = config.portal_url.starts_with("https://");
    let api = api::ApiState::new(
        wired.flow.clone(),
        wired.people.clone(),
        wired.records.clone(),
        config.api.settings(),
    );
    let api = api::router(api.probing(probe(wired, config, net)?));
    let settings = web::Settings::new("Caduceus", secure);
    let web = web::router(web::WebState::new(
        wired.flow.clone(),
        wired.people.clone(),
        wired.records.clone(),
        settings,
    )?);
    // The API answers its own part of the tree in its own form, the pages all the rest.
    Ok(web.merge(api))
}

/// What dry runs look at other servers by.
fn probe(wired: &Wired, config: &Config, net: &Arc<dyn Net>) -> anyhow::Result<api::Probe> {
    let (clock, rng) = (wired.world.clock.clone(), wired.world.rng.clone());
    let hostname = model::Domain::parse(&config.hostname)?;
    let prober = Arc::new(mta::Prober::new(net.clone(), clock, rng, hostname));
    Ok(Arc::new(move |domain| {
        let prober = Arc::clone(&prober);
        Box::pin(async move { prober.probe(&domain).await })
    }))
}

async fn workers(
    config: &Config,
    wired: &Wired,
    net: Arc<dyn Net>,
    stop: watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> anyhow::Result<()> {
    let alone = wired.world.store.engine() != Engine::Postgres;
    let flow = wired.flow.clone();
    let claimed = tokio::task::spawn_blocking(move || flow.dispatcher().beat(alone)).await??;
    tracing::info!(deliveries = claimed, "took up what was open");

    tasks.spawn(work(wired.flow.clone(), stop.clone()));
    let world = wired.world.clone();
    every(
        tasks,
        stop.clone(),
        SEQUENCE_EVERY,
        "audit log",
        move || {
            while world.sequence()? > 0 {}
            Ok(())
        },
    );
    let flow = wired.flow.clone();
    every(tasks, stop.clone(), BEAT_EVERY, "heartbeat", move || {
        flow.dispatcher().beat(false).map(drop)
    });
    let flow = wired.flow.clone();
    every(
        tasks,
        stop.clone(),
        TAKE_OVER_EVERY,
        "take-over",
        move || flow.dispatcher().take_over().map(drop),
    );
    let flow = wired.flow.clone();
    every(
        tasks,
        stop.clone(),
        HOUSEKEEPING_EVERY,
        "housekeeping",
        move || flow.tidy(),
    );
    let flow = wired.flow.clone();
    every(tasks, stop.clone(), MEASURE_EVERY, "gauges", move || {
        flow.measure()
    });
    keep_records(wired, &stop, tasks);
    watch_sending(wired, stop.clone(), tasks);
    anchor(config, wired, &net, &stop, tasks);
    outward(wired, net, stop, tasks);
    Ok(())
}

/// The archive: what comes into it, until when it is kept, and what goes.
fn keep_records(wired: &Wired, stop: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
    // What still waits at the end is archived after the next start.
    let (records, stopped) = (wired.records.clone(), stop.clone());
    every(tasks, stop.clone(), ARCHIVE_EVERY, "archive", move || {
        while !*stopped.borrow() && records.archive()? > 0 {}
        // Then the index, for as long as nothing else comes.
        while !*stopped.borrow() && records.settle_index()? && records.archive()? == 0 {}
        Ok(())
    });
    let (records, stopped) = (wired.records.clone(), stop.clone());
    every(tasks, stop.clone(), RECKON_EVERY, "retention", move || {
        while !*stopped.borrow() && records.reckon()? > 0 {}
        Ok(())
    });
    let (records, stopped) = (wired.records.clone(), stop.clone());
    every(tasks, stop.clone(), RECKON_EVERY, "disposal", move || {
        while !*stopped.borrow() && records.dispose()? > 0 {}
        Ok(())
    });
    let records = wired.records.clone();
    every(
        tasks,
        stop.clone(),
        HOUSEKEEPING_EVERY,
        "archive check",
        move || records.check_archives().map(drop),
    );
}

/// What follows commits, as soon as there is some.
async fn work(flow: Flow, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let worker = flow.clone();
        let done = tokio::task::spawn_blocking(move || worker.work()).await;
        match done {
            Ok(Ok(0)) => {
                let _ = tokio::time::timeout(LOOK_EVERY, flow.work_rung()).await;
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "work after a commit waits; it will be tried again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Err(_) => {
                tracing::error!("a turn of work after commits panicked; it will try again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Who sends unusually, every minute.
fn watch_sending(wired: &Wired, stop: watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
    let (flow, people) = (wired.flow.clone(), wired.people.clone());
    every(tasks, stop, MEASURE_EVERY, "sending", move || {
        flow.note_failed_sign_ins(people.take_failed_sign_ins());
        flow.watch_sending()
    });
}

/// Checkpoints of audit logs leave the house once a day.
fn anchor(
    config: &Config,
    wired: &Wired,
    net: &Arc<dyn Net>,
    stop: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) {
    let runtime = tokio::runtime::Handle::current();
    let way = crate::anchoring::Way::new(&config.anchors, net.clone(), runtime);
    let records = wired.records.clone();
    every(tasks, stop.clone(), ANCHOR_EVERY, "anchors", move || {
        records.anchor(&way).map(drop)
    });
}

/// What speaks to other machines: mail, webhooks, rounds about TLS policies, questions for keys.
fn outward(wired: &Wired, net: Arc<dyn Net>, stop: watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
    let runtime = tokio::runtime::Handle::current();
    let directories = mta::KeyDirectories::new(net.clone(), runtime);
    wired.flow.look_keys_up_by(Arc::new(directories));
    let (flow, rounds, stopped) = (wired.flow.clone(), net.clone(), stop.clone());
    tasks.spawn(async move {
        if let Err(error) = mta::report_forever(flow, rounds, stopped).await {
            tracing::error!(%error, "rounds about TLS policies ended");
        }
    });
    tasks.spawn(connect::deliver_forever(
        wired.flow.clone(),
        net.clone(),
        stop.clone(),
    ));
    tasks.spawn(revocation(wired.flow.clone(), stop.clone()));
    let (flow, stopped) = (wired.flow.clone(), stop);
    tasks.spawn(async move {
        if let Err(error) = mta::deliver_forever(flow, net, stopped).await {
            tracing::error!(%error, "delivery ended");
        }
    });
}

/// Whether recipients' certificates still hold. Unlike other work it is not done once more at the end: others answer, and
/// may take their time.
async fn revocation(flow: Flow, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let (worker, stopped) = (flow.clone(), stop.clone());
        let turn = move || worker.check_revocations(&|| *stopped.borrow());
        match tokio::task::spawn_blocking(turn).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "a round about revocation failed; it will try again");
            }
            Err(_) => tracing::error!("a round about revocation panicked; it will try again"),
        }
        let _ = tokio::time::timeout(MEASURE_EVERY, stop.wait_for(|stop| *stop)).await;
    }
}

/// Runs blocking work again and again until `stop`, and once more at the end.
fn every(
    tasks: &mut JoinSet<()>,
    mut stop: watch::Receiver<bool>,
    pause: Duration,
    name: &'static str,
    work: impl Fn() -> model::Result<()> + Send + Sync + 'static,
) {
    let work = Arc::new(work);
    tasks.spawn(async move {
        loop {
            let last = *stop.borrow();
            let once = work.clone();
            match tokio::task::spawn_blocking(move || once()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, name, "a worker's turn failed; it will try again")
                }
                Err(_) => tracing::error!(name, "a worker's turn panicked; it will try again"),
            }
            if last {
                return;
            }
            let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
        }
    });
}
