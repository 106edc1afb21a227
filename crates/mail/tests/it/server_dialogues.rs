//! Plays a client against the server's session, whole and split.
//!
//! `door:` sets up (submission|mx plain|starttls|encrypted size=N recipients=N whole), `C:` is said
//! by the client, `S:` by us, `V:` is the next verdict, `A:` an action that our owner sees, `B:` a
//! line of the message it got.

use std::collections::VecDeque;

use caduceus_mail::smtp::{
    AuthOffer, MailParams, Mailbox, Notify, Profile, RcptParams, Received, Security, ServerAction,
    ServerConfig, ServerSession,
};
use model::Code;

use crate::script::{self, PIECES, Script, Step, matches};

#[test]
fn server_dialogues() {
    for script in script::load_all("server") {
        let whole = script
            .steps
            .iter()
            .any(|step| step.who == "door" && step.text.ends_with("whole"));
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
    session: ServerSession,
    verdicts: VecDeque<Code>,
    /// What was seen and not yet expected.
    seen: VecDeque<String>,
    written: String,
    /// Only where the script speaks of them.
    tells_envelope: bool,
}

impl<'a> Play<'a> {
    fn new(script: &'a Script, octets: usize) -> Self {
        let door = script
            .steps
            .iter()
            .find(|step| step.who == "door")
            .map_or("", |step| step.text.as_str());
        let tells = |step: &Step| {
            step.who == "A"
                && (step.text.starts_with("sender") || step.text.starts_with("recipient"))
        };
        Self {
            script,
            octets,
            session: ServerSession::new(config(door)),
            verdicts: VecDeque::new(),
            seen: VecDeque::new(),
            written: String::new(),
            tells_envelope: script.steps.iter().any(tells),
        }
    }

    fn run(mut self) {
        self.drain();
        let mut said: Vec<u8> = Vec::new();
        for (i, step) in self.script.steps.iter().enumerate() {
            match step.who.as_str() {
                "door" => {}
                "V" => self.verdicts.push_back(code(&step.text)),
                "X" if step.text == "timed out" => self.session.timed_out(),
                "X" if step.text == "shutting down" => self.session.shutting_down(),
                "C" => {
                    said.extend_from_slice(&step.bytes);
                    if self
                        .script
                        .steps
                        .get(i + 1)
                        .is_none_or(|next| next.who != "C")
                    {
                        self.say(&std::mem::take(&mut said));
                    }
                }
                "S" | "A" | "B" => self.expect(step),
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

    fn say(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(self.octets.min(bytes.len().max(1))) {
            self.session.receive(piece);
            self.drain();
        }
    }

    fn expect(&mut self, step: &Step) {
        let expected = format!("{}: {}", step.who, step.text);
        // One line stands for the last of several.
        let single = step.who == "S" && step.text.as_bytes().get(3) != Some(&b'-');
        while single && self.seen.len() > 1 && self.seen[0].as_bytes().get(6) == Some(&b'-') {
            self.seen.pop_front();
        }
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

    fn drain(&mut self) {
        while let Some(action) = self.session.next() {
            match action {
                ServerAction::Write(bytes) => self.note_written(&bytes),
                ServerAction::StartTls => {
                    self.seen.push_back("A: start tls".to_owned());
                    self.session.tls_started();
                }
                ServerAction::Authenticate { user, password } => {
                    self.seen
                        .push_back(format!("A: authenticate {user} {}", password.expose()));
                    let right = password.expose() == "right";
                    self.session.authenticated(if right {
                        Ok(())
                    } else {
                        Err(Code::CredentialsInvalid)
                    });
                }
                ServerAction::Sender(from, params) => {
                    self.note_envelope(format!("A: sender {}", sender(&from, &params)));
                    let verdict = self.verdict();
                    self.session.sender(verdict);
                }
                ServerAction::Recipient(to, params) => {
                    self.note_envelope(format!(
                        "A: recipient {}{}",
                        to.as_str(),
                        recipient(&params)
                    ));
                    let verdict = self.verdict();
                    self.session.recipient(verdict);
                }
                ServerAction::Message(received) => {
                    self.note_message(&received);
                    let verdict = self.verdict().map(|()| "msg_1".to_owned());
                    self.session.message(verdict);
                }
                ServerAction::Close => self.seen.push_back("A: close".to_owned()),
            }
        }
    }

    fn verdict(&mut self) -> Result<(), Code> {
        self.verdicts.pop_front().map_or(Ok(()), Err)
    }

    fn note_written(&mut self, bytes: &[u8]) {
        self.written
            .push_str(std::str::from_utf8(bytes).expect("replies are text"));
        while let Some((line, rest)) = self.written.split_once("\r\n") {
            self.seen.push_back(format!("S: {line}"));
            self.written = rest.to_owned();
        }
    }

    fn note_envelope(&mut self, text: String) {
        if self.tells_envelope {
            self.seen.push_back(text);
        }
    }

    fn note_message(&mut self, received: &Received) {
        let to: Vec<&str> = received
            .recipients
            .iter()
            .map(|(address, _)| address.as_str())
            .collect();
        let protection = if received.encrypted {
            "encrypted"
        } else {
            "plain"
        };
        let from = mailbox(&received.from);
        let (octets, helo) = (received.bytes.len(), &received.helo);
        self.seen.push_back(format!(
            "A: message from {from} to {} by {helo} {protection} {octets}",
            to.join(" ")
        ));
        if self.script.steps.iter().any(|step| step.who == "B") {
            let text = String::from_utf8_lossy(&received.bytes);
            self.seen.extend(
                text.split_terminator("\r\n")
                    .map(|line| format!("B: {line}")),
            );
        }
    }
}

fn config(door: &str) -> ServerConfig {
    let number = |name: &str, otherwise: usize| {
        let value = door
            .split(' ')
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        value.map_or(otherwise, |value| value.parse().expect("a number"))
    };
    let says = |word: &str| door.split(' ').any(|other| other == word);
    let security = match () {
        () if says("encrypted") => Security::Encrypted,
        () if says("starttls") => Security::StartTlsOffered,
        () => Security::Plain,
    };
    ServerConfig {
        hostname: "mail.clinic.example".to_owned(),
        security,
        auth: if says("submission") {
            AuthOffer::Required
        } else {
            AuthOffer::None
        },
        size_max: number("size", 10_000),
        recipients_max: number("recipients", 100),
        profile: if says("submission") {
            Profile::Submission
        } else {
            Profile::Mx
        },
    }
}

fn code(word: &str) -> Code {
    *Code::ALL
        .iter()
        .find(|code| code.word() == word)
        .unwrap_or_else(|| panic!("no code {word}"))
}

fn mailbox(from: &Mailbox) -> String {
    match from {
        Mailbox::Null => "<>".to_owned(),
        Mailbox::Address(address) => address.as_str().to_owned(),
    }
}

fn sender(from: &Mailbox, params: &MailParams) -> String {
    let mut text = mailbox(from);
    text.extend(params.size.map(|size| format!(" size={size}")));
    text.push_str(if params.body_8bit { " 8bit" } else { "" });
    text.push_str(if params.utf8 { " utf8" } else { "" });
    text.push_str(if params.requiretls { " requiretls" } else { "" });
    text.extend(params.ret.map(|ret| format!(" ret={ret:?}")));
    text.extend(params.envid.as_ref().map(|envid| format!(" envid={envid}")));
    text
}

fn recipient(params: &RcptParams) -> String {
    let notify = match params.notify {
        Notify::Unspecified => String::new(),
        Notify::Never => " never".to_owned(),
        on @ Notify::On { .. } => {
            format!(
                " success={} failure={} delay={}",
                on.wants_success(),
                on.wants_failure(),
                on.wants_delay()
            )
        }
    };
    let orcpt = params.orcpt.as_ref().map(|orcpt| format!(" orcpt={orcpt}"));
    format!("{notify}{}", orcpt.unwrap_or_default())
}
