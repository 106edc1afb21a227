//! The client's side of one SMTP connection to one MX host.
//!
//! The owner of the socket dials, carries out the actions and gives back what arrives. One
//! connection carries transactions one after another, each one message to one recipient; every
//! transaction, and every connection that ends before its first `Ready`, ends in exactly one `Done`.
//! Invariant: no MAIL is written while the connection is below its floor, whatever the peer says.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::seams::NetFault;
use model::{Address, Domain, Floor, Outcome, RefusalScope, TlsFacts, Verdict, limits};

use super::Dsn;
use super::response::{Response, Responses};
use job::Job;

mod handshake;
mod job;
mod offers;
mod scope;
mod stuff;
mod transaction;

use scope::Stage;

/// One connection. Give it bytes, drain [`ClientSession::next`], `send` when it is ready.
pub struct ClientSession {
    ehlo: String,
    floor: Floor,
    /// Whose server this is, for what its replies mean.
    provider: &'static str,
    tls: Tls,
    state: State,
    responses: Responses,
    actions: VecDeque<ClientAction>,
    offers: offers::Offers,
    facts: Option<TlsFacts>,
    job: Option<Job>,
    /// The owner has seen a `Ready`: from then on it learns by `Close` alone that an idle connection
    /// is gone.
    was_ready: bool,
}

/// What the owner of the socket does next.
pub enum ClientAction {
    Write(Vec<u8>),
    /// Do the handshake, then call `tls_started` or `tls_failed`.
    StartTls,
    /// `send` may be called now, once.
    Ready,
    /// The transaction (or, before the first `Ready`, the connection) has ended.
    Done(ClientDone),
    Close,
}

/// How a transaction ended.
#[derive(Clone)]
pub struct ClientDone {
    pub outcome: Outcome,
    /// Three digits of the reply that decided it; none when we decided it ourselves.
    pub code: Option<u16>,
    /// The peer's enhanced code; or ours, when `code` is none and we refused to send.
    pub enhanced: Option<String>,
    /// Cleaned of control characters, at most 500 characters. It may quote an address.
    pub text: Option<String>,
    /// What the peer's 4yz or 5yz means.
    pub verdict: Option<Verdict>,
    /// A `Ready` will follow on this connection, unless it breaks.
    pub reusable: bool,
}

/// One message for one recipient.
#[derive(Clone)]
pub struct Transaction {
    /// `None` is `<>`.
    pub from: Option<Address>,
    pub to: Address,
    pub head: Arc<[u8]>,
    /// `head ++ body` is the exact message. When it does not end in CRLF one is added, since DATA
    /// cannot carry it otherwise (RFC 5321 §4.1.1.4); DKIM's body hash is the same with and without.
    pub body: Arc<[u8]>,
    /// Header fields or addresses hold UTF-8 (RFC 6531).
    pub utf8: bool,
    /// The body holds octets above 127 (RFC 6152).
    pub eight_bit: bool,
    /// What the sender wants to hear, for a server that knows DSN (RFC 3461).
    pub dsn: Dsn,
    /// The next hop must promise the same (RFC 8689).
    pub require_tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    /// Start it where it is offered.
    Wanted,
    /// Its handshake failed before; allowed for `Opportunistic` only.
    GivenUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Awaiting(Stage),
    Handshake,
    Ready,
    /// The message is being written; the final dot has not been given out.
    Body,
    Closed,
}

impl ClientSession {
    /// `ehlo` is our host name.
    pub fn new(ehlo: String, floor: impl Into<Floor>) -> Self {
        Self::start(ehlo, floor.into(), Tls::Wanted)
    }

    /// For `Opportunistic` after the handshake failed: the same without STARTTLS.
    pub fn new_plain(ehlo: String) -> Self {
        Self::start(ehlo, Floor::Opportunistic, Tls::GivenUp)
    }

    fn start(ehlo: String, floor: Floor, tls: Tls) -> Self {
        Self {
            ehlo,
            floor,
            provider: "other",
            tls,
            state: State::Awaiting(Stage::Greeting),
            responses: Responses::default(),
            actions: VecDeque::new(),
            offers: offers::Offers::default(),
            facts: None,
            job: None,
            was_ready: false,
        }
    }

    /// The same, told by its name whose server it talks to: providers mean different things by the
    /// same reply.
    pub fn towards(mut self, mx_host: &Domain) -> Self {
        self.provider = crate::bounce::provider(mx_host);
        self
    }

    /// Bytes off the wire, split anyhow.
    pub fn receive(&mut self, bytes: &[u8]) {
        // Responses in the clear between STARTTLS and the handshake are somebody else's
        // (CVE-2021-38371).
        if matches!(self.state, State::Handshake | State::Closed) {
            return;
        }
        self.responses.push(bytes);
        while !matches!(self.state, State::Handshake | State::Closed) {
            match self.responses.next() {
                Ok(Some(response)) => self.hear(&response),
                Ok(None) => return,
                Err(super::response::Unreadable) => return self.lose(),
            }
        }
    }

    /// The next action; `None` means that bytes, or a call, are needed.
    #[expect(clippy::should_implement_trait, reason = "None is a pause, not an end")]
    pub fn next(&mut self) -> Option<ClientAction> {
        if let Some(action) = self.actions.pop_front() {
            self.was_ready |= matches!(action, ClientAction::Ready);
            return Some(action);
        }
        (self.state == State::Body).then(|| self.write_body())
    }

    /// How long to wait for the peer now (RFC 5321 §4.5.3.2), also per write of a body.
    pub fn wait(&self) -> Duration {
        match self.state {
            State::Awaiting(Stage::Final) => limits::SMTP_FINAL_REPLY_WAIT,
            State::Awaiting(Stage::Data) => Duration::from_secs(120),
            State::Body => Duration::from_secs(180),
            // Nothing depends on the answer.
            State::Awaiting(Stage::Quit) => Duration::from_secs(10),
            _ => limits::SMTP_COMMAND_WAIT,
        }
    }

    /// Whether the final dot was given out and its answer has not come.
    pub fn awaits_final(&self) -> bool {
        self.state == State::Awaiting(Stage::Final)
    }

    /// The connection ended, or nothing came for `wait`: says what that means for the transaction.
    pub fn disconnected(&mut self, _fault: NetFault) {
        self.lose();
    }

    /// Says goodbye; the connection closes when it is answered.
    pub fn quit(&mut self) {
        match self.state {
            State::Closed => {}
            State::Ready => {
                self.say("QUIT\r\n");
                self.state = State::Awaiting(Stage::Quit);
            }
            _ => self.lose(),
        }
    }

    /// How many messages the peer takes on one connection, when it says so (RFC 9422 §4).
    pub fn mail_max(&self) -> Option<u32> {
        self.offers.mail_max
    }

    /// Whether the peer reports what it is asked to (DSN, RFC 3461).
    pub fn reports(&self) -> bool {
        self.offers.dsn
    }

    /// What TLS achieved, once it did.
    pub fn protection(&self) -> Option<&TlsFacts> {
        self.facts.as_ref()
    }

    fn hear(&mut self, response: &Response) {
        match self.state {
            State::Awaiting(Stage::Reset) if response.is_positive() => self.become_ready(),
            // A peer that says goodbye while nothing is asked of it.
            State::Awaiting(Stage::Reset | Stage::Quit) | State::Ready => self.close(),
            State::Awaiting(
                stage @ (Stage::Greeting | Stage::Ehlo | Stage::Helo | Stage::StartTls),
            ) => {
                self.hear_opening(stage, response);
            }
            State::Awaiting(stage) => self.hear_transaction(stage, response),
            State::Body => self.hear_early(response),
            State::Handshake | State::Closed => {}
        }
    }

    /// The peer is gone or not to be understood.
    fn lose(&mut self) {
        match self.state {
            State::Closed => return,
            State::Ready | State::Awaiting(Stage::Reset | Stage::Quit) => {}
            state => {
                let refusal = self.job.take().and_then(|job| job.refusal);
                let outcome = match state {
                    State::Awaiting(Stage::Final) => Outcome::Ambiguous,
                    _ => Outcome::Deferred(RefusalScope::Domain),
                };
                let done = refusal.unwrap_or_else(|| ClientDone::ours(outcome, None));
                self.actions.push_back(ClientAction::Done(ClientDone {
                    reusable: false,
                    ..done
                }));
            }
        }
        self.close();
    }

    fn fail(&mut self, done: ClientDone) {
        self.job = None;
        self.actions.push_back(ClientAction::Done(ClientDone {
            reusable: false,
            ..done
        }));
        self.close();
    }

    fn say(&mut self, command: &str) {
        self.actions
            .push_back(ClientAction::Write(command.as_bytes().to_vec()));
    }

    fn become_ready(&mut self) {
        self.state = State::Ready;
        self.actions.push_back(ClientAction::Ready);
    }

    fn close(&mut self) {
        self.state = State::Closed;
        // A `Ready` that nobody has seen is no longer true.
        let waiting = self.actions.len();
        self.actions
            .retain(|action| !matches!(action, ClientAction::Ready));
        if self.actions.len() < waiting && !self.was_ready {
            let done = ClientDone::ours(Outcome::Deferred(RefusalScope::Domain), None);
            self.actions.push_back(ClientAction::Done(done));
        }
        self.actions.push_back(ClientAction::Close);
    }

    /// Whether what protects the connection suffices.
    fn meets_floor(&self) -> bool {
        match self.floor {
            Floor::Opportunistic => true,
            Floor::Encrypted => self.facts.is_some(),
            Floor::Verified => self.facts.as_ref().is_some_and(|facts| {
                facts.verified && matches!(facts.version.as_str(), "TLSv1.2" | "TLSv1.3")
            }),
        }
    }
}

impl ClientDone {
    fn heard(outcome: Outcome, response: &Response) -> Self {
        Self {
            outcome,
            code: Some(response.code),
            enhanced: response.enhanced.clone(),
            text: Some(response.text()).filter(|text| !text.is_empty()),
            verdict: None,
            reusable: false,
        }
    }

    /// Heard, and judged.
    fn refused((outcome, verdict): (Outcome, Verdict), response: &Response) -> Self {
        Self {
            verdict: Some(verdict),
            ..Self::heard(outcome, response)
        }
    }

    /// Decided here, without or against a reply.
    fn ours(outcome: Outcome, enhanced: Option<&str>) -> Self {
        Self {
            outcome,
            code: None,
            enhanced: enhanced.map(str::to_owned),
            text: None,
            verdict: None,
            reusable: false,
        }
    }
}
