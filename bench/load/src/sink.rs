//! The receiving end: takes every message, over STARTTLS when it has a certificate, and counts.
//!
//! Not a checker of content. Invariant: with a certificate, mail before STARTTLS is refused, so what
//! is counted came encrypted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, bail};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::aside::Manner;
use crate::line::Lines;
use crate::{Load, tls};

/// What has arrived so far.
#[derive(Default)]
pub struct Sink {
    received: AtomicU64,
    unsigned: AtomicU64,
}

impl Sink {
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
    /// How many of them had no DKIM signature.
    pub fn unsigned(&self) -> u64 {
        self.unsigned.load(Ordering::Relaxed)
    }
    fn take(&self, message: &[u8]) {
        let end = message.windows(4).position(|window| window == b"\r\n\r\n");
        let header = &message[..end.unwrap_or(message.len())];
        if !header
            .windows(SIGNATURE.len())
            .any(|window| window.eq_ignore_ascii_case(SIGNATURE))
        {
            self.unsigned.fetch_add(1, Ordering::Relaxed);
        }
        self.received.fetch_add(1, Ordering::Relaxed);
    }
}

const SIGNATURE: &[u8] = b"DKIM-Signature:";

/// Listens from now on, in the background.
pub async fn open(load: &Load) -> Result<Arc<Sink>> {
    let acceptor = match (&load.sink_certificate, &load.sink_key) {
        (Some(certificate), Some(key)) => Some(tls::acceptor(certificate, key)?),
        _ => None,
    };
    let sink = Arc::new(Sink::default());
    if !load.no_wait {
        listen(load.sink, Manner::Well, acceptor.clone(), sink.clone()).await?;
    }
    for aside in &load.aside {
        // Counted apart, that is nowhere.
        let uncounted = Arc::new(Sink::default());
        listen(aside.at, aside.manner, acceptor.clone(), uncounted).await?;
    }
    Ok(sink)
}

async fn listen(
    at: SocketAddr,
    manner: Manner,
    acceptor: Option<TlsAcceptor>,
    sink: Arc<Sink>,
) -> Result<()> {
    let listener = TcpListener::bind(at).await?;
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // A relay may drop a connection at any time; what it had sent is counted.
            tokio::spawn(converse(connection, manner, acceptor.clone(), sink.clone()));
        }
    });
    Ok(())
}

async fn converse(
    connection: TcpStream,
    manner: Manner,
    acceptor: Option<TlsAcceptor>,
    sink: Arc<Sink>,
) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut lines = Lines::new(Box::new(connection));
    lines.write(b"220 sink.example ESMTP\r\n").await?;
    let mut encrypted = false;
    while let Some(line) = lines.line().await? {
        let verb: String = line
            .chars()
            .take_while(|c| c.is_ascii_alphabetic())
            .collect();
        tokio::time::sleep(manner.late()).await;
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                lines
                    .write(offers(acceptor.is_some() && !encrypted).as_bytes())
                    .await?
            }
            "HELO" | "RSET" | "NOOP" => lines.write(b"250 2.0.0 ok\r\n").await?,
            "STARTTLS" => {
                let Some(acceptor) = acceptor.as_ref().filter(|_| !encrypted) else {
                    bail!("no TLS here")
                };
                lines.write(b"220 2.0.0 ready\r\n").await?;
                lines = Lines::new(Box::new(acceptor.accept(lines.into_stream()?).await?));
                encrypted = true;
            }
            "MAIL" if acceptor.is_some() && !encrypted => {
                lines.write(b"530 5.7.0 STARTTLS first\r\n").await?
            }
            "RCPT" if manner == Manner::Defers => {
                lines.write(b"451 4.2.1 later, please\r\n").await?
            }
            "RCPT" if manner == Manner::Refuses => {
                lines.write(b"550 5.1.1 nobody here\r\n").await?
            }
            "MAIL" | "RCPT" => lines.write(b"250 2.1.0 ok\r\n").await?,
            "DATA" => {
                lines.write(b"354 go on\r\n").await?;
                let Some(message) = lines.until(b"\r\n.\r\n").await? else {
                    return Ok(());
                };
                if manner == Manner::Silent {
                    std::future::pending::<()>().await;
                }
                sink.take(&message);
                lines.write(b"250 2.0.0 taken\r\n").await?;
            }
            "QUIT" => return lines.write(b"221 2.0.0 bye\r\n").await,
            _ => lines.write(b"502 5.5.1 not known\r\n").await?,
        }
    }
    Ok(())
}

fn offers(starttls: bool) -> String {
    let tls = if starttls { "250-STARTTLS\r\n" } else { "" };
    format!(
        "250-sink.example\r\n{tls}250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 52428800\r\n"
    )
}
