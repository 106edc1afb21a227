//! Submission (RFC 6409, RFC 8314): mail from the organisation's own software, on 465 with TLS from
//! the first byte and on 587 with STARTTLS.
//!
//! The dialogue is `mail`'s, the decisions are `people`'s and `flow`'s; this is the door between
//! them and the sockets. Invariants: credentials are read on encrypted connections only, 250 follows
//! the durable commit, and what goes wrong on our side is never a 5xx.

pub(crate) mod budget;
mod certificate;
pub(crate) mod client;
pub(crate) mod conversation;
pub(crate) mod slots;
pub(crate) mod socket;

use std::net::IpAddr;
use std::sync::Arc;

use flow::Flow;
use mail::smtp::{AuthOffer, Profile, Security, ServerConfig, ServerSession};
use model::limits;
use people::People;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

pub use certificate::server_tls;

use crate::listening::listen;
use budget::Budget;
use client::Client;
use conversation::Conversation;
use slots::{Slot, Slots};
use socket::Socket;

/// Bound sockets; either may be absent.
#[derive(Default)]
pub struct Listeners {
    /// TLS from the first byte (port 465).
    pub implicit_tls: Option<TcpListener>,
    /// STARTTLS before anything else (port 587).
    pub starttls: Option<TcpListener>,
}

/// Which protection a listener's connections begin with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    Tls,
    Clear,
}

#[derive(Clone)]
struct Service {
    flow: Flow,
    people: People,
    acceptor: TlsAcceptor,
    slots: Slots,
    budget: Budget,
    stop: watch::Receiver<bool>,
}

/// Serves until `stop` is true or its sender is gone; then every session gets 421 at its next pause.
pub async fn submission(
    flow: Flow,
    people: People,
    listeners: Listeners,
    tls: Arc<rustls::ServerConfig>,
    stop: watch::Receiver<bool>,
) {
    let octets_max = limits::SMTP_OCTETS_IN_MEMORY_MAX;
    submission_within(flow, people, listeners, tls, stop, octets_max).await;
}

/// The same with room for so many octets of messages on their way in, of all sessions together.
pub async fn submission_within(
    flow: Flow,
    people: People,
    listeners: Listeners,
    tls: Arc<rustls::ServerConfig>,
    stop: watch::Receiver<bool>,
    octets_max: usize,
) {
    let service = Service {
        flow,
        people,
        acceptor: TlsAcceptor::from(tls),
        slots: Slots::new(
            "smtp_submission",
            limits::SMTP_SESSIONS_MAX,
            limits::SMTP_SESSIONS_PER_IP_MAX,
        ),
        budget: Budget::new(octets_max),
        stop,
    };
    tokio::join!(
        service.listen(listeners.implicit_tls, Opening::Tls),
        service.listen(listeners.starttls, Opening::Clear),
    );
}

impl Service {
    async fn listen(&self, listener: Option<TcpListener>, opening: Opening) {
        let Some(listener) = listener else { return };
        let serve = |stream| self.clone().welcome(stream, opening);
        listen(listener, self.stop.clone(), serve).await;
    }

    async fn welcome(self, stream: TcpStream, opening: Opening) {
        let Ok(peer) = stream.peer_addr() else { return };
        let Some(slot) = self.slots.take(peer.ip()) else {
            metrics::counter!("total_connections_denied", "service" => "smtp_submission")
                .increment(1);
            return turn_away(stream, opening).await;
        };
        // Replies are small and awaited: waiting to fill a packet only adds delay.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let socket = match opening {
            Opening::Clear => Ok(Socket::Plain(stream)),
            Opening::Tls => Socket::Plain(stream).start_tls(&self.acceptor).await,
        };
        if let Ok(socket) = socket {
            self.serve(socket, opening, slot, peer.ip()).await;
        }
    }

    async fn serve(self, socket: Socket, opening: Opening, _slot: Slot, from: IpAddr) {
        let session = ServerSession::new(ServerConfig {
            hostname: self.flow.settings().hostname.clone(),
            security: match opening {
                Opening::Tls => Security::Encrypted,
                Opening::Clear => Security::StartTlsOffered,
            },
            auth: AuthOffer::Required,
            size_max: limits::MESSAGE_OCTETS_MAX,
            recipients_max: limits::RECIPIENTS_MAX,
            profile: Profile::Submission,
        });
        let share = self.budget.share();
        let mut conversation = Conversation::new(session, socket, self.acceptor, self.stop, share);
        let mut client = Client::new(self.flow, self.people, from);
        while let Some(question) = conversation.next().await {
            client.answer(question, &mut conversation.session).await;
        }
    }
}

/// Says why, where that can be said without a handshake.
async fn turn_away(stream: TcpStream, opening: Opening) {
    let mut socket = Socket::Plain(stream);
    if opening == Opening::Clear {
        // Whether the client hears it does not matter: it is closed in any case.
        let _ = socket
            .write(b"421 4.7.0 Too many connections; try again later\r\n")
            .await;
    }
    socket.close().await;
}
