//! The submitting end: sessions that each send message after message over one connection.
//!
//! MAIL, RCPT and DATA are pipelined when the server offers it (RFC 2920). Invariant: any answer but
//! acceptance ends the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::line::Lines;
use crate::{Load, Tls, message, tls};

/// Submits all messages; how long each waited from MAIL to the final 250.
pub async fn submit(load: &Arc<Load>, began: Instant) -> Result<Vec<Duration>> {
    let next = Arc::new(AtomicU64::new(0));
    let body: Arc<str> = message::body(load.octets).into();
    let sessions: Vec<_> = (0..load.sessions)
        .map(|_| tokio::spawn(session(load.clone(), next.clone(), body.clone(), began)))
        .collect();
    let mut waits = Vec::new();
    for session in sessions {
        waits.extend(session.await??);
    }
    Ok(waits)
}

async fn session(
    load: Arc<Load>,
    next: Arc<AtomicU64>,
    body: Arc<str>,
    began: Instant,
) -> Result<Vec<Duration>> {
    let (mut lines, pipelining) = connect(&load).await.context("submission session")?;
    let mut waits = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= load.messages {
            lines.write(b"QUIT\r\n").await?;
            return Ok(waits);
        }
        if load.rate > 0.0 {
            tokio::time::sleep_until(began + Duration::from_secs_f64(number as f64 / load.rate))
                .await;
        }
        let start = Instant::now();
        transact(&mut lines, pipelining, &load, number, &body).await?;
        waits.push(start.elapsed());
    }
}

async fn transact(
    lines: &mut Lines,
    pipelining: bool,
    load: &Load,
    number: u64,
    body: &str,
) -> Result<()> {
    let to = format!("r{}@{}", number % 1_000, load.to_domain);
    let commands = [
        format!("MAIL FROM:<{}>\r\n", load.from),
        format!("RCPT TO:<{to}>\r\n"),
        "DATA\r\n".to_owned(),
    ];
    if pipelining {
        lines.write(commands.concat().as_bytes()).await?;
    }
    for (command, code) in commands.iter().zip(["250", "250", "354"]) {
        if !pipelining {
            lines.write(command.as_bytes()).await?;
        }
        lines.expect(code).await?;
    }
    lines
        .write(&message::build(number, &load.from, &to, body))
        .await?;
    lines.expect("250").await?;
    Ok(())
}

async fn connect(load: &Load) -> Result<(Lines, bool)> {
    let connection = TcpStream::connect(load.target).await?;
    connection.set_nodelay(true)?;
    let connector = load.ca.as_deref().map(tls::connector).transpose()?;
    let mut lines = Lines::new(Box::new(connection));
    if load.tls == Tls::Implicit {
        let connector = connector.as_ref().context("TLS needs --ca")?;
        lines = Lines::new(tls::connect(connector, &load.host, lines.into_stream()?).await?);
    }
    lines.expect("220").await?;
    let mut offers = hello(&mut lines).await?;
    if load.tls == Tls::Starttls {
        lines.write(b"STARTTLS\r\n").await?;
        lines.expect("220").await?;
        let connector = connector.as_ref().context("TLS needs --ca")?;
        lines = Lines::new(tls::connect(connector, &load.host, lines.into_stream()?).await?);
        offers = hello(&mut lines).await?;
    }
    if let (Some(user), Some(password)) = (&load.user, &load.password) {
        let token =
            base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"));
        lines
            .write(format!("AUTH PLAIN {token}\r\n").as_bytes())
            .await?;
        lines.expect("235").await?;
    }
    let pipelining = offers.iter().any(|offer| offer.ends_with("PIPELINING"));
    Ok((lines, pipelining))
}

async fn hello(lines: &mut Lines) -> Result<Vec<String>> {
    lines.write(b"EHLO load.example\r\n").await?;
    lines.expect("250").await
}
