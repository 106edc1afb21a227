//! The nightly check: whether everything that was accepted is archived, and everything that is archived is indexed,
//! but for what is explained.
//!
//! Counts of one moment, kept a row a day and told in the audit log. Invariant: a check says *whole* only where
//! accepted = archived + waiting and findable = indexed, and nothing waits for long.

use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{ArchiveCheckState, Code, Error, Mode, OrganisationId, Result};
use store::tables::archive_checks::{self, ArchiveCheck};
use store::tables::postings::{self, Find, Window};
use store::tables::records;

use crate::Records;
use crate::holds::Listed;
use crate::search::tokens::Tokens;

const DAY_SECS: i64 = 86_400;
/// What waits for longer is late: archiving takes seconds.
const LATE_AFTER: Duration = Duration::from_secs(3_600);

impl Records {
    /// Checks every organisation that was not checked today; gives how many it checked. One that fails stops no other.
    ///
    /// # Errors
    /// The database's, or the first of those that failed where none was checked.
    pub fn check_archives(&self) -> Result<usize> {
        let (mut done, mut failed) = (0, None);
        for of in self.flow.world().organisations()? {
            match self.check_archive(of) {
                Ok(checked) => done += usize::from(checked),
                Err(error) => _ = failed.get_or_insert(error),
            }
        }
        match failed {
            Some(error) if done == 0 => Err(error),
            _ => Ok(done),
        }
    }

    /// Checks of past nights, newest first, before a day.
    ///
    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn archive_checks(
        &self,
        ctx: &Ctx,
        before: Option<&str>,
        rows: usize,
    ) -> Result<Listed<ArchiveCheck>> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        if ctx.mode() == Mode::Test {
            return Err(Code::ActionForbidden.into());
        }
        let before = before.map_or(Ok(i64::MAX), str::parse);
        let before = before.map_err(|_| Error::new(Code::CursorInvalid).at("/after"))?;
        let of = ctx.organisation();
        let store = &ctx.world().store;
        let found = store.read(move |tx| archive_checks::list(tx, of, before, rows + 1))?;
        Ok(Listed::of(found, rows, |last| last.day.to_string()))
    }

    fn check_archive(&self, of: OrganisationId) -> Result<bool> {
        let world = self.flow.world();
        let now = world.now();
        let day = now.secs().div_euclid(DAY_SECS);
        let last = world
            .store
            .read(move |tx| archive_checks::last_day(tx, of))?;
        if last.is_some_and(|last| last >= day) {
            return Ok(false);
        }
        let every = [Mode::Live, Mode::Test].map(|mode| Tokens::of(world, of, mode));
        let [live, test] = every.map(|tokens| tokens.map(|tokens| tokens.every()));
        let every = [live?, test?];
        let check = world.store.read(move |tx| {
            let gap = records::gap(tx, of)?;
            let (destroyed, findable) = records::destroyed_and_findable(tx, of)?;
            let mut indexed = 0;
            for token in every {
                indexed += postings::count(tx, &Find::Phrase(vec![token]), WHOLE)?;
            }
            let whole = gap.accepted == gap.archived + gap.waiting && findable == indexed;
            let late = records::waits_since(tx, of, now.minus(LATE_AFTER))?;
            let state = match (whole, late) {
                (false, _) => ArchiveCheckState::Torn,
                (true, true) => ArchiveCheckState::Late,
                (true, false) => ArchiveCheckState::Whole,
            };
            Ok(ArchiveCheck {
                day,
                checked_at: now,
                state,
                accepted: gap.accepted,
                archived: gap.archived,
                waiting: gap.waiting,
                partial: gap.partial,
                destroyed,
                findable,
                indexed,
            })
        })?;
        let ctx = world.system(of);
        world.store.write(move |tx| {
            // Another node may have been faster.
            if !archive_checks::insert(tx, of, &check)? {
                return Ok(false);
            }
            ctx.record(tx, told(&check)).map(|_| true)
        })
    }
}

const WHOLE: Window = Window {
    first: i64::MIN,
    last: i64::MAX,
    rows: usize::MAX,
};

fn told(check: &ArchiveCheck) -> Event<'static> {
    let kind = match check.state {
        ArchiveCheckState::Whole => "archive.checked",
        ArchiveCheckState::Late | ArchiveCheckState::Torn => "archive.gap_found",
    };
    Event::new(kind)
        .fact("state", check.state.word())
        .fact("accepted", check.accepted)
        .fact("archived", check.archived)
        .fact("waiting", check.waiting)
        .fact("partial", check.partial)
        .fact("destroyed", check.destroyed)
        .fact("findable", check.findable)
        .fact("indexed", check.indexed)
}
