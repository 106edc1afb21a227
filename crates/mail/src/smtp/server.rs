//! The server's side of one SMTP connection.

use std::time::Duration;

use model::{Address, Code, Secret, limits};

use super::{MailParams, Mailbox, RcptParams};

/// What protects the connection now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    Plain,
    StartTlsOffered,
    Encrypted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthOffer {
    None,
    Required,
}

/// Which door this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Submission,
    Mx,
}

#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub hostname: String,
    pub security: Security,
    pub auth: AuthOffer,
    pub size_max: usize,
    pub recipients_max: usize,
    pub profile: Profile,
}

pub struct ServerSession {
    actions: std::collections::VecDeque<ServerAction>,
}

/// What the owner of the socket does next.
pub enum ServerAction {
    Write(Vec<u8>),
    StartTls,
    Authenticate { user: String, password: Secret<String> },
    Sender(Mailbox, MailParams),
    Recipient(Address, RcptParams),
    Message(Received),
    Close,
}

/// A message as it came in.
pub struct Received {
    pub helo: String,
    pub from: Mailbox,
    pub from_params: MailParams,
    pub recipients: Vec<(Address, RcptParams)>,
    pub bytes: Vec<u8>,
    pub encrypted: bool,
}

impl ServerSession {
    pub fn new(config: ServerConfig) -> Self {
        let greeting = format!("220 {} ESMTP\r\n", config.hostname).into_bytes();
        Self { actions: [ServerAction::Write(greeting)].into() }
    }
    pub fn receive(&mut self, _bytes: &[u8]) {}
    #[expect(clippy::should_implement_trait, reason = "None means: needs bytes or an answer, not the end")]
    pub fn next(&mut self) -> Option<ServerAction> {
        self.actions.pop_front()
    }
    pub fn wait(&self) -> Duration {
        limits::SMTP_COMMAND_WAIT
    }
    pub fn authenticated(&mut self, _verdict: Result<(), Code>) {}
    pub fn sender(&mut self, _verdict: Result<(), Code>) {}
    pub fn recipient(&mut self, _verdict: Result<(), Code>) {}
    pub fn message(&mut self, _verdict: Result<String, Code>) {}
    pub fn tls_started(&mut self) {}
    pub fn timed_out(&mut self) {}
    pub fn shutting_down(&mut self) {}
}
