//! A connection read by SMTP lines, plain or encrypted.
//!
//! Invariant: octets read ahead of a line are kept for the next one; starting TLS with any left over
//! is an error (RFC 3207 §4).

use anyhow::{Result, bail, ensure};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub struct Lines {
    stream: Box<dyn Stream>,
    ahead: Vec<u8>,
}

impl Lines {
    pub fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            ahead: Vec::with_capacity(32 * 1024),
        }
    }
    pub fn into_stream(self) -> Result<Box<dyn Stream>> {
        ensure!(
            self.ahead.is_empty(),
            "octets were sent ahead of the TLS handshake"
        );
        Ok(self.stream)
    }
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await?;
        Ok(())
    }
    /// The next line without its CRLF; `None` when the peer closed.
    pub async fn line(&mut self) -> Result<Option<String>> {
        self.until(b"\r\n")
            .await
            .map(|found| found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
    /// Everything up to the mark, which is taken too; `None` when the peer closed.
    pub async fn until(&mut self, mark: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut looked = 0;
        loop {
            let from = looked.min(self.ahead.len());
            if let Some(at) = find(&self.ahead[from..], mark) {
                let mut taken: Vec<u8> = self.ahead.drain(..from + at + mark.len()).collect();
                taken.truncate(from + at);
                return Ok(Some(taken));
            }
            looked = self.ahead.len().saturating_sub(mark.len() - 1);
            if self.stream.read_buf(&mut self.ahead).await? == 0 {
                return Ok(None);
            }
        }
    }
    /// A whole reply (RFC 5321 §4.2.1), which must have the code expected.
    pub async fn expect(&mut self, code: &str) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let Some(line) = self.line().await? else {
                bail!("the server closed the connection")
            };
            let last = line.as_bytes().get(3) != Some(&b'-');
            ensure!(line.starts_with(code), "expected {code}, got: {line}");
            lines.push(line);
            if last {
                return Ok(lines);
            }
        }
    }
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}
