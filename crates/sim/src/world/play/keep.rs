//! Whoever keeps the house: cancelling senders, staff who read, operators who rotate keys and
//! restart, auditors who take proofs away.

use model::Code;
use store::tables::deliveries;

use super::Driver;
use crate::world::books::Standing;
use crate::world::oracle::{Verdict, check_proof, ensure};
use crate::world::planted::Planted;

impl Driver {
    pub(super) fn cancel(&mut self) -> Verdict {
        let flying = self.some_flying()?;
        let Some(at) = flying.or_else(|| self.some_sent()) else {
            return Ok(());
        };
        let (clinic, mode, message) = {
            let sent = &self.books.sent[at];
            (sent.clinic, sent.mode, sent.message)
        };
        let node = self.node()?;
        let ctx = self.house.clinics[clinic].app(node, mode);
        self.judge("sign in", &ctx)?;
        let Ok(ctx) = ctx else { return Ok(()) };
        if self.plant.happens(Planted::IgnoresCancel, 60) {
            let people = &mut self.books.sent[at].people;
            people.iter_mut().for_each(|person| person.cancelled = true);
            return Ok(());
        }
        let stopped = self.node()?.flow.cancel(&ctx, message);
        let count = stopped.as_ref().map_or(0, Vec::len);
        self.judge(&format!("cancel {message}: {count} stopped"), &stopped)?;
        let stopped = match stopped {
            Ok(stopped) => stopped,
            Err(error) => {
                ensure!(
                    error.code() != Code::NotFound,
                    "{message} is there and cannot be cancelled"
                );
                return Ok(());
            }
        };
        ensure!(count > 0, "a cancel that stopped nothing succeeded");
        for person in &mut self.books.sent[at].people {
            person.cancelled |= person.id.is_some_and(|id| stopped.contains(&id));
        }
        Ok(())
    }

    /// Staff open what was sent, on the record.
    pub(super) fn staff(&mut self) -> Verdict {
        let Some(at) = self.some_sent() else {
            return Ok(());
        };
        let (clinic, message, canary) = {
            let sent = &self.books.sent[at];
            (sent.clinic, sent.message, sent.canary.clone())
        };
        let node = self.node()?;
        let ctx = self.house.clinics[clinic].staff(node, &self.house.clock);
        self.judge("staff sign in", &ctx)?;
        let Ok(ctx) = ctx else { return Ok(()) };
        let opened = self.node()?.flow.open_content(&ctx, message);
        self.judge(&format!("staff open {message}"), &opened)?;
        if let Ok(view) = opened {
            let text = view
                .entry
                .open(ctx.machine_access())
                .text
                .clone()
                .unwrap_or_default();
            ensure!(
                text.contains(&canary),
                "staff read something else than {message}"
            );
        }
        if self.chance.happens(1, 2) {
            self.staff_open_replies(&ctx)?;
        }
        let view = self.node()?.flow.message(&ctx, message);
        self.judge(&format!("staff look at {message}"), &view)?;
        if let Ok(view) = view {
            ensure!(
                view.recipients.len() == self.books.sent[at].people.len(),
                "{message} shows other recipients"
            );
        }
        Ok(())
    }

    fn staff_open_replies(&mut self, ctx: &ctx::Ctx) -> Verdict {
        let page = self
            .node()?
            .flow
            .list_messages(ctx, flow::view::Filter::default(), None, 200);
        self.judge("staff list messages", &page)?;
        let replies = page.map(|page| page.rows).unwrap_or_default();
        for row in replies
            .into_iter()
            .filter(|row| row.origin == model::Origin::Portal)
        {
            let opened = self.node()?.flow.open_content(ctx, row.id);
            self.judge(&format!("staff open the reply {}", row.id), &opened)?;
        }
        Ok(())
    }

    /// Takes a proof away and checks it as an auditor does.
    pub(super) fn proof(&mut self) -> Verdict {
        let Some(at) = self.some_sent() else {
            return Ok(());
        };
        let sent = &self.books.sent[at];
        let (clinic, mode, person) = (sent.clinic, sent.mode, self.below(sent.people.len()));
        let Some(recipient) = sent.people[person].id else {
            return Ok(());
        };
        let ctx = self.house.clinics[clinic].app(self.node()?, mode);
        self.judge("sign in", &ctx)?;
        let Ok(ctx) = ctx else { return Ok(()) };
        let bytes = self.node()?.flow.proof(&ctx, recipient);
        self.judge(&format!("proof of {recipient}"), &bytes)?;
        let Ok(bytes) = bytes else { return Ok(()) };
        let snapshot = self.snapshot()?;
        check_proof(
            &self.oracle,
            &snapshot,
            &self.books.sent[at],
            person,
            &bytes,
        )
    }

    pub(super) fn rotate_organisation(&mut self) -> Verdict {
        let clinic = self.house.clinics[self.below(self.house.clinics.len())].id;
        let rotated = self.node()?.flow.world().rotate_organisation_key(clinic);
        self.judge("rotate an organisation's key", &rotated)
            .map(drop)
    }

    /// Every node restarts with the new root key beside the old one, then the keys are wrapped anew;
    /// once that is done the old root key goes.
    pub(super) fn rotate_root(&mut self) -> Verdict {
        if self.house.roots.len() == 1 {
            let new = self.chance.next();
            self.house.roots.insert(0, new);
        }
        self.house.nodes.iter_mut().for_each(|node| *node = None);
        self.start_node()?;
        let Some(node) = &self.house.nodes[self.acting] else {
            return Ok(());
        };
        let wrapped = node.flow.world().rewrap_organisation_keys();
        self.judge("rotate the root key", &wrapped)?;
        if wrapped.is_ok() {
            self.house.roots.truncate(1);
            self.house.nodes.iter_mut().for_each(|node| *node = None);
        }
        Ok(())
    }

    /// A node starts from the database and takes over what it finds.
    pub(super) fn start_node(&mut self) -> Verdict {
        self.watch.starts_anew(self.acting, self.house.alone());
        let opened = self.house.open_node();
        self.judge("a node starts", &opened)?;
        if let Ok(node) = opened {
            self.house.nodes[self.acting] = Some(node);
            self.beat()?;
        }
        Ok(())
    }

    /// An orderly stop: nothing new is begun, then the process ends.
    pub(super) fn retire(&mut self) -> Verdict {
        self.note("the node is stopped".to_owned());
        self.node()?.flow.dispatcher().drain();
        let jobs = self.node()?.flow.dispatcher().take(10);
        self.judge("take after the stop", &jobs)?;
        if jobs.is_err() {
            self.house.nodes[self.acting] = None;
            return Ok(());
        }
        ensure!(
            jobs.is_ok_and(|jobs| jobs.is_empty()),
            "a stopped node began an attempt"
        );
        self.house.nodes[self.acting] = None;
        Ok(())
    }

    /// The program's own whole-log check and its overview agree with the oracles.
    pub(super) fn check_whole_logs(&mut self) -> Verdict {
        let Some(node) = self.house.nodes.iter().flatten().next() else {
            return Ok(());
        };
        let world = node.flow.world();
        for clinic in &self.house.clinics {
            let size = world.verify_ledger(clinic.id)?;
            let overview = node.flow.overview(&world.system(clinic.id))?;
            ensure!(
                overview.off_by == 0,
                "the overview is off by {}",
                overview.off_by
            );
            ensure!(
                overview.ledger_size == size,
                "the overview shows another audit log"
            );
        }
        Ok(())
    }

    /// A message that is on the wire just now, often.
    fn some_flying(&self) -> Verdict<Option<usize>> {
        let flights = &self.node()?.flights;
        if flights.is_empty() || self.chance.happens(1, 3) {
            return Ok(None);
        }
        let delivery = flights[self.below(flights.len())].job.delivery;
        let row = self.undisturbed(move |tx| deliveries::load(tx, delivery))?;
        let found = self.books.find_message(row.message);
        Ok(found.filter(|at| self.books.sent[*at].standing != Standing::Absent))
    }

    /// One of the messages that were accepted.
    pub(super) fn some_sent(&self) -> Option<usize> {
        let sent = self.books.sent.iter().enumerate();
        let exist =
            sent.filter(|(_, s)| matches!(s.standing, Standing::Acknowledged | Standing::Found));
        let at: Vec<usize> = exist.map(|(at, _)| at).collect();
        (!at.is_empty()).then(|| *self.chance.pick(&at))
    }
}
