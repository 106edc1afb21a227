//! Which messages a hold keeps, page by page, on the record before anything is shown.

use ctx::{Ctx, Event};
use model::{Code, Error, HoldId, MessageId, OrganisationId, Result, Timestamp, limits};
use store::Tx;
use store::tables::holds as table;
use store::tables::postings::{self, Find, Window};
use store::tables::records;

use super::bound::{Bind, Classed, has};
use super::shown;
use crate::Records;
use crate::archive::first_position;

/// Records of which not all can be read that one page looks at.
const LOOKED_AT: usize = 5_000;

/// Of what a hold keeps, those that it covers, or those that could not be read in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Covered,
    Unreadable,
}

/// A page of what a hold keeps, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeps {
    pub messages: Vec<(MessageId, Timestamp)>,
    /// Behind this position begins the next page.
    pub next: Option<i64>,
    /// All that it covers by what can be read.
    pub covered: u64,
    /// Its classes were not counted apart: fewer may be covered.
    pub at_most: bool,
}

impl Records {
    /// # Errors
    /// `not_found`.
    pub fn hold_keeps(
        &self,
        ctx: &Ctx,
        id: HoldId,
        sort: Sort,
        before: Option<i64>,
        rows: usize,
    ) -> Result<Keeps> {
        super::reads(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let (hold, scope) = ctx.world().store.read(move |tx| {
            let hold = table::load(tx, id, of)?;
            let (scope, ..) = shown::opened(&ctx2, tx, &hold)?;
            Ok((hold, scope))
        })?;
        let bind = self.plan_hold(ctx, &hold, &scope)?;
        let keeps = ctx.world().store.read(move |tx| {
            let all = window(&bind, None, rows);
            let page = window(&bind, before, rows + 1);
            let what = bind.what();
            let covered = postings::count(tx, &what, all)?;
            let (messages, next) = match sort {
                Sort::Covered if bind.classes.is_empty() => by_words(tx, of, &what, page)?,
                Sort::Covered => by_class(tx, of, &bind, page)?,
                Sort::Unreadable => unreadable(tx, of, &bind, page)?,
            };
            Ok(Keeps {
                messages,
                next,
                covered,
                at_most: !bind.classes.is_empty(),
            })
        })?;
        self.note_kept(ctx, id, keeps.messages.len())?;
        Ok(keeps)
    }

    fn note_kept(&self, ctx: &Ctx, id: HoldId, shown: usize) -> Result<()> {
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let event = Event::new("hold.listed").about(id).fact("shown", shown);
            ctx2.record(tx, event).map(drop)
        })
    }
}

fn window(bind: &Bind, before: Option<i64>, rows: usize) -> Window {
    let last = bind
        .hold
        .until
        .map_or(i64::MAX, |until| first_position(until).saturating_sub(1));
    Window {
        first: bind.hold.since.map_or(i64::MIN, first_position),
        last: before.map_or(last, |before| last.min(before.saturating_sub(1))),
        rows,
    }
}

type Rows = (Vec<(MessageId, Timestamp)>, Option<i64>);

fn by_words(tx: &mut Tx<'_>, of: OrganisationId, what: &Find, page: Window) -> Result<Rows> {
    let mut positions = postings::find(tx, what, page)?;
    let more = positions.len() == page.rows;
    positions.truncate(page.rows - 1);
    let next = positions.last().copied().filter(|_| more);
    let rows = positions.into_iter().map(|position| {
        let found = records::at(tx, of, position)?;
        found.ok_or_else(|| Error::new(Code::StoredDataInvalid))
    });
    Ok((rows.collect::<Result<_>>()?, next))
}

/// Of what its words find, those of its classes, and those whose class nobody knows.
fn by_class(tx: &mut Tx<'_>, of: OrganisationId, bind: &Bind, page: Window) -> Result<Rows> {
    let looked_at = Window {
        rows: LOOKED_AT,
        ..page
    };
    let (mut rows, mut last) = (Vec::new(), None);
    let positions = postings::find(tx, &bind.what(), looked_at)?;
    let all = positions.len() == LOOKED_AT;
    for position in positions {
        if rows.len() + 1 == page.rows {
            return Ok((rows, last));
        }
        last = Some(position);
        let found = records::at(tx, of, position)?;
        let (message, at) = found.ok_or_else(|| Error::new(Code::StoredDataInvalid))?;
        if bind.classed(tx, message)? != Classed::Other {
            rows.push((message, at));
        }
    }
    Ok((rows, last.filter(|_| all)))
}

/// Kept since not all of it can be read.
fn unreadable(tx: &mut Tx<'_>, of: OrganisationId, bind: &Bind, page: Window) -> Result<Rows> {
    let looked_at = Window {
        rows: LOOKED_AT,
        ..page
    };
    let (mut rows, mut last, what) = (Vec::new(), None, bind.what());
    let parts = records::parts(tx, of, looked_at)?;
    let all = parts.len() == LOOKED_AT;
    for record in parts {
        if rows.len() + 1 == page.rows {
            return Ok((rows, last));
        }
        last = Some(record.position);
        // What its words find stands in the other list.
        if bind.covers(tx, &record)?.is_some() && !has(tx, &what, &record)? {
            rows.push((record.message, record.created_at));
        }
    }
    Ok((rows, last.filter(|_| all)))
}
