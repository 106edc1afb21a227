//! Postings: which keyed tokens stand where in the messages of the archive; FTS5 here, `tsvector` there.
//!
//! A token is ten octets that only the organisation's key connects with a word. Both engines answer the same
//! [`Find`] with the same positions. Invariant: nothing in this module knows a word.

mod fts;
mod tsvector;

use model::Result;

use crate::{Engine, Tx, Value, statements};

/// A keyed word: the first octets of its HMAC.
pub type Token = [u8; 10];

/// Pages of one step of [`merge`]: a fraction of a second.
const MERGE_PAGES: i64 = 500;
/// The same of [`settle`], which works beside the mail.
const SETTLE_PAGES: i64 = 64;

/// Parts of a message that no phrase runs across.
pub const COLUMNS: usize = 6;

/// What stands in one message, part by part, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting {
    pub columns: [Vec<Placed>; COLUMNS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    Token(Token),
    /// Between two texts of one part: no phrase runs across.
    Gap,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Find {
    And(Vec<Find>),
    Or(Vec<Find>),
    /// The first without the second.
    Without(Box<Find>, Box<Find>),
    /// Tokens beside each other; never empty.
    Phrase(Vec<Token>),
    /// Two phrases with so many tokens between them at most, in either order; they may overlap.
    Near(Vec<Token>, Vec<Token>, u32),
    Nothing,
}

/// Positions from `first` up to `last`, newest first, behind `before`.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub first: i64,
    pub last: i64,
    pub rows: usize,
}

statements! {
    pub INSERT_WHOLE = "SELECT 1 WHERE $1::bigint = 0 AND $2::text = '' AND $3::text = '' AND $4::text = ''
        AND $5::text = '' AND $6::text = '' AND $7::text = ''" =>
        "INSERT INTO postings (rowid, subject, body, sender, receivers, files, marks) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub INSERT_UNIT = "INSERT INTO postings (position, unit, terms) VALUES ($1, $2, $3::text::tsvector)" =>
        "SELECT 1 WHERE $1 = 0 AND $2 = 0 AND $3 = ''";
    pub FIND = "SELECT position FROM postings WHERE terms @@ $1::text::tsquery AND unit = 0 AND position >= $2 AND position <= $3
        ORDER BY position DESC LIMIT $4" =>
        "SELECT rowid FROM postings WHERE postings MATCH $1 AND rowid >= $2 AND rowid <= $3 ORDER BY rowid DESC LIMIT $4";
    pub FIND_IN_UNITS = "SELECT DISTINCT position FROM postings WHERE terms @@ $1::text::tsquery AND unit > 0
        AND position >= $2 AND position <= $3" =>
        "SELECT 1 WHERE $1 = '' AND $2 = 0 AND $3 = 0";
    pub ANY_UNITS = "SELECT 1 FROM postings WHERE unit > 0 LIMIT 1" => "SELECT 1 WHERE 0 = 1";
    pub COUNT = "SELECT count(*) FROM postings WHERE terms @@ $1::text::tsquery AND unit = 0 AND position >= $2 AND position <= $3" =>
        "SELECT count(*) FROM postings WHERE postings MATCH $1 AND rowid >= $2 AND rowid <= $3";
    pub HAS = "SELECT 1 FROM postings WHERE terms @@ $1::text::tsquery LIMIT 1" =>
        "SELECT 1 FROM postings WHERE postings MATCH $1 LIMIT 1";
    pub BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true)" => "SELECT 1";
    pub MERGE = "SELECT 1 WHERE $1::bigint = 0" => "INSERT INTO postings (postings, rank) VALUES ('merge', $1)";
    pub CHANGES = "SELECT 0" => "SELECT total_changes()";
    pub REMOVE = "DELETE FROM postings WHERE position = $1" => "DELETE FROM postings WHERE rowid = $1";
}

pub fn insert(tx: &mut Tx<'_>, position: i64, posting: &Posting) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        return tsvector::insert(tx, position, posting);
    }
    let texts = posting.columns.each_ref().map(|column| fts::text(column));
    let mut values = vec![Value::Int(position)];
    values.extend(texts.iter().map(|text| Value::Text(text)));
    tx.execute(&INSERT_WHOLE, &values).map(drop)
}

/// Positions of the messages that hold it, newest first.
pub fn find(tx: &mut Tx<'_>, what: &Find, window: Window) -> Result<Vec<i64>> {
    if *what == Find::Nothing {
        return Ok(Vec::new());
    }
    if tx.engine() == Engine::Postgres {
        return tsvector::find(tx, what, window);
    }
    let text = fts::query(what);
    let values = [text.as_str().into(), window.first.into(), window.last.into(), window.rows.into()];
    tx.query(&FIND, &values, |row| row.int(0))
}

/// How many messages hold it.
pub fn count(tx: &mut Tx<'_>, what: &Find, window: Window) -> Result<u64> {
    if *what == Find::Nothing {
        return Ok(0);
    }
    if tx.engine() == Engine::Postgres {
        return tsvector::count(tx, what, window);
    }
    let text = fts::query(what);
    let values = [text.as_str().into(), window.first.into(), window.last.into()];
    Ok(tx.find(&COUNT, &values, |row| row.uint(0))?.unwrap_or(0))
}

/// Works so many pages of the index over, so that nothing of what was removed is left in them; `first` begins with
/// all of it. False when nothing was left to do. PostgreSQL's own vacuum does it there.
pub fn merge(tx: &mut Tx<'_>, first: bool) -> Result<bool> {
    if tx.engine() == Engine::Postgres {
        return Ok(false);
    }
    merged(tx, if first { -MERGE_PAGES } else { MERGE_PAGES })
}

fn merged(tx: &mut Tx<'_>, pages: i64) -> Result<bool> {
    let before = tx.find(&CHANGES, &[], |row| row.int(0))?.unwrap_or(0);
    tx.execute(&MERGE, &[pages.into()])?;
    let after = tx.find(&CHANGES, &[], |row| row.int(0))?.unwrap_or(0);
    // A merge with nothing to do counts one change (FTS5's documentation, §6.8).
    Ok(after - before >= 2)
}

/// Puts segments of the index together, a fraction of a second's work; false when nothing is left to do. PostgreSQL
/// has none.
pub fn settle(tx: &mut Tx<'_>) -> Result<bool> {
    if tx.engine() == Engine::Postgres {
        return Ok(false);
    }
    merged(tx, SETTLE_PAGES)
}

/// Before many [`has`]: they look into the index, however rare the planner thinks a token is.
pub fn by_index(tx: &mut Tx<'_>) -> Result<()> {
    tx.find(&BY_INDEX, &[], |_| Ok(())).map(drop)
}

/// Whether any message holds it.
pub fn has(tx: &mut Tx<'_>, token: &Token) -> Result<bool> {
    let what = Find::Phrase(vec![*token]);
    let text = match tx.engine() {
        Engine::Postgres => tsvector::query(&what),
        _ => fts::query(&what),
    };
    Ok(tx.find(&HAS, &[text.as_str().into()], |_| Ok(()))?.is_some())
}

pub fn remove(tx: &mut Tx<'_>, position: i64) -> Result<()> {
    tx.execute(&REMOVE, &[position.into()]).map(drop)
}

/// Sixteen letters of base32 (RFC 4648 §6) in small letters, as both engines take them for one word.
fn letters(token: &Token, into: &mut String) {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    for five in token.chunks_exact(5) {
        let bits = five.iter().fold(0_u64, |bits, octet| bits << 8 | u64::from(*octet));
        for shift in (0..40).step_by(5).rev() {
            let at = (bits >> shift) & 31;
            into.push(char::from(ALPHABET[usize::try_from(at).unwrap_or(0)]));
        }
    }
}
