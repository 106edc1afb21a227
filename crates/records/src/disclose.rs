//! Packages of messages for somebody outside, and the accounting of what was disclosed so.
//!
//! What goes to whom and why is recorded, with every message of it, in the commit that makes the package
//! (45 CFR 164.528). The package itself is not stored: it is made again from the same messages and options whenever
//! it is taken, octet by octet the same. Records of treatment for substance use (42 CFR Part 2) are left out and named
//! unless they are asked for, and so is what does not open. Invariant: nothing leaves that is not on record.

mod order;
mod package;

use std::time::Duration;

use ctx::{Action, Ctx, Event};
use flow::view::cursor;
use model::{Code, Error, ExportId, HoldId, MessageId, Mode, Result, Secret, Timestamp, limits};
use store::tables::exports::{self as table, Export};
use store::tables::{archive_heads, item_keys};

use crate::Records;
use crate::export::Format;

/// What is asked for.
#[derive(Clone, Default)]
pub struct NewExport {
    pub which: Which,
    pub recipient: String,
    pub purpose: String,
    /// Beside natives, sidecars and texts.
    pub formats: Vec<Format>,
    /// Whether records under 42 CFR Part 2 go as well: there is a consent or an order for it.
    pub with_part2: bool,
}

/// Which messages.
#[derive(Clone, Default)]
pub enum Which {
    #[default]
    None,
    These(Vec<MessageId>),
    /// All that a search finds.
    Search {
        query: String,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    },
    /// All that a hold keeps, those among them that cannot be read in full.
    Hold(HoldId),
}

/// A package that was made.
pub struct Made {
    pub id: ExportId,
    pub messages: usize,
    pub left_out: usize,
    /// Shown once. It opens the package, and travels by another way.
    pub password: Secret<String>,
}

/// A package on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportView {
    pub id: ExportId,
    pub recipient: String,
    pub purpose: String,
    /// What was asked for, in words.
    pub asked: String,
    pub messages: u64,
    pub left_out: usize,
    pub author: String,
    pub created_at: Timestamp,
    pub ends_at: Timestamp,
    pub taken: u64,
}

pub struct ExportPage {
    pub rows: Vec<ExportView>,
    pub next: Option<String>,
}

const DAYS: Duration = Duration::from_secs(limits::EXPORT_DAYS as u64 * 86_400);

impl Records {
    /// Makes a package; it can be taken for seven days.
    ///
    /// # Errors
    /// `action_forbidden`; `field_missing` or `field_invalid` at `/recipient`, `/purpose`, `/messages` or `/query`;
    /// `not_found` for a message or hold of nobody's.
    pub fn disclose(&self, ctx: &Ctx, new: &NewExport) -> Result<Made> {
        may(ctx)?;
        let order = self.order(ctx, new)?;
        let (made, order) = (order.made(ctx)?, order);
        let id = ExportId::mint(ctx.now(), ctx.world().rng.as_ref());
        let key = ctx
            .world()
            .new_item_key(ctx.organisation(), *id.as_bytes())?;
        let row = Export {
            id,
            organisation: ctx.organisation(),
            author: ctx.actor().to_owned(),
            sealed_order: made.sealed(ctx, key.opened(), id)?,
            messages: order.messages.len() as u64,
            created_at: ctx.now(),
            ends_at: ctx.now().plus(DAYS),
            taken: 0,
        };
        let password = Secret::new(made.password.clone());
        let (ctx2, payload) = (ctx.clone(), made.payload(&order.messages)?);
        let (messages, left_out) = (order.messages.len(), made.left_out.len());
        ctx.world().store.write(move |tx| {
            // Nothing of it is destroyed beside this commit, or was since it was looked up.
            archive_heads::touch(tx, ctx2.organisation())?;
            for message in &order.messages {
                item_keys::load(tx, message.as_bytes(), ctx2.organisation())?;
            }
            key.insert(tx)?;
            table::insert(tx, &row, &order.messages)?;
            let event = Event::new("archive.exported").about(id);
            let event = event.fact("messages", messages).fact("left_out", left_out);
            let event = event.payload(payload.clone(), key.opened());
            ctx2.record(tx, event).map(drop)
        })?;
        Ok(Made {
            id,
            messages,
            left_out,
            password,
        })
    }

    /// Packages, newest first.
    ///
    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn exports(&self, ctx: &Ctx, after: Option<&str>, rows: usize) -> Result<ExportPage> {
        may(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, ExportId::from_bytes(id)));
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let mut found = ctx.world().store.read(move |tx| {
            let found = table::list(tx, of, before, rows + 1)?;
            let views = found.iter().map(|row| order::view(&ctx2, tx, row));
            views.collect::<Result<Vec<_>>>()
        })?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.created_at, last.id.as_bytes()));
        Ok(ExportPage { rows: found, next })
    }

    /// To whom a message was disclosed so, newest first: those of six years and more.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`.
    pub fn disclosures(&self, ctx: &Ctx, message: MessageId) -> Result<Vec<ExportView>> {
        may(ctx)?;
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        ctx.world().store.read(move |tx| {
            store::tables::messages::load(tx, message, of)?;
            let found = table::of_message(tx, message, of, limits::PAGE_ROWS_MAX)?;
            found
                .iter()
                .map(|row| order::view(&ctx2, tx, row))
                .collect()
        })
    }
}

fn may(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::ArchiveExport, &ctx.own("archive"))?;
    match ctx.mode() {
        Mode::Live => Ok(()),
        Mode::Test => Err(Error::new(Code::ActionForbidden)),
    }
}
