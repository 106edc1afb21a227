//! The oracles: after every step, what the world may look like.
//!
//! They read the database and what the servers heard, and compare both with what the driver was
//! told. They never ask the program for its own opinion, except where its answer is what is checked.
//! Invariant: looking changes nothing that the program could notice.

mod audit;
mod proof;
mod recipients;
mod snapshot;
mod wire;

use std::collections::BTreeMap;

use model::{MessageId, Origin};

use super::books::{Books, Standing};
use super::house::House;
use super::sea::Taken;

pub(crate) use proof::check_proof;
pub(crate) use snapshot::Snapshot;

/// What must not be, in words.
#[derive(Debug)]
pub(crate) struct Broken(pub String);

pub(crate) type Verdict<T = ()> = Result<T, Broken>;

macro_rules! ensure {
    ($holds:expr, $($words:tt)*) => {
        if !$holds {
            return Err($crate::world::oracle::Broken(format!($($words)*)));
        }
    };
}
pub(crate) use ensure;

/// A read of an oracle's own failed: nothing disturbs it, so that is a fault too.
impl From<model::Error> for Broken {
    fn from(error: model::Error) -> Self {
        Self(format!("an oracle could not read: {error:?}"))
    }
}

/// What the oracles remember between steps.
#[derive(Default)]
pub(crate) struct Oracle {
    logs: Vec<audit::Log>,
    states: BTreeMap<model::RecipientId, recipients::Seen>,
    taken_read: usize,
    /// Letters and notices that servers took, by recipient's address.
    received: BTreeMap<String, Received>,
}

/// What one mailbox got.
#[derive(Default)]
pub(crate) struct Received {
    pub letters: Vec<Taken>,
    pub notices: Vec<Notice>,
    pub codes: Vec<(model::Timestamp, String)>,
    /// Reports to a sender, by what they say became of the message.
    pub reports: BTreeMap<&'static str, usize>,
}

pub(crate) struct Notice {
    pub link: String,
}

impl Oracle {
    /// Looks at everything that may have changed.
    pub fn check(&mut self, house: &House, books: &mut Books) -> Verdict {
        self.read_wire(house, books)?;
        let snapshot = Snapshot::take(house)?;
        self.settle_standings(books, &snapshot)?;
        self.conserved(books, &snapshot)?;
        self.read_logs(house, &snapshot)?;
        self.states_follow_events(books, &snapshot)?;
        self.copies(books)
    }

    pub fn received(&self, address: &str) -> Option<&Received> {
        self.received.get(address)
    }

    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.received.iter().flat_map(|(to, r)| {
            r.notices
                .iter()
                .map(move |n| (to.as_str(), n.link.as_str()))
        })
    }

    /// Finds out about submissions whose end nobody was told, and holds the others to their word.
    fn settle_standings(&self, books: &mut Books, snapshot: &Snapshot) -> Verdict {
        for sent in &mut books.sent {
            let stored = snapshot.find(sent.message);
            match (sent.standing, stored) {
                (Standing::Acknowledged | Standing::Found, None) => {
                    return Err(Broken(format!("{} was accepted and is gone", sent.message)));
                }
                (Standing::Absent, Some(_)) => {
                    return Err(Broken(format!(
                        "{} was refused, or repeats another, and exists",
                        sent.message
                    )));
                }
                (Standing::Unknown, None) => sent.standing = Standing::Absent,
                (_, Some(stored)) => {
                    if sent.standing == Standing::Unknown {
                        sent.standing = Standing::Found;
                        sent.plain = super::books::all_plain(
                            stored.recipients.iter().map(|r| r.accepted_method()),
                        );
                    }
                    ensure!(
                        stored.recipients.len() == sent.people.len(),
                        "{} lost a recipient",
                        sent.message
                    );
                    for (person, row) in sent.people.iter_mut().zip(&stored.recipients) {
                        let known = *person.id.get_or_insert(row.id);
                        ensure!(
                            known == row.id,
                            "{} has other recipients than were told",
                            sent.message
                        );
                    }
                }
                (Standing::Absent, None) => {}
            }
        }
        for stored in snapshot.messages() {
            let known = stored.origin == Origin::Portal || books.find_message(stored.id).is_some();
            ensure!(known, "{} exists and nobody sent it", stored.id);
        }
        Ok(())
    }

    /// Accepted = the sum over all states, per organisation, and no key was used for two messages.
    fn conserved(&self, books: &Books, snapshot: &Snapshot) -> Verdict {
        for of in &snapshot.clinics {
            let rows: u64 = of.messages.iter().map(|m| m.recipients.len() as u64).sum();
            let states: u64 = of.totals.iter().map(|(_, count)| count).sum();
            ensure!(
                of.accepted == states,
                "accepted {} recipients, {} are in a state",
                of.accepted,
                states
            );
            ensure!(
                of.accepted == rows,
                "accepted {} recipients, {} exist",
                of.accepted,
                rows
            );
        }
        let mut by_key: BTreeMap<(usize, model::Mode, &str), Vec<MessageId>> = BTreeMap::new();
        let mut first_at = BTreeMap::new();
        let exist = books
            .sent
            .iter()
            .filter(|s| matches!(s.standing, Standing::Acknowledged | Standing::Found));
        for sent in exist {
            let Some((key, _)) = &sent.key else { continue };
            let slot = (sent.clinic, sent.mode, key.as_str());
            let forgotten = first_at.get(&slot).is_none_or(|at: &model::Timestamp| {
                at.plus(model::limits::IDEMPOTENCY_KEEP) < sent.at
            });
            if forgotten {
                first_at.insert(slot, sent.at);
                by_key.insert(slot, Vec::new());
            }
            by_key.entry(slot).or_default().push(sent.message);
        }
        match by_key.iter().find(|(_, messages)| messages.len() > 1) {
            Some(((_, _, key), messages)) => Err(Broken(format!(
                "key {key} made {} messages",
                messages.len()
            ))),
            None => Ok(()),
        }
    }
}
