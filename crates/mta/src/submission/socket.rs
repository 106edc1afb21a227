//! The client's connection, in the clear until STARTTLS or encrypted from its first byte.
//!
//! Invariant: nothing is buffered here, so that no byte from before the handshake can be read after
//! it (RFC 3207 §4.2).

use std::io::{Error, ErrorKind, Result};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Honest clients finish a handshake in one or two round trips.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(30);
/// A client that does not read its replies.
const WRITE_WAIT: Duration = Duration::from_secs(60);

pub(crate) enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    pub async fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buf).await,
            Self::Tls(stream) => stream.read(buf).await,
        }
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let writing = async {
            match self {
                Self::Plain(stream) => stream.write_all(bytes).await,
                Self::Tls(stream) => {
                    stream.write_all(bytes).await?;
                    stream.flush().await
                }
            }
        };
        timeout(WRITE_WAIT, writing)
            .await
            .map_err(|_| Error::from(ErrorKind::TimedOut))?
    }

    /// Shakes hands; a connection that is encrypted already cannot be again.
    pub async fn start_tls(self, acceptor: &TlsAcceptor) -> Result<Self> {
        let Self::Plain(stream) = self else {
            return Err(Error::from(ErrorKind::InvalidInput));
        };
        let stream = timeout(HANDSHAKE_WAIT, acceptor.accept(stream)).await;
        Ok(Self::Tls(Box::new(
            stream.map_err(|_| Error::from(ErrorKind::TimedOut))??,
        )))
    }

    /// Tells the client that this is the end, so that it is no truncation (RFC 8446 §6.1).
    pub async fn close(mut self) {
        let closing = async {
            match &mut self {
                Self::Plain(stream) => stream.shutdown().await,
                Self::Tls(stream) => stream.shutdown().await,
            }
        };
        // A client that is gone already is closed too.
        let _ = timeout(WRITE_WAIT, closing).await;
    }
}
