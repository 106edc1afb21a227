//! Readers at the portal. They know what their mail server got: a link, and codes.

use std::time::Duration;

use flow::portal::{Reply, ThreadView, VisitToken};
use model::seams::Clock;
use model::{Code, limits};

use super::Driver;
use crate::world::books::Answered;
use crate::world::canary;
use crate::world::oracle::{Broken, Verdict, ensure};

impl Driver {
    pub(super) fn visit(&mut self) -> Verdict {
        let links: Vec<(String, String)> = self
            .oracle
            .links()
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect();
        if links.is_empty() || self.chance.happens(1, 20) {
            return self.visit_nowhere();
        }
        let (address, link) = self.chance.pick(&links).clone();
        let landing = self.node()?.flow.portal_landing(&link);
        self.judge("a reader opens a link", &landing)?;
        let asked = self
            .books
            .links
            .entry(link.clone())
            .or_default()
            .asked
            .is_some();
        if !asked || self.chance.happens(1, 4) {
            self.ask_for_code(&link)?;
            // The code travels as any letter does.
            self.fly()?;
            self.house.faults.arm(false);
            self.look()?;
            self.house.faults.arm(true);
        }
        match self.newest_code(&address, &link) {
            Some(code) if !self.chance.happens(1, 8) => self.enter(&address, &link, &code),
            _ => Ok(()),
        }
    }

    fn visit_nowhere(&mut self) -> Verdict {
        let landing = self.node()?.flow.portal_landing("no-such-link");
        self.judge("a reader opens a link that does not exist", &landing)?;
        ensure!(landing.is_err(), "a link that does not exist opens");
        Ok(())
    }

    fn newest_code(&self, address: &str, link: &str) -> Option<String> {
        let asked = self.books.links.get(link)?.asked?.0;
        let codes = &self.oracle.received(address)?.codes;
        codes
            .iter()
            .rfind(|(at, _)| *at >= asked)
            .or(codes.last())
            .map(|(_, code)| code.clone())
    }

    fn ask_for_code(&mut self, link: &str) -> Verdict {
        // Until the answer: it may have been done.
        let slot = self.books.links.entry(link.to_owned()).or_default();
        slot.asked = Some((self.house.clock.now(), Answered::Failed));
        let sent = self.node()?.flow.portal_send_code(link);
        let fired = self.judge("a reader asks for a code", &sent)?;
        let slot = self.books.links.entry(link.to_owned()).or_default();
        if sent.is_ok() {
            slot.asked = Some((self.house.clock.now(), Answered::Done));
            slot.wrong_tries = 0;
        }
        slot.unclear |= fired.any();
        Ok(())
    }

    fn enter(&mut self, address: &str, link: &str, code: &str) -> Verdict {
        if self.chance.happens(1, 4) {
            let digits: String = code
                .chars()
                .map(|c| {
                    if c == '9' {
                        '0'
                    } else {
                        char::from(c as u8 + 1)
                    }
                })
                .collect();
            let entered = self.node()?.flow.portal_enter(link, &digits);
            self.judge("a reader tries a wrong code", &entered)?;
            ensure!(entered.is_err(), "a wrong code opens the portal");
            self.books
                .links
                .entry(link.to_owned())
                .or_default()
                .wrong_tries += 1;
        }
        let entered = self.node()?.flow.portal_enter(link, code);
        let fired = self.judge("a reader enters a code", &entered)?;
        let now = self.house.clock.now();
        let slot = self.books.links.entry(link.to_owned()).or_default();
        slot.unclear |= fired.any();
        let Ok(VisitToken(visit)) = entered else {
            slot.wrong_tries += 1;
            return Ok(());
        };
        ensure!(
            !slot.used.iter().any(|used| used == code),
            "a code opens the portal twice"
        );
        slot.used.push(code.to_owned());
        let asked = slot.asked.map(|(at, _)| at);
        let fresh = asked.is_some_and(|at| now.since(at) <= limits::CODE_WAIT);
        ensure!(fresh, "an old code opens the portal");
        let tired = slot.wrong_tries >= limits::CODE_TRIES_MAX && !slot.unclear;
        ensure!(
            !tired,
            "a code opens the portal after {} wrong ones",
            slot.wrong_tries
        );
        self.read(address, link, visit.expose())?;
        if self.chance.happens(1, 2) {
            let again = self.node()?.flow.portal_enter(link, code);
            self.judge("a reader enters the same code once more", &again)?;
            ensure!(again.is_err(), "a code opens the portal twice");
        }
        Ok(())
    }

    fn read(&mut self, address: &str, link: &str, visit: &str) -> Verdict {
        let thread = self.node()?.flow.portal_thread(visit);
        self.judge("a reader reads", &thread)?;
        let Ok(thread) = thread else { return Ok(()) };
        self.shows_its_message(address, &thread)?;
        let file = thread
            .entries
            .first()
            .and_then(|entry| entry.files.first())
            .map(|file| file.id);
        if let Some(id) = file {
            let file = self.node()?.flow.portal_file(visit, id);
            self.judge("a reader downloads", &file)?;
            if let Ok(file) = file {
                ensure!(
                    canary::find(&file.bytes).len() == 1,
                    "the file is not what was attached"
                );
            }
        }
        if self.chance.happens(1, 2) {
            self.reply(link, visit)?;
        }
        if self.chance.happens(1, 3) {
            self.house
                .clock
                .advance(limits::VISIT_IDLE_MAX + Duration::from_secs(1));
        } else {
            let left = self.node()?.flow.portal_leave(visit);
            self.judge("a reader leaves", &left)?;
            if left.is_err() {
                return Ok(());
            }
        }
        let again = self.node()?.flow.portal_thread(visit);
        self.judge("a reader comes back with an old visit", &again)?;
        ensure!(again.is_err(), "a visit that ended reads on");
        Ok(())
    }

    fn shows_its_message(&self, address: &str, thread: &ThreadView) -> Verdict {
        let Some((sent, _)) = self.books.find_person(address) else {
            return Err(Broken(format!(
                "{address} reads a message that nobody sent it"
            )));
        };
        let text = |at: usize| {
            let entry = thread.entries.get(at);
            entry
                .map(|e| {
                    format!(
                        "{:?} {:?} {:?} {:?}",
                        e.subject, e.text, e.html, e.sender_name
                    )
                })
                .unwrap_or_default()
        };
        let first = canary::find(text(0).as_bytes());
        ensure!(
            first.contains(&sent.canary),
            "the portal does not show {address} its message"
        );
        ensure!(
            first.iter().all(|word| *word == sent.canary),
            "the portal shows {address} another's message"
        );
        for at in 1..thread.entries.len() {
            let strange = canary::find(text(at).as_bytes());
            let known = |word: &String| *word == sent.canary || self.books.replies.contains(word);
            ensure!(
                strange.iter().all(known),
                "the portal shows {address} a stranger's reply"
            );
        }
        Ok(())
    }

    fn reply(&mut self, link: &str, visit: &str) -> Verdict {
        let word = canary::new(&self.chance);
        self.books.replies.push(word.clone());
        let reply = Reply {
            text: format!("{word} thank you, the insulin works"),
            files: Vec::new(),
        };
        let replied = self.node()?.flow.portal_reply(visit, reply);
        let fired = self.judge("a reader replies", &replied)?;
        let slot = self.books.links.entry(link.to_owned()).or_default();
        match &replied {
            Ok(()) => {
                ensure!(!slot.replied, "a reader replied twice");
                slot.replied = true;
            }
            Err(error) if error.code() == Code::StateConflict => {
                ensure!(
                    slot.replied || slot.unclear,
                    "a reader's first reply was refused"
                );
            }
            Err(_) => slot.unclear |= fired.any(),
        }
        Ok(())
    }
}
