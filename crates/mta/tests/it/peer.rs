//! A mail server on loopback that speaks with our own server session and can misbehave.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mail::smtp::{
    AuthOffer, Profile, Received, Security, ServerAction, ServerConfig, ServerSession,
};
use model::Code;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How a server answers.
#[derive(Clone)]
pub enum Act {
    /// Takes everything.
    Serve,
    /// Takes everything, and promises REQUIRETLS.
    ServeRequireTls,
    /// Takes everything, and offers neither 8BITMIME nor SMTPUTF8.
    ServeOld,
    /// Takes everything, and says that one message is enough for a connection (RFC 9422).
    ServeOne,
    /// Says this instead of 220 and hangs up.
    Greet(&'static str),
    /// Accepts the connection and says nothing.
    Mute,
    /// Agrees to STARTTLS and then sends what is no TLS.
    GarbleTls,
    /// Agrees to STARTTLS and then says nothing.
    MuteTls,
    /// Puts a reply in the clear behind the 220 of STARTTLS (CVE-2021-38371).
    InjectReply,
    /// Refuses every recipient.
    RefuseRecipient(Code),
    /// Refuses every message after its final dot.
    RefuseMessage(Code),
    /// Reads the final dot and never answers, from the nth message of a connection on.
    MuteAfterDot(usize),
    /// Reads the final dot and hangs up, from the nth message of a connection on.
    CloseAfterDot(usize),
    /// Hangs up without a word when a connection has carried this many messages.
    CloseAfter(usize),
}

pub struct Peer {
    pub socket: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    resumed: AtomicUsize,
    messages: Mutex<Vec<Received>>,
    arrival: tokio::sync::Notify,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    pub async fn start(
        host: &'static str,
        act: Act,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let socket = listener.local_addr().expect("bound");
        let seen = Arc::new(Seen::default());
        let inside = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                inside.connections.fetch_add(1, Ordering::SeqCst);
                let host = Host {
                    name: host,
                    act: act.clone(),
                    tls: tls.clone(),
                    seen: Arc::clone(&inside),
                };
                tokio::spawn(host.greet(stream));
            }
        });
        Self { socket, seen, task }
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
    pub fn resumed(&self) -> usize {
        self.seen.resumed.load(Ordering::SeqCst)
    }
    /// Waits until so many messages were taken.
    pub async fn arrived(&self, count: usize) {
        while self.messages().len() < count {
            self.seen.arrival.notified().await;
        }
    }
    /// Bytes of each message, and whether it came over TLS.
    pub fn messages(&self) -> Vec<(Vec<u8>, bool)> {
        let messages = self.seen.messages.lock().expect("no panic inside");
        messages
            .iter()
            .map(|m| (m.bytes.clone(), m.encrypted))
            .collect()
    }
}

struct Host {
    name: &'static str,
    act: Act,
    tls: Option<Arc<rustls::ServerConfig>>,
    seen: Arc<Seen>,
}

/// Why a stretch of dialogue ended.
enum End {
    Tls,
    Closed,
}

impl Host {
    async fn greet(self, mut stream: TcpStream) {
        match self.act {
            Act::Greet(line) => {
                let _ = stream.write_all(line.as_bytes()).await;
                return;
            }
            Act::Mute => return silence(&mut stream).await,
            _ => {}
        }
        let mut session = ServerSession::new(ServerConfig {
            hostname: self.name.to_owned(),
            security: if self.tls.is_some() {
                Security::StartTlsOffered
            } else {
                Security::Plain
            },
            auth: AuthOffer::None,
            size_max: 1_000_000,
            recipients_max: 10,
            profile: if matches!(self.act, Act::ServeRequireTls) {
                Profile::Submission
            } else {
                Profile::Mx
            },
        });
        let mut carried = 0;
        if let End::Closed = self.speak(&mut session, &mut stream, &mut carried).await {
            return;
        }
        match self.act {
            Act::GarbleTls => {
                let _ = stream
                    .write_all(b"this is no handshake, whatever you think")
                    .await;
                return;
            }
            Act::MuteTls => return silence(&mut stream).await,
            _ => {}
        }
        let acceptor = TlsAcceptor::from(self.tls.clone().expect("STARTTLS was offered"));
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return;
        };
        if stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed) {
            self.seen.resumed.fetch_add(1, Ordering::SeqCst);
        }
        session.tls_started();
        self.speak(&mut session, &mut stream, &mut carried).await;
    }

    /// Other words in the answer to EHLO.
    fn amend_offers(&self, bytes: &mut Vec<u8>) {
        let said = String::from_utf8_lossy(bytes).into_owned();
        let other = match self.act {
            Act::ServeOld => said
                .replace("250-8BITMIME\r\n", "")
                .replace("250-SMTPUTF8\r\n", ""),
            Act::ServeOne => said.replace("LIMITS RCPTMAX", "LIMITS MAILMAX=1 RCPTMAX"),
            _ => return,
        };
        *bytes = other.into_bytes();
    }

    async fn speak<S>(
        &self,
        session: &mut ServerSession,
        stream: &mut S,
        carried: &mut usize,
    ) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut buf = [0; 4096];
        loop {
            match session.next() {
                Some(ServerAction::Write(mut bytes)) => {
                    self.amend_offers(&mut bytes);
                    if matches!(self.act, Act::InjectReply) && bytes.starts_with(b"220 2.0.0") {
                        bytes.extend(b"250 2.0.0 injected\r\n");
                    }
                    if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
                        return End::Closed;
                    }
                    if matches!(self.act, Act::CloseAfter(max) if *carried >= max) {
                        return End::Closed;
                    }
                }
                Some(ServerAction::StartTls) => return End::Tls,
                Some(ServerAction::Close) => return End::Closed,
                Some(ServerAction::Authenticate { .. }) => {
                    session.authenticated(Err(Code::CredentialsInvalid))
                }
                Some(ServerAction::Sender(..)) => session.sender(Ok(())),
                Some(ServerAction::Recipient(..)) => match self.act {
                    Act::RefuseRecipient(code) => session.recipient(Err(code)),
                    _ => session.recipient(Ok(())),
                },
                Some(ServerAction::Message(received)) => {
                    *carried += 1;
                    self.seen
                        .messages
                        .lock()
                        .expect("no panic inside")
                        .push(received);
                    self.seen.arrival.notify_one();
                    match self.act {
                        Act::MuteAfterDot(from) if *carried >= from => silence(stream).await,
                        Act::CloseAfterDot(from) if *carried >= from => return End::Closed,
                        Act::RefuseMessage(code) => session.message(Err(code)),
                        _ => session.message(Ok("test".to_owned())),
                    }
                }
                None => match stream.read(&mut buf).await {
                    Ok(0) | Err(_) => return End::Closed,
                    Ok(count) => session.receive(&buf[..count]),
                },
            }
        }
    }
}

/// Says nothing until the other side goes.
async fn silence(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buf = [0; 256];
    while matches!(stream.read(&mut buf).await, Ok(count) if count > 0) {}
}
