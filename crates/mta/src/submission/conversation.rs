//! One client's dialogue: carries out what the session says, and stops at each question that
//! somebody else must answer.

use mail::smtp::{Mailbox, Received, ServerAction, ServerSession};
use model::{Address, Code, Secret};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::budget::Share;
use super::socket::Socket;
use crate::stopped;

const READ_OCTETS: usize = 16 * 1024;

/// What the session asks of the world.
pub(crate) enum Question {
    Authenticate {
        user: String,
        password: Secret<String>,
    },
    Sender(Mailbox),
    Recipient(Address),
    Message(Received),
}

pub(crate) struct Conversation {
    pub session: ServerSession,
    socket: Option<Socket>,
    acceptor: TlsAcceptor,
    stop: watch::Receiver<bool>,
    buf: Box<[u8]>,
    /// For the message on its way in; kept until its answer is given.
    share: Share,
}

impl Conversation {
    pub fn new(
        session: ServerSession,
        socket: Socket,
        acceptor: TlsAcceptor,
        stop: watch::Receiver<bool>,
        share: Share,
    ) -> Self {
        Self {
            session,
            socket: Some(socket),
            acceptor,
            stop,
            buf: vec![0; READ_OCTETS].into(),
            share,
        }
    }

    /// Speaks until there is a question; `None` when the connection has ended.
    pub async fn next(&mut self) -> Option<Question> {
        loop {
            match self.session.next() {
                Some(ServerAction::Authenticate { user, password }) => {
                    return Some(Question::Authenticate { user, password });
                }
                Some(ServerAction::Sender(from, _)) => return Some(Question::Sender(from)),
                Some(ServerAction::Recipient(to, _)) => return Some(Question::Recipient(to)),
                Some(ServerAction::Message(received)) => return Some(Question::Message(received)),
                Some(ServerAction::Write(bytes)) => {
                    self.socket.as_mut()?.write(&bytes).await.ok()?
                }
                Some(ServerAction::StartTls) => {
                    self.socket = Some(self.socket.take()?.start_tls(&self.acceptor).await.ok()?);
                    self.session.tls_started();
                }
                Some(ServerAction::Close) => {
                    self.socket.take()?.close().await;
                    return None;
                }
                None => self.read().await?,
            }
        }
    }

    /// Waits for bytes, for the client's time to run out, or for our own end.
    async fn read(&mut self) -> Option<()> {
        // A message that was given away is counted until its answer has been given.
        self.share.resize(self.session.held());
        let socket = self.socket.as_mut()?;
        let wait = self.session.wait();
        tokio::select! {
            read = timeout(wait, socket.read(&mut self.buf)) => match read {
                Ok(Ok(0) | Err(_)) => return None,
                Ok(Ok(count)) => self.session.receive(&self.buf[..count]),
                Err(_) => self.session.timed_out(),
            },
            () = stopped(&mut self.stop) => self.session.shutting_down(),
        }
        if !self.share.grow_to(self.session.held()) {
            metrics::counter!("smtp_messages_without_room_total").increment(1);
            self.session.give_up_message(Code::MemoryFull);
        }
        Some(())
    }
}
