//! Tidy: ends and forgets what has a keeping time and is past it, in small batches, so that nobody
//! waits for it.
//!
//! Not retention of messages: nothing here touches content that a row names. Invariant: what somebody
//! must know of (a notice that nobody picked up) is ended on the record; what is only forgotten was
//! over before.

use std::sync::atomic::Ordering;

use ctx::Event;
use model::{BlobId, RecipientState, Result, Timestamp, limits};
use store::Tx;
use store::tables::{
    blobs, directories, events, idempotency, key_lookups, portal, recipients, sign_in,
    suppression_imports, users,
};

use crate::Flow;

const BATCH: usize = 200;
/// Folders of blobs looked through in one turn.
const FOLDERS: u64 = 16;

type Forget = fn(&mut Tx<'_>, Timestamp, usize) -> Result<u64>;

impl Flow {
    /// Call it every few minutes. What fails is tried again by the next call.
    ///
    /// # Errors
    /// The store's.
    pub fn tidy(&self) -> Result<()> {
        self.end_unread_notices()?;
        self.tell_delays()?;
        self.tell_held()?;
        let now = self.world().now();
        let over = now.minus(limits::ENDED_KEEP);
        let kinds: [(Forget, Timestamp); 8] = [
            (
                idempotency::forget_before,
                now.minus(limits::IDEMPOTENCY_KEEP),
            ),
            (
                suppression_imports::forget_before,
                now.minus(limits::SUPPRESSION_IMPORT_KEEP),
            ),
            (key_lookups::forget_before, now),
            (directories::forget_before, now),
            (users::forget_sessions, over),
            (portal::forget_visits, over),
            (portal::forget_codes, over),
            (sign_in::forget_strangers, now.minus(limits::SIGN_IN_FORGET)),
        ];
        for (forget, before) in kinds {
            while self
                .world()
                .store
                .write(move |tx| forget(tx, before, BATCH))?
                == BATCH as u64
            {}
        }
        let reports = now.minus(limits::DOMAIN_REPORTS_KEEP);
        self.world().store.write(move |tx| {
            store::tables::reports::forget_before(tx, reports)?;
            store::tables::way_limits::forget_before(tx, over)?;
            crate::after::forget_report_hours(tx, now)?;
            crate::inbound::tidy(tx, now)
        })?;
        self.tidy_hooks()?;
        self.drop_orphans()
    }

    /// A notice that nobody picked up in time: the recipient did not get the message, and its sender
    /// hears of it.
    fn end_unread_notices(&self) -> Result<()> {
        loop {
            let (world, now) = (self.world().clone(), self.world().now());
            let ended = self.world().store.write(move |tx| {
                let unread = portal::unread(tx, now, BATCH)?;
                for notice in &unread {
                    portal::end_notice(tx, notice.id, now)?;
                    let (id, from, to) = (
                        notice.recipient,
                        RecipientState::Notified,
                        RecipientState::Expired,
                    );
                    if recipients::move_state(tx, id, from, to, now)? {
                        let event = Event::new("portal.expired")
                            .message(notice.message)
                            .recipient(id)
                            .about(notice.id);
                        let ctx = world.system(notice.organisation);
                        ctx.record(tx, event)?;
                        let (topic, organisation) = (crate::after::REPORT, notice.organisation);
                        events::push(tx, topic, organisation, id.as_bytes(), now)?;
                    }
                }
                Ok(unread.len())
            })?;
            if ended > 0 {
                self.ring();
            }
            if ended < BATCH {
                return Ok(());
            }
        }
    }

    /// Bytes outside the database come before the commit that names them: where that commit failed,
    /// or the program died before it, nobody else removes them.
    fn drop_orphans(&self) -> Result<()> {
        let store = &self.world().store;
        let before = self.world().now().minus(limits::ORPHAN_KEEP);
        for _ in 0..FOLDERS {
            let turn = self.inner.turns.fetch_add(1, Ordering::Relaxed);
            for name in store.blobs().some_names(turn)? {
                let Ok(id) = name.parse::<BlobId>() else {
                    continue;
                };
                if id.minted_at() < before && !store.read(move |tx| blobs::exists(tx, id))? {
                    store.blobs().remove(&name)?;
                    metrics::counter!("orphan_blobs_removed_total").increment(1);
                }
            }
        }
        Ok(())
    }
}
