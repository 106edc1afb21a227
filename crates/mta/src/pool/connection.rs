//! One wire and the session that speaks on it: carries out the session's actions, nothing more.

use std::time::Duration;

use mail::smtp::{ClientAction, ClientDone, ClientSession, Transaction};
use model::seams::{Clock, NetFault, Wire};
use model::{Floor, Timestamp, TlsFacts, limits};

use super::PoolKey;
use crate::telemetry::Open;

const READ_OCTETS: usize = 4 * 1024;
/// A QUIT that cannot be written at once is not worth waiting for.
const QUIT_WAIT: Duration = Duration::from_secs(1);
/// What a peer said before it hung up is here already or never.
const LAST_WORDS_WAIT: Duration = Duration::from_secs(1);

/// How long one attempt may wait: in all up to the final dot, and for each answer.
pub(crate) struct Bounds<'a> {
    pub clock: &'a dyn Clock,
    pub until: Timestamp,
    pub reply_wait_max: Duration,
    /// What of it nothing before the final dot may use up, so that its answer is waited for as long as
    /// RFC 5321 §4.5.3.2.6 asks however slow the rest was.
    pub kept_for_last: Duration,
}

impl Bounds<'_> {
    pub fn wait(&self, wanted: Duration) -> Duration {
        let left = if wanted == limits::SMTP_FINAL_REPLY_WAIT {
            self.until.since(self.clock.now())
        } else {
            self.left()
        };
        wanted.min(self.reply_wait_max).min(left)
    }
    /// For all that comes before the final dot.
    pub fn left(&self) -> Duration {
        let whole = self.until.since(self.clock.now());
        whole.saturating_sub(self.kept_for_last)
    }
}

/// Why the conversation came back to its owner.
pub(crate) enum Turn {
    /// A message can be sent.
    Ready,
    /// A transaction, or the opening of the connection, has ended.
    Done(ClientDone),
    /// STARTTLS was agreed and its handshake failed.
    TlsFailed,
    /// Nothing more will come.
    Over,
}

/// A connection to one address of one host.
pub(crate) struct Connection {
    key: PoolKey,
    session: ClientSession,
    wire: Option<Box<dyn Wire>>,
    offered: Option<TlsFacts>,
    began_tls: bool,
    carried: u32,
    /// When the final dot was given out whose answer is awaited.
    dot_at: Option<Timestamp>,
    _open: Open,
}

impl Connection {
    pub fn new(key: PoolKey, session: ClientSession, wire: Box<dyn Wire>) -> Self {
        Self {
            key,
            session,
            wire: Some(wire),
            offered: None,
            began_tls: false,
            carried: 0,
            dot_at: None,
            _open: Open::count(),
        }
    }

    pub fn key(&self) -> &PoolKey {
        &self.key
    }

    /// Messages this connection has been asked to carry.
    pub fn carried(&self) -> u32 {
        self.carried
    }

    /// Whether the peer says that it takes no more messages on this connection.
    pub fn is_full(&self) -> bool {
        self.session
            .mail_max()
            .is_some_and(|max| self.carried >= max)
    }

    /// What TLS achieved, or what was offered and not good enough.
    pub fn tls(&self) -> Option<&TlsFacts> {
        self.session.protection().or(self.offered.as_ref())
    }

    /// Whether the peer reports what it is asked to.
    pub fn reports(&self) -> bool {
        self.session.reports()
    }

    /// Whether the peer agreed to STARTTLS.
    pub fn began_tls(&self) -> bool {
        self.began_tls
    }

    /// Whether what was achieved is what the key asks for.
    pub fn meets_floor(&self) -> bool {
        match self.key.floor {
            Floor::Opportunistic => true,
            Floor::Encrypted => self.session.protection().is_some(),
            Floor::Verified => self.session.protection().is_some_and(|tls| tls.verified),
        }
    }

    pub fn send(&mut self, transaction: Transaction) {
        self.carried += 1;
        self.session.send(transaction);
    }

    /// Speaks until the session wants something from its owner.
    pub async fn advance(&mut self, bounds: &Bounds<'_>) -> Turn {
        loop {
            match self.session.next() {
                Some(ClientAction::Ready) => return Turn::Ready,
                Some(ClientAction::Done(done)) => return Turn::Done(done),
                Some(ClientAction::Close) => self.wire = None,
                Some(ClientAction::Write(bytes)) => self.write(&bytes, bounds).await,
                Some(ClientAction::StartTls) => {
                    if let Err(turn) = self.start_tls(bounds).await {
                        return turn;
                    }
                }
                None if self.wire.is_none() => return Turn::Over,
                None => self.read(bounds).await,
            }
        }
    }

    /// Leaves politely; whether the peer hears it does not matter.
    pub async fn quit(mut self) {
        self.session.quit();
        while let Some(action) = self.session.next() {
            if let (ClientAction::Write(bytes), Some(wire)) = (action, &mut self.wire)
                && wire.write(&bytes, QUIT_WAIT).await.is_err()
            {
                return;
            }
        }
    }

    async fn write(&mut self, bytes: &[u8], bounds: &Bounds<'_>) {
        let wait = bounds.wait(self.session.wait());
        let Some(wire) = &mut self.wire else { return };
        let Err(fault) = wire.write(bytes, wait).await else {
            return;
        };
        // A peer that hangs up in the middle of a message may have said why.
        let mut buf = [0; READ_OCTETS];
        if let Ok(count) = wire.read(&mut buf, LAST_WORDS_WAIT.min(wait)).await {
            self.session.receive(&buf[..count]);
        }
        self.lost(fault);
    }

    async fn read(&mut self, bounds: &Bounds<'_>) {
        let wait = self.patience(bounds);
        let Some(wire) = &mut self.wire else { return };
        let mut buf = [0; READ_OCTETS];
        match wire.read(&mut buf, wait).await {
            Ok(0) => self.lost(NetFault::Closed),
            Ok(count) => self.session.receive(&buf[..count]),
            Err(fault) => self.lost(fault),
        }
    }

    /// RFC 5321 §4.5.3.2.6: whoever gives up early on the answer to the final dot sends twice. So that
    /// wait is whole, however late in the attempt the dot was given; and it is one wait, however
    /// slowly the answer drips.
    fn patience(&mut self, bounds: &Bounds<'_>) -> Duration {
        let wanted = self.session.wait();
        if !self.session.awaits_final() {
            self.dot_at = None;
            return bounds.wait(wanted);
        }
        let now = bounds.clock.now();
        let waited = now.since(*self.dot_at.get_or_insert(now));
        wanted.min(bounds.reply_wait_max).saturating_sub(waited)
    }

    async fn start_tls(&mut self, bounds: &Bounds<'_>) -> Result<(), Turn> {
        let Some(wire) = self.wire.take() else {
            return Ok(());
        };
        self.began_tls = true;
        let wait = bounds.wait(self.session.wait());
        match wire.start_tls(&self.key.goal(), wait).await {
            Ok((wire, facts)) => {
                self.wire = Some(wire);
                self.session.tls_started(&facts);
                Ok(())
            }
            Err((_, facts)) if self.key.floor == Floor::Opportunistic => {
                self.offered = facts;
                Err(Turn::TlsFailed)
            }
            // Silence is no verdict on what the host can do: it is tried again later.
            Err((NetFault::TimedOut, _)) => {
                self.session.disconnected(NetFault::TimedOut);
                Ok(())
            }
            Err((_, facts)) => {
                self.offered.clone_from(&facts);
                self.session.tls_failed(facts);
                Ok(())
            }
        }
    }

    fn lost(&mut self, fault: NetFault) {
        self.wire = None;
        self.session.disconnected(fault);
    }
}

#[cfg(test)]
mod tests;
