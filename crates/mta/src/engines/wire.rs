//! One conversation with an engine: connect, say all of it, read until enough is there.
//!
//! Invariant: what an engine says before everything was said is read all the same; clamd answers and hangs
//! up as soon as a stream is too long.

use std::io::Result;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::EngineAt;

const READ_OCTETS: usize = 16 * 1024;

/// `take` gets what comes and says when it is enough.
///
/// # Errors
/// When nobody is there, or the connection breaks.
pub(super) async fn talk<'a>(
    at: &EngineAt,
    said: impl Iterator<Item = &'a [u8]> + Send,
    take: impl FnMut(&[u8]) -> bool + Send,
) -> Result<()> {
    match at {
        EngineAt::Unix(path) => over(UnixStream::connect(path).await?, said, take).await,
        EngineAt::Tcp(address) => over(TcpStream::connect(address).await?, said, take).await,
    }
}

async fn over<'a>(
    mut wire: impl AsyncRead + AsyncWrite + Unpin + Send,
    said: impl Iterator<Item = &'a [u8]> + Send,
    mut take: impl FnMut(&[u8]) -> bool + Send,
) -> Result<()> {
    for octets in said {
        if wire.write_all(octets).await.is_err() {
            break;
        }
    }
    // Whether it could be flushed shows by what is answered.
    let _ = wire.flush().await;
    let mut room = vec![0; READ_OCTETS];
    loop {
        let count = wire.read(&mut room).await?;
        if count == 0 || take(&room[..count]) {
            return Ok(());
        }
    }
}
