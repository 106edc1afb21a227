//! One message to one recipient: MAIL, RCPT, DATA, the message, its answer.

use model::{Address, Outcome, RefusalScope};

use super::job::Job;
use super::scope::{self, Stage};
use super::stuff::{self, Piece};
use super::{ClientAction, ClientDone, ClientSession, State, Transaction};
use crate::smtp::envelope::xtext;
use crate::smtp::response::Response;

impl ClientSession {
    /// Starts a transaction. When the session is not ready, or not protected as demanded, nothing is
    /// sent and `Done` says so.
    pub fn send(&mut self, t: Transaction) {
        if self.state != State::Ready {
            // Before a `Close` that was not looked at yet: nothing comes after that.
            let at = self
                .actions
                .iter()
                .position(|action| matches!(action, ClientAction::Close));
            let done = ClientDone::ours(Outcome::Deferred(RefusalScope::Us), None);
            let at = at.unwrap_or(self.actions.len());
            return self.actions.insert(at, ClientAction::Done(done));
        }
        // Decided when TLS started; asserted again where it takes effect.
        if !self.meets_floor() {
            return self.fail(ClientDone::ours(Outcome::BelowDemand, None));
        }
        if let Some(enhanced) = self.find_obstacle(&t) {
            let done = ClientDone::ours(Outcome::Refused(RefusalScope::Content), Some(enhanced));
            self.actions.push_back(ClientAction::Done(ClientDone {
                reusable: true,
                ..done
            }));
            return self.become_ready();
        }
        let mail = self.mail_command(&t);
        let rcpt = self.rcpt_command(&t);
        let pipelined = self.offers.pipelining;
        if pipelined {
            self.say(&format!("{mail}{rcpt}DATA\r\n"));
        } else {
            self.say(&mail);
        }
        self.job = Some(Job::new(t, pipelined, rcpt));
        self.state = State::Awaiting(Stage::Mail);
    }

    /// Why this message cannot be sent to this host as it is, as an enhanced code. A signed body is
    /// never recoded, so another host must be tried.
    fn find_obstacle(&self, t: &Transaction) -> Option<&'static str> {
        let octets = (t.head.len() + t.body.len()) as u64;
        if !stuff::is_clean(&t.head, &t.body) {
            return Some("5.6.0");
        }
        if needs_utf8(t) && !self.offers.utf8 {
            return Some("5.6.7");
        }
        if t.eight_bit && !self.offers.eight_bit {
            return Some("5.6.3");
        }
        // RFC 8689 §4.2: offered on the protected connection; 5.7.30 is "REQUIRETLS support required".
        if t.require_tls && !(self.offers.requiretls && self.facts.is_some()) {
            return Some("5.7.30");
        }
        self.offers
            .size_max
            .is_some_and(|max| octets > max)
            .then_some("5.3.4")
    }

    fn mail_command(&self, t: &Transaction) -> String {
        let mut command = format!(
            "MAIL FROM:<{}>",
            t.from.as_ref().map_or("", Address::as_str)
        );
        if self.offers.size {
            command.push_str(&format!(" SIZE={}", t.head.len() + t.body.len()));
        }
        if t.eight_bit {
            command.push_str(" BODY=8BITMIME");
        }
        if needs_utf8(t) {
            command.push_str(" SMTPUTF8");
        }
        if t.require_tls {
            command.push_str(" REQUIRETLS");
        }
        if self.offers.dsn && t.from.is_some() {
            // Whoever reports a failure later must not return the message with it.
            command.push_str(" RET=HDRS");
            // Words of the sender's software that nobody scanned: never in the clear.
            if let Some(envid) = t.dsn.envid.as_ref().filter(|_| self.facts.is_some()) {
                command.push_str(&format!(" ENVID={}", xtext(envid)));
            }
        }
        command.push_str("\r\n");
        command
    }

    /// RFC 3461 §5.2.1: a server that knows DSN is told what the sender asked for, as it was asked.
    fn rcpt_command(&self, t: &Transaction) -> String {
        let mut command = format!("RCPT TO:<{}>", t.to.as_str());
        if self.offers.dsn {
            let words = t.dsn.notify.words();
            if !words.is_empty() {
                command.push_str(&format!(" NOTIFY={words}"));
            }
            if let Some((kind, address)) = t.dsn.orcpt.as_ref().and_then(|o| o.split_once(';')) {
                command.push_str(&format!(" ORCPT={};{}", xtext(kind), xtext(address)));
            }
        }
        command.push_str("\r\n");
        command
    }

    pub(super) fn hear_transaction(&mut self, stage: Stage, response: &Response) {
        let Some(job) = &mut self.job else {
            return self.lose();
        };
        let (pipelined, refused) = (job.pipelined, job.refusal.is_some());
        if response.code == 421 {
            let done =
                ClientDone::refused(scope::refusal(stage, response, self.provider), response);
            let done = job.refusal.take().unwrap_or(done);
            return self.fail(done);
        }
        match (stage, response.code) {
            (Stage::Final, _) => self.hear_final(response),
            (_, 400..=599) => {
                job.refusal.get_or_insert_with(|| {
                    ClientDone::refused(scope::refusal(stage, response, self.provider), response)
                });
                match (stage, pipelined) {
                    (Stage::Mail, true) => self.state = State::Awaiting(Stage::Rcpt),
                    (Stage::Rcpt, true) => self.state = State::Awaiting(Stage::Data),
                    _ => self.settle_refused(),
                }
            }
            (Stage::Mail, 200..=299) => {
                if !pipelined {
                    let rcpt = std::mem::take(&mut job.rcpt);
                    self.say(&rcpt);
                }
                self.state = State::Awaiting(Stage::Rcpt);
            }
            (Stage::Rcpt, 200..=299) => {
                if !pipelined {
                    self.say("DATA\r\n");
                }
                self.state = State::Awaiting(Stage::Data);
            }
            // RFC 2920 §3.1: DATA may be taken although no recipient was; a lone dot ends it.
            (Stage::Data, 354) if refused => {
                self.say(".\r\n");
                self.state = State::Awaiting(Stage::Final);
            }
            (Stage::Data, 354) => self.state = State::Body,
            _ => self.lose(),
        }
    }

    fn hear_final(&mut self, response: &Response) {
        let refusal = self.job.take().and_then(|job| job.refusal);
        let done = match (refusal, response.code) {
            (Some(refusal), _) => refusal,
            (None, 200..=299) => ClientDone::heard(Outcome::Accepted, response),
            (None, 400..=599) => ClientDone::refused(
                scope::refusal(Stage::Final, response, self.provider),
                response,
            ),
            // An answer that is none: the message may have been taken.
            (None, _) => return self.fail(ClientDone::heard(Outcome::Ambiguous, response)),
        };
        self.actions.push_back(ClientAction::Done(ClientDone {
            reusable: true,
            ..done
        }));
        self.become_ready();
    }

    /// A reply before the final dot was given out: the peer refuses to hear the rest.
    pub(super) fn hear_early(&mut self, response: &Response) {
        match response.code {
            400..=599 => self.fail(ClientDone::refused(
                scope::refusal(Stage::Final, response, self.provider),
                response,
            )),
            _ => self.lose(),
        }
    }

    fn settle_refused(&mut self) {
        let Some(done) = self.job.take().and_then(|job| job.refusal) else {
            return self.lose();
        };
        self.actions.push_back(ClientAction::Done(ClientDone {
            reusable: true,
            ..done
        }));
        self.say("RSET\r\n");
        self.state = State::Awaiting(Stage::Reset);
    }

    /// The next piece of the message. From the moment the final dot is given out, silence is
    /// ambiguous.
    pub(super) fn write_body(&mut self) -> ClientAction {
        let Some(job) = &mut self.job else {
            self.state = State::Closed;
            return ClientAction::Close;
        };
        match job.stuffing.next_piece() {
            Piece::Some(piece) => ClientAction::Write(piece),
            Piece::Last(piece) => {
                self.state = State::Awaiting(Stage::Final);
                ClientAction::Write(piece)
            }
        }
    }
}

fn needs_utf8(t: &Transaction) -> bool {
    t.utf8 || t.to.needs_utf8() || t.from.as_ref().is_some_and(Address::needs_utf8)
}
