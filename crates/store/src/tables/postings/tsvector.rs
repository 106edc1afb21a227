//! Postings in the words of `tsvector`, whose places end at 16,383 and of which a token has 255 at most.
//!
//! A message that has more is several units, each of which begins with the end of the one before, so that what
//! stands beside each other does so in one of them. What units hold together is put together here.

use std::collections::{BTreeSet, HashMap};

use model::Result;

use super::{COUNT, FIND, FIND_IN_UNITS, Find, INSERT_UNIT, Placed, Posting, Token, Window, letters};
use crate::Tx;
use crate::tables::postings::ANY_UNITS;

/// PostgreSQL's limits (its manual, §12.11).
const PLACES_MAX: usize = 16_000;
const PLACES_OF_TOKEN_MAX: usize = 255;
/// What a unit repeats of the one before: as much as a phrase or nearness can span.
const OVERLAP: usize = 300;
/// Places between two parts: more than nearness reaches.
const APART: usize = 64;

pub(super) fn insert(tx: &mut Tx<'_>, position: i64, posting: &Posting) -> Result<()> {
    let units = units(posting);
    let several = units.len() > 1;
    for (at, unit) in units.iter().enumerate() {
        let number = if several { at + 1 } else { 0 };
        let values = [position.into(), number.into(), unit.as_str().into()];
        tx.execute(&INSERT_UNIT, &values)?;
    }
    Ok(())
}

/// All parts one after the other, a gap as an empty place.
fn units(posting: &Posting) -> Vec<String> {
    let mut places: Vec<Option<Token>> = Vec::new();
    for column in &posting.columns {
        places.extend(column.iter().map(|placed| match placed {
            Placed::Token(token) => Some(*token),
            Placed::Gap => None,
        }));
        places.extend([None; APART]);
    }
    let mut units = Vec::new();
    let mut start = 0;
    loop {
        let end = start + fitting(&places[start..]);
        units.push(vector(&places[start..end]));
        if end >= places.len() {
            return units;
        }
        // A unit of nothing but one token would never end.
        start = end.saturating_sub(OVERLAP.min((end - start) / 2));
    }
}

/// How many places from here on one unit holds.
fn fitting(places: &[Option<Token>]) -> usize {
    let mut seen: HashMap<Token, usize> = HashMap::new();
    for (at, token) in places.iter().take(PLACES_MAX).enumerate() {
        let Some(token) = token else { continue };
        let count = seen.entry(*token).or_default();
        *count += 1;
        if *count > PLACES_OF_TOKEN_MAX {
            return at;
        }
    }
    places.len().min(PLACES_MAX)
}

fn vector(places: &[Option<Token>]) -> String {
    let mut at: HashMap<Token, Vec<usize>> = HashMap::new();
    let mut order = Vec::new();
    for (place, token) in places.iter().enumerate() {
        let Some(token) = token else { continue };
        let all = at.entry(*token).or_default();
        if all.is_empty() {
            order.push(*token);
        }
        all.push(place + 1);
    }
    let mut out = String::new();
    for token in order {
        letters(&token, &mut out);
        let places = at[&token].iter().map(usize::to_string);
        out.push(':');
        out.push_str(&places.collect::<Vec<_>>().join(","));
        out.push(' ');
    }
    out
}

pub(super) fn find(tx: &mut Tx<'_>, what: &Find, window: Window) -> Result<Vec<i64>> {
    let text = query(what);
    let values = [text.as_str().into(), window.first.into(), window.last.into(), window.rows.into()];
    let mut found = tx.query(&FIND, &values, |row| row.int(0))?;
    let more = in_units(tx, what, window)?;
    if !more.is_empty() {
        found.extend(more);
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(window.rows);
    }
    Ok(found)
}

pub(super) fn count(tx: &mut Tx<'_>, what: &Find, window: Window) -> Result<u64> {
    let text = query(what);
    let values = [text.as_str().into(), window.first.into(), window.last.into()];
    let whole = tx.find(&COUNT, &values, |row| row.uint(0))?.unwrap_or(0);
    Ok(whole + in_units(tx, what, window)?.len() as u64)
}

/// Messages of several units that hold it, wherever they hold its parts.
fn in_units(tx: &mut Tx<'_>, what: &Find, window: Window) -> Result<BTreeSet<i64>> {
    match tx.find(&ANY_UNITS, &[], |_| Ok(()))? {
        Some(()) => evaluate(tx, what, window),
        None => Ok(BTreeSet::new()),
    }
}

fn evaluate(tx: &mut Tx<'_>, what: &Find, window: Window) -> Result<BTreeSet<i64>> {
    match what {
        Find::And(all) => {
            let mut sets = all.iter().map(|one| evaluate(tx, one, window));
            let first = sets.next().unwrap_or_else(|| Ok(BTreeSet::new()))?;
            sets.try_fold(first, |held, set| Ok(&held & &set?))
        }
        // Whatever is a single place is asked for at once.
        Find::Or(any) if !any.iter().all(is_leaf) => {
            let mut held = BTreeSet::new();
            for one in any {
                held.extend(evaluate(tx, one, window)?);
            }
            Ok(held)
        }
        Find::Without(with, without) => Ok(&evaluate(tx, with, window)? - &evaluate(tx, without, window)?),
        Find::Nothing => Ok(BTreeSet::new()),
        Find::Or(_) | Find::Phrase(_) | Find::Near(..) => {
            let text = query(what);
            let values = [text.as_str().into(), window.first.into(), window.last.into()];
            Ok(tx.query(&FIND_IN_UNITS, &values, |row| row.int(0))?.into_iter().collect())
        }
    }
}

const fn is_leaf(find: &Find) -> bool {
    matches!(find, Find::Phrase(_) | Find::Near(..))
}

pub(super) fn query(what: &Find) -> String {
    let mut out = String::new();
    write(what, &mut out);
    out
}

fn write(what: &Find, out: &mut String) {
    match what {
        Find::And(all) => join(all, " & ", out),
        Find::Or(any) => join(any, " | ", out),
        Find::Without(with, without) => {
            out.push('(');
            write(with, out);
            out.push_str(" & !");
            write(without, out);
            out.push(')');
        }
        Find::Phrase(tokens) => phrase(tokens, out),
        Find::Near(a, b, between) => near(a, b, *between, out),
        Find::Nothing => out.push_str("00"),
    }
}

fn join(queries: &[Find], with: &str, out: &mut String) {
    out.push('(');
    for (at, query) in queries.iter().enumerate() {
        if at > 0 {
            out.push_str(with);
        }
        write(query, out);
    }
    out.push(')');
}

fn phrase(tokens: &[Token], out: &mut String) {
    out.push('(');
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 {
            out.push_str(" <-> ");
        }
        letters(token, out);
    }
    out.push(')');
}

/// Every distance in both orders, and every way in which the two overlap.
fn near(a: &[Token], b: &[Token], between: u32, out: &mut String) {
    out.push('(');
    for (one, two) in [(a, b), (b, a)] {
        for distance in 1..=between + 1 {
            phrase(one, out);
            out.push_str(&format!(" <{distance}> "));
            phrase(two, out);
            out.push_str(" | ");
        }
        for start in 0..one.len() {
            if let Some(both) = overlapped(one, two, start) {
                phrase(&both, out);
                out.push_str(" | ");
            }
        }
    }
    out.truncate(out.len() - 3);
    out.push(')');
}

/// One phrase where the second begins inside of the first, if they agree.
fn overlapped(one: &[Token], two: &[Token], start: usize) -> Option<Vec<Token>> {
    let shared = (one.len() - start).min(two.len());
    if one[start..start + shared] != two[..shared] {
        return None;
    }
    let mut both = one.to_vec();
    both.extend(&two[shared..]);
    Some(both)
}
