//! `caduceus demo`: the whole service on loopback with embedded storage, simulated mail servers and a
//! clinic, real messages through every method, and a check of what became of each.

mod authority;
mod check;
mod clinic;
mod clock;
mod doors;
mod mailboxes;
mod servers;
mod story;
mod viewer;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use crate::config::{Api, Config, Delivery, Health, Keys, Listen, Log, Store, Telemetry, Tls};
use crate::terminal::say;
use crate::wiring::wire_with;
use crate::{serve, telemetry};

#[derive(clap::Args)]
pub struct Arguments {
    /// Check the outcome and exit instead of staying up.
    #[arg(long)]
    once: bool,
    /// Print addresses and sign-ins as one JSON object.
    #[arg(long)]
    json: bool,
    /// Where the demo keeps its data; emptied at the start. Default: a folder of its own, removed at
    /// the end.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    telemetry::log_quietly();
    let folder = Folder::make(arguments.dir.clone())?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(play(arguments, folder.path()))
}

async fn play(arguments: &Arguments, folder: &Path) -> anyhow::Result<()> {
    let authority = authority::Authority::make(folder)?;
    let config = configuration(folder, &authority)?;
    let mut settings = flow::Settings::new(&config.hostname, &config.portal_url);
    // A greylisted letter is due again in seconds, so that the demo does not last minutes.
    settings.queue.retry.first_min = Duration::from_secs(2);
    settings.queue.retry.first_max = Duration::from_secs(3);
    let clock = Arc::new(clock::DemoClock::default());
    let wired = wire_with(&config, settings, clock.clone())?;
    let mailboxes = Arc::new(mailboxes::Mailboxes::default());
    let (stop, stopped) = watch::channel(false);
    let net = servers::start(
        &authority,
        &mailboxes,
        wired.world.clock.clone(),
        stopped.clone(),
    )
    .await?;
    let clinic = {
        let (people, world) = (wired.people.clone(), wired.world.clone());
        tokio::task::spawn_blocking(move || clinic::found(&people, &world)).await??
    };
    let mut tasks = serve::start(&config, &wired, Arc::new(net), None, stopped.clone()).await?;
    let viewer = viewer::start(mailboxes.clone(), &clinic, clock, stopped).await?;
    let addresses = doors::Addresses::of(&config, viewer)?;
    story::send(&addresses, &clinic, &authority).await?;
    let seen = check::watch(&wired, &mailboxes).await?;
    let verdict = check::tell(&seen, arguments.json);
    let picked_up = check::pick_up(&wired, &mailboxes).await;
    if arguments.json {
        say(addresses.json(&clinic));
    } else {
        check::tell_pick_up(&picked_up);
        addresses.tell(&clinic);
    }
    if !arguments.once {
        tokio::signal::ctrl_c().await?;
    }
    stop.send_replace(true);
    while tasks.join_next().await.is_some() {}
    tokio::task::spawn_blocking(move || wired.close()).await?;
    if arguments.once {
        verdict
            .and(picked_up)
            .context("the demo's outcome is not what it should be")?;
    }
    Ok(())
}

fn configuration(folder: &Path, authority: &authority::Authority) -> anyhow::Result<Config> {
    let web = free_port()?;
    let anchors = folder.join("anchors");
    std::fs::create_dir_all(&anchors)?;
    Ok(Config {
        api: Api::default(),
        policy: crate::config::Policy::default(),
        hostname: "mail.riverside.example".to_owned(),
        portal_url: format!("http://{web}"),
        store: Store::Sqlite {
            dir: folder.join("data"),
        },
        keys: Keys {
            root_file: folder.join("root.key"),
        },
        tls: Some(Tls {
            certificate_file: authority.service_certificate().to_owned(),
            key_file: authority.service_key().to_owned(),
        }),
        listen: Listen {
            smtps: Some(free_port()?),
            submission: Some(free_port()?),
            https: None,
            danger_http: Some(web),
            metrics: None,
        },
        delivery: Delivery::default(),
        sources: Vec::new(),
        pools: Vec::new(),
        inbound: None,
        // Nothing of the demo is in DNS.
        health: Health {
            daily: false,
            ..Health::default()
        },
        records: crate::config::Records::default(),
        anchors: crate::config::Anchors {
            folder: Some(anchors),
            ..crate::config::Anchors::default()
        },
        log: Log::default(),
        telemetry: Telemetry::default(),
    })
}

/// Chosen by the system. Bound again a moment later by whoever listens.
fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The demo's data; a folder of our own is removed at the end.
struct Folder {
    path: PathBuf,
    own: bool,
}

impl Folder {
    fn make(given: Option<PathBuf>) -> anyhow::Result<Self> {
        let own = given.is_none();
        let path =
            given.unwrap_or_else(|| PathBuf::from(format!("target/demo-{}", std::process::id())));
        if path.exists() {
            let ours = path.join("data").exists() || path.read_dir()?.next().is_none();
            anyhow::ensure!(
                ours,
                "{} is not a demo folder; nothing was removed",
                path.display()
            );
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self {
            path: path.canonicalize()?,
            own,
        })
    }
    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.own {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
