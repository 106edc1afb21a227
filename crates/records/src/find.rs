//! Find: a search of an organisation's archive, page by page, on the record before anything is shown.

use ctx::{Action, Ctx, Event};
use model::{Code, Error, MessageId, Result, SearchId, Timestamp};
use store::tables::postings::{self, Window};
use store::tables::records;

use crate::Records;
use crate::archive::Held;
use crate::search::plan::plan;
use crate::search::query::{QueryError, Why, parse};
use crate::search::tokens::Tokens;

/// Hits of a page, at most.
pub const PAGE_MAX: usize = 100;

/// What is searched, and which part of the answer is wanted.
#[derive(Clone, Default)]
pub struct Page {
    pub query: String,
    pub since: Option<Timestamp>,
    /// Not part of it.
    pub until: Option<Timestamp>,
    /// Behind this position: what the page before ended with.
    pub before: Option<i64>,
    pub rows: usize,
}

/// What was looked for, in keyed words.
#[derive(Clone, Debug)]
pub struct Sought(pub(crate) postings::Find);

pub enum Found {
    Hits {
        hits: Vec<Hit>,
        /// Where the next page begins; none when this is the last.
        next: Option<i64>,
        /// Messages that wait to be archived, or of which not all can be found.
        missing: u64,
        /// What was looked for, for [`Records::excerpts`].
        find: Box<Sought>,
    },
    /// The search cannot be read, and why.
    Unclear(QueryError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub message: MessageId,
    pub position: i64,
    pub created_at: Timestamp,
}

impl Records {
    /// Messages that hold what is asked, newest first. The search itself is kept sealed in the audit log.
    ///
    /// # Errors
    /// `action_forbidden`; the database's.
    pub fn search(&self, ctx: &Ctx, page: &Page) -> Result<Found> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let query = match parse(&page.query) {
            Ok(query) => query,
            Err(error) => return Ok(Found::Unclear(error)),
        };
        let (world, of) = (self.flow.world(), ctx.organisation());
        let tokens = Tokens::of(world, of, ctx.mode())?;
        let what = {
            let shared = self.lexicon(of);
            let mut held = Held::take(&shared);
            held.learn(world, of)?;
            match plan(&query, held.words(), &tokens) {
                Ok(what) => what,
                Err(_) => {
                    // It was looked up, so it is on the record as well.
                    drop(held);
                    self.note(ctx, page, 0)?;
                    let (why, at) = (Why::TooBroad, 0..page.query.len());
                    return Ok(Found::Unclear(QueryError { why, at }));
                }
            }
        };
        let rows = page.rows.clamp(1, PAGE_MAX);
        let window = window(page, rows + 1);
        let find = Box::new(Sought(what.clone()));
        let (positions, missing) = world.store.read(move |tx| {
            Ok((
                postings::find(tx, &what, window)?,
                records::missing(tx, of)?,
            ))
        })?;
        let next = (positions.len() > rows).then(|| positions[rows - 1]);
        let shown: Vec<i64> = positions.into_iter().take(rows).collect();
        self.note(ctx, page, shown.len())?;
        Ok(Found::Hits {
            hits: self.hits(ctx, shown)?,
            next,
            missing,
            find,
        })
    }

    fn hits(&self, ctx: &Ctx, positions: Vec<i64>) -> Result<Vec<Hit>> {
        let of = ctx.organisation();
        ctx.world().store.read(move |tx| {
            let mut hits = Vec::with_capacity(positions.len());
            for position in &positions {
                // A token of another organisation is never ours; its record would not be either.
                let found = records::at(tx, of, *position)?;
                let (message, created_at) = found.ok_or(Error::new(Code::StoredDataInvalid))?;
                hits.push(Hit {
                    message,
                    position: *position,
                    created_at,
                });
            }
            Ok(hits)
        })
    }

    /// Who searched for what, before it is answered.
    fn note(&self, ctx: &Ctx, page: &Page, shown: usize) -> Result<()> {
        let id = SearchId::mint(ctx.now(), ctx.world().rng.as_ref());
        let key = ctx
            .world()
            .new_item_key(ctx.organisation(), *id.as_bytes())?;
        let (ctx2, text) = (ctx.clone(), page.query.clone());
        ctx.world().store.write(move |tx| {
            key.insert(tx)?;
            let event = Event::new("archive.searched")
                .about(id)
                .fact("shown", shown);
            let event = event.payload(text.clone().into_bytes(), key.opened());
            ctx2.record(tx, event).map(drop)
        })
    }
}

fn window(page: &Page, rows: usize) -> Window {
    let first = |at: Timestamp| crate::archive::first_position(at);
    let last = page
        .until
        .map_or(i64::MAX, |at| first(at).saturating_sub(1));
    Window {
        first: page.since.map_or(i64::MIN, first),
        last: page
            .before
            .map_or(last, |before| last.min(before.saturating_sub(1))),
        rows,
    }
}
