//! The client's side of one SMTP connection to one MX host.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::seams::NetFault;
use model::{Address, Demand, Outcome, TlsFacts, limits};

pub struct ClientSession {
    actions: VecDeque<ClientAction>,
    facts: Option<TlsFacts>,
}

/// What the owner of the socket does next.
pub enum ClientAction {
    Write(Vec<u8>),
    StartTls,
    /// `send` may be called now.
    Ready,
    /// One transaction (or, before the first `Ready`, the connection) has ended.
    Done(ClientDone),
    Close,
}

/// How a transaction ended.
#[derive(Clone)]
pub struct ClientDone {
    pub outcome: Outcome,
    pub code: Option<u16>,
    pub enhanced: Option<String>,
    /// Cleaned of control characters, at most 500 characters. It may quote an address.
    pub text: Option<String>,
    /// Whether a `Ready` will follow on this connection.
    pub reusable: bool,
}

/// One message for one recipient.
#[derive(Clone)]
pub struct Transaction {
    /// `None` is `<>`.
    pub from: Option<Address>,
    pub to: Address,
    pub head: Arc<[u8]>,
    /// `head ++ body` is the exact message.
    pub body: Arc<[u8]>,
    pub utf8: bool,
    pub eight_bit: bool,
    pub notify_never: bool,
}

impl ClientSession {
    pub fn new(_ehlo: String, _demand: Demand) -> Self {
        Self { actions: VecDeque::new(), facts: None }
    }
    /// As `new` with `Opportunistic`, and STARTTLS is not tried: after its handshake failed.
    pub fn new_plain(ehlo: String) -> Self {
        Self::new(ehlo, Demand::Opportunistic)
    }
    pub fn receive(&mut self, _bytes: &[u8]) {}
    #[expect(clippy::should_implement_trait, reason = "None means: needs bytes or an answer, not the end")]
    pub fn next(&mut self) -> Option<ClientAction> {
        self.actions.pop_front()
    }
    pub fn wait(&self) -> Duration {
        limits::SMTP_COMMAND_WAIT
    }
    pub fn tls_started(&mut self, facts: &TlsFacts) {
        self.facts = Some(facts.clone());
    }
    pub fn tls_failed(&mut self, _facts: Option<TlsFacts>) {}
    pub fn disconnected(&mut self, _fault: NetFault) {}
    pub fn send(&mut self, _t: Transaction) {}
    pub fn quit(&mut self) {}
    pub fn protection(&self) -> Option<&TlsFacts> {
        self.facts.as_ref()
    }
}
