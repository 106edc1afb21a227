//! Clients of the demo: one REST request, one SMTP submission over implicit TLS; and where all is.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::authority::Authority;
use super::clinic::Clinic;
use crate::config::Config;
use crate::terminal::say;

pub struct Addresses {
    pub web: SocketAddr,
    pub smtps: SocketAddr,
    pub submission: SocketAddr,
    pub viewer: SocketAddr,
}

impl Addresses {
    pub fn of(config: &Config, viewer: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self {
            web: config
                .listen
                .danger_http
                .context("the demo listens on HTTP")?,
            smtps: config.listen.smtps.context("the demo listens on SMTPS")?,
            submission: config
                .listen
                .submission
                .context("the demo listens for submission")?,
            viewer,
        })
    }

    pub fn json(&self, clinic: &Clinic) -> serde_json::Value {
        serde_json::json!({
            "console": format!("http://{}/", self.web), "portal": format!("http://{}/p/", self.web),
            "api": format!("http://{}/v1", self.web), "viewer": format!("http://{}/", self.viewer),
            "smtps": self.smtps, "submission": self.submission, "email": clinic.email,
            "password": clinic.password, "totp_secret": clinic.totp_secret.expose(),
            "api_key": clinic.live_key.expose(), "organisation": clinic.organisation,
            "second": { "email": clinic.second.email, "password": clinic.second.password },
            "records_key": clinic.records_key.expose(),
        })
    }

    pub fn tell(&self, clinic: &Clinic) {
        say("");
        say(format!("  console      http://{}/", self.web));
        say(format!(
            "               {} / {}",
            clinic.email, clinic.password
        ));
        say(format!(
            "               {} / {}   (for what takes two people)",
            clinic.second.email, clinic.second.password
        ));
        say(format!(
            "               second factors: the authenticators on http://{}/ show them",
            self.viewer
        ));
        say(format!(
            "  mail viewer  http://{}/   (what every recipient has; portal links are in there)",
            self.viewer
        ));
        say(format!(
            "  API          http://{}/v1   Authorization: Bearer {}",
            self.web,
            clinic.live_key.expose()
        ));
        say(format!(
            "  submission   {} (TLS), {} (STARTTLS)   user {}",
            self.smtps, self.submission, clinic.key_id
        ));
        say("");
    }
}

/// `POST /v1/messages`; fails unless it is accepted.
pub async fn post(at: &Addresses, key: &str, body: &serde_json::Value) -> anyhow::Result<()> {
    let body = body.to_string();
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        at.web,
        body.len()
    );
    let mut stream = TcpStream::connect(at.web).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    anyhow::ensure!(status == "202", "the API answered {status}");
    Ok(())
}

/// An authenticated submission on the implicit-TLS port.
pub async fn submit(
    at: &Addresses,
    clinic: &Clinic,
    authority: &Authority,
    to: &str,
    letter: &str,
) -> anyhow::Result<()> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.root())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = rustls_pki_types::ServerName::try_from("mail.riverside.example")?;
    let stream = TcpStream::connect(at.smtps).await?;
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "220").await?;
    let login = format!("\0{}\0{}", clinic.key_id, clinic.live_key.expose());
    let login = base64::engine::general_purpose::STANDARD.encode(login);
    let steps = [
        ("EHLO demo.riverside.example".to_owned(), "250"),
        (format!("AUTH PLAIN {login}"), "235"),
        (format!("MAIL FROM:<{}>", clinic.email), "250"),
        (format!("RCPT TO:<{to}>"), "250"),
        ("DATA".to_owned(), "354"),
        (format!("{letter}."), "250"),
        ("QUIT".to_owned(), "221"),
    ];
    for (line, code) in steps {
        stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        expect(&mut stream, code).await?;
    }
    Ok(())
}

async fn expect<S: AsyncBufReadExt + Unpin>(stream: &mut S, code: &str) -> anyhow::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        if line.as_bytes().get(3) != Some(&b'-') {
            break;
        }
    }
    anyhow::ensure!(
        line.starts_with(code),
        "submission answered {}",
        line.get(..3).unwrap_or_default()
    );
    Ok(())
}
