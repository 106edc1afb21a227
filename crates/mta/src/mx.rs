//! The MX (RFC 5321 §2.3.7): mail from anyone, for addresses that lead somewhere here.
//!
//! The dialogue is `mail`'s, the decisions are `flow::inbound`'s. Invariants: nobody signs in and
//! nothing is relayed; a recipient is known before its message is read, so nothing accepted has to be
//! returned; a message is durable before 250; what goes wrong on our side is never a 5xx.

mod client;
mod dns;
mod pace;

use std::sync::Arc;

use flow::Flow;
use mail::smtp::{AuthOffer, Profile, Security, ServerConfig, ServerSession};
use model::limits;
use model::seams::Net;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::engines::Engines;
use crate::listening::listen;
use crate::submission::budget::Budget;
use crate::submission::conversation::Conversation;
use crate::submission::slots::{Slot, Slots};
use crate::submission::socket::Socket;
use client::Client;
use pace::Pace;

/// What takes mail in: the flow, DNS, and engines that look at it.
#[derive(Clone)]
pub struct Intake {
    pub flow: Flow,
    pub net: Arc<dyn Net>,
    pub engines: Engines,
}

#[derive(Clone)]
struct Service {
    intake: Intake,
    acceptor: TlsAcceptor,
    slots: Slots,
    pace: Pace,
    /// The MX has one of its own, so that what comes in leaves room for what is sent.
    budget: Budget,
    stop: watch::Receiver<bool>,
}

/// Serves until `stop` is true or its sender is gone; then every session gets 421 at its next pause.
pub async fn mx(
    intake: Intake,
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    stop: watch::Receiver<bool>,
) {
    let service = Service {
        intake,
        acceptor: TlsAcceptor::from(tls),
        slots: Slots::new(
            "smtp_mx",
            limits::SMTP_SESSIONS_MAX,
            limits::SMTP_SESSIONS_PER_IP_MAX,
        ),
        pace: Pace::default(),
        budget: Budget::new(limits::SMTP_OCTETS_IN_MEMORY_MAX),
        stop: stop.clone(),
    };
    listen(listener, stop, |stream| service.clone().welcome(stream)).await;
}

impl Service {
    async fn welcome(self, stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        let Some(slot) = self.slots.take(peer.ip()) else {
            metrics::counter!("total_connections_denied", "service" => "smtp_mx").increment(1);
            return turn_away(stream).await;
        };
        // Replies are small and awaited: waiting to fill a packet only adds delay.
        if stream.set_nodelay(true).is_ok() {
            self.serve(stream, peer.ip(), slot).await;
        }
    }

    async fn serve(self, stream: TcpStream, ip: std::net::IpAddr, _slot: Slot) {
        let session = ServerSession::new(ServerConfig {
            hostname: self.intake.flow.settings().hostname.clone(),
            security: Security::StartTlsOffered,
            auth: AuthOffer::None,
            size_max: limits::MESSAGE_OCTETS_MAX,
            recipients_max: limits::RECIPIENTS_MAX,
            profile: Profile::Mx,
        });
        let socket = Socket::Plain(stream);
        let share = self.budget.share();
        let mut conversation = Conversation::new(session, socket, self.acceptor, self.stop, share);
        let mut client = Client::new(self.intake, self.pace, ip);
        while let Some(question) = conversation.next().await {
            client.answer(question, &mut conversation.session).await;
        }
    }
}

async fn turn_away(stream: TcpStream) {
    let mut socket = Socket::Plain(stream);
    // Whether the client hears it does not matter: it is closed in any case.
    let _ = socket
        .write(b"421 4.7.0 Too many connections; try again later\r\n")
        .await;
    socket.close().await;
}
