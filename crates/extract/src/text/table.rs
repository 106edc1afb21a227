//! A table as text: a row a line, cells separated by tabs, so that a name stands above its values.
//!
//! Invariant: a cell never holds a tab or a line end of its own, and every cell is counted.

use crate::extracted::{Because, TextForm};
use crate::limits::TABLE_COLUMNS_MAX;
use crate::session::{Session, Shown};

/// Rows as they come in.
#[derive(Default)]
pub(crate) struct Rows {
    text: String,
    row: String,
    /// Tabs that the row has.
    tabs: usize,
    next_column: usize,
    full: bool,
}

impl Rows {
    /// A cell at a column, from 0; columns before it that had none stay empty.
    pub(crate) fn cell(&mut self, session: &mut Session<'_>, place: &str, at: usize, value: &str) {
        if self.full {
            return;
        }
        let counted = session.budget.cell();
        let room = (self.text.len() + self.row.len()) as u64 <= session.budget.text;
        let counted = counted.and(if room {
            Ok(())
        } else {
            Err(Because::LimitText)
        });
        if session.or_lost(place, counted).is_none() {
            self.full = true;
            return;
        }
        let at = at.min(TABLE_COLUMNS_MAX);
        while self.tabs < at {
            self.row.push('\t');
            self.tabs += 1;
        }
        if at < self.next_column {
            self.row.push(' ');
        }
        self.next_column = at + 1;
        let clean = value.trim().chars();
        self.row.extend(clean.map(|c| {
            if matches!(c, '\t' | '\n' | '\r') {
                ' '
            } else {
                c
            }
        }));
    }

    /// A cell right of the last one.
    pub(crate) fn next(&mut self, session: &mut Session<'_>, place: &str, value: &str) {
        self.cell(session, place, self.next_column, value);
    }

    /// Cells without a value right of the last one.
    pub(crate) fn skip(&mut self, columns: usize) {
        self.next_column = (self.next_column + columns).min(TABLE_COLUMNS_MAX);
    }

    pub(crate) fn end_row(&mut self) {
        if !self.row.trim().is_empty() {
            self.text.push_str(self.row.trim_end_matches('\t'));
            self.text.push('\n');
        }
        self.row.clear();
        self.tabs = 0;
        self.next_column = 0;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    pub(crate) fn say(mut self, session: &mut Session<'_>, place: &str, shown: Shown) {
        self.end_row();
        session.text(place, TextForm::Table, &self.text, shown);
    }
}

/// Comma, semicolon, tab or bar, where the first lines agree on how many there are.
pub(crate) fn separator(text: &str) -> Option<char> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .take(6)
        .collect();
    let count = |line: &str, c: char| line.chars().filter(|found| *found == c).count();
    ['\t', ',', ';', '|'].into_iter().find(|c| {
        let first = lines.first().map_or(0, |line| count(line, *c));
        first > 0 && lines.len() > 1 && lines.iter().all(|line| count(line, *c) >= first)
    })
}

/// Delimited text (RFC 4180), leniently: a quote inside a cell is kept.
pub(crate) fn read(session: &mut Session<'_>, place: &str, text: &str, separator: char) {
    let mut rows = Rows::default();
    let (mut cell, mut quoted, mut column) = (String::new(), false, 0);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            c if c == separator && !quoted => {
                rows.cell(session, place, column, &cell);
                cell.clear();
                column += 1;
            }
            '\n' if !quoted => {
                rows.cell(session, place, column, &cell);
                cell.clear();
                column = 0;
                rows.end_row();
            }
            '\r' => {}
            c => cell.push(c),
        }
        if rows.is_full() {
            break;
        }
    }
    rows.cell(session, place, column, &cell);
    rows.say(session, place, Shown::Yes);
}
