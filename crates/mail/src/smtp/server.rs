//! The server's side of one SMTP connection: submission or MX.
//!
//! The owner of the socket gives it the bytes that arrive and carries out its actions; decisions
//! (who may sign in, which sender and recipient are wanted, whether the message is durable) come
//! back as verdicts. Invariants: no verdict is assumed, a message is given out once and whole, and
//! after `Close` nothing is read or said.

use std::time::Duration;

use model::{Address, Code, Secret, limits};

use super::data::DataReader;
use super::input::Input;
use super::reply::Reply;
use super::{MailParams, Mailbox, RcptParams, sasl};

mod commands;
mod content;

/// What protects the connection now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// None, and none to be had.
    Plain,
    StartTlsOffered,
    Encrypted,
}

/// Whether, and when, somebody must sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthOffer {
    None,
    /// Before MAIL. Offered only on an encrypted connection.
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
    /// Our name in greetings; also the domain of a bare `<postmaster>`.
    pub hostname: String,
    pub security: Security,
    pub auth: AuthOffer,
    /// Octets of a message, as offered by SIZE.
    pub size_max: usize,
    pub recipients_max: usize,
    pub profile: Profile,
}

/// One connection. Give it bytes, drain [`ServerSession::next`], answer what it asks.
pub struct ServerSession {
    config: ServerConfig,
    phase: Phase,
    input: Input,
    /// Replies not yet given out; pipelined commands share one write (RFC 2920).
    out: Vec<u8>,
    pending: Option<ServerAction>,
    client: Option<Client>,
    signed_in: bool,
    envelope: Option<Envelope>,
    errors: u32,
    wrong_credentials: u32,
}

/// What the owner of the socket does next.
pub enum ServerAction {
    Write(Vec<u8>),
    /// Do the handshake, then call [`ServerSession::tls_started`]. The 220 has been written.
    StartTls,
    /// Answer by [`ServerSession::authenticated`].
    Authenticate {
        user: String,
        password: Secret<String>,
    },
    /// Answer by [`ServerSession::sender`].
    Sender(Mailbox, MailParams),
    /// Answer by [`ServerSession::recipient`].
    Recipient(Address, RcptParams),
    /// Answer by [`ServerSession::message`], after a durable commit.
    Message(Received),
    Close,
}

/// A message as it came in.
pub struct Received {
    /// What the client called itself; for `Received` only.
    pub helo: String,
    pub from: Mailbox,
    pub from_params: MailParams,
    pub recipients: Vec<(Address, RcptParams)>,
    /// Exactly what was sent, dot-unstuffed; every line ends in CRLF (after BDAT the last may not).
    pub bytes: Vec<u8>,
    pub encrypted: bool,
}

struct Client {
    name: String,
    extended: bool,
}

struct Envelope {
    from: Mailbox,
    params: MailParams,
    recipients: Vec<(Address, RcptParams)>,
    /// The message so far, once BDAT began it.
    chunks: Option<DataReader>,
}

enum Phase {
    /// A command line comes next.
    Command,
    /// The rest of a line that is too long comes next.
    SkippingLine,
    /// A line of the AUTH exchange comes next.
    Auth(sasl::Step),
    AwaitingAuthentication,
    AwaitingSender(Mailbox, MailParams),
    AwaitingRecipient(Address, RcptParams),
    AwaitingMessage,
    Data(DataReader),
    /// Octets of a BDAT chunk come next. `refusal` says how to answer when they were not wanted.
    Chunk {
        octets: u64,
        left: u64,
        last: bool,
        refusal: Option<Reply>,
    },
    /// 220 was said; only the handshake may follow.
    Handshake,
    Closed,
}

impl ServerSession {
    pub fn new(config: ServerConfig) -> Self {
        let mut session = Self {
            config,
            phase: Phase::Command,
            input: Input::default(),
            out: Vec::new(),
            pending: None,
            client: None,
            signed_in: false,
            envelope: None,
            errors: 0,
            wrong_credentials: 0,
        };
        session.reply(Reply::plain(
            220,
            format!("{} ESMTP", session.config.hostname),
        ));
        session
    }

    /// Bytes off the wire, split anyhow. While a verdict is awaited the owner should not read on:
    /// what it gives is kept without limit.
    pub fn receive(&mut self, bytes: &[u8]) {
        match self.phase {
            Phase::Closed => {}
            // Bytes in the clear between 220 and the handshake were put there by somebody else.
            Phase::Handshake => self.close(),
            // A large message goes straight to its reader, without a copy in between.
            Phase::Data(_) | Phase::Chunk { .. } if self.input.is_empty() => {
                let used = self.take_content(bytes);
                self.input.push(&bytes[used..]);
            }
            _ => self.input.push(bytes),
        }
    }

    /// The next action; `None` means that bytes or a verdict are needed.
    #[expect(clippy::should_implement_trait, reason = "None is a pause, not an end")]
    pub fn next(&mut self) -> Option<ServerAction> {
        loop {
            match &self.pending {
                Some(ServerAction::Sender(..) | ServerAction::Recipient(..)) => {
                    return self.pending.take();
                }
                Some(_) if self.out.is_empty() => return self.pending.take(),
                Some(_) => return self.take_replies(),
                None => {}
            }
            if !self.advance() && self.pending.is_none() {
                return self.take_replies();
            }
        }
    }

    /// How long to wait for the client (RFC 5321 §4.5.3.2.7: at least five minutes, in every state).
    pub fn wait(&self) -> Duration {
        limits::SMTP_COMMAND_WAIT
    }

    /// Octets of memory that the message on its way in takes now.
    pub fn held(&self) -> usize {
        let chunks = self.envelope.as_ref().and_then(|e| e.chunks.as_ref());
        match (&self.phase, chunks) {
            (Phase::Data(reader), _) | (_, Some(reader)) => reader.octets(),
            _ => 0,
        }
    }

    /// There is no room for the message on its way in: what is left of it is read and dropped, and
    /// it is answered with `code`.
    pub fn give_up_message(&mut self, code: Code) {
        let chunks = self.envelope.as_mut().and_then(|e| e.chunks.as_mut());
        match (&mut self.phase, chunks) {
            (Phase::Data(reader), _) | (_, Some(reader)) => reader.give_up(code),
            _ => {}
        }
    }

    pub fn authenticated(&mut self, verdict: Result<(), Code>) {
        if !matches!(self.phase, Phase::AwaitingAuthentication) {
            return;
        }
        self.phase = Phase::Command;
        match verdict {
            Ok(()) => {
                self.signed_in = true;
                self.reply(Reply::new(235, "2.7.0", "Signed in"));
            }
            Err(code) => {
                self.wrong_credentials += 1;
                self.refuse(code.into());
                if self.wrong_credentials >= limits::SIGN_IN_TRIES_MAX {
                    self.close_saying(Reply::new(421, "4.7.0", "Too many wrong credentials"));
                }
            }
        }
    }

    pub fn sender(&mut self, verdict: Result<(), Code>) {
        match std::mem::replace(&mut self.phase, Phase::Command) {
            Phase::AwaitingSender(from, params) => match verdict {
                Ok(()) => {
                    self.envelope = Some(Envelope {
                        from,
                        params,
                        recipients: Vec::new(),
                        chunks: None,
                    });
                    self.reply(Reply::new(250, "2.1.0", "Sender accepted"));
                }
                Err(code) => self.refuse(code.into()),
            },
            other => self.phase = other,
        }
    }

    pub fn recipient(&mut self, verdict: Result<(), Code>) {
        match std::mem::replace(&mut self.phase, Phase::Command) {
            Phase::AwaitingRecipient(to, params) => match (verdict, &mut self.envelope) {
                (Ok(()), Some(envelope)) => {
                    envelope.recipients.push((to, params));
                    self.reply(Reply::new(250, "2.1.5", "Recipient accepted"));
                }
                (Ok(()), None) => {}
                (Err(code), _) => self.refuse(code.into()),
            },
            other => self.phase = other,
        }
    }

    /// `Ok` is an id that the client is shown; it may be said only after a durable commit.
    pub fn message(&mut self, verdict: Result<String, Code>) {
        if !matches!(self.phase, Phase::AwaitingMessage) {
            return;
        }
        self.phase = Phase::Command;
        match verdict {
            Ok(id) => self.reply(Reply::new(250, "2.0.0", format!("Accepted as {id}"))),
            Err(code) => self.refuse(code.into()),
        }
    }

    /// The handshake succeeded: everything said before it is forgotten (RFC 3207 §4.2).
    pub fn tls_started(&mut self) {
        if !matches!(self.phase, Phase::Handshake) {
            return;
        }
        self.phase = Phase::Command;
        self.config.security = Security::Encrypted;
        self.client = None;
        self.signed_in = false;
        self.envelope = None;
        self.input.clear();
    }

    /// Nothing came for [`ServerSession::wait`].
    pub fn timed_out(&mut self) {
        self.close_saying(Reply::new(421, "4.4.2", "Nothing was heard for too long"));
    }

    pub fn shutting_down(&mut self) {
        self.close_saying(Reply::new(
            421,
            "4.3.2",
            "The service is closing; try again later",
        ));
    }

    /// Takes one step with what is there; false when nothing can be done.
    fn advance(&mut self) -> bool {
        match self.phase {
            Phase::Command | Phase::Auth(_) => self.take_line(),
            Phase::SkippingLine => self.skip_line(),
            Phase::Data(_) | Phase::Chunk { .. } => self.take_buffered_content(),
            _ => false,
        }
    }

    fn reply(&mut self, reply: Reply) {
        reply.write_to(&mut self.out);
    }

    /// A refusal, counted when it is the client's fault.
    fn refuse(&mut self, reply: Reply) {
        self.errors += u32::from(reply.is_permanent_refusal());
        self.reply(reply);
        if self.errors >= limits::SMTP_ERRORS_PER_SESSION_MAX {
            self.close_saying(Reply::new(421, "4.7.0", "Too many errors"));
        }
    }

    fn close_saying(&mut self, reply: Reply) {
        if !matches!(self.phase, Phase::Closed) {
            self.reply(reply);
            self.close();
        }
    }

    fn close(&mut self) {
        self.phase = Phase::Closed;
        self.pending = Some(ServerAction::Close);
        self.input.clear();
        self.envelope = None;
    }

    fn take_replies(&mut self) -> Option<ServerAction> {
        (!self.out.is_empty()).then(|| ServerAction::Write(std::mem::take(&mut self.out)))
    }
}
