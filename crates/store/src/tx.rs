//! A transaction in progress: run statements, read rows.
//!
//! Invariant: the first statement that fails dooms the transaction on both engines. PostgreSQL does
//! so by itself; on SQLite we do, so that no caller learns to carry on after an error.

use model::{Code, Error, Result};

use crate::fault::Fault;
use crate::row::Row;
use crate::statement::Statement;
use crate::value::Value;
use crate::{Engine, pg, sqlite};

/// SQLite's own limit.
const PAGES_MAX: u32 = 4_294_967_294;

/// Handed to closures by the store; lives for one run of one closure.
pub struct Tx<'a> {
    link: Link<'a>,
    fault: Option<Fault>,
    changes_settings: bool,
    statements: u64,
}

pub(crate) enum Link<'a> {
    Sqlite(&'a dyn sqlite::Prepare),
    Postgres(&'a mut pg::Link),
}

impl<'a> Tx<'a> {
    pub(crate) fn new(link: Link<'a>) -> Self {
        Self {
            link,
            fault: None,
            changes_settings: false,
            statements: 0,
        }
    }

    /// Rows changed.
    pub fn execute(&mut self, s: &'static Statement, params: &[Value<'_>]) -> Result<u64> {
        self.admit(s, params)?;
        let done = match &mut self.link {
            Link::Sqlite(on) => sqlite::execute(*on, s, params),
            Link::Postgres(link) => link.execute(s, params),
        };
        done.map_err(|fault| self.doom(fault))
    }

    /// All rows. An error of `map` ends the reading and is returned, and does not doom.
    pub fn query<T>(
        &mut self,
        s: &'static Statement,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.each(s, params, &mut |row| {
            rows.push(map(row)?);
            Ok(More::Wanted)
        })?;
        Ok(rows)
    }

    /// The first row, or `None`.
    pub fn find<T>(
        &mut self,
        s: &'static Statement,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.each(s, params, &mut |row| {
            found = Some(map(row)?);
            Ok(More::Enough)
        })?;
        Ok(found)
    }

    /// Checks that the engine understands the statement, without running it.
    pub fn prepare(&mut self, s: &'static Statement) -> Result<()> {
        let done = match &mut self.link {
            Link::Sqlite(on) => sqlite::prepare(*on, s),
            Link::Postgres(link) => link.prepare(s),
        };
        done.map_err(|fault| self.doom(fault))
    }

    pub fn engine(&self) -> Engine {
        match self.link {
            Link::Sqlite(on) if on.connection().path().is_none_or(str::is_empty) => Engine::Memory,
            Link::Sqlite(_) => Engine::Sqlite,
            Link::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a migration's text, already in the engine's dialect.
    pub(crate) fn batch(&mut self, sql: &str, during: &str) -> Result<()> {
        let done = match &mut self.link {
            Link::Sqlite(on) => on
                .connection()
                .execute_batch(sql)
                .map_err(|e| Fault::sqlite(&e, during)),
            Link::Postgres(link) => link.batch(sql, during),
        };
        done.map_err(|fault| self.doom(fault))
    }

    /// SQLite alone knows such a cap; a server's space is the server's business.
    pub(crate) fn limit_pages(&mut self, pages: Option<u32>) -> Result<()> {
        if self.engine() == Engine::Postgres {
            return Err(Error::new(Code::ConfigInvalid).because("PostgreSQL has no page limit"));
        }
        let pages = pages.unwrap_or(PAGES_MAX);
        self.batch(&format!("PRAGMA max_page_count = {pages}"), "page limit")
    }

    /// Whether a statement so far wrote to a table of settings.
    pub(crate) fn changes_settings(&self) -> bool {
        self.changes_settings
    }

    /// How many it ran.
    pub(crate) fn statements(&self) -> u64 {
        self.statements
    }

    /// What doomed it.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    fn each(&mut self, s: &'static Statement, params: &[Value<'_>], see: See<'_>) -> Result<()> {
        self.admit(s, params)?;
        let mut own = None;
        let mut keep = |row: &Row<'_>| match see(row) {
            Ok(more) => more,
            Err(error) => {
                own = Some(error);
                More::Enough
            }
        };
        let done = match &mut self.link {
            Link::Sqlite(on) => sqlite::query(*on, s, params, &mut keep),
            Link::Postgres(link) => link.query(s, params, &mut keep),
        };
        done.map_err(|fault| self.doom(fault))?;
        own.map_or(Ok(()), Err)
    }

    /// No statement after a failed one, and no text that only one engine would take.
    fn admit(&mut self, s: &'static Statement, params: &[Value<'_>]) -> Result<()> {
        self.changes_settings |= s.changes_settings();
        self.statements += 1;
        if let Some(fault) = &self.fault {
            return Err(fault.into());
        }
        let has_nul =
            |v: &Value<'_>| matches!(v, Value::Text(text) if text.as_bytes().contains(&0));
        if params.iter().any(has_nul) {
            let cause = format!("text with NUL for {}", s.name());
            return Err(Error::new(Code::FieldInvalid).because(cause));
        }
        Ok(())
    }

    fn doom(&mut self, fault: Fault) -> Error {
        let error = Error::from(&fault);
        self.fault = Some(fault);
        error
    }
}

/// Whether the reader of rows wants the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum More {
    Wanted,
    Enough,
}

type See<'s> = &'s mut dyn FnMut(&Row<'_>) -> Result<More>;
