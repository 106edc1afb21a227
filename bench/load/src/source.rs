//! The submitting end: sessions that each send message after message over one connection.
//!
//! MAIL, RCPT and DATA are pipelined when the server offers it (RFC 2920). Invariant: any answer but
//! acceptance ends the run.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

use crate::line::Lines;
use crate::{Load, Tls, aside, message, tls};

/// A server may cap the sessions of one client address (ours takes 50), so that many come from several.
const SESSIONS_PER_ADDRESS: u64 = 40;

/// Submits all messages; how long each waited from MAIL to the final 250.
pub async fn submit(load: &Arc<Load>, began: Instant) -> Result<Vec<Duration>> {
    let next = Arc::new(AtomicU64::new(0));
    let body: Arc<str> = message::body(load.octets).into();
    let sessions: Vec<_> = (0..load.sessions)
        .map(|number| {
            tokio::spawn(session(
                load.clone(),
                number,
                next.clone(),
                body.clone(),
                began,
            ))
        })
        .collect();
    let mut waits = Vec::new();
    for session in sessions {
        waits.extend(session.await??);
    }
    Ok(waits)
}

async fn session(
    load: Arc<Load>,
    number: u64,
    next: Arc<AtomicU64>,
    body: Arc<str>,
    began: Instant,
) -> Result<Vec<Duration>> {
    let (mut lines, pipelining) = connect(&load, number).await.context("submission session")?;
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
    let people: Vec<String> = (0..load.recipients)
        .map(|n| recipient(load, number, n))
        .collect();
    let to = people.first().context("a message has a recipient")?;
    let mut commands = vec![(format!("MAIL FROM:<{}>\r\n", load.from), "250")];
    commands.extend(
        people
            .iter()
            .map(|to| (format!("RCPT TO:<{to}>\r\n"), "250")),
    );
    commands.push(("DATA\r\n".to_owned(), "354"));
    if pipelining {
        let all: String = commands
            .iter()
            .map(|(command, _)| command.as_str())
            .collect();
        lines.write(all.as_bytes()).await?;
    }
    for (command, code) in &commands {
        if !pipelining {
            lines.write(command.as_bytes()).await?;
        }
        lines.expect(code).await?;
    }
    lines
        .write(&message::build(number, &load.from, to, body))
        .await?;
    lines.expect("250").await?;
    Ok(())
}

fn recipient(load: &Load, number: u64, position: u64) -> String {
    let domain = match aside::turn(number, load.aside_every, load.aside.len()) {
        Some(at) => load.aside[at].domain.clone(),
        None if load.domains > 1 => {
            format!("d{}.{}", (number + position) % load.domains, load.to_domain)
        }
        None => load.to_domain.clone(),
    };
    format!(
        "r{}@{domain}",
        (number * load.recipients + position) % 100_000
    )
}

/// On the loopback interface each forty sessions have a client address of their own.
async fn dial(target: SocketAddr, session: u64) -> Result<TcpStream> {
    if !target.ip().is_loopback() || !target.is_ipv4() {
        return Ok(TcpStream::connect(target).await?);
    }
    let host = u8::try_from(1 + session / SESSIONS_PER_ADDRESS)?;
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)))?;
    Ok(socket.connect(target).await?)
}

async fn connect(load: &Load, session: u64) -> Result<(Lines, bool)> {
    let connection = dial(load.target, session).await?;
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
