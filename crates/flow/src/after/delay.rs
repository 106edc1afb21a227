//! Delays: whose sender is to be told that a message still waits (RFC 3461 §4.1, RFC 5321 §4.5.4.1).
//!
//! Looks at each delivery once, four hours after it was enqueued, by the time in its id, so that it
//! costs nothing where mail flows. Invariant: one report for a recipient, however many nodes look.

use std::sync::PoisonError;
use std::time::Duration;

use mail::smtp::Notify;
use model::{DeliveryId, RecipientState, Result, Timestamp, limits};
use store::Tx;
use store::tables::{events, recipients, sender_reports};

use crate::Flow;

/// How much of time one transaction looks through.
const SLICE: Duration = Duration::from_secs(3_600);
const SECONDS_OF_HOUR: i64 = 3_600;

impl Flow {
    /// What was enqueued since the last look and longer ago than a sender is left alone with it. After
    /// a start that is everything that can still be under way.
    pub(crate) fn tell_delays(&self) -> Result<()> {
        let until = self.world().now().minus(limits::DELAY_REPORT_AFTER);
        let mut from = self
            .delays_told()
            .unwrap_or_else(|| until.minus(self.settings().lifetime));
        let mut told = 0;
        while from < until {
            let to = from.plus(SLICE).min(until);
            told += self.tell_slice(from, to)?;
            let mut looked = self
                .inner
                .delays_told
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *looked = Some(to);
            from = to;
        }
        if told > 0 {
            self.ring();
        }
        Ok(())
    }

    fn delays_told(&self) -> Option<Timestamp> {
        *self
            .inner
            .delays_told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_slice(&self, from: Timestamp, to: Timestamp) -> Result<usize> {
        let store = &self.world().store;
        let waiting =
            store.read(move |tx| sender_reports::waiting(tx, last_of(from), last_of(to)))?;
        let mut told = 0;
        for found in waiting {
            let now = self.world().now();
            told += usize::from(store.write(move |tx| {
                let row = recipients::load(tx, found.recipient, found.organisation)?;
                let wanted =
                    row.state == RecipientState::Queued && Notify::read(&row.notify).wants_delay();
                if !wanted || !sender_reports::claim_delay(tx, found.organisation, row.id, now)? {
                    return Ok(false);
                }
                let topic = super::REPORT_DELAYED;
                events::push(tx, topic, found.organisation, row.id.as_bytes(), now)?;
                Ok(true)
            })?);
        }
        Ok(told)
    }
}

/// Counts of hours that are over.
pub(crate) fn forget_report_hours(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    sender_reports::forget_before(tx, hour_of(now) - 1)
}

pub(super) fn hour_of(at: Timestamp) -> i64 {
    at.secs().div_euclid(SECONDS_OF_HOUR)
}

/// Sorts behind every id of that millisecond and before all later ones.
fn last_of(at: Timestamp) -> DeliveryId {
    let mut bytes = [0xff; 16];
    let millis = u64::try_from(at.millis()).unwrap_or(0).to_be_bytes();
    bytes[..6].copy_from_slice(&millis[2..]);
    DeliveryId::from_bytes(bytes)
}
