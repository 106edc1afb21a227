//! The server's end of one connection: the real SMTP server session, and habits around it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use mail::smtp::{
    AuthOffer, Mailbox, Profile, Received, Security, ServerAction, ServerConfig, ServerSession,
};
use model::seams::Clock;
use model::{Address, Code, Timestamp};

use super::habits::{Guard, Quirk, Tls};
use super::{Heard, Protection, Sea, Taken};

/// How long a greylist keeps an unknown pair waiting.
const GREYLISTED: Duration = Duration::from_secs(240);
const LATENCY: Duration = Duration::from_millis(20);

pub(super) struct Peer {
    sea: Arc<Sea>,
    host: usize,
    session: ServerSession,
    pub protection: Protection,
    /// Where what is heard goes.
    record: usize,
    /// What was said, and when it arrives.
    pub said: VecDeque<(Timestamp, Vec<u8>)>,
    /// Nothing comes after this.
    pub gone_at: Option<Timestamp>,
    /// The next answer is this late.
    late: Duration,
    in_data: bool,
    carried: u32,
}

impl Peer {
    pub fn answering(sea: &Arc<Sea>, host: usize) -> Self {
        let (name, offered) = {
            let inner = sea.lock();
            let host = &inner.hosts[host];
            let offered = match host.habits.tls {
                Tls::NotOffered => false,
                Tls::Downgraded => inner.chance.happens(1, 2),
                _ => true,
            };
            (host.name.as_str().to_owned(), offered)
        };
        let session = ServerSession::new(ServerConfig {
            hostname: name.clone(),
            security: if offered {
                Security::StartTlsOffered
            } else {
                Security::Plain
            },
            auth: AuthOffer::None,
            size_max: 4_000_000,
            recipients_max: 10,
            profile: Profile::Mx,
        });
        let record = record(sea, name, Protection::Plain);
        let mut peer = Self {
            sea: Arc::clone(sea),
            host,
            session,
            protection: Protection::Plain,
            record,
            said: VecDeque::new(),
            gone_at: None,
            late: Duration::ZERO,
            in_data: false,
            carried: 0,
        };
        peer.greet();
        peer
    }

    fn greet(&mut self) {
        if self.happens(Quirk::BusyGreeting) {
            self.say(b"421 4.3.2 Too busy\r\n".to_vec());
            return self.hang_up();
        }
        if self.happens(Quirk::RefusingGreeting) {
            self.say(b"554 5.7.1 Not you\r\n".to_vec());
            return self.hang_up();
        }
        self.serve();
    }

    /// False when the sender's write fails.
    pub fn hear(&mut self, bytes: &[u8]) -> bool {
        if self.in_data && self.happens(Quirk::CutsInData) {
            self.listen(&bytes[..bytes.len() / 2]);
            self.hang_up();
            return false;
        }
        if self.carried > 0 && !self.in_data && self.happens(Quirk::HangsUpIdle) {
            self.hang_up();
            return false;
        }
        let whole = self.in_data && bytes.ends_with(b"\r\n.\r\n");
        let cut = whole && self.happens(Quirk::CutsAfterData);
        self.listen(bytes);
        if cut {
            self.said.clear();
            self.hang_up();
        }
        !cut
    }

    fn listen(&mut self, bytes: &[u8]) {
        self.sea.lock().heard[self.record]
            .bytes
            .extend_from_slice(bytes);
        if self.tls() == Tls::Liar
            && self.protection == Protection::Plain
            && bytes == b"STARTTLS\r\n"
        {
            return self.say(b"454 4.7.0 TLS is not available\r\n".to_vec());
        }
        self.session.receive(bytes);
        self.serve();
    }

    pub fn tls(&self) -> Tls {
        self.sea.lock().hosts[self.host].habits.tls
    }

    pub fn tls_facts(&self, trust: &model::Trust) -> model::TlsFacts {
        let key = super::key(self.host);
        self.sea.lock().hosts[self.host].habits.facts(&key, trust)
    }

    pub fn protect(&mut self, protection: Protection) {
        let name = self.sea.lock().hosts[self.host].name.as_str().to_owned();
        self.protection = protection;
        self.record = record(&self.sea, name, protection);
        self.session.tls_started();
        self.serve();
    }

    fn serve(&mut self) {
        while let Some(action) = self.session.next() {
            match action {
                ServerAction::Write(bytes) => {
                    self.in_data =
                        bytes.starts_with(b"354") || bytes.windows(5).any(|w| w == b"\n354 ");
                    self.say(bytes);
                }
                ServerAction::Close => self.hang_up(),
                ServerAction::Sender(..) if self.happens(Quirk::BusyAtMail) => {
                    self.say(b"421 4.3.2 Closing down\r\n".to_vec());
                    return self.hang_up();
                }
                ServerAction::Sender(..) => self.session.sender(Ok(())),
                ServerAction::Recipient(to, _) => {
                    let verdict = self.judge_recipient(&to);
                    self.session.recipient(verdict);
                }
                ServerAction::Message(received) => {
                    if !self.decide(&received) {
                        return;
                    }
                }
                ServerAction::StartTls | ServerAction::Authenticate { .. } => {}
            }
        }
    }

    fn judge_recipient(&mut self, to: &Address) -> Result<(), Code> {
        let refusals = [
            (Quirk::LaterAtRcpt, Code::StoreUnavailable),
            (Quirk::FullAtRcpt, Code::StoreFull),
            (Quirk::UnknownUser, Code::NotFound),
            (Quirk::ForbidsAtRcpt, Code::SenderForbidden),
        ];
        if let Some((_, code)) = refusals.into_iter().find(|(quirk, _)| self.happens(*quirk)) {
            return Err(code);
        }
        if self.happens(Quirk::Greylists) {
            let now = self.sea.clock.steady();
            let mut inner = self.sea.lock();
            let pair = (String::new(), to.as_str().to_owned());
            let first = *inner.hosts[self.host].greylist.entry(pair).or_insert(now);
            if now.since(first) < GREYLISTED {
                return Err(Code::RateLimited);
            }
        }
        Ok(())
    }

    /// What becomes of a whole message; false when nothing is said about it.
    fn decide(&mut self, received: &Received) -> bool {
        self.carried += 1;
        self.in_data = false;
        let silences = [
            (Quirk::TakesThenHangsUp, true, true),
            (Quirk::LosesThenHangsUp, false, true),
            (Quirk::TakesThenSilent, true, false),
            (Quirk::LosesThenSilent, false, false),
        ];
        if let Some((_, takes, leaves)) = silences
            .into_iter()
            .find(|(quirk, ..)| self.happens(*quirk))
        {
            if takes {
                self.take(received);
            }
            if leaves {
                self.hang_up();
            }
            return false;
        }
        if self.happens(Quirk::LaterAtDot) {
            self.session.message(Err(Code::StoreUnavailable));
        } else if self.happens(Quirk::RefusesAtDot) {
            self.session.message(Err(Code::PolicyBlocked));
        } else {
            self.take(received);
            if self.happens(Quirk::TakesLate) {
                let seconds = self.sea.lock().chance.below(1_500);
                self.late = Duration::from_secs(seconds);
            }
            self.session.message(Ok("kept".to_owned()));
        }
        true
    }

    fn take(&self, received: &Received) {
        let from = match &received.from {
            Mailbox::Null => None,
            Mailbox::Address(address) => Some(address.clone()),
        };
        let bytes = Arc::new(received.bytes.clone());
        let mut inner = self.sea.lock();
        let (host, guarded) = {
            let host = &inner.hosts[self.host];
            (host.name.as_str().to_owned(), host.guard != Guard::None)
        };
        for (to, _) in &received.recipients {
            let taken = Taken {
                at: self.sea.clock.now(),
                host: host.clone(),
                guarded,
                protection: self.protection,
                from: from.clone(),
                to: to.clone(),
                bytes: Arc::clone(&bytes),
            };
            inner.taken.push(taken);
        }
    }

    fn say(&mut self, bytes: Vec<u8>) {
        let at = self
            .sea
            .clock
            .steady()
            .plus(LATENCY)
            .plus(std::mem::take(&mut self.late));
        self.said.push_back((at, bytes));
    }

    fn hang_up(&mut self) {
        let last = self
            .said
            .back()
            .map_or(self.sea.clock.steady(), |(at, _)| *at);
        self.gone_at.get_or_insert(last);
    }

    fn happens(&self, quirk: Quirk) -> bool {
        let inner = self.sea.lock();
        inner.hosts[self.host].habits.happens(quirk, &inner.chance)
    }
}

fn record(sea: &Sea, host: String, protection: Protection) -> usize {
    let mut inner = sea.lock();
    inner.heard.push(Heard {
        host,
        protection,
        bytes: Vec::new(),
        read: 0,
    });
    inner.heard.len() - 1
}
