//! One measured run of a mail relay: sessions that submit at one end, a sink that counts at the other.
//!
//! Both ends live in one process, so that the time from the first message submitted to the last one
//! received is read from one clock. Not a mail server: the sink takes everything. Invariant: the
//! figures are printed only when every message was accepted and every one arrived.

mod aside;
mod line;
mod message;
mod sink;
mod source;
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Parser;
use tokio::time::Instant;

/// Which way a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub enum Tls {
    None,
    Starttls,
    Implicit,
}

#[derive(Clone, Debug, Parser)]
pub struct Load {
    /// Where messages are submitted.
    #[arg(long)]
    pub target: SocketAddr,
    #[arg(long, value_enum, default_value = "none")]
    pub tls: Tls,
    /// The name in the target's certificate.
    #[arg(long, default_value = "localhost")]
    pub host: String,
    /// What the target's certificate verifies against.
    #[arg(long)]
    pub ca: Option<PathBuf>,
    #[arg(long)]
    pub user: Option<String>,
    #[arg(long)]
    pub password: Option<String>,
    /// Where the relay delivers to.
    #[arg(long)]
    pub sink: SocketAddr,
    /// With a certificate and its key the sink offers STARTTLS.
    #[arg(long, requires = "sink_key")]
    pub sink_certificate: Option<PathBuf>,
    #[arg(long)]
    pub sink_key: Option<PathBuf>,
    /// A message that arrives without a DKIM signature fails the run.
    #[arg(long)]
    pub signed: bool,
    #[arg(long, default_value_t = 1_000)]
    pub messages: u64,
    #[arg(long, default_value_t = 20)]
    pub sessions: u64,
    #[arg(long, default_value_t = 10_240)]
    pub octets: usize,
    /// Messages a second over all sessions; 0 is as fast as they are taken.
    #[arg(long, default_value_t = 0.0)]
    pub rate: f64,
    #[arg(long)]
    pub from: String,
    #[arg(long)]
    pub to_domain: String,
    /// Recipients are spread over so many subdomains of it; 1 is the domain itself.
    #[arg(long, default_value_t = 1)]
    pub domains: u64,
    /// Recipients of one message, all measured as one.
    #[arg(long, default_value_t = 1)]
    pub recipients: u64,
    /// A receiver beside the measured one, `well|defers|refuses|slow|silent=DOMAIN=ADDRESS:PORT`.
    #[arg(long)]
    pub aside: Vec<aside::Aside>,
    /// One of so many messages goes to the receivers aside.
    #[arg(long, default_value_t = 5)]
    pub aside_every: u64,
    /// Only submit: nobody receives.
    #[arg(long)]
    pub no_wait: bool,
    /// Submit nothing: wait until so many have arrived.
    #[arg(long)]
    pub arrivals: Option<u64>,
    /// Seconds after which the run has failed.
    #[arg(long, default_value_t = 180)]
    pub patience: u64,
}

#[derive(serde::Serialize)]
struct Figures {
    messages: u64,
    accept_per_s: f64,
    end_to_end_per_s: f64,
    accept_ms_p50: f64,
    accept_ms_p99: f64,
}

fn main() -> Result<()> {
    let load = Arc::new(Load::parse());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let figures = runtime.block_on(run(load))?;
    print(&serde_json::to_string(&figures)?);
    Ok(())
}

async fn run(load: Arc<Load>) -> Result<Figures> {
    let sink = sink::open(&load).await?;
    let began = Instant::now();
    let mut waits = match load.arrivals {
        None => source::submit(&load, began).await?,
        Some(_) => Vec::new(),
    };
    let accepted = began.elapsed();
    let deadline = began + Duration::from_secs(load.patience);
    let measured = aside::measured(load.messages, load.aside_every, load.aside.len());
    let expected = match load.arrivals {
        Some(count) => count,
        None if load.no_wait => 0,
        None => measured * load.recipients,
    };
    while sink.received() < expected {
        ensure!(
            Instant::now() < deadline,
            "{} of {expected} arrived",
            sink.received()
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let ended = began.elapsed();
    ensure!(
        !load.signed || sink.unsigned() == 0,
        "{} messages arrived unsigned",
        sink.unsigned()
    );
    waits.sort_unstable();
    let at = |percent: usize| {
        let place = (waits.len() * percent).div_ceil(100).max(1) - 1;
        waits
            .get(place)
            .map_or(0.0, |wait| wait.as_secs_f64() * 1e3)
    };
    Ok(Figures {
        messages: measured,
        accept_per_s: load.messages as f64 / accepted.as_secs_f64(),
        end_to_end_per_s: measured as f64 / ended.as_secs_f64(),
        accept_ms_p50: at(50),
        accept_ms_p99: at(99),
    })
}

#[expect(clippy::print_stdout, reason = "the figures are this program's answer")]
fn print(line: &str) {
    println!("{line}");
}
