//! From the greeting to `Ready`: names, offers, TLS as demanded.

use model::{Floor, Outcome, RefusalScope, TlsFacts};

use super::scope::{self, Stage};
use super::{ClientAction, ClientDone, ClientSession, State, Tls, offers::Offers};
use crate::smtp::response::Response;

impl ClientSession {
    /// The handshake succeeded. What was heard in the clear is forgotten, and EHLO is said again.
    pub fn tls_started(&mut self, facts: &TlsFacts) {
        if self.state != State::Handshake {
            return;
        }
        self.responses.clear();
        self.offers = Offers::default();
        self.facts = Some(facts.clone());
        if self.meets_floor() {
            self.greet(Stage::Ehlo);
        } else {
            self.fail(ClientDone::ours(Outcome::BelowDemand, None));
        }
    }

    /// The handshake failed and the connection is useless. Above `Floor::Opportunistic` that is final
    /// for this host; there the caller dials again with [`ClientSession::new_plain`].
    pub fn tls_failed(&mut self, _facts: Option<TlsFacts>) {
        if self.state != State::Handshake {
            return;
        }
        let outcome = match self.floor {
            Floor::Verified | Floor::Encrypted => Outcome::BelowDemand,
            Floor::Opportunistic => Outcome::Deferred(RefusalScope::Domain),
        };
        self.fail(ClientDone::ours(outcome, None));
    }

    pub(super) fn hear_opening(&mut self, stage: Stage, response: &Response) {
        match stage {
            Stage::Greeting if response.code == 220 => self.greet(Stage::Ehlo),
            Stage::Ehlo if response.is_positive() => {
                self.offers = Offers::read(response);
                self.protect();
            }
            // RFC 5321 §3.2: a server too old for EHLO.
            Stage::Ehlo if matches!(response.code, 500..=504) => self.greet(Stage::Helo),
            Stage::Helo if response.is_positive() => self.protect(),
            Stage::StartTls if response.code == 220 => {
                self.responses.clear();
                self.state = State::Handshake;
                self.actions.push_back(ClientAction::StartTls);
            }
            Stage::StartTls if response.code != 421 => self.go_on_without_tls(response),
            _ if response.code >= 400 => {
                let judged = scope::refusal(stage, response, self.provider);
                self.fail(ClientDone::refused(judged, response));
            }
            _ => self.lose(),
        }
    }

    fn greet(&mut self, stage: Stage) {
        let verb = if stage == Stage::Ehlo { "EHLO" } else { "HELO" };
        self.say(&format!("{verb} {}\r\n", self.ehlo));
        self.state = State::Awaiting(stage);
    }

    fn protect(&mut self) {
        if self.facts.is_none() && self.offers.starttls && self.tls == Tls::Wanted {
            self.say("STARTTLS\r\n");
            self.state = State::Awaiting(Stage::StartTls);
        } else if self.meets_floor() {
            self.become_ready();
        } else {
            self.say("QUIT\r\n");
            self.fail(ClientDone::ours(Outcome::BelowDemand, None));
        }
    }

    /// STARTTLS was offered and then refused.
    fn go_on_without_tls(&mut self, response: &Response) {
        if self.meets_floor() {
            return self.become_ready();
        }
        let outcome = match response.code {
            400..=499 => Outcome::Deferred(RefusalScope::Domain),
            _ => Outcome::BelowDemand,
        };
        self.say("QUIT\r\n");
        self.fail(ClientDone::heard(outcome, response));
    }
}
