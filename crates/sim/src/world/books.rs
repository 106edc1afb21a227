//! What the driver knows from outside: what it handed in, what it was told, what it read.

use std::collections::BTreeMap;

use model::{MessageId, Method, Mode, Origin, RecipientId, Stream, Timestamp};

/// How a submission stands, as far as its sender can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Answered with success: it must exist for ever.
    Acknowledged,
    /// Answered with an error after which it may exist, or the program died: the oracle finds out.
    Unknown,
    /// Unknown no more: it exists.
    Found,
    /// Refused, or an error before anything was done: it must not exist.
    Absent,
}

pub(crate) struct Person {
    pub address: String,
    pub id: Option<RecipientId>,
    pub notify: &'static str,
    /// `cancel` said that it will not get the message.
    pub cancelled: bool,
}

/// One submission.
pub(crate) struct Sent {
    pub clinic: usize,
    pub message: MessageId,
    pub mode: Mode,
    pub origin: Origin,
    pub stream: Stream,
    pub at: Timestamp,
    pub standing: Standing,
    pub canary: String,
    pub people: Vec<Person>,
    /// What an idempotency key binds.
    pub key: Option<(String, [u8; 32])>,
    /// Every recipient was decided plain: its words may travel in the clear.
    pub plain: bool,
}

/// What a canary may meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub sent: Option<usize>,
    pub plain: bool,
    /// May never reach any server: test mode, a reader's reply, a refused message.
    pub nowhere: bool,
}

/// A pick-up link as its recipient knows it.
#[derive(Default)]
pub(crate) struct Link {
    /// When a code was last asked for, and how that was answered.
    pub asked: Option<(Timestamp, Answered)>,
    pub wrong_tries: u32,
    pub used: Vec<String>,
    pub replied: bool,
    /// Something failed in a way that leaves its state open.
    pub unclear: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    Done,
    Failed,
}

#[derive(Default)]
pub(crate) struct Books {
    pub sent: Vec<Sent>,
    pub links: BTreeMap<String, Link>,
    /// Canaries of readers' replies: they stay inside.
    pub replies: Vec<String>,
    by_address: BTreeMap<String, (usize, usize)>,
    by_canary: BTreeMap<String, usize>,
    people: u32,
}

impl Books {
    /// A mailbox that no other message goes to.
    pub fn new_mailbox(&mut self, local: &str, domain: &str) -> String {
        self.people += 1;
        format!("{local}+{}@{domain}", self.people)
    }

    pub fn enter(&mut self, sent: Sent) -> usize {
        let at = self.sent.len();
        for (i, person) in sent.people.iter().enumerate() {
            self.by_address.insert(person.address.clone(), (at, i));
        }
        self.by_canary.insert(sent.canary.clone(), at);
        self.sent.push(sent);
        at
    }

    pub fn find_person(&self, address: &str) -> Option<(&Sent, &Person)> {
        let (sent, person) = self.by_address.get(address)?;
        let sent = self.sent.get(*sent)?;
        Some((sent, &sent.people[*person]))
    }

    pub fn find_message(&self, id: MessageId) -> Option<usize> {
        self.sent.iter().position(|sent| sent.message == id)
    }

    pub fn allowed(&self, canary: &str) -> Allowed {
        match self.by_canary.get(canary) {
            Some(at) => {
                let sent = &self.sent[*at];
                let nowhere = sent.mode == Mode::Test || sent.standing == Standing::Absent;
                Allowed {
                    sent: Some(*at),
                    plain: sent.plain,
                    nowhere,
                }
            }
            None => Allowed {
                sent: None,
                plain: false,
                nowhere: true,
            },
        }
    }

    pub fn accepted(&self) -> usize {
        self.sent
            .iter()
            .filter(|sent| matches!(sent.standing, Standing::Acknowledged | Standing::Found))
            .count()
    }
}

/// Whether every one of these methods lets the words travel in the clear.
pub(crate) fn all_plain(methods: impl IntoIterator<Item = Method>) -> bool {
    methods.into_iter().all(|method| method == Method::Plain)
}
