//! Recipients: no state without the event that tells of it, no state that goes back, no claim that
//! the recipient's server does not bear out.

use model::{MessageId, Method, Mode, Origin, RecipientState};

use super::{Oracle, Snapshot, Verdict, ensure};
use crate::world::books::{Books, Person, Sent};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    state: RecipientState,
    method: Method,
}

impl Oracle {
    pub(super) fn states_follow_events(&mut self, books: &Books, snapshot: &Snapshot) -> Verdict {
        for message in snapshot.messages() {
            for row in &message.recipients {
                let now = Seen {
                    state: row.state,
                    method: row.method,
                };
                let before = self.states.insert(row.id, now);
                if before == Some(now) {
                    continue;
                }
                let kinds = self.fresh_kinds(row.id, &message.id.to_string());
                let told = kinds
                    .iter()
                    .any(|(kind, role)| tells(kind, role.as_deref(), before, now, message.origin));
                let from = before.map_or("nothing", |seen| seen.state.word());
                ensure!(
                    told,
                    "{} went from {from} to {} ({}) and no new audit entry tells of it: {kinds:?}",
                    row.id,
                    now.state,
                    now.method
                );
                let allowed = before.is_none_or(|seen| may_become(seen.state, now.state));
                ensure!(allowed, "{} went from {from} to {}", row.id, now.state);
            }
        }
        for sent in books.sent.iter() {
            let Some(stored) = snapshot.find(sent.message) else {
                continue;
            };
            for (person, row) in sent.people.iter().zip(&stored.recipients) {
                self.claim_is_true(sent, person, row.state, row.method)?;
            }
        }
        Ok(())
    }

    /// A server took at most one copy, and one more for each time it was recorded that it may have.
    pub(super) fn copies(&self, books: &Books) -> Verdict {
        for sent in &books.sent {
            for person in &sent.people {
                let (Some(id), Some(received)) = (person.id, self.received(&person.address)) else {
                    continue;
                };
                for (role, count) in [
                    ("letter", received.letters.len()),
                    ("notice", received.notices.len()),
                ] {
                    let allowed = 1 + if count > 1 {
                        self.ambiguities(id, role)
                    } else {
                        0
                    };
                    ensure!(
                        count <= allowed,
                        "{id} of {} got {count} copies of its {role}, and nothing was ambiguous {count} times",
                        sent.message
                    );
                }
            }
        }
        Ok(())
    }

    fn claim_is_true(
        &self,
        sent: &Sent,
        person: &Person,
        state: RecipientState,
        method: Method,
    ) -> Verdict {
        let none = super::Received::default();
        let got = self.received(&person.address).unwrap_or(&none);
        let (letters, notices) = (got.letters.len(), got.notices.len());
        let who = format!("a recipient of {}", sent.message);
        if sent.mode == Mode::Test {
            ensure!(letters + notices == 0, "{who} got test mail");
            return Ok(());
        }
        match state {
            RecipientState::Delivered => ensure!(
                letters > 0,
                "{who} is delivered, and its server has nothing"
            ),
            RecipientState::Notified => ensure!(
                notices > 0,
                "{who} is notified, and its server has no notice"
            ),
            RecipientState::PickedUp => {
                ensure!(notices > 0, "{who} read what it could not know of")
            }
            RecipientState::Cancelled | RecipientState::Blocked => {
                ensure!(letters + notices == 0, "{who} is {state} and got it");
            }
            _ => {}
        }
        if method == Method::Hold {
            // What may have arrived is tried again, and the server that took it may have become worse.
            let unsure = person.id.map_or(0, |id| self.ambiguities(id, "letter"));
            ensure!(letters <= unsure, "{who} is on hold and got it");
        }
        if person.cancelled {
            ensure!(
                state == RecipientState::Cancelled,
                "{who} was cancelled and is {state}"
            );
            ensure!(letters + notices == 0, "{who} was cancelled and got it");
        }
        Ok(())
    }

    /// At the end nothing is on its way.
    pub fn all_ended(&self, snapshot: &Snapshot) -> Verdict {
        let waiting: Vec<MessageId> = snapshot
            .messages()
            .filter(|m| {
                m.recipients
                    .iter()
                    .any(|r| r.state == RecipientState::Queued)
            })
            .map(|m| m.id)
            .collect();
        ensure!(waiting.is_empty(), "never came to an end: {waiting:?}");
        Ok(())
    }
}

/// Whether an entry of this kind accounts for the change.
fn tells(kind: &str, role: Option<&str>, before: Option<Seen>, now: Seen, origin: Origin) -> bool {
    if before.is_none() {
        return kind == "message.accepted";
    }
    if before.is_some_and(|seen| seen.state == now.state) {
        return kind == "delivery.below_demand";
    }
    match now.state {
        RecipientState::Delivered => kind == "delivery.accepted" && role == Some("letter"),
        RecipientState::Notified => kind == "delivery.accepted" && role == Some("notice"),
        RecipientState::PickedUp if origin == Origin::Portal => kind == "message.opened",
        RecipientState::PickedUp => kind == "portal.read",
        RecipientState::Bounced => matches!(kind, "delivery.refused" | "delivery.below_demand"),
        RecipientState::Held => kind == "delivery.below_demand",
        RecipientState::Expired => matches!(kind, "delivery.expired" | "portal.expired"),
        RecipientState::Cancelled => matches!(kind, "message.cancelled" | "delivery.cancelled"),
        _ => false,
    }
}

fn may_become(from: RecipientState, to: RecipientState) -> bool {
    use RecipientState::{Expired, Notified, PickedUp, Queued};
    from == to || from == Queued || (from == Notified && matches!(to, PickedUp | Expired))
}
