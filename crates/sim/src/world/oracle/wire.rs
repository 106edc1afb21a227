//! What servers heard and took: no word below its decided protection, no word of another's message,
//! nothing of what must stay inside.

use std::collections::BTreeMap;

use mail::smtp::Notify;
use model::{Origin, RecipientState};

use super::{Notice, Oracle, Snapshot, Verdict, ensure};
use crate::world::books::Books;
use crate::world::canary;
use crate::world::house::{House, PORTAL};
use crate::world::sea::{LIAR, Protection, Taken};

/// Longer than any planted word as it travels.
const OVERLAP: usize = 64;
const TOKEN_LETTERS: usize = 43;
/// What a report can say (RFC 3464 §2.3.3).
const ACTIONS: [&str; 4] = ["failed", "delayed", "relayed", "delivered"];

impl Oracle {
    pub(super) fn read_wire(&mut self, house: &House, books: &Books) -> Verdict {
        let mut sea = house.sea.lock();
        for heard in &mut sea.heard {
            if heard.read == heard.bytes.len() {
                continue;
            }
            let from = heard.read.saturating_sub(OVERLAP);
            for word in canary::find(&heard.bytes[from..]) {
                let allowed = books.allowed(&word);
                ensure!(
                    !allowed.nowhere,
                    "{word} must stay inside, and {} heard it",
                    heard.host
                );
                let covered = allowed.plain || heard.protection == Protection::Verified;
                ensure!(
                    covered,
                    "{} heard {word} under {:?}",
                    heard.host,
                    heard.protection
                );
            }
            let spoke = heard.host == LIAR && contains(&heard.bytes, b"MAIL FROM");
            ensure!(!spoke, "an envelope went to where a lie in DNS led");
            heard.read = heard.bytes.len();
        }
        ensure!(
            sea.strays == 0,
            "this machine was dialled, as a lie in DNS told"
        );
        let fresh = sea.taken[self.taken_read..].to_vec();
        self.taken_read = sea.taken.len();
        drop(sea);
        fresh
            .into_iter()
            .try_for_each(|taken| self.file(taken, books))
    }

    /// Tells letter, notice, code and report apart as their reader would.
    fn file(&mut self, taken: Taken, books: &Books) -> Verdict {
        ensure!(
            !taken.guarded || taken.protection == Protection::Verified,
            "{} took mail under {:?}, and its domain asks for verified TLS",
            taken.host,
            taken.protection
        );
        let text = unfolded(&taken.bytes);
        let words = canary::find(text.as_bytes());
        let to = taken.to.as_str().to_owned();
        let slot = self.received.entry(to.clone()).or_default();
        let link = text
            .find(&format!("{PORTAL}/p/"))
            .and_then(|at| text.get(at + PORTAL.len() + 3..));
        if taken.from.is_none() {
            ensure!(words.is_empty(), "a report quotes {words:?}");
            let covered = taken.protection == Protection::Verified;
            ensure!(
                covered,
                "{} took a report under {:?}",
                taken.host,
                taken.protection
            );
            let said = ACTIONS
                .into_iter()
                .find(|word| text.contains(&format!("Action: {word}")));
            let Some(said) = said else {
                return Err(super::Broken(format!(
                    "{to} got a report that says nothing"
                )));
            };
            *slot.reports.entry(said).or_default() += 1;
        } else if let Some(link) = link.and_then(|rest| rest.get(..TOKEN_LETTERS)) {
            ensure!(words.is_empty(), "a notice to {to} quotes {words:?}");
            slot.notices.push(Notice {
                link: link.to_owned(),
            });
        } else if let Some(code) = code_in(&text) {
            ensure!(words.is_empty(), "a letter with a code quotes {words:?}");
            slot.codes.push((taken.at, code));
        } else {
            let Some((sent, _)) = books.find_person(&to) else {
                return Err(super::Broken(format!(
                    "{to} got a letter that nobody sent it"
                )));
            };
            ensure!(
                words.contains(&sent.canary),
                "{to} got something that is not its message"
            );
            let foreign = words.iter().any(|word| *word != sent.canary);
            ensure!(!foreign, "{to} got words of another message: {words:?}");
            let named = text.contains(&sent.message.to_string());
            ensure!(named, "the letter to {to} does not name {}", sent.message);
            let covered = sent.plain || taken.protection == Protection::Verified;
            ensure!(
                covered,
                "{} took {} under {:?}",
                taken.host,
                sent.message,
                taken.protection
            );
            slot.letters.push(taken);
        }
        Ok(())
    }

    /// Reports go to those who submitted by SMTP, as they asked, once for a recipient: of a failure
    /// only when it failed, of a delay and of success at most one.
    pub fn reports_are_due(&self, books: &Books, snapshot: &Snapshot) -> Verdict {
        let mut due: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for sent in books.sent.iter().filter(|sent| sent.origin == Origin::Smtp) {
            let Some(stored) = snapshot.find(sent.message) else {
                continue;
            };
            for (person, row) in sent.people.iter().zip(&stored.recipients) {
                let failed = matches!(row.state, RecipientState::Bounced | RecipientState::Expired);
                let wanted = Notify::read(person.notify);
                let copies = 1 + self.ambiguities(row.id, "report");
                for (word, owed) in [
                    ("failed", failed && wanted.wants_failure()),
                    ("delayed", wanted.wants_delay()),
                    ("relayed", wanted.wants_success()),
                ] {
                    let to = format!("nurse@clinic{}.example", sent.clinic);
                    *due.entry((to, word)).or_default() += if owed { copies } else { 0 };
                }
            }
        }
        for (to, received) in &self.received {
            for (word, got) in &received.reports {
                let allowed = due.get(&(to.clone(), *word)).copied().unwrap_or(0);
                ensure!(
                    *got <= allowed,
                    "{to} got {got} reports that say {word}, {allowed} were due"
                );
            }
        }
        Ok(())
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(bytes, word).is_some()
}

/// Quoted-printable breaks lines where it likes.
fn unfolded(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("=\r\n", "")
}

/// Six digits after the words that announce them.
fn code_in(text: &str) -> Option<String> {
    let at = text.find("code is ").map(|at| at + 8).or_else(|| {
        let at = text.find("digo es ")?;
        Some(at + 8)
    })?;
    let code = text.get(at..at + 6)?;
    code.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| code.to_owned())
}
