//! A client that says exactly what it is told to.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::certificates::Authority;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub struct Client {
    stream: Box<dyn Stream>,
    heard: Vec<u8>,
}

impl Client {
    pub async fn dial(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.expect("somebody listens");
        Self {
            stream: Box::new(stream),
            heard: Vec::new(),
        }
    }

    pub async fn start_tls(self, authority: &Authority, host: &'static str) -> Self {
        assert!(
            self.heard.is_empty(),
            "nothing was said before the handshake"
        );
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate()).expect("an authority");
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host).expect("a DNS name");
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, self.stream)
            .await;
        Self {
            stream: Box::new(stream.expect("a handshake")),
            heard: Vec::new(),
        }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("written");
        self.stream.flush().await.expect("flushed");
    }

    /// Says a line and expects a reply that begins so.
    pub async fn says(&mut self, line: &str, expected: &str) -> String {
        self.write(format!("{line}\r\n").as_bytes()).await;
        let reply = self.reply().await;
        assert!(
            !reply.is_empty() && reply.starts_with(expected),
            "{line:.30}: {reply:?} is no {expected}"
        );
        reply
    }

    /// The next reply, all its lines; empty when the server has closed.
    pub async fn reply(&mut self) -> String {
        let mut buf = [0; 4096];
        loop {
            if let Some(end) = self.end_of_reply() {
                let reply = self.heard.drain(..end).collect();
                return String::from_utf8(reply)
                    .expect("replies are text")
                    .trim_end()
                    .to_owned();
            }
            match self.stream.read(&mut buf).await {
                Ok(0) | Err(_) => {
                    return String::from_utf8_lossy(&std::mem::take(&mut self.heard)).into_owned();
                }
                Ok(count) => self.heard.extend(&buf[..count]),
            }
        }
    }

    fn end_of_reply(&self) -> Option<usize> {
        let mut at = 0;
        loop {
            let line = self.heard[at..].windows(2).position(|w| w == b"\r\n")? + 2;
            if self.heard[at..].get(3) != Some(&b'-') {
                return Some(at + line);
            }
            at += line;
        }
    }
}
