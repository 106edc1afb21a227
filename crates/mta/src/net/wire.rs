//! A connection as the seam `Wire`: plain over TCP, or TLS over it.
//!
//! Invariant: the plain wire buffers nothing, so that not one byte read before the handshake can be
//! taken for one read after it (CVE-2011-0411, CVE-2021-38371).

use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use model::seams::{Later, NetFault, Wire};
use model::{TlsFacts, TlsGoal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::ClientTls;

/// How much is written before the wait starts anew: a slow line is not a dead one.
const WRITE_PIECE_OCTETS: usize = 64 * 1024;

type Upgraded = Result<(Box<dyn Wire>, TlsFacts), (NetFault, Option<TlsFacts>)>;

pub struct TcpWire {
    stream: TcpStream,
    tls: Arc<ClientTls>,
}

impl TcpWire {
    pub fn new(stream: TcpStream, tls: Arc<ClientTls>) -> Self {
        Self { stream, tls }
    }
}

impl Wire for TcpWire {
    fn read<'a>(
        &'a mut self,
        buf: &'a mut [u8],
        wait: Duration,
    ) -> Later<'a, Result<usize, NetFault>> {
        Box::pin(read(&mut self.stream, buf, wait))
    }
    fn write<'a>(&'a mut self, bytes: &'a [u8], wait: Duration) -> Later<'a, Result<(), NetFault>> {
        Box::pin(write(&mut self.stream, bytes, wait))
    }
    fn start_tls<'a>(self: Box<Self>, goal: &'a TlsGoal, wait: Duration) -> Later<'a, Upgraded> {
        Box::pin(async move {
            let (stream, facts) = self.tls.handshake(self.stream, goal, wait).await?;
            let wire: Box<dyn Wire> = Box::new(TlsWire(stream));
            Ok((wire, facts))
        })
    }
}

struct TlsWire(TlsStream<TcpStream>);

impl Wire for TlsWire {
    fn read<'a>(
        &'a mut self,
        buf: &'a mut [u8],
        wait: Duration,
    ) -> Later<'a, Result<usize, NetFault>> {
        Box::pin(read(&mut self.0, buf, wait))
    }
    fn write<'a>(&'a mut self, bytes: &'a [u8], wait: Duration) -> Later<'a, Result<(), NetFault>> {
        Box::pin(write(&mut self.0, bytes, wait))
    }
    fn start_tls<'a>(self: Box<Self>, _: &'a TlsGoal, _: Duration) -> Later<'a, Upgraded> {
        Box::pin(async { Err((NetFault::TlsFailed, None)) })
    }
}

async fn read(
    from: &mut (impl AsyncReadExt + Unpin),
    buf: &mut [u8],
    wait: Duration,
) -> Result<usize, NetFault> {
    match timeout(wait, from.read(buf)).await {
        Err(_) => Err(NetFault::TimedOut),
        Ok(Ok(count)) => Ok(count),
        Ok(Err(error)) => Err(fault(&error)),
    }
}

async fn write(
    to: &mut (impl AsyncWriteExt + Unpin),
    bytes: &[u8],
    wait: Duration,
) -> Result<(), NetFault> {
    for piece in bytes.chunks(WRITE_PIECE_OCTETS) {
        in_time(wait, to.write_all(piece)).await?;
    }
    in_time(wait, to.flush()).await
}

async fn in_time(
    wait: Duration,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<(), NetFault> {
    timeout(wait, work)
        .await
        .map_err(|_| NetFault::TimedOut)?
        .map_err(|e| fault(&e))
}

/// What an input or output error means to the dialogue.
pub fn fault(error: &Error) -> NetFault {
    match error.kind() {
        ErrorKind::TimedOut => NetFault::TimedOut,
        ErrorKind::ConnectionRefused => NetFault::Refused,
        _ => NetFault::Closed,
    }
}
