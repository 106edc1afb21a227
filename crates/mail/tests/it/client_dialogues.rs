//! Plays a server against the client's session, whole and split.
//!
//! `demand:` sets up (verified_tls|opportunistic|plain), `S:` is said by the server, `C:` by us, `E:`
//! is an event that our owner sees, `A:` is what it does: `tls verified|unverified|failed`, `send …`
//! with the message in the `M:` lines before it, `quit`, `disconnect`, `waits N` (at least so many
//! seconds, as it stands).

use std::collections::VecDeque;

use caduceus_mail::smtp::{ClientAction, ClientDone, ClientSession, Dsn, Notify, Transaction};
use model::seams::NetFault;
use model::{Address, Demand, Outcome, RefusalScope, TlsFacts};

use crate::script::{self, PIECES, Script, Step, matches};

#[test]
fn client_dialogues() {
    for script in script::load_all("client") {
        let whole = script
            .steps
            .iter()
            .any(|step| step.who == "demand" && step.text.ends_with("whole"));
        for octets in PIECES {
            if octets == usize::MAX || !whole {
                Play::new(&script, octets).run();
            }
        }
    }
}

struct Play<'a> {
    script: &'a Script,
    octets: usize,
    session: ClientSession,
    message: Vec<u8>,
    seen: VecDeque<String>,
    written: String,
}

impl<'a> Play<'a> {
    fn new(script: &'a Script, octets: usize) -> Self {
        let demand = script
            .steps
            .iter()
            .find(|step| step.who == "demand")
            .map_or("", |step| step.text.as_str());
        let ehlo = "mail.clinic.example".to_owned();
        let session = match demand.split(' ').next() {
            Some("plain") => ClientSession::new_plain(ehlo),
            Some("opportunistic") => ClientSession::new(ehlo, Demand::Opportunistic),
            _ => ClientSession::new(ehlo, Demand::VerifiedTls),
        };
        Self {
            script,
            octets,
            session,
            message: Vec::new(),
            seen: VecDeque::new(),
            written: String::new(),
        }
    }

    fn run(mut self) {
        let mut said: Vec<u8> = Vec::new();
        for (i, step) in self.script.steps.iter().enumerate() {
            match step.who.as_str() {
                "demand" => {}
                "S" => {
                    said.extend_from_slice(&step.bytes);
                    if self
                        .script
                        .steps
                        .get(i + 1)
                        .is_none_or(|next| next.who != "S")
                    {
                        self.hear(&std::mem::take(&mut said));
                    }
                }
                "M" => self.message.extend_from_slice(&step.bytes),
                "A" => self.act(step),
                "C" | "E" => self.expect(step),
                other => panic!(
                    "{}:{}: nobody is called {other}",
                    self.script.name, step.line
                ),
            }
            self.drain();
        }
        assert!(
            self.seen.is_empty(),
            "{} ({}): not expected: {:?}",
            self.script.name,
            self.octets,
            self.seen
        );
    }

    fn hear(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(self.octets.min(bytes.len().max(1))) {
            self.session.receive(piece);
            self.drain();
        }
    }

    fn expect(&mut self, step: &Step) {
        let expected = format!("{}: {}", step.who, step.text);
        let seen = self.seen.pop_front().unwrap_or_default();
        let place = format!(
            "{}:{} ({} octets at a time)",
            self.script.name, step.line, self.octets
        );
        assert!(
            matches(&expected, &seen),
            "{place}\nexpected {expected}\n    seen {seen}"
        );
    }

    fn act(&mut self, step: &Step) {
        let words: Vec<&str> = step.text.split(' ').collect();
        match words.as_slice() {
            ["tls", "verified"] => self.session.tls_started(&facts(true, "TLSv1.3")),
            ["tls", "unverified"] => self.session.tls_started(&facts(false, "TLSv1.3")),
            ["tls", "old"] => self.session.tls_started(&facts(true, "TLSv1.1")),
            ["tls", "failed"] => self.session.tls_failed(None),
            ["send", from, to, rest @ ..] => {
                let message = std::mem::take(&mut self.message);
                // The cut between head and body is anywhere: it must not matter.
                let (head, body) = message.split_at(message.len() / 3);
                self.session.send(Transaction {
                    from: Address::parse(from).ok(),
                    to: Address::parse(to).expect("an address"),
                    head: head.into(),
                    body: body.into(),
                    utf8: rest.contains(&"utf8"),
                    eight_bit: rest.contains(&"8bit"),
                    dsn: dsn(rest),
                    require_tls: rest.contains(&"requiretls"),
                });
            }
            ["quit"] => self.session.quit(),
            ["disconnect"] => self.session.disconnected(NetFault::Closed),
            ["silence"] => self.session.disconnected(NetFault::TimedOut),
            ["waits", seconds] => {
                let least: u64 = seconds.parse().expect("a number");
                let waits = self.session.wait().as_secs();
                let place = format!("{}:{}", self.script.name, step.line);
                assert!(waits >= least, "{place}: waits {waits} s");
            }
            _ => panic!("{}:{}: no such act", self.script.name, step.line),
        }
    }

    fn drain(&mut self) {
        while let Some(action) = self.session.next() {
            match action {
                ClientAction::Write(bytes) => {
                    self.written.push_str(&String::from_utf8_lossy(&bytes));
                    while let Some((line, rest)) = self.written.split_once("\r\n") {
                        self.seen.push_back(format!("C: {line}"));
                        self.written = rest.to_owned();
                    }
                }
                ClientAction::StartTls => self.seen.push_back("E: start tls".to_owned()),
                ClientAction::Ready => self.seen.push_back("E: ready".to_owned()),
                ClientAction::Done(done) => {
                    self.seen.push_back(format!("E: done {}", describe(&done)))
                }
                ClientAction::Close => self.seen.push_back("E: close".to_owned()),
            }
        }
    }
}

/// `notify=WORDS`, `envid=TEXT`, `orcpt=rfc822;…`; a `_` stands for a space.
fn dsn(words: &[&str]) -> Dsn {
    let said = |name: &str| {
        let word = words.iter().find_map(|word| word.strip_prefix(name))?;
        Some(word.replace('_', " "))
    };
    Dsn {
        notify: Notify::read(&said("notify=").unwrap_or_default()),
        envid: said("envid="),
        orcpt: said("orcpt="),
    }
}

fn facts(verified: bool, version: &str) -> TlsFacts {
    TlsFacts {
        version: version.to_owned(),
        cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
        certificate_sha256: "00".repeat(32),
        verified,
        unverified_because: (!verified).then(|| "untrusted".to_owned()),
    }
}

fn describe(done: &ClientDone) -> String {
    let scope = RefusalScope::word;
    let outcome = match done.outcome {
        Outcome::Accepted => "accepted".to_owned(),
        Outcome::Deferred(s) => format!("deferred/{}", scope(s)),
        Outcome::Refused(s) => format!("refused/{}", scope(s)),
        Outcome::Ambiguous => "ambiguous".to_owned(),
        Outcome::BelowDemand => "below_demand".to_owned(),
        Outcome::OurFault => "our_fault".to_owned(),
    };
    let code = done.code.map_or("-".to_owned(), |code| code.to_string());
    let enhanced = done.enhanced.as_deref().unwrap_or("-");
    let text = done
        .text
        .as_deref()
        .map_or(String::new(), |text| format!(" \"{text}\""));
    format!(
        "{outcome} {code} {enhanced} {}{text}",
        if done.reusable { "reusable" } else { "last" }
    )
}
