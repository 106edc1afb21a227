//! Simulated mail servers of the recipients, on loopback: each acts out one kind of world.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use mail::smtp::{AuthOffer, Profile, Security, ServerAction, ServerConfig, ServerSession};
use model::seams::Clock;
use model::{Code, Domain, limits};
use mta::net::{ClientTls, Dialer, PrivateDestinations, TableNet};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, Issued};
use super::mailboxes::{Delivered, Mailboxes};

/// How a server behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    VerifiedTls,
    NoTls,
    SelfSigned,
    Greylisting,
    Bouncing,
}

const SERVERS: &[(&str, Kind)] = &[
    ("verified.example", Kind::VerifiedTls),
    ("notls.example", Kind::NoTls),
    ("selfsigned.example", Kind::SelfSigned),
    ("greylist.example", Kind::Greylisting),
    ("bounce.example", Kind::Bouncing),
];

#[derive(Clone)]
struct Server {
    host: String,
    kind: Kind,
    tls: Option<TlsAcceptor>,
    mailboxes: Arc<Mailboxes>,
    clock: Arc<dyn Clock>,
    greylisted: Arc<Mutex<HashSet<String>>>,
}

/// Starts all of them; gives the network in which their domains exist.
pub async fn start(
    authority: &Authority,
    mailboxes: &Arc<Mailboxes>,
    clock: Arc<dyn Clock>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<TableNet> {
    let tls = ClientTls::trusting(&[authority.root()], clock.clone())?;
    let mut net = TableNet::new(Dialer::new(tls, PrivateDestinations::Allowed));
    for (n, (domain, kind)) in (1u8..).zip(SERVERS) {
        let host = format!("mx.{domain}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (domain, name) = (Domain::parse(domain)?, Domain::parse(&host)?);
        // Evidence shows an address of TEST-NET-1 (RFC 5737).
        net = net.domain(&domain, Ok(vec![(10, name.clone())])).host(
            &name,
            IpAddr::from([192, 0, 2, n]),
            listener.local_addr()?,
        );
        let tls = match kind {
            Kind::NoTls => None,
            Kind::SelfSigned => Some(acceptor(Authority::self_signed(&host)?)?),
            _ => Some(acceptor(authority.issue(&host)?)?),
        };
        let server = Server {
            host,
            kind: *kind,
            tls,
            mailboxes: mailboxes.clone(),
            clock: clock.clone(),
            greylisted: Arc::default(),
        };
        tokio::spawn(server.listen(listener, stop.clone()));
    }
    Ok(net)
}

fn acceptor(issued: Issued) -> anyhow::Result<TlsAcceptor> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(issued.chain, issued.key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl Server {
    async fn listen(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        tokio::spawn(self.clone().serve(stream));
                    }
                }
            }
        }
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut session = ServerSession::new(ServerConfig {
            hostname: self.host.clone(),
            security: if self.tls.is_some() {
                Security::StartTlsOffered
            } else {
                Security::Plain
            },
            auth: AuthOffer::None,
            size_max: limits::MESSAGE_OCTETS_MAX,
            recipients_max: limits::RECIPIENTS_MAX,
            profile: Profile::Mx,
        });
        if let Some(End::StartTls) = self.talk(&mut session, &mut stream, false).await
            && let Some(acceptor) = &self.tls
            && let Ok(mut encrypted) = acceptor.accept(stream).await
        {
            session.tls_started();
            self.talk(&mut session, &mut encrypted, true).await;
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        session: &mut ServerSession,
        stream: &mut S,
        tls: bool,
    ) -> Option<End> {
        let mut buf = vec![0; 16 * 1024];
        loop {
            while let Some(action) = session.next() {
                match action {
                    ServerAction::Write(bytes) => stream.write_all(&bytes).await.ok()?,
                    ServerAction::StartTls => return Some(End::StartTls),
                    ServerAction::Authenticate { .. } => {
                        session.authenticated(Err(Code::CredentialsInvalid))
                    }
                    ServerAction::Sender(..) => session.sender(Ok(())),
                    ServerAction::Recipient(address, _) => {
                        session.recipient(self.judge(address.as_str()))
                    }
                    ServerAction::Message(received) => {
                        for (to, _) in &received.recipients {
                            let (to, bytes) = (to.as_str().to_owned(), received.bytes.clone());
                            self.mailboxes.put(Delivered {
                                to,
                                at: self.clock.now(),
                                tls,
                                bytes,
                            });
                        }
                        session.message(Ok("taken".to_owned()));
                    }
                    ServerAction::Close => return None,
                }
            }
            let count = stream.read(&mut buf).await.ok().filter(|n| *n > 0)?;
            session.receive(&buf[..count]);
        }
    }

    /// Greylisting refuses the first try of each recipient, bouncing every one.
    fn judge(&self, to: &str) -> Result<(), Code> {
        match self.kind {
            Kind::Bouncing => Err(Code::NotFound),
            Kind::Greylisting => {
                let first = self
                    .greylisted
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(to.to_owned());
                if first {
                    Err(Code::RateLimited)
                } else {
                    Ok(())
                }
            }
            _ => Ok(()),
        }
    }
}

enum End {
    StartTls,
}
