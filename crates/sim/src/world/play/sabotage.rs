//! Planted faults that reach into the store: done between two actions, as if the last one had
//! done its work wrongly.

use model::seams::Clock;
use model::{RecipientState, Result};
use store::tables::{events, ledger, messages, recipients};

use super::Driver;
use crate::world::oracle::Verdict;
use crate::world::planted::Planted;

const ROWS: usize = 1_000;

impl Driver {
    pub(super) fn sabotage(&mut self) -> Verdict {
        let done = if self.plant.happens(Planted::LosesOutboxEntry, 10) {
            self.lose_outbox_entry()?
        } else if self.plant.happens(Planted::LosesAuditEntry, 10) {
            self.lose_audit_entry()?
        } else if self.plant.happens(Planted::ForgesTile, 10) {
            self.forge_tile()?
        } else if self.plant.happens(Planted::RewindsLog, 10) {
            self.rewind_log()?
        } else if self.plant.happens(Planted::ClaimsDelivery, 10) {
            self.claim_delivery()?
        } else if self.plant.happens(Planted::ReportsTwice, 30) {
            self.report_twice()?
        } else {
            false
        };
        if done {
            self.note("  a planted fault".to_owned());
        }
        Ok(())
    }

    fn lose_outbox_entry(&self) -> Result<bool> {
        self.house.store.write(|tx| {
            let waiting = events::peek(tx, i64::MIN, 1)?;
            let first = waiting.first().map(|row| row.position);
            first.map_or(Ok(false), |position| events::done(tx, position))
        })
    }

    fn lose_audit_entry(&self) -> Result<bool> {
        let clinic = self.plant.pick(&self.house.clinics).id;
        self.house.store.write(move |tx| {
            let pending = ledger::pending(tx, clinic, 1)?;
            pending.first().map_or(Ok(false), |row| {
                ledger::unpend(tx, &[row.position]).map(|()| true)
            })
        })
    }

    fn forge_tile(&self) -> Result<bool> {
        let clinic = self.plant.pick(&self.house.clinics).id;
        self.house.store.write(move |tx| {
            let Some(mut tile) = ledger::find_tile(tx, clinic, 0, 0)? else {
                return Ok(false);
            };
            tile[0] ^= 1;
            ledger::put_tile(tx, clinic, 0, 0, &tile).map(|()| true)
        })
    }

    fn rewind_log(&self) -> Result<bool> {
        let clinic = self.plant.pick(&self.house.clinics).id;
        self.house.store.write(move |tx| {
            let Some(head) = ledger::find_head(tx, clinic)?.filter(|head| head.size > 1) else {
                return Ok(false);
            };
            let from = head.size;
            let earlier = ledger::Head {
                size: from - 1,
                ..head
            };
            ledger::move_head(tx, clinic, from, &earlier).map(|()| true)
        })
    }

    fn claim_delivery(&self) -> Result<bool> {
        let now = self.house.clock.now();
        self.each_recipient(RecipientState::Queued, move |tx, recipient| {
            let (from, to) = (RecipientState::Queued, RecipientState::Delivered);
            recipients::move_state(tx, recipient.id, from, to, now)
        })
    }

    fn report_twice(&self) -> Result<bool> {
        let now = self.house.clock.now();
        self.each_recipient(RecipientState::Bounced, move |tx, recipient| {
            let (organisation, subject) = (recipient.organisation, *recipient.id.as_bytes());
            events::push(tx, "report", organisation, &subject, now).map(|()| true)
        })
    }

    /// Does it to one recipient in this state, if there is one.
    fn each_recipient(
        &self,
        state: RecipientState,
        act: impl Fn(&mut store::Tx<'_>, &recipients::Recipient) -> Result<bool> + Send + 'static,
    ) -> Result<bool> {
        let clinic = self.plant.pick(&self.house.clinics).id;
        self.house.store.write(move |tx| {
            let filter = messages::Filter {
                state: Some(state),
                ..messages::Filter::default()
            };
            let found = messages::list(tx, clinic, filter, ("", model::Mode::Live), None, ROWS)?;
            for message in found.iter().filter(|m| m.mode == model::Mode::Live) {
                let rows = recipients::of_message(tx, message.id)?;
                if let Some(row) = rows.iter().find(|row| row.state == state) {
                    return act(tx, row);
                }
            }
            Ok(false)
        })
    }
}
